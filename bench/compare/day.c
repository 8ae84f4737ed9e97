/*
 * What a day of dynamic memory makes of a placement: the same zones through the one loop on
 * one host, for 24 hours, under each policy.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "base/units.h"
#include "bench/accounts/pricing.h"
#include "bench/compare/compare.h"
#include "bench/experiment/experiment.h"
#include "bench/loop/balloons.h"
#include "bench/loop/cluster.h"

#define DAY_NS (24 * NS_PER_HOUR)

/* The day under one policy. */
struct day_of_policy {
	const struct day *day;
	const struct policy *policy;
	struct observer observer;
};

/* Neighbours and zones, all there from the first moment. */
struct day {
	struct compare *c;
	const struct zone_list *zones, *neighbours;
	struct zone_use use;
	struct zone_event *event;
	struct workload workload;
	struct day_of_policy *of_policy; /* by row of the experiment */
};

static void add_zones(struct day *d, const struct zone_list *l)
{
	for (size_t i = 0; i < l->nr; i++) {
		size_t at = d->workload.nr_events++;

		d->event[at] = (struct zone_event){
			.kind = ZONE_EVENT_START,
			.id = at + 1,
			.lifetime_ns = NS_NEVER,
			.zone = &l->zone[i],
			.use = l->zone[i].memory_policy == ZONE_DYNAMIC ? &d->use : NULL,
		};
	}
}

static void day_open(struct day *d)
{
	zone_use_init(&d->use, USE_DIURNAL);
	d->event = xcalloc(d->zones->nr + d->neighbours->nr + 1, sizeof(*d->event));
	d->of_policy = xcalloc(d->c->nr_policies + 1, sizeof(*d->of_policy));
	workload_defaults(&d->workload);
	d->workload.source = SOURCE_EVENTS;
	d->workload.event = d->event;
	d->workload.duration_ns = DAY_NS;
	d->workload.fleet.cpu_overcommit_milli = 0; /* as zones are placed for a moment */
	add_zones(d, d->neighbours);
	add_zones(d, d->zones);
}

static bool is_dynamic(const struct zone_list *l)
{
	for (size_t i = 0; i < l->nr; i++) {
		if (l->zone[i].memory_policy == ZONE_DYNAMIC)
			return true;
	}
	return false;
}

/* The first case's row: a policy and a zone stand once in it. */
static struct compare_row *row_of(struct compare *c, const struct policy *policy,
				  const struct zone *z)
{
	for (size_t i = 0; i < c->nr; i++) {
		if (c->row[i].policy == policy && c->row[i].zone == z)
			return &c->row[i];
	}
	return NULL;
}

/* The day is over, or the zone is. */
static int on_zone(void *self, const struct run_view *view, const struct zone_news *n,
		   struct error *err)
{
	const struct day_of_policy *p = self;
	const struct day *d = p->day;
	const struct dynamic_zone *balloon = balloons_zone(view->balloons, n->slot);
	struct plan_locality l;
	struct lifetime_figures figures;
	struct lifetime life;
	struct compare_row *r;

	(void)err;
	if (n->ordinal <= d->neighbours->nr)
		return 0;
	live_locality(&view->cluster->live, n->slot, &l);
	r = row_of(d->c, p->policy, &d->zones->zone[n->ordinal - 1 - d->neighbours->nr]);
	pricing_look(view->pricing, n->slot, n->at_ns, &life);
	lifetime_figures(&life, &figures);
	if (!r || !r->placed || !figures.slowdown_ppm)
		return 0;
	r->day.known = true;
	r->day.slowdown_ppm = figures.slowdown_ppm;
	r->day.local_page_ppm = balloon ? ppm_wide(balloon->local_ns, balloon->resident_ns)
					: ppm(l.local_bytes, l.resident_bytes);
	r->day.balloon_steps = balloon ? (int64_t)balloon->steps : 0;
	r->day.balloon_failures = balloon ? (int64_t)balloon->failures : 0;
	return 0;
}

static const struct observer_ops day_observer = {
	.name = "day of dynamic memory",
	.wants = NEWS(NEWS_LEAVING) | NEWS(NEWS_ALIVE),
	.on_zone = on_zone,
};

static int begin_row(void *self, size_t row, struct run_input *in, struct error *err)
{
	struct day *d = self;
	struct day_of_policy *p = &d->of_policy[row];

	(void)err;
	*p = (struct day_of_policy){.day = d, .policy = in->policy, .observer = {&day_observer, p}};
	in->observer = &p->observer;
	in->nr_observers = 1;
	return 0;
}

static int run_day(struct day *d, const struct backend_ops *machine, struct error *err)
{
	static const struct gatherer gatherer = {.on_begin = begin_row};
	const struct workload *workload = &d->workload;
	const char *allocator = workload->allocator[0];
	enum run_memory memory = RUN_MEMORY_AS_ASKED;
	uint64_t seed = 1;
	struct matrix_fleet fleet = {.name = d->c->host->name, .host = &d->c->host, .nr_hosts = 1};
	const struct policy **policy = xcalloc(d->c->nr_policies + 1, sizeof(*policy));
	struct experiment x = {
		.matrix = {&fleet, 1, &workload, 1, policy, d->c->nr_policies, &memory, 1,
			   &allocator, 1, &seed, 1, false},
		.backend = machine,
		.cost = true,
		.jobs = d->c->jobs,
		.gatherer = &gatherer,
		.gatherer_self = d,
	};
	int rc;

	for (size_t i = 0; i < d->c->nr_policies; i++)
		policy[i] = d->c->policy[i];
	rc = d->c->nr_policies ? experiment_run(&x, err) : 0;
	free(policy);
	return rc;
}

int compare_day(struct compare *c, const struct backend_ops *machine, const struct zone_list *zones,
		const struct zone_list *neighbours, struct error *err)
{
	struct day d = {.c = c, .zones = zones, .neighbours = neighbours};
	int rc;

	if (!is_dynamic(zones) && !is_dynamic(neighbours))
		return 0;
	c->has_day = true;
	day_open(&d);
	rc = run_day(&d, machine, err);
	free(d.event);
	free(d.of_policy);
	workload_release(&d.workload);
	return rc;
}
