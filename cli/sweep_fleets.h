/* The fleets of a sweep's file (sweep_file.h): topologies x sizes x choices. */
#ifndef CLI_SWEEP_FLEETS_H
#define CLI_SWEEP_FLEETS_H

#include "cli/sweep_file.h"

/* Reads "topologies", "hosts" and "choices" of the root and loads the hosts; warnings go to
 * standard error unless quiet. */
int sweep_file_fleets(struct sweep_file *f, const struct doc_value *root, bool quiet,
		      struct error *err) MUST_USE;
void sweep_file_release_fleets(struct sweep_file *f);

/* The file of a loaded host; NULL: it has none. */
const char *sweep_host_path(const struct sweep_file *f, size_t i);

/* A path that the file names, relative to it; NULL: it is no path of a file there, but a name.
 * The caller frees. */
char *sweep_file_path(const struct sweep_file *f, const char *name);
/* The sentence that workload i names other `key` than the first. */
int sweep_file_differ(const struct sweep_file *f, const char *key, size_t i, struct error *err);

#endif
