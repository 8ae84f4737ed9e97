/*
 * What zones were measured to get from their memory while their neighbours make traffic at
 * stated levels, beside what the cost model predicts for exactly that state. A row of
 * contention.csv is a point: one zone, what it does (enum step_work), and how much of what
 * the model says they would get alone its neighbours ask for.
 */
#ifndef BENCH_FILES_CONTENTION_H
#define BENCH_FILES_CONTENTION_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "bench/row.h"
#include "plan/plan.h"

struct contention_point {
	/* labels of the row that it is of; borrowed */
	const char *topology, *workload, *policy, *memory_policy, *allocator;
	uint64_t seed;
	uint64_t zone; /* number in order of arrival, from 1 */
	char *name, *nodes; /* nodes as in zones.csv */
	uint32_t vcpus;
	enum step_work work;
	uint32_t level_percent;
	uint32_t neighbours; /* zones that make traffic */
	/* WORK_CHASE: ps, else bytes a second; of the neighbours together, bytes a second. */
	int64_t found, predicted; /* FIGURE_UNKNOWN: not measured */
	int64_t found_load, predicted_load; /* FIGURE_UNKNOWN: the same */
	int64_t stated_error_ppm; /* what the model says of its own error; FIGURE_UNKNOWN */
	char *reason; /* why it was not measured; NULL */
};

struct contention_list {
	struct contention_point *point;
	size_t nr, cap;
};

/* Name, nodes and reason are the list's from then on. */
void contention_add(struct contention_list *l, const struct contention_point *point);
/* All of `from` are of `l` from then on. */
void contention_move(struct contention_list *l, struct contention_list *from);
void contention_release(struct contention_list *l);
/* By key, zone, work and level. */
void contention_sort(struct contention_list *l);
void contention_print_csv(const struct contention_list *l, FILE *out);

#endif
