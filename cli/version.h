/*
 * Which homenode this is. HOMENODE_VERSION is a string ("0.1.0"), given to this
 * room by CMake from project(VERSION) in the top CMakeLists.txt; the commit is looked up
 * when the program is built (cmake/commit.cmake).
 */
#ifndef CLI_VERSION_H
#define CLI_VERSION_H

#include <stdbool.h>
#include <stdio.h>

/* In the build tree, by cmake/commit.cmake: "" where nobody knows. */
extern const char source_commit[], source_date[];
extern const bool source_changed;

/* HOMENODE_VERSION, for those who are not built with it. */
const char *program_version(void);
/* The day of the commit, "2026-11-29"; "" where neither git nor the archive says. */
const char *program_date(void);
/* Version, commit, what it was built with, and the libraries of this process. */
void version_print(FILE *out);

#endif
