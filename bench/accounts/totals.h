/*
 * What the row's hosts hold right now, the integral of it over time, and what was counted on
 * the way. Changes are O(1): totals are moved by a zone's own figures when it starts,
 * changes or stops. An integral is what is held at the end for all of the time, less each
 * change for the time that went before it, so only what changes is looked at.
 */
#ifndef BENCH_ACCOUNTS_TOTALS_H
#define BENCH_ACCOUNTS_TOTALS_H

#include <stdint.h>

#include "base/compiler.h"
#include "bench/loop/observer.h"

/* Something that is held: now, and the sum of its changes, each times when it was. */
struct held {
	int128 now, changes_ns;
};

/* Zero-initialise. */
struct totals {
	struct held vcpus, resident_bytes;
	/* Of these bytes: not local, not the zone's own. Most zones have none. */
	struct held off_home_bytes, off_node_bytes;
	/* resident_bytes x (mean_distance_centi - TOTALS_HOME_CENTI), summed */
	struct held way;
	uint64_t events; /* starts, stops, refusals and changes of memory */
	int64_t placed, multi_node, spilled, spilled_bytes, peak_live;
	int64_t refused, refused_no_room, refused_infeasible, refused_no_device;
	int64_t first_refusal; /* ordinal; 0: none */
	int64_t first_refusal_ns; /* when that was, and where in the stream */
	uint64_t first_refusal_place;
};

#define TOTALS_HOME_CENTI 1000 /* the distance of a node to itself, on most hosts */

extern const struct observer_ops totals_observer;

/* Add those of other hosts, at the same time. The peak is not known from theirs: it stays. */
void totals_join(struct totals *t, const struct totals *other);

/* Now. */
static inline int128 totals_distance(const struct totals *t)
{
	return t->way.now + t->resident_bytes.now * TOTALS_HOME_CENTI;
}

#endif
