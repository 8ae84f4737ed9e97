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

extern const struct observer_ops totals_observer; /* fills in the row */

/* --- what happens to a zone (bench/accounts/books.h) --- */

static inline void held_change(struct held *h, int128 by, int64_t at_ns)
{
	h->now += by;
	h->changes_ns += by * at_ns;
}

/* A zone's share comes (sign 1) or goes (sign -1). */
static inline void totals_share(struct totals *t, int64_t at_ns, const struct plan_locality *l,
				int sign)
{
	int64_t bytes = sign * l->resident_bytes;
	int64_t off_home = l->resident_bytes - l->local_bytes;
	int64_t off_node = l->resident_bytes - l->own_bytes;
	int64_t farther = l->mean_distance_centi - TOTALS_HOME_CENTI;

	held_change(&t->resident_bytes, bytes, at_ns);
	if (off_home)
		held_change(&t->off_home_bytes, sign * off_home, at_ns);
	if (off_node)
		held_change(&t->off_node_bytes, sign * off_node, at_ns);
	if (farther)
		held_change(&t->way, (int128)bytes * farther, at_ns);
}

static inline void totals_started(struct totals *t, int64_t at_ns, const struct plan *p,
				  const struct plan_locality *now, uint32_t nr_live)
{
	t->events++;
	totals_share(t, at_ns, now, 1);
	held_change(&t->vcpus, p->zone->vcpus, at_ns);
	t->placed++;
	t->multi_node += p->nr_vnodes > 1;
	t->spilled += p->spilled_bytes > 0;
	t->spilled_bytes += p->spilled_bytes;
	if (nr_live > t->peak_live)
		t->peak_live = nr_live;
}

static inline void totals_moved(struct totals *t, int64_t at_ns, const struct plan_locality *before,
				const struct plan_locality *now)
{
	t->events++;
	totals_share(t, at_ns, before, -1);
	totals_share(t, at_ns, now, 1);
}

static inline void totals_left(struct totals *t, int64_t at_ns, uint32_t vcpus,
			       const struct plan_locality *before)
{
	t->events++;
	totals_share(t, at_ns, before, -1);
	held_change(&t->vcpus, -(int64_t)vcpus, at_ns);
}

/* `code` says why, `ordinal` whom. */
void totals_refused(struct totals *t, int code, uint64_t ordinal, int64_t at_ns, uint64_t place);

/* Add those of other hosts, at the same time. The peak is not known from theirs: it stays. */
void totals_join(struct totals *t, const struct totals *other);

/* Now. */
static inline int128 totals_distance(const struct totals *t)
{
	return t->way.now + t->resident_bytes.now * TOTALS_HOME_CENTI;
}

#endif
