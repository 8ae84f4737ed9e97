/*
 * When a row on one host ends, every zone that lives is measured among its neighbours: alone,
 * and while all others make traffic, level after level (STEP_PROBE and STEP_LOAD with a work,
 * where the machine can), beside what the cost model predicts for the same state.
 *
 * - The zone's vCPUs follow pointers (one of them), read, write, or do both. Neighbours do what
 *   the zone does; while it follows pointers, they read.
 * - A level is a share of what the model says that a neighbour would get alone, so that it is
 *   the same load for the model, for a machine, and for a replay; at 100 % there is no limit.
 * - Where a zone, or a neighbour's load, has no true figure to give, the point says why. A zone
 *   that cannot, three times in a row, is left out from then on, as a neighbour too.
 */
#ifndef BENCH_FILES_CONTENDING_H
#define BENCH_FILES_CONTENDING_H

#include "bench/files/contention.h"
#include "bench/loop/observer.h"

#define CONTENTION_LEVELS_MAX 16

/* Percent, ascending, the first one 0. */
struct contention_levels {
	uint32_t percent[CONTENTION_LEVELS_MAX];
	unsigned nr;
};

/* "0,50,100"; 0 is added where it is missing. False: no such list. */
bool contention_levels_read(struct contention_levels *out, const char *text);

struct contender; /* a zone that lives */

/* Zero-initialise but for the first two. Before probing.h among observers. */
struct contending {
	struct contention_list *list; /* borrowed; gets the points */
	const struct contention_levels *levels; /* borrowed */
	struct contender *zone;
	size_t nr, cap;
	uint64_t left; /* zones that left before the end */
	bool done;
};

extern const struct observer_ops contending_observer;
void contending_release(struct contending *c);

#endif
