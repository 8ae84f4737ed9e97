/*
 * The files of one folder of the data directory, by name.
 */
#ifndef CLI_DATA_FILES_H
#define CLI_DATA_FILES_H

#include <stddef.h>

#include "base/alloc.h"
#include "base/error.h"

/*
 * Directory that holds topologies/ and workloads/: $HOMENODE_DATA if set, else
 * the source or install tree the program itself lies in, else where it was
 * configured to be installed. NULL when there is none. Belongs to the function;
 * not for several threads.
 */
const char *data_directory(void);

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

#endif
