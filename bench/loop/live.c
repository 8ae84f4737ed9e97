#include "bench/loop/live.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/units.h"

#define MAP_SIZE_MIN 64

_Static_assert(sizeof(struct live_zone) == 32, "two zones a cache line");

/* --- where memory is ------------------------------------------------------------------ */

static uint32_t far_new(struct live_set *l)
{
	uint32_t i = l->first_far_free;

	if (l->nr_far_free) {
		l->nr_far_free--;
		l->first_far_free = (uint32_t)l->far[i].resident_bytes;
		return i;
	}
	l->far = grow(l->far, &l->cap_far, l->nr_far, sizeof(*l->far));
	return (uint32_t)l->nr_far++;
}

static void far_free(struct live_set *l, uint32_t i)
{
	l->far[i].resident_bytes = l->first_far_free;
	l->first_far_free = i;
	l->nr_far_free++;
}

void live_move_far(struct live_set *l, struct live_zone *z, const struct plan_locality *now)
{
	bool was_far = z->distance & LIVE_FAR;

	if (live_is_plain(now)) {
		if (was_far)
			far_free(l, z->pages);
		live_move_plain(z, now);
		return;
	}
	if (!was_far)
		z->pages = far_new(l);
	z->distance = LIVE_FAR;
	l->far[z->pages] = *now;
}

/* --- ids -------------------------------------------------------------------------------- */

static uint64_t *id_at(const struct live_set *l, uint32_t slot)
{
	return slab_at(&l->id, slot, sizeof(uint64_t));
}

/* Knuth's multiplier, 2^64 / golden ratio: the high bits know all. */
static size_t home(const struct live_set *l, uint64_t id)
{
	return (size_t)(id * 0x9e3779b97f4a7c15u >> 32) & (l->map_size - 1);
}

static size_t after(const struct live_set *l, size_t at)
{
	return (at + 1) & (l->map_size - 1);
}

/* Behind those of the same id that came before. */
static void map_insert(struct live_set *l, uint32_t slot)
{
	size_t at = home(l, *id_at(l, slot));

	while (l->map[at] != SLOT_NONE)
		at = after(l, at);
	l->map[at] = slot;
}

static void enlarge_map(struct live_set *l)
{
	uint32_t *old = l->map;
	size_t old_size = l->map_size;

	l->map_size = old_size ? 2 * old_size : MAP_SIZE_MIN;
	l->map = xreallocarray(NULL, l->map_size, sizeof(*l->map));
	memset(l->map, 0xff, l->map_size * sizeof(*l->map)); /* SLOT_NONE */
	for (size_t i = 0; i < old_size; i++)
		if (old[i] != SLOT_NONE)
			map_insert(l, old[i]);
	free(old);
}

void live_map(struct live_set *l, uint32_t slot, uint64_t id)
{
	if (4 * (l->nr_mapped + 1) > 3 * l->map_size)
		enlarge_map(l);
	*id_at(l, slot) = id;
	map_insert(l, slot);
	l->nr_mapped++;
}

uint32_t live_find(const struct live_set *l, uint64_t id)
{
	size_t at = home(l, id);

	if (!l->map_size)
		return SLOT_NONE;
	while (l->map[at] != SLOT_NONE && *id_at(l, l->map[at]) != id)
		at = after(l, at);
	return l->map[at];
}

/* What follows moves back, unless that would put it before its home. */
static void close_gap(struct live_set *l, size_t hole)
{
	size_t mask = l->map_size - 1;

	for (size_t i = after(l, hole); l->map[i] != SLOT_NONE; i = after(l, i)) {
		size_t way = (i - home(l, *id_at(l, l->map[i]))) & mask;

		if (way >= ((i - hole) & mask)) {
			l->map[hole] = l->map[i];
			hole = i;
		}
	}
	l->map[hole] = SLOT_NONE;
}

/* A zone that failed to start was not mapped yet. */
static void unmap(struct live_set *l, uint32_t slot)
{
	size_t at = home(l, *id_at(l, slot));

	if (!l->map_size)
		return;
	while (l->map[at] != SLOT_NONE && l->map[at] != slot)
		at = after(l, at);
	if (l->map[at] == SLOT_NONE)
		return;
	close_gap(l, at);
	l->nr_mapped--;
}

/* --- slots ------------------------------------------------------------------------------ */

uint32_t live_new_slot(struct live_set *l)
{
	uint32_t slot = l->nr_slots++;

	BUG_ON(slot == SLOT_NONE);
	slab_reserve(&l->zone, l->nr_slots, sizeof(struct live_zone));
	if (l->want_ids) {
		slab_reserve(&l->id, l->nr_slots, sizeof(uint64_t));
		*id_at(l, slot) = 0;
	}
	return slot;
}

void live_remove(struct live_set *l, uint32_t slot)
{
	struct live_zone *z = live_at(l, slot);

	if (l->want_ids)
		unmap(l, slot);
	if (z->distance & LIVE_FAR)
		far_free(l, z->pages);
	*z = (struct live_zone){.host = UINT32_MAX, .vcpus = l->first_free};
	l->first_free = slot;
	l->nr_free++;
	l->nr_live--;
}

void live_release(struct live_set *l)
{
	slab_release(&l->zone);
	slab_release(&l->id);
	free(l->map);
	free(l->far);
	*l = (struct live_set){0};
}

/* --- those who wait --------------------------------------------------------------------- */

static size_t text_bytes(const struct zone_event *ev)
{
	const struct zone *z = ev->zone;
	size_t bytes = strlen(z->name) + 1 + (ev->group ? strlen(ev->group->name) + 1 : 0);

	for (uint32_t i = 0; i < z->nr_devices; i++)
		bytes += strlen(z->device[i]) + 1;
	return bytes;
}

/* Appends a copy at *end; returns it. */
static const char *keep_text(char **end, const char *text)
{
	size_t bytes = strlen(text) + 1;
	char *copy = memcpy(*end, text, bytes);

	*end += bytes;
	return copy;
}

static struct waiting *waiting_new(const struct zone_event *ev, uint64_t ordinal)
{
	const struct zone *z = ev->zone;
	size_t devices = z->nr_devices * sizeof(const char *);
	struct waiting *w = xmalloc(sizeof(*w) + devices + text_bytes(ev));
	char *end = (char *)(w->device + z->nr_devices);

	w->next = NULL;
	w->event = *ev;
	w->zone = *z;
	w->event.zone = &w->zone;
	w->ordinal = ordinal;
	w->zone.name = keep_text(&end, z->name);
	for (uint32_t i = 0; i < z->nr_devices; i++)
		w->device[i] = keep_text(&end, z->device[i]);
	w->zone.device = w->device;
	if (ev->group) {
		w->group = *ev->group;
		w->group.name = keep_text(&end, ev->group->name);
		w->event.group = &w->group;
	}
	return w;
}

void wait_queue_push(struct wait_queue *q, const struct zone_event *ev, uint64_t ordinal)
{
	struct waiting *w = waiting_new(ev, ordinal);

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
	free(w);
}

void wait_queue_release(struct wait_queue *q)
{
	struct waiting *w;

	while ((w = wait_queue_pop(q)))
		waiting_free(w);
	*q = (struct wait_queue){0};
}
