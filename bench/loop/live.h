/*
 * The zones that live, as the loop knows them: slots handed out densely, a map
 * from the workload's ids to slots for workloads that stop zones by id, and
 * zones that wait for room.
 */
#ifndef BENCH_LOOP_LIVE_H
#define BENCH_LOOP_LIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/map.h"
#include "plan/plan.h"
#include "zone/workload.h"

#define SLOT_NONE MAP_NONE

/* One cache line; what only some runs need is in struct live_extra. */
struct live_zone {
	uint32_t host; /* UINT32_MAX: the slot is free */
	uint32_t vcpus;
	uint64_t number; /* of its departure in the queue; UINT64_MAX: none pending */
	uint64_t ordinal; /* 1 = first zone offered */
	int64_t start_ns;
	struct plan_locality locality; /* as last measured */
};

struct live_extra {
	uint64_t id; /* the workload's, when `mapped` */
	bool mapped; /* its id is in the map */
	/* Fields of its row in zones.csv before and after the outcome, as one
	 * allocation of two strings; NULL when not wanted. */
	char *record;
};

/* Zero-initialise. */
struct live_set {
	struct live_zone *zone; /* by slot */
	struct live_extra *extra; /* by slot; NULL unless want_extra */
	size_t cap, cap_extra;
	bool want_extra; /* set before the first zone: ids or records are used */
	uint32_t *free_slot; /* stack */
	size_t nr_free, cap_free;
	uint32_t nr_slots; /* handed out so far: all slots are below */
	uint32_t nr_live;
	struct map map; /* id -> slot */
};

uint32_t live_add(struct live_set *l);
/* The slot that live_add() would hand out next. */
uint32_t live_next_slot(const struct live_set *l);
void live_remove(struct live_set *l, uint32_t slot); /* forgets its id too */
void live_map(struct live_set *l, uint32_t slot, uint64_t id);
uint32_t live_find(const struct live_set *l, uint64_t id); /* SLOT_NONE if unknown */
void live_release(struct live_set *l);

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
