#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/map.h"
#include "base/rng.h"
#include "base/units.h"
#include "zone/use_read.h"
#include "zone/workload_impl.h"
#include "zone/zone_read.h"

/* The latest zone started under a name. */
struct named_zone {
	const struct zone *zone;
	uint64_t id;
	uint32_t cluster;
	int64_t ends_ns; /* by its lifetime or a stop */
	bool stopped;
};

struct event_reader {
	struct arena *arena;
	const struct fleet_spec *fleet;
	struct named_zone *named;
	size_t nr, cap;
	struct map by_name; /* hash -> named */
	int64_t last_ns;
	uint64_t next_id;
};

/* NULL: none was. Lent until the next one is added. */
static struct named_zone *find(const struct event_reader *r, const char *name)
{
	uint64_t hash = hash_text(name);
	size_t at;

	for (uint32_t i = map_first(&r->by_name, hash, &at); i != MAP_NONE;
	     i = map_next(&r->by_name, hash, &at)) {
		if (strcmp(r->named[i].zone->name, name) == 0)
			return &r->named[i];
	}
	return NULL;
}

static struct named_zone *find_or_add(struct event_reader *r, const struct zone *zone)
{
	struct named_zone *named = find(r, zone->name);

	if (named)
		return named;
	map_add(&r->by_name, hash_text(zone->name), (uint32_t)r->nr);
	r->named = grow(r->named, &r->cap, r->nr, sizeof(*r->named));
	named = &r->named[r->nr++];
	*named = (struct named_zone){.zone = zone, .ends_ns = INT64_MIN};
	return named;
}

static int read_start(struct event_reader *r, const struct doc_value *at, struct zone_event *e,
		      struct error *err)
{
	const struct doc_value *start = doc_member(at, "start"), *lifetime, *name, *use, *group;
	struct zone *zone = arena_alloc(r->arena, sizeof(*zone));
	struct named_zone *named;
	int rc = zone_from_doc(start, r->arena, zone, err);

	e->lifetime_ns = NS_NEVER;
	if (!rc)
		rc = doc_get_duration(at, "lifetime", false, &e->lifetime_ns, err);
	if (!rc)
		rc = doc_get_map(at, "memory_use", false, &use, err);
	if (!rc && use) {
		struct zone_use *u = arena_alloc(r->arena, sizeof(*u));

		rc = zone_use_from_doc(use, NULL, u, err);
		e->use = u;
	}
	if (!rc)
		rc = doc_get_map(at, "group", false, &group, err);
	if (!rc && group) {
		struct zone_group *g = arena_alloc(r->arena, sizeof(*g));

		rc = zone_group_from_doc(group, r->arena, g, err);
		e->group = g;
	}
	if (!rc)
		rc = cluster_from_doc(r->fleet, at, &e->cluster, err);
	if (rc)
		return rc;
	lifetime = doc_place(at, "lifetime");
	if (e->lifetime_ns == 0)
		return doc_error(lifetime, err, "\"lifetime\" must be more than 0");
	if (!zone_event_can_be_told(e))
		return doc_error(lifetime, err,
				 "the zone would stop after more than 146 years, where the clock "
				 "ends");
	name = doc_place(start, "name");
	named = find_or_add(r, zone);
	if (named->ends_ns > e->at_ns)
		return doc_error(name, err,
				 "zone \"%.80s\" is running already; stop it first or name this "
				 "one otherwise",
				 zone->name);
	named->zone = zone;
	named->stopped = false;
	named->id = r->next_id++;
	named->cluster = e->cluster;
	named->ends_ns =
		e->lifetime_ns < NS_NEVER - e->at_ns ? e->at_ns + e->lifetime_ns : NS_NEVER;
	e->kind = ZONE_EVENT_START;
	e->zone = zone;
	e->id = named->id;
	return 0;
}

/* The zone that "stop" or "resize" names. */
static int read_name(const struct event_reader *r, const struct doc_value *at, const char *key,
		     struct named_zone **out, struct error *err)
{
	const struct doc_value *member = doc_member(at, key);
	const char *name = NULL;
	int rc = doc_get_text(at, key, true, &name, err);

	if (rc)
		return rc;
	*out = find(r, name);
	if (!*out)
		return doc_error(member, err,
				 "no event before this one starts a zone named \"%.80s\"", name);
	if ((*out)->stopped)
		return doc_error(member, err,
				 "zone \"%.80s\" was stopped by an event before this one", name);
	return 0;
}

static int read_stop(struct event_reader *r, const struct doc_value *at, struct zone_event *e,
		     struct error *err)
{
	struct named_zone *named;
	int rc = read_name(r, at, "stop", &named, err);

	if (rc)
		return rc;
	e->kind = ZONE_EVENT_STOP;
	e->id = named->id;
	e->cluster = named->cluster;
	named->ends_ns = e->at_ns;
	named->stopped = true;
	return 0;
}

static int read_resize(struct event_reader *r, const struct doc_value *at, struct zone_event *e,
		       struct error *err)
{
	const struct doc_value *resize = doc_member(at, "resize"),
			       *memory = doc_member(at, "memory");
	struct named_zone *named;
	const struct zone *z;
	int rc = read_name(r, at, "resize", &named, err);

	if (!rc)
		rc = doc_get_bytes(at, "memory", true, false, &e->bytes, err);
	if (rc)
		return rc;
	z = named->zone;
	if (z->memory_policy == ZONE_STATIC)
		return doc_error(resize, err, "zone \"%.80s\" is static: its memory never changes",
				 z->name);
	if (e->bytes <= z->memory_bytes)
		e->bytes = (e->bytes + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
	if (e->bytes < z->memory_min_bytes || e->bytes > z->memory_bytes) {
		char least[32], most[32];

		return doc_error(memory, err, "zone \"%.80s\" can have between %s and %s of memory",
				 z->name, bytes_text(z->memory_min_bytes, least, sizeof(least)),
				 bytes_text(z->memory_bytes, most, sizeof(most)));
	}
	e->kind = ZONE_EVENT_RESIZE;
	e->id = named->id;
	e->cluster = named->cluster;
	return 0;
}

static int read_event(struct event_reader *r, const struct doc_value *at, struct zone_event *e,
		      struct error *err)
{
	static const char *const start_keys[] = {"at",	       "start",	  "lifetime", "group",
						 "memory_use", "cluster", NULL};
	static const char *const stop_keys[] = {"at", "stop", NULL};
	static const char *const resize_keys[] = {"at", "resize", "memory", NULL};
	const struct doc_value *time = doc_member(at, "at");
	bool start = doc_member(at, "start"), stop = doc_member(at, "stop");
	bool resize = doc_member(at, "resize");
	int rc;

	if (start + stop + resize != 1)
		return doc_error(at, err,
				 "an event must be an object with exactly one of \"start\", "
				 "\"stop\" and \"resize\"");
	rc = doc_known(at, "the event", start ? start_keys : stop ? stop_keys : resize_keys, err);
	if (!rc)
		rc = doc_get_duration(at, "at", true, &e->at_ns, err);
	if (rc)
		return rc;
	if (e->at_ns < r->last_ns)
		return doc_error(time, err,
				 "the event is before the one above it; events must be in the "
				 "order of their times");
	r->last_ns = e->at_ns;
	return start  ? read_start(r, at, e, err)
	       : stop ? read_stop(r, at, e, err)
		      : read_resize(r, at, e, err);
}

int workload_read_events(struct workload *w, const struct doc_value *list, struct error *err)
{
	size_t nr = list->nr;
	struct event_reader r = {.arena = &w->arena, .fleet = &w->fleet};
	struct zone_event *event;
	int rc = 0;

	if (!nr)
		return doc_error(list, err, "\"events\" is empty; nothing would happen");
	event = arena_alloc(&w->arena, nr * sizeof(*event));
	for (size_t i = 0; i < nr && !rc; i++) {
		const struct doc_value *at = &list->item[i];

		rc = read_event(&r, at, &event[i], err);
	}
	free(r.named);
	map_release(&r.by_name);
	w->event = event;
	w->nr_events = nr;
	return rc;
}
