#include "bench/foresight/schedule.h"

#include <stdlib.h>

#include "bench/loop/cluster.h"

void schedule_init(struct schedule *s, uint32_t nr_hosts)
{
	*s = (struct schedule){
		.of_host = xcalloc(nr_hosts, sizeof(uint32_t *)),
		.nr_of_host = xcalloc(nr_hosts, sizeof(*s->nr_of_host)),
		.cap_of_host = xcalloc(nr_hosts, sizeof(*s->cap_of_host)),
		.nr_hosts = nr_hosts,
	};
}

void schedule_release(struct schedule *s)
{
	for (uint32_t i = 0; i < s->nr_hosts; i++)
		free(s->of_host[i]);
	free(s->of_host);
	free(s->nr_of_host);
	free(s->cap_of_host);
	free(s->of_ordinal);
	free(s->zone);
	arena_release(&s->arena);
	*s = (struct schedule){0};
}

static void keep_zone(struct schedule *s, struct zone *z)
{
	const char **device = NULL;

	z->name = "";
	if (z->nr_devices)
		device = arena_alloc(&s->arena, z->nr_devices * sizeof(*device));
	for (uint32_t i = 0; i < z->nr_devices; i++)
		device[i] = arena_strdup(&s->arena, z->device[i]);
	z->device = device;
}

static void on_start(struct schedule *s, uint64_t ordinal, const struct zone *z, uint32_t host,
		     int64_t at_ns)
{
	struct scheduled *e;

	while (s->nr_ordinals <= ordinal) {
		s->of_ordinal = grow(s->of_ordinal, &s->cap_ordinals, s->nr_ordinals,
				     sizeof(*s->of_ordinal));
		s->of_ordinal[s->nr_ordinals++] = SCHEDULE_NOWHERE;
	}
	s->of_ordinal[ordinal] = (uint32_t)s->nr;
	s->of_host[host] = grow(s->of_host[host], &s->cap_of_host[host], s->nr_of_host[host],
				sizeof(*s->of_host[host]));
	s->of_host[host][s->nr_of_host[host]++] = (uint32_t)s->nr;
	s->zone = grow(s->zone, &s->cap, s->nr, sizeof(*s->zone));
	e = &s->zone[s->nr++];
	*e = (struct scheduled){
		.zone = *z,
		.ordinal = ordinal,
		.host = host,
		.start_ns = at_ns,
		.end_ns = NS_NEVER,
	};
	keep_zone(s, &e->zone);
}

static void on_stop(struct schedule *s, uint64_t ordinal, int64_t at_ns)
{
	s->zone[s->of_ordinal[ordinal]].end_ns = at_ns;
}

const struct scheduled *schedule_find(const struct schedule *s, uint64_t ordinal)
{
	if (ordinal >= s->nr_ordinals || s->of_ordinal[ordinal] == SCHEDULE_NOWHERE)
		return NULL;
	return &s->zone[s->of_ordinal[ordinal]];
}

size_t schedule_after(const struct schedule *s, uint32_t host, int64_t at_ns, uint64_t ordinal)
{
	size_t low = 0, high = s->nr_of_host[host];

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct scheduled *e = &s->zone[s->of_host[host][middle]];

		if (e->start_ns > at_ns || (e->start_ns == at_ns && e->ordinal > ordinal))
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static int on_zone(void *self, const struct run_view *view, const struct zone_news *n,
		   struct error *err)
{
	(void)err;
	if (n->kind == NEWS_STARTED)
		on_start(self, n->ordinal, n->zone, n->host,
			 live_at(&view->cluster->live, n->slot)->start_ns);
	else
		on_stop(self, n->ordinal, n->at_ns);
	return 0;
}

const struct observer_ops schedule_observer = {
	.name = "schedule",
	.wants = NEWS(NEWS_STARTED) | NEWS(NEWS_LEFT),
	.on_zone = on_zone,
};
