/*
 * Latency and read bandwidth between every pair of a machine's nodes: what the
 * cost model takes from a host's matrices, measured.
 *
 *	latency		chase on one CPU of the initiator: one load after
 *			another over all of the memory (chase.h)
 *	bandwidth	all CPUs of the initiator read, each its share (stream.h)
 *
 * Memory of a target is taken once, bound to its node, and all initiators measure
 * it in turn.
 */
#ifndef PROBE_MATRIX_H
#define PROBE_MATRIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cpuset.h"
#include "base/error.h"

struct matrix_node {
	unsigned os_index;
	struct cpuset cpus; /* its own; empty: it starts no accesses */
	bool memory; /* false: it is no target */
};

struct matrix_cell {
	bool measured; /* false: no CPUs there or no memory here */
	int64_t latency_ps; /* median of the repeats, a load */
	int64_t latency_best_ps, latency_worst_ps;
	int64_t read_bytes_per_s; /* best of the repeats, as STREAM counts */
	int64_t read_worst_bytes_per_s;
};

struct matrix_request {
	const char *sysfs; /* NULL: /sys */
	const struct matrix_node *node;
	uint32_t nr;
	/* Of each target; 0: four times the last-level caches of the initiator with
	 * most of them, at least 256 MiB. */
	size_t bytes;
	uint32_t repeats; /* 1 .. STREAM_REPEATS_MAX */
	/* After each probe, two a pair; NULL: nobody wants to know. */
	void (*progress)(void *context, uint32_t done, uint32_t total);
	void *context;
};

/* What it says of how it was done. */
struct matrix_facts {
	size_t bytes; /* of each target */
	int64_t cache_bytes; /* the most that serve an initiator */
	const char *cache_from; /* as machine_last_cache_bytes() */
	int64_t least_huge_ppm; /* of any target, in huge pages; -1: not known */
	int64_t preempted; /* how often a CPU was lost meanwhile */
};

/*
 * cell[initiator * nr + target], nr * nr of them, lent. ERR_NO_ROOM when a target's
 * free memory is short (nothing less is measured instead), ERR_CANNOT when this
 * process may not use any CPU of a node, ERR_MACHINE when pages came from
 * elsewhere.
 */
int matrix_measure(const struct matrix_request *r, struct matrix_cell *cell,
		   struct matrix_facts *facts, struct error *err) MUST_USE;

#endif
