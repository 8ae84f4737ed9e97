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

void live_map(struct live_set *l, uint32_t slot, uint64_t id)
{
	map_add(&l->map, id, slot);
	l->extra[slot].mapped = true;
	l->extra[slot].id = id;
}

uint32_t live_find(const struct live_set *l, uint64_t id)
{
	return map_find(&l->map, id);
}

void live_remove(struct live_set *l, uint32_t slot)
{
	if (l->want_extra) {
		struct live_extra *e = &l->extra[slot];
		bool known = !e->mapped || map_remove(&l->map, e->id, slot);

		BUG_ON(!known);
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
	map_release(&l->map);
	*l = (struct live_set){0};
}

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
