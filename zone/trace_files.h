/*
 * A trace that is a folder: its *.csv (and *.csv.xz) files, sorted by name, numbers
 * by value ("2.csv" before "10.csv"); where there is none, its *.json. Private to zone/.
 */
#ifndef ZONE_TRACE_FILES_H
#define ZONE_TRACE_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/alloc.h"
#include "base/error.h"

struct trace_files {
	const char **path; /* NULL-terminated */
	size_t nr, cap;
	struct arena arena;
};

bool trace_is_folder(const char *path);
bool trace_is_file(const char *path);
/* Is it called .csv, packed or not? */
bool trace_has_name(const char *path);
/* ERR_INPUT when it cannot be read or holds no such file. */
int trace_files_list(struct trace_files *out, const char *folder, struct error *err) MUST_USE;
void trace_files_release(struct trace_files *f);

#endif
