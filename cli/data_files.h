/*
 * The files of one folder of the data directory, by name.
 */
#ifndef CLI_DATA_FILES_H
#define CLI_DATA_FILES_H

#include <stddef.h>

#include "base/alloc.h"
#include "base/error.h"

/* Without the suffix, sorted, NULL-terminated. */
struct data_files {
	const char **name;
	size_t nr, cap;
	struct arena arena;
};

/* Files of `folder` that end in `suffix`. ERR_INPUT when there is no data
 * directory or it cannot be read; nothing needs to be released then. */
int data_files_list(struct data_files *out, const char *folder, const char *suffix,
		    struct error *err) MUST_USE;
void data_files_release(struct data_files *f);

/* Why data_directory() is NULL, as an error. */
int data_directory_missing(struct error *err);

#endif
