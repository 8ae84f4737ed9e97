/*
 * Which homenode this is. HOMENODE_VERSION is a string ("0.1.0"), given to this
 * room by CMake from project(VERSION) in the top CMakeLists.txt.
 */
#ifndef CLI_VERSION_H
#define CLI_VERSION_H

/* HOMENODE_VERSION, for those who are not built with it. */
const char *program_version(void);

#endif
