/*
 * Traffic: each thread of a crew either runs a kernel over its piece of memory, follows
 * pointers, or stays away, all at the same time, for a given time. What counts is a
 * window in which everybody is at work: it opens a while after all began, and nobody
 * stops before the last one's window has closed.
 */
#ifndef PROBE_TRAFFIC_H
#define PROBE_TRAFFIC_H

#include <stdatomic.h>
#include <stdint.h>

#include "probe/crew.h"
#include "probe/kernels.h"

#define TRAFFIC_CHAINS_MAX 32

enum traffic_kind { TRAFFIC_NONE, TRAFFIC_KERNEL, TRAFFIC_CHASE };

/* What one thread does. */
struct traffic {
	enum traffic_kind kind;
	enum kernel_op op;
	struct kernel_span span; /* whole grains */
	int64_t limit_bytes_per_s; /* by pauses between small pieces; 0: none */
	void *at[TRAFFIC_CHAINS_MAX]; /* where its chains are; moved on */
	unsigned chains; /* 1 .. TRAFFIC_CHAINS_MAX */
};

struct traffic_request {
	const struct kernel_set *set;
	struct traffic *member; /* by thread of the crew */
	int64_t warm_ns, window_ns; /* > 0 */
	const atomic_bool *stop; /* set by a signal's handler: end at once; NULL: never */
};

struct traffic_result {
	int64_t bytes_per_s; /* of all kernels together */
	int64_t load_ps; /* between two loads of the chaser, whichever chain; 0: no chaser */
	int64_t cpu_ppm; /* share of the window that the thread with the least had its CPU */
	uint32_t moved; /* threads that ended on another CPU than they began on */
	bool whole; /* false: stopped before the window closed, nothing else holds */
};

/* A kernel over the i-th of `nr` equal shares of memory, on whole lines; span.bytes is 0 where
 * there is too little for so many. */
struct traffic traffic_share(enum kernel_op op, void *base, size_t bytes, uint32_t i, uint32_t nr);

/* One chaser at most. */
void traffic_run(struct crew *crew, const struct traffic_request *r, struct traffic_result *out);

#endif
