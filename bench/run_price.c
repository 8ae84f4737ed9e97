#include "bench/run_price.h"

#include <stdlib.h>

#include "base/alloc.h"

void run_price_init(struct run *r)
{
	if (r->in->cost)
		r->price = ledger_new(r->in->host, r->in->nr_hosts);
}

void run_price_release(struct run *r)
{
	ledger_free(r->price);
	swing_release(&r->swing);
	free(r->swing_group);
}

void run_price_start(struct run *r, uint32_t slot, uint32_t host, const struct measure *m)
{
	const struct cost_zone zone = {.plan = &r->plan, .part = m->part, .nr_parts = m->nr_parts};

	if (!r->price)
		return;
	ledger_start(r->price, slot, host, &zone, r->totals.at_ns);
	while (slot >= r->cap_swing_group)
		r->swing_group = grow(r->swing_group, &r->cap_swing_group, r->cap_swing_group,
				      sizeof(*r->swing_group));
	r->swing_group[slot] = swing_group(&r->swing, &r->zone);
}

void run_price_move(struct run *r, uint32_t slot, const struct plan *p, const struct measure *m)
{
	const struct cost_zone zone = {.plan = p, .part = m->part, .nr_parts = m->nr_parts};

	if (r->price)
		ledger_move(r->price, slot, &zone, r->totals.at_ns);
}

static void count(struct run *r, uint32_t slot, const struct lifetime *life)
{
	struct lifetime_figures f;

	lifetime_add(&r->life, life);
	lifetime_figures(life, &f);
	if (f.performance_ppm)
		swing_add(&r->swing, r->swing_group[slot], f.performance_ppm);
}

void run_price_stop(struct run *r, uint32_t slot)
{
	struct lifetime life;

	if (!r->price)
		return;
	ledger_stop(r->price, slot, r->totals.at_ns, &life);
	count(r, slot, &life);
}

bool run_price_look(struct run *r, uint32_t slot, struct lifetime *out)
{
	if (r->price)
		ledger_lifetime(r->price, slot, r->totals.at_ns, out);
	return r->price != NULL;
}

static void fill_columns(struct run *r)
{
	struct row *row = r->row;
	struct lifetime_figures f;

	lifetime_figures(&r->life, &f);
	row->bandwidth_bytes_per_s = lifetime_bandwidth(&r->life, r->totals.at_ns);
	row->memory_latency_ps = f.latency_ps;
	row->slowdown_ppm = f.slowdown_ppm;
	row->swing_ppm = swing_ppm(&r->swing);
	row->remote_traffic_ppm = f.remote_ppm;
	row->cause_remote_ppm = f.cause_ppm[COST_REMOTE];
	row->cause_controller_ppm = f.cause_ppm[COST_CONTROLLER];
	row->cause_port_ppm = f.cause_ppm[COST_PORT];
	row->cause_fabric_ppm = f.cause_ppm[COST_FABRIC];
	row->cause_link_ppm = f.cause_ppm[COST_LINK];
	row->cause_cores_ppm = f.cause_ppm[COST_CORES];
}

void run_price_finish(struct run *r)
{
	if (!r->price)
		return;
	for (uint32_t i = 0; i < r->live.nr_slots; i++) {
		struct lifetime life;

		if (r->live.zone[i].host == UINT32_MAX || !run_price_look(r, i, &life))
			continue;
		count(r, i, &life);
	}
	ledger_grades(r->price, &r->result->latency_grade, &r->result->bandwidth_grade);
	fill_columns(r);
}
