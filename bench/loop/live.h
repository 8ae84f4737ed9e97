/*
 * The zones that live, as the loop knows them: slots handed out densely, a map
 * from the workload's ids to slots for workloads that stop zones by id, and
 * zones that wait for room.
 *
 * Half a cache line a zone: a fleet of a region holds millions, and each departure looks at
 * one that nobody has looked at for hours. Where memory is, is packed: nearly all zones
 * have all of it at home. Slots that are free are linked through their zones; the last that
 * became free is the first that is used again, while it is still in the cache.
 */
#ifndef BENCH_LOOP_LIVE_H
#define BENCH_LOOP_LIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slab.h"
#include "base/units.h"
#include "plan/plan.h"
#include "zone/workload.h"

#define SLOT_NONE UINT32_MAX

struct live_zone {
	uint32_t host; /* UINT32_MAX: the slot is free */
	uint32_t vcpus; /* of a free slot: the next free one, or SLOT_NONE */
	uint64_t ordinal; /* 1 = first zone offered; 0 in a free slot */
	int64_t start_ns;
	/* Private: where its memory is, as last measured (live_locality()). */
	uint32_t pages, distance;
};

/* Zero-initialise. */
struct live_set {
	struct slab zone; /* struct live_zone by slot */
	struct slab id; /* uint64_t by slot: the workload's; only with ids */
	bool want_ids; /* set before the first zone: live_map() is used */
	uint32_t nr_slots; /* handed out so far: all slots are below */
	uint32_t nr_live;
	uint32_t nr_free, first_free; /* slots below nr_slots */
	/* id -> slot: open addressing; the ids themselves are those of the slots */
	uint32_t *map;
	size_t map_size, nr_mapped; /* map_size: 0 or a power of two */
	/* Localities that do not fit into their zone; free ones hold the next one's index. */
	struct plan_locality *far;
	size_t nr_far, cap_far;
	uint32_t nr_far_free, first_far_free;
};

static inline struct live_zone *live_at(const struct live_set *l, uint32_t slot)
{
	return slab_at(&l->zone, slot, sizeof(struct live_zone));
}

uint32_t live_new_slot(struct live_set *l); /* for live_add() */
INLINE uint32_t live_add(struct live_set *l)
{
	uint32_t slot = l->first_free;

	if (l->nr_free) {
		l->nr_free--;
		l->first_free = live_at(l, slot)->vcpus;
	} else {
		slot = live_new_slot(l);
	}
	l->nr_live++;
	*live_at(l, slot) = (struct live_zone){.host = UINT32_MAX};
	return slot;
}
/* The slot that live_add() would hand out next. */
static inline uint32_t live_next_slot(const struct live_set *l)
{
	return l->nr_free ? l->first_free : l->nr_slots;
}
void live_remove(struct live_set *l, uint32_t slot); /* forgets its id too */
/* Once a zone; with want_ids only. */
void live_map(struct live_set *l, uint32_t slot, uint64_t id);
uint32_t live_find(const struct live_set *l, uint64_t id); /* SLOT_NONE if unknown */
void live_release(struct live_set *l);

/* --- where a zone's memory is; a new zone has none --- */

#define LIVE_FAR 0x80000000u /* in `distance`: `pages` is an index into far[] */

/* All of it where the guest believes it, in whole pages that 32 bits count. */
static inline bool live_is_plain(const struct plan_locality *p)
{
	return p->local_bytes == p->resident_bytes && p->own_bytes == p->resident_bytes &&
	       p->resident_bytes % PAGE_BYTES == 0 &&
	       p->resident_bytes / PAGE_BYTES <= UINT32_MAX &&
	       p->mean_distance_centi < (int64_t)LIVE_FAR;
}

static inline void live_move_plain(struct live_zone *z, const struct plan_locality *now)
{
	z->pages = (uint32_t)(now->resident_bytes / PAGE_BYTES);
	z->distance = (uint32_t)now->mean_distance_centi;
}

/* Where it was, or is now, is not plain. */
void live_move_far(struct live_set *l, struct live_zone *z, const struct plan_locality *now);

static inline void live_set_locality(struct live_set *l, uint32_t slot,
				     const struct plan_locality *now)
{
	struct live_zone *z = live_at(l, slot);

	if (!(z->distance & LIVE_FAR) && live_is_plain(now))
		live_move_plain(z, now);
	else
		live_move_far(l, z, now);
}

static inline void live_zone_locality(const struct live_set *l, const struct live_zone *z,
				      struct plan_locality *out)
{
	int64_t bytes = z->pages * PAGE_BYTES;

	if (z->distance & LIVE_FAR)
		*out = l->far[z->pages];
	else
		*out = (struct plan_locality){.resident_bytes = bytes,
					      .local_bytes = bytes,
					      .own_bytes = bytes,
					      .mean_distance_centi = z->distance};
}

static inline void live_locality(const struct live_set *l, uint32_t slot, struct plan_locality *out)
{
	live_zone_locality(l, live_at(l, slot), out);
}

/* A waiting zone: a copy of its START event whose strings are its own, behind it in the
 * same piece of memory. */
struct waiting {
	struct waiting *next;
	struct zone_event event;
	struct zone zone;
	struct zone_group group;
	uint64_t ordinal;
	const char *device[];
};

struct wait_queue {
	struct waiting *first, **last; /* last: NULL until first use */
	uint64_t nr;
};

void wait_queue_push(struct wait_queue *q, const struct zone_event *ev, uint64_t ordinal);
/* Unlinks the first; the caller frees it with waiting_free(). */
struct waiting *wait_queue_pop(struct wait_queue *q);
/* Unlinks the one with this id; NULL if none waits. */
struct waiting *wait_queue_remove(struct wait_queue *q, uint64_t id);
void waiting_free(struct waiting *w);
void wait_queue_release(struct wait_queue *q);

#endif
