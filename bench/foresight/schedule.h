/*
 * What became of a trace, zone by zone: which host each went to and when it came and
 * went. Written by one run, read by another that is to know the future.
 */
#ifndef BENCH_FORESIGHT_SCHEDULE_H
#define BENCH_FORESIGHT_SCHEDULE_H

#include <stddef.h>
#include <stdint.h>

#include "base/alloc.h"
#include "base/units.h"
#include "bench/loop/observer.h"
#include "zone/zone.h"

#define SCHEDULE_NOWHERE UINT32_MAX

struct scheduled {
	struct zone zone; /* nameless; its devices are the schedule's, its profile the workload's */
	uint64_t ordinal; /* in order of arrival, from 1 */
	uint32_t host;
	int64_t start_ns, end_ns; /* NS_NEVER: alive at the end */
};

/* Zero-initialise. */
struct schedule {
	struct scheduled *zone; /* in order of start, all hosts together */
	size_t nr, cap;
	uint32_t *of_ordinal; /* its place in zone[], or SCHEDULE_NOWHERE */
	size_t nr_ordinals, cap_ordinals;
	uint32_t **of_host; /* places in zone[], in order of start */
	size_t *nr_of_host, *cap_of_host;
	uint32_t nr_hosts;
	int64_t end_ns; /* of the run */
	struct arena arena;
};

extern const struct observer_ops schedule_observer; /* writes it */

void schedule_init(struct schedule *s, uint32_t nr_hosts);
void schedule_release(struct schedule *s);

/* NULL: it was never placed. */
const struct scheduled *schedule_find(const struct schedule *s, uint64_t ordinal);
/* Place in of_host[host] of the first zone that starts after `at_ns`, or at it with a
 * higher ordinal: nr_of_host[host] if none does. */
size_t schedule_after(const struct schedule *s, uint32_t host, int64_t at_ns, uint64_t ordinal);

#endif
