/*
 * Latency by following pointers: one cycle through all cache lines of a piece of
 * memory in random order, one load a line, each load's address being the value
 * of the one before. A processor can neither run ahead nor prefetch it.
 *
 * The order is random over the whole piece, so that with 4 KiB pages nearly
 * every hop also misses the TLB and the figure holds the page walk; with huge
 * pages it is the memory's own as far as the TLB reaches.
 *
 * Time is the thread's CPU time, in which it waits for memory: what others take of
 * its CPU does not count as latency.
 */
#ifndef PROBE_CHASE_H
#define PROBE_CHASE_H

#include <stddef.h>
#include <stdint.h>

#include "probe/crew.h"

#define CHASE_LINE_BYTES 64
#define CHASE_REPEATS_MAX 1000
#define CHASE_STRIDE 16 /* hops are rounded up to a multiple of this */

/* What a thread reads meanwhile, from front to back, again and again. */
struct chase_load {
	double *data; /* lent by the caller */
	size_t nr; /* 0: this thread idles */
};

struct chase_request {
	void *memory; /* lent; overwritten */
	size_t bytes; /* at least two lines */
	size_t stride_bytes; /* between lines: a multiple of 64; 0: 64, every line */
	size_t block_bytes; /* as in chase_make_blocks(); 0: random over all of it */
	uint32_t chaser; /* the thread of the crew that follows the pointers */
	uint64_t hops; /* loads a repeat; 0: every line once */
	uint32_t repeats; /* 1 .. CHASE_REPEATS_MAX */
	uint64_t seed; /* of the order */
	const struct chase_load *load; /* by thread of the crew; NULL: all idle */
	uint32_t pause; /* of the load, empty turns after every 4 KiB; 0: none */
};

struct chase_result {
	uint32_t repeats;
	uint64_t lines, hops;
	int64_t best_ps, median_ps, worst_ps; /* a hop */
	int64_t load_bytes_per_s; /* what the load threads read meanwhile */
};

/* One walk of as many hops comes first and is not counted. */
void chase_run(struct crew *crew, const struct chase_request *r, struct chase_result *out);

/*
 * Write the cycle: each line's first word points to the next line's; lines are
 * `stride_bytes` apart. Sattolo's
 * algorithm ("An algorithm to generate a random cyclic permutation", 1986) gives
 * every cycle over all lines with the same probability. lines >= 2.
 */
void chase_make_cycle(void *memory, size_t lines, size_t stride_bytes, uint64_t seed);

/*
 * The same, but all lines of one block before those of the next, blocks and lines in
 * them in random order: where pages are small, a block's stay in the TLB, so that the
 * memory is timed and not the walk to its pages. `block_bytes` is a multiple of the
 * stride; entry[i] is a place in the cycle for each i < nr, equally far apart.
 */
void chase_make_blocks(void *memory, size_t bytes, size_t stride_bytes, size_t block_bytes,
		       uint64_t seed, void **entry, unsigned nr);

/* chase_walk.c, built alike in every build: follow `hops` pointers (rounded up to
 * CHASE_STRIDE) and return where that led. */
void *chase_walk(void *from, uint64_t hops);
/* `chains` pointers at once, `hops` each (rounded up): loads that do not wait for each
 * other. at[] moves on. */
void chase_walk_chains(void **at, unsigned chains, uint64_t hops);

#endif
