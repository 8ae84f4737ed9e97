/*
 * What an experiment compares, from a workload and the options that replace parts of it:
 * --policy --memory --allocator --seed --repeats, and --host --hosts --choice --refused
 * --cpu-overcommit --dom0-memory --dom0-vcpus --horizon --branch for the fleet and how
 * zones come to it.
 */
#ifndef CLI_MATRIX_FLAGS_H
#define CLI_MATRIX_FLAGS_H

#include "base/alloc.h"
#include "bench/experiment/matrix.h"
#include "cli/command.h"

/* The rules of a fleet, for whatever hosts it has. */
#define FLEET_OPTIONS                                                                              \
	{"choice", 0, "CHOICE", "which host is asked first (homenode list choices)", false},       \
		{"cpu-overcommit", 0, "RATIO", "vCPUs a CPU may hold, host-wide; 0 = no limit",    \
		 OPTION_RARE},                                                                     \
		{"dom0-memory", 0, "SIZE", "memory that dom0 keeps on every host", OPTION_RARE},   \
	{                                                                                          \
		"dom0-vcpus", 0, "N", "vCPUs that dom0 keeps on every host", OPTION_RARE           \
	}

/* The rows of the table of a command that takes all of these. */
#define MATRIX_OPTIONS                                                                             \
	{"policy", 'p', "POLICY,...", "policies to compare, instead of the workload's own", true}, \
		{"memory", 'm', "MEMORY,...", "static, dynamic, as-asked: a row for each", true},  \
		{"allocator", 'a', "ALLOCATOR,...",                                                \
		 "xen, most-free, slit, home-strict: a row each", true},                           \
		{"seed", 's', "N,...", "seeds, a row for each", true},                             \
		{"host", 0, "HOST[:COUNT]", "hosts of the fleet, instead of the workload's own",   \
		 true},                                                                            \
		{"hosts", 'n', "N", "how many hosts, when all are of one kind", false},            \
		FLEET_OPTIONS,                                                                     \
		{"refused", 0, "count|queue|stop", "what to do with a zone without room", false},  \
		{"horizon", 0, "TIME", "how far the policy oracle sees (default: 5min)",           \
		 OPTION_RARE},                                                                     \
		{"branch", 0, "N", "of the next N zones it tries every place", OPTION_RARE},       \
	{                                                                                          \
		"repeats", 0, "N", "each row N times in turn, with consecutive seeds", OPTION_RARE \
	}

/* Zero-initialise. Owns what it loads. */
struct chosen {
	struct workload workload;
	const struct workload *workloads[1];
	struct host **loaded; /* one a group of the fleet */
	const struct host **host; /* one a host */
	char *topology; /* label */
	struct matrix_fleet fleet;
	struct matrix matrix; /* sorted */
	struct arena arena;
};

/* The backend says which hosts and allocators there are to choose from; `options` is what was
 * written behind its name. Errors are the user's (ERR_USAGE), the workload's or a host's. */
int choose_matrix(struct chosen *c, const struct args *args, const struct backend_ops *backend,
		  const char *options, struct error *err) MUST_USE;
void chosen_release(struct chosen *c);

/* Every file that a workload is read from, the tables beside its trace and of its fleet too;
 * NULL-terminated, in the arena. */
const char **workload_files(const struct workload *w, struct arena *a);
/* Every file the result depends on, NULL-terminated, in its arena. */
const char **chosen_files(struct chosen *c);

#endif
