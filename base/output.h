/*
 * Files that appear whole or not at all: written without a name, or where the file system has no
 * such files under another, hidden one (".NAME.XXXXXX"), synced, named and renamed. So a program
 * that is killed leaves nothing, but on such file systems. The umask says who may read them. A link
 * is followed to its file; what is there and no file (a pipe, a device) is written as it goes.
 */
#ifndef BASE_OUTPUT_H
#define BASE_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

#include "base/error.h"

struct output {
	FILE *file; /* write here */
	char *path;
	bool replaces; /* path is a file: it is there at the commit */
	char *temporary; /* its name until then; NULL: it has none */
};

/* A name of more characters cannot be written: most file systems take 255, and the other name
 * is 7 longer. */
#define OUTPUT_NAME_MAX 248
/* What a file or directory is called that is named after something an input names (a zone, a
 * workload): letters, digits, '-', '_' and '.' stay, anything else is '_', and so are a '.' or
 * '-' in front and nothing at all; no more than OUTPUT_NAME_MAX characters. So it lies where it
 * is put, is never hidden and never taken for an option. The caller frees. */
char *file_name_of(const char *name) MUST_USE;

/* Is something there that is neither file nor directory: a pipe, a device? */
bool is_no_file(const char *path);

int output_open(struct output *o, const char *path, struct error *err) MUST_USE;
/* Flush, fsync, rename, fsync the directory. On failure nothing is left. */
int output_commit(struct output *o, struct error *err) MUST_USE;
/* Remove what was written; fine after commit or on a zeroed struct. */
void output_abandon(struct output *o);
/* A file of this text; NULL: to standard output, whose failure its owner looks for at the end. */
int output_text(const char *path, const char *text, struct error *err) MUST_USE;

/* mkdir -p. */
int make_directories(const char *path, struct error *err) MUST_USE;

/* Has another program that asks here the open file? If not it is this one's until it is closed, or
 * nobody's where the file system knows no locks. */
bool lock_is_taken(int fd);
/* Keeps other programs that ask for it out of the directory until *lock is closed; -1 where the
 * file system knows no locks, and nobody is kept out. ERR_MACHINE: another has it. */
int lock_directory(const char *path, int *lock, struct error *err) MUST_USE;

/* Whole file into memory, NUL-terminated (caller frees); more than `max` bytes is
 * ERR_INPUT. "-" is standard input. */
int file_read(const char *path, size_t max, char **out, size_t *size, struct error *err) MUST_USE;

#endif
