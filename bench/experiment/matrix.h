/*
 * What is compared: fleets x workloads x policies x memory policies x allocators x seeds.
 * One combination is a row, and a row is a function of its combination alone: it can be run
 * anywhere, at any time, in any order.
 *
 * Rows are numbered as result files list them: by the names of fleet, workload, policy,
 * memory policy and allocator, then by seed. Where seeds are repeats of a measurement they
 * take turns, all rows with one seed before the next, so that a machine that drifts does so
 * for all.
 */
#ifndef BENCH_EXPERIMENT_MATRIX_H
#define BENCH_EXPERIMENT_MATRIX_H

#include "bench/loop/run_input.h"

struct matrix_fleet {
	const char *name; /* label of the rows */
	const struct host *const *host;
	uint32_t nr_hosts;
	const char *choice; /* which host is asked first; NULL: as the workload says */
};

/* Arrays are borrowed, and none is empty; matrix_sort() puts them in order. */
struct matrix {
	struct matrix_fleet *fleet;
	size_t nr_fleets;
	const struct workload **workload;
	size_t nr_workloads;
	const struct policy **policy;
	size_t nr_policies;
	enum run_memory *memory;
	size_t nr_memories;
	const char **allocator;
	size_t nr_allocators;
	uint64_t *seed;
	size_t nr_seeds;
	bool seeds_in_turn;
};

/* Places in the arrays above. */
struct matrix_key {
	size_t fleet, workload, policy, memory, allocator, seed;
};

void matrix_sort(struct matrix *m);
size_t matrix_rows(const struct matrix *m);
struct matrix_key matrix_key(const struct matrix *m, size_t row);

#endif
