#include "bench/loop/live.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/* Slots start on cache lines of their own. */
static void grow_zones(struct live_set *l)
{
	size_t cap = l->cap ? l->cap * 2 : 64;
	struct live_zone *zone = xaligned(64, cap * sizeof(*zone));

	if (l->cap)
		memcpy(zone, l->zone, l->cap * sizeof(*zone));
	free(l->zone);
	l->zone = zone;
	l->cap = cap;
}

uint32_t live_next_slot(const struct live_set *l)
{
	return l->nr_free ? l->free_slot[l->nr_free - 1] : l->nr_slots;
}

uint32_t live_add(struct live_set *l)
{
	uint32_t slot;

	if (l->nr_free) {
		slot = l->free_slot[--l->nr_free];
	} else {
		BUG_ON(l->nr_slots == SLOT_NONE);
		slot = l->nr_slots++;
		if (slot == l->cap)
			grow_zones(l);
		if (l->want_extra)
			l->extra = grow(l->extra, &l->cap_extra, slot, sizeof(*l->extra));
	}
	l->nr_live++;
	if (l->want_extra)
		l->extra[slot] = (struct live_extra){0};
	l->zone[slot] = (struct live_zone){.number = UINT64_MAX};
	return slot;
}

static size_t bucket(const struct live_set *l, uint64_t id)
{
	/* Fibonacci hashing; the order of the map never reaches a result */
	return (size_t)((id * 0x9e3779b97f4a7c15u) >> 32) & (l->map_size - 1);
}

static void insert(struct live_set *l, uint64_t id, uint32_t slot)
{
	size_t i = bucket(l, id);

	while (l->map[i].slot != SLOT_NONE)
		i = (i + 1) & (l->map_size - 1);
	l->map[i] = (struct live_entry){.id = id, .slot = slot};
}

static void grow_map(struct live_set *l)
{
	struct live_entry *old = l->map;
	size_t old_size = l->map_size;

	l->map_size = old_size ? old_size * 2 : 64;
	l->map = xcalloc(l->map_size, sizeof(*l->map));
	for (size_t i = 0; i < l->map_size; i++)
		l->map[i].slot = SLOT_NONE;
	for (size_t i = 0; i < old_size; i++)
		if (old[i].slot != SLOT_NONE)
			insert(l, old[i].id, old[i].slot);
	free(old);
}

void live_map(struct live_set *l, uint32_t slot, uint64_t id)
{
	if ((l->map_used + 1) * 2 > l->map_size)
		grow_map(l);
	insert(l, id, slot);
	l->map_used++;
	l->extra[slot].mapped = true;
	l->extra[slot].id = id;
}

static size_t find(const struct live_set *l, uint64_t id)
{
	size_t i;

	if (!l->map_size)
		return SIZE_MAX;
	for (i = bucket(l, id); l->map[i].slot != SLOT_NONE; i = (i + 1) & (l->map_size - 1))
		if (l->map[i].id == id)
			return i;
	return SIZE_MAX;
}

uint32_t live_find(const struct live_set *l, uint64_t id)
{
	size_t i = find(l, id);

	return i == SIZE_MAX ? SLOT_NONE : l->map[i].slot;
}

/* Deletion without tombstones: later entries of the run move back. */
static void unmap(struct live_set *l, uint64_t id)
{
	size_t hole = find(l, id), mask = l->map_size - 1;

	BUG_ON(hole == SIZE_MAX);
	l->map_used--;
	for (size_t i = (hole + 1) & mask; l->map[i].slot != SLOT_NONE; i = (i + 1) & mask) {
		size_t home = bucket(l, l->map[i].id);

		if (((i - home) & mask) >= ((i - hole) & mask)) {
			l->map[hole] = l->map[i];
			hole = i;
		}
	}
	l->map[hole].slot = SLOT_NONE;
}

void live_remove(struct live_set *l, uint32_t slot)
{
	if (l->want_extra) {
		struct live_extra *e = &l->extra[slot];

		if (e->mapped)
			unmap(l, e->id);
		free(e->record);
		*e = (struct live_extra){0};
	}
	l->zone[slot].host = UINT32_MAX;
	l->zone[slot].number = UINT64_MAX;
	l->free_slot = grow(l->free_slot, &l->cap_free, l->nr_free, sizeof(*l->free_slot));
	l->free_slot[l->nr_free++] = slot;
	l->nr_live--;
}

void live_release(struct live_set *l)
{
	for (uint32_t i = 0; l->want_extra && i < l->nr_slots; i++)
		free(l->extra[i].record);
	free(l->extra);
	free(l->zone);
	free(l->free_slot);
	free(l->map);
	*l = (struct live_set){0};
}

void wait_queue_push(struct wait_queue *q, const struct zone_event *ev, uint64_t ordinal)
{
	struct waiting *w = xcalloc(1, sizeof(*w));
	const char **device;

	w->event = *ev;
	w->zone = *ev->zone;
	w->event.zone = &w->zone;
	w->ordinal = ordinal;
	w->zone.name = arena_strdup(&w->arena, ev->zone->name);
	device = arena_alloc(&w->arena, sizeof(*device) * (ev->zone->nr_devices + 1));
	for (uint32_t i = 0; i < ev->zone->nr_devices; i++)
		device[i] = arena_strdup(&w->arena, ev->zone->device[i]);
	w->zone.device = device;
	if (!q->last)
		q->last = &q->first;
	*q->last = w;
	q->last = &w->next;
	q->nr++;
}

static struct waiting *unlink_at(struct wait_queue *q, struct waiting **link)
{
	struct waiting *w = *link;

	*link = w->next;
	if (q->last == &w->next)
		q->last = link;
	q->nr--;
	return w;
}

struct waiting *wait_queue_pop(struct wait_queue *q)
{
	return q->first ? unlink_at(q, &q->first) : NULL;
}

struct waiting *wait_queue_remove(struct wait_queue *q, uint64_t id)
{
	for (struct waiting **link = &q->first; *link; link = &(*link)->next)
		if ((*link)->event.id == id)
			return unlink_at(q, link);
	return NULL;
}

void waiting_free(struct waiting *w)
{
	if (!w)
		return;
	arena_release(&w->arena);
	free(w);
}

void wait_queue_release(struct wait_queue *q)
{
	struct waiting *w;

	while ((w = wait_queue_pop(q)))
		waiting_free(w);
	*q = (struct wait_queue){0};
}
