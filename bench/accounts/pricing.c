#include "bench/accounts/pricing.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "bench/loop/cluster.h"
#include "bench/loop/run_input.h"
#include "cost/params/grades.h"

void pricing_init(struct pricing *p, const struct host *const *host, uint32_t nr_hosts)
{
	p->ledger = ledger_new(host, nr_hosts);
	for (int f = 0; f < COST_FIGURES; f++)
		p->joined.grade[f] = GRADE_NONE;
}

void pricing_release(struct pricing *p)
{
	ledger_free(p->ledger);
	swing_release(&p->swing);
	free(p->group);
}

void pricing_look(const struct pricing *p, uint32_t slot, int64_t now_ns, struct lifetime *out)
{
	ledger_lifetime(p->ledger, slot, now_ns, out);
}

static void start(struct pricing *p, const struct zone_news *n)
{
	const struct cost_zone zone = {
		.plan = n->plan, .part = n->measure->part, .nr_parts = n->measure->nr_parts};

	ledger_start(p->ledger, n->slot, n->host, &zone, n->at_ns);
	while (n->slot >= p->cap_groups)
		p->group = grow(p->group, &p->cap_groups, p->cap_groups, sizeof(*p->group));
	p->group[n->slot] = swing_group(&p->swing, n->zone);
}

static void move(struct pricing *p, const struct zone_news *n)
{
	const struct cost_zone zone = {
		.plan = n->plan, .part = n->measure->part, .nr_parts = n->measure->nr_parts};

	ledger_move(p->ledger, n->slot, &zone, n->at_ns);
}

static void count(struct pricing *p, uint32_t slot, const struct lifetime *life)
{
	struct lifetime_figures f;

	lifetime_add(&p->life, life);
	lifetime_figures(life, &f);
	if (f.performance_ppm)
		swing_add(&p->swing, p->group[slot], f.performance_ppm);
}

static int on_zone(void *self, const struct run_view *view, const struct zone_news *n,
		   struct error *err)
{
	struct pricing *p = self;
	struct lifetime life;

	(void)view;
	(void)err;
	switch (n->kind) {
	case NEWS_STARTED:
		start(p, n);
		return 0;
	case NEWS_MOVED:
		move(p, n);
		return 0;
	case NEWS_ALIVE:
		ledger_lifetime(p->ledger, n->slot, n->at_ns, &life);
		break;
	default:
		ledger_stop(p->ledger, n->slot, n->at_ns, &life);
		break;
	}
	count(p, n->slot, &life);
	return 0;
}

static void on_expected(void *self, uint32_t slot, enum nearness near)
{
	static const enum ledger_fetch what[] = {
		[NEAR_FAR] = LEDGER_ZONE,
		[NEAR_NEARER] = LEDGER_NODE,
		[NEAR_NEXT] = LEDGER_ACCOUNTS,
	};
	const struct pricing *p = self;

	ledger_expect(p->ledger, slot, what[near]);
	if (near == NEAR_NEARER && slot < p->cap_groups)
		fetch_line(&p->group[slot]);
}

/* With that of the hosts that were joined. */
static struct cost_basis basis_of(const struct pricing *p)
{
	const struct cost_basis own = ledger_basis(p->ledger);

	return cost_basis_join(&own, &p->joined);
}

void pricing_join(struct pricing *p, const struct pricing *other)
{
	const struct cost_basis basis = basis_of(other);

	p->joined = cost_basis_join(&p->joined, &basis);
	lifetime_add(&p->life, &other->life);
	swing_join(&p->swing, &other->swing);
}

static void on_row(void *self, const struct run_view *view, struct run_result *out)
{
	struct pricing *p = self;
	struct row *row = &out->row;
	struct lifetime_figures f;

	out->basis = basis_of(p);
	lifetime_figures(&p->life, &f);
	if (!f.slowdown_ppm)
		return; /* nothing ran: there is nothing to say of it */
	row->bandwidth_bytes_per_s = lifetime_bandwidth(&p->life, view->cluster->now_ns);
	row->memory_latency_ps = p->life.bytes > 0 ? f.latency_ps : FIGURE_UNKNOWN;
	row->slowdown_ppm = f.slowdown_ppm;
	row->swing_ppm = swing_ppm(&p->swing);
	row->remote_traffic_ppm = p->life.bytes > 0 ? f.remote_ppm : FIGURE_UNKNOWN;
	row->cause_remote_ppm = f.cause_ppm[COST_REMOTE];
	row->cause_controller_ppm = f.cause_ppm[COST_CONTROLLER];
	row->cause_port_ppm = f.cause_ppm[COST_PORT];
	row->cause_fabric_ppm = f.cause_ppm[COST_FABRIC];
	row->cause_link_ppm = f.cause_ppm[COST_LINK];
	row->cause_cores_ppm = f.cause_ppm[COST_CORES];
}

const struct observer_ops pricing_observer = {
	.name = "prices",
	.wants = NEWS(NEWS_STARTED) | NEWS(NEWS_MOVED) | NEWS(NEWS_LEFT) | NEWS(NEWS_ALIVE),
	.on_zone = on_zone,
	.on_expected = on_expected,
	.on_row = on_row,
};
