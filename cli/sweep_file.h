/*
 * A sweep's file: JSON or YAML that says what is compared (docs/sweep.md has its fields). Names of
 * hosts and workloads are looked up as everywhere; paths are relative to the file.
 */
#ifndef CLI_SWEEP_FILE_H
#define CLI_SWEEP_FILE_H

#include "base/doc.h"
#include "bench/experiment/matrix.h"

struct sweep_fleet; /* one of the topologies, before its sizes and choices */

/* Zero-initialise. Owns what it loads. */
struct sweep_file {
	const char *name;
	bool cost, skip_bad, sort;
	struct matrix matrix; /* sorted */
	const char **input; /* every file that the rows depend on but this one, NULL-terminated */
	/* private */
	struct doc doc;
	const char *folder; /* ends in a slash, or "" */
	struct workload *workload;
	size_t nr_workloads; /* that were loaded */
	struct sweep_fleet *topology;
	size_t nr_topologies;
	struct host **host; /* loaded, each once */
	const char **host_name;
	size_t nr_hosts, cap_hosts;
	struct arena arena;
};

/* Errors are the file's (ERR_INPUT with file:line:column), a workload's or a host's. */
int sweep_file_load(struct sweep_file *out, const char *path, bool quiet,
		    struct error *err) MUST_USE;
/* Traces are sorted where FILE says so, and kept in `cache` (NULL: not), once loaded. */
int sweep_file_prepare(struct sweep_file *f, const char *cache, bool quiet,
		       struct error *err) MUST_USE;
void sweep_file_release(struct sweep_file *f);

#endif
