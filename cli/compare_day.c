/*
 * What a day of dynamic memory makes of a placement: the same zones through the
 * loop of `homenode run` on one simulated host, for 24 hours.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/csv.h"
#include "base/units.h"
#include "bench/run.h"
#include "cli/compare.h"
#include "sim/sim.h"

#define DAY_NS (24 * NS_PER_HOUR)

/* Neighbours and zones, all there from the first moment. */
struct day {
	struct compare *c;
	const struct zone_list *zones, *neighbours;
	struct zone_use use;
	struct zone_event *event;
	struct workload workload;
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
	workload_defaults(&d->workload);
	d->workload.source = SOURCE_EVENTS;
	d->workload.event = d->event;
	d->workload.duration_ns = DAY_NS;
	d->workload.fleet.cpu_overcommit_milli = 0; /* as `compare` places */
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

/* zones.csv of one day under one policy, as text; the caller frees. */
static int live_a_day(const struct day *d, const struct policy *policy, char **text,
		      struct error *err)
{
	const struct host *host[] = {d->c->host};
	struct run_input in = {
		.workload = &d->workload,
		.policy = policy,
		.seed = 1,
		.backend = &sim_backend,
		.host = host,
		.nr_hosts = 1,
		.topology = d->c->host->name,
		.cost = true,
	};
	struct run_result result;
	size_t size;
	int rc;

	in.zones = open_memstream(text, &size);
	BUG_ON(!in.zones);
	zones_print_header(in.zones);
	rc = run_row(&in, &result, err);
	fclose(in.zones);
	return rc;
}

static int64_t number(const struct csv *csv, const char *column)
{
	char text[32];

	for (unsigned i = 0; i < csv->nr_columns; i++) {
		if (strcmp(csv->column[i], column) != 0)
			continue;
		snprintf(text, sizeof(text), "%.*s", (int)csv->field[i].n, csv->field[i].text);
		return strtoll(text, NULL, 10);
	}
	BUG_ON(true);
	return 0;
}

static struct compare_row *row_of(struct compare *c, const struct policy *policy,
				  const struct zone *z)
{
	for (size_t i = 0; i < c->nr; i++) {
		if (c->row[i].policy == policy && c->row[i].zone == z)
			return &c->row[i];
	}
	return NULL;
}

static void read_row(struct day *d, const struct policy *policy, const struct csv *csv)
{
	size_t ordinal = (size_t)number(csv, "zone");
	struct compare_row *r;

	if (ordinal <= d->neighbours->nr)
		return;
	r = row_of(d->c, policy, &d->zones->zone[ordinal - 1 - d->neighbours->nr]);
	if (!r || !r->placed || !number(csv, "slowdown_ppm"))
		return;
	r->day.known = true;
	r->day.local_page_ppm = number(csv, "local_page_ppm");
	r->day.slowdown_ppm = number(csv, "slowdown_ppm");
	r->day.balloon_steps = number(csv, "balloon_steps");
	r->day.balloon_failures = number(csv, "balloon_failures");
}

static int one_policy(struct day *d, const struct policy *policy, struct error *err)
{
	struct csv csv = {0};
	char *text = NULL;
	bool more = true;
	FILE *file;
	int rc = live_a_day(d, policy, &text, err);

	if (rc)
		goto out;
	file = fmemopen(text, strlen(text), "r");
	BUG_ON(!file);
	rc = csv_attach(&csv, file, "zones.csv", err);
	while (!rc && more) {
		rc = csv_next(&csv, &more, err);
		if (!rc && more)
			read_row(d, policy, &csv);
	}
out:
	csv_close(&csv);
	free(text);
	return rc;
}

int compare_day(struct compare *c, const struct policy *const *policy, size_t nr_policies,
		const struct zone_list *zones, const struct zone_list *neighbours,
		struct error *err)
{
	struct day d = {.c = c, .zones = zones, .neighbours = neighbours};
	int rc = 0;

	if (!is_dynamic(zones) && !is_dynamic(neighbours))
		return 0;
	c->has_day = true;
	day_open(&d);
	for (size_t i = 0; i < nr_policies && !rc; i++)
		rc = one_policy(&d, policy[i], err);
	free(d.event);
	workload_release(&d.workload);
	return rc;
}
