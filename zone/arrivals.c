#include "zone/arrivals.h"

#include <stdlib.h>
#include <string.h>

#include "base/event_queue.h"
#include "base/map.h"
#include "base/rng.h"
#include "zone/stream.h"

#define LATEST_NS NS_PER_HOUR
#define NONE UINT32_MAX

/* What is still to be handed out of a copy: one event. */
struct pending {
	struct zone_event event;
	struct zone *zone; /* of a START; its own, freed once the next event is asked for */
};

/* A copy that may be stopped or resized by the name of its original. */
struct copy {
	uint64_t id;
	int64_t later_ns;
	uint32_t next; /* of the same original, or free */
};

struct arrivals {
	struct zone_stream base;
	struct zone_stream *inner;
	const struct zone_event *ahead; /* the inner stream's next */
	int64_t extra_ppm;
	uint64_t seed, starts, copies;
	bool named; /* events may speak of zones whose lifetime is known */
	bool read; /* `ahead` was handed out, or not yet read */
	struct event_queue queue; /* of pending */
	struct pending *pending;
	uint32_t *free_pending;
	size_t nr_pending, cap_pending, nr_free, cap_free;
	struct zone *last; /* handed out, and ours */
	struct map of; /* id of the original -> its first copy */
	struct copy *copy;
	size_t nr_copies, cap_copies;
	uint32_t free_copy;
};

/* In one piece of memory. */
static struct zone *copy_zone(const struct zone *z)
{
	size_t bytes = sizeof(*z) + z->nr_devices * sizeof(char *) + strlen(z->name) + 1;
	struct zone *copy;
	const char **device;
	char *end;

	for (uint32_t i = 0; i < z->nr_devices; i++)
		bytes += strlen(z->device[i]) + 1;
	copy = xmalloc(bytes);
	*copy = *z;
	device = (const char **)(copy + 1);
	end = (char *)(device + z->nr_devices);
	copy->device = device;
	copy->name = strcpy(end, z->name);
	for (uint32_t i = 0; i < z->nr_devices; i++) {
		end += strlen(end) + 1;
		device[i] = strcpy(end, z->device[i]);
	}
	return copy;
}

static void push(struct arrivals *a, const struct zone_event *ev, int64_t later_ns, uint64_t id)
{
	uint32_t slot = a->nr_free ? a->free_pending[--a->nr_free] : (uint32_t)a->nr_pending++;
	struct pending *p;

	a->pending = grow(a->pending, &a->cap_pending, slot, sizeof(*a->pending));
	p = &a->pending[slot];
	*p = (struct pending){.event = *ev};
	p->event.at_ns = ev->at_ns < NS_NEVER - later_ns ? ev->at_ns + later_ns : NS_NEVER;
	p->event.id = id;
	if (ev->kind == ZONE_EVENT_START)
		p->event.zone = p->zone = copy_zone(ev->zone);
	event_queue_push(&a->queue, p->event.at_ns, slot);
}

/* Ids are unique while zones live: what stands there is of one that left by itself. */
static void forget(struct arrivals *a, uint64_t id)
{
	uint32_t first = map_find(&a->of, id), last = first;

	if (first == MAP_NONE)
		return;
	map_remove(&a->of, id, first);
	while (a->copy[last].next != NONE)
		last = a->copy[last].next;
	a->copy[last].next = a->free_copy;
	a->free_copy = first;
}

/* In front of the copies there are. */
static void remember(struct arrivals *a, uint64_t original, uint64_t id, int64_t later_ns)
{
	uint32_t first = map_find(&a->of, original), at = a->free_copy;

	if (at == NONE) {
		at = (uint32_t)a->nr_copies++;
		a->copy = grow(a->copy, &a->cap_copies, at, sizeof(*a->copy));
	} else {
		a->free_copy = a->copy[at].next;
	}
	a->copy[at] = (struct copy){id, later_ns, first == MAP_NONE ? NONE : first};
	if (first != MAP_NONE)
		map_remove(&a->of, original, first);
	map_add(&a->of, original, at);
}

static struct rng own_rng(const struct arrivals *a)
{
	struct rng rng;

	rng_seed(&rng, map_mix(a->seed, a->starts), "arrivals");
	return rng;
}

/* A START of the inner stream: false, it does not come. */
static bool start(struct arrivals *a, const struct zone_event *ev)
{
	struct rng rng;
	int64_t left;

	a->starts++;
	rng = own_rng(a);
	if (a->extra_ppm < 0)
		return (int64_t)rng_below(&rng, 1000000) >= -a->extra_ppm;
	forget(a, ev->id);
	left = a->extra_ppm % 1000000;
	left = a->extra_ppm / 1000000 + ((int64_t)rng_below(&rng, 1000000) < left);
	for (; left > 0; left--) {
		int64_t later_ns = 1 + (int64_t)rng_below(&rng, LATEST_NS);
		uint64_t id = UINT64_MAX - a->copies++;

		push(a, ev, later_ns, id);
		if (a->named || ev->lifetime_ns == NS_NEVER)
			remember(a, ev->id, id, later_ns);
	}
	return true;
}

static void follow(struct arrivals *a, const struct zone_event *ev)
{
	uint32_t first = map_find(&a->of, ev->id);

	for (uint32_t c = first == MAP_NONE ? NONE : first; c != NONE; c = a->copy[c].next)
		push(a, ev, a->copy[c].later_ns, a->copy[c].id);
	if (ev->kind == ZONE_EVENT_STOP)
		forget(a, ev->id);
}

/* The inner stream's next that is to be handed out. */
static int look_ahead(struct arrivals *a, struct error *err)
{
	int rc = 0;

	while (a->read && !rc) {
		const struct zone_stream_stats *s = zone_stream_stats(a->inner);

		rc = zone_stream_next(a->inner, &a->ahead, err);
		a->base.stats.done = s->done;
		a->base.stats.total = s->total;
		if (s->bad_rows > a->base.stats.bad_rows) {
			a->base.stats.bad_rows = s->bad_rows;
			memcpy(a->base.stats.first_bad, s->first_bad, sizeof(s->first_bad));
		}
		a->read = !rc && a->ahead && a->ahead->kind == ZONE_EVENT_START &&
			  !start(a, a->ahead);
		if (!rc && a->ahead && a->ahead->kind != ZONE_EVENT_START)
			follow(a, a->ahead);
	}
	return rc;
}

/* At one moment those of the trace come first. */
static int arrivals_next(struct zone_stream *s, const struct zone_event **out, struct error *err)
{
	struct arrivals *a = (struct arrivals *)s;
	int rc = look_ahead(a, err);
	uint32_t slot;

	*out = NULL;
	if (rc)
		return rc;
	free(a->last);
	a->last = NULL;
	if (a->ahead && a->ahead->at_ns <= event_queue_next_ns(&a->queue)) {
		*out = a->ahead;
		a->read = true;
		return 0;
	}
	if (!a->queue.nr)
		return 0;
	slot = event_queue_pop(&a->queue).slot;
	s->event = a->pending[slot].event;
	a->last = a->pending[slot].zone;
	a->free_pending = grow(a->free_pending, &a->cap_free, a->nr_free, sizeof(uint32_t));
	a->free_pending[a->nr_free++] = slot;
	*out = &s->event;
	return 0;
}

static void arrivals_close(struct zone_stream *s)
{
	struct arrivals *a = (struct arrivals *)s;

	while (a->queue.nr)
		free(a->pending[event_queue_pop(&a->queue).slot].zone);
	event_queue_release(&a->queue);
	free(a->pending);
	free(a->free_pending);
	free(a->last);
	map_release(&a->of);
	free(a->copy);
	zone_stream_close(a->inner);
	free(a);
}

struct zone_stream *arrivals_open(struct zone_stream *inner, const struct workload *w,
				  uint64_t seed)
{
	static const struct zone_stream_ops ops = {arrivals_next, arrivals_close};
	struct arrivals *a = xcalloc(1, sizeof(*a));

	a->base.ops = &ops;
	a->inner = inner;
	a->extra_ppm = w->extra_arrivals_ppm;
	a->seed = seed;
	a->named = w->source == SOURCE_EVENTS;
	a->read = true;
	a->free_copy = NONE;
	return &a->base;
}
