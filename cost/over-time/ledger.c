#include "cost/over-time/ledger.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/units.h"
#include "cost/over-time/price_impl.h"

static struct price_model *model_new(const struct host *host)
{
	struct price_model *m = xcalloc(1, sizeof(*m));

	m->host = host;
	cost_params_init(&m->params, host, NULL);
	model_tables_init(m);
	return m;
}

static void model_free(struct price_model *m)
{
	model_tables_release(m);
	cost_params_release(&m->params);
	equilibrium_work_release(&m->work);
	free(m);
}

static struct price_model *model_of(struct ledger *p, const struct host *host)
{
	for (uint32_t i = 0; i < p->nr_models; i++) {
		if (p->model[i]->host == host)
			return p->model[i];
	}
	p->model[p->nr_models] = model_new(host);
	return p->model[p->nr_models++];
}

struct ledger *ledger_new(const struct host *const *host, uint32_t nr_hosts)
{
	struct ledger *p = xcalloc(1, sizeof(*p));

	p->nr_hosts = nr_hosts;
	p->host = xcalloc(nr_hosts, sizeof(*p->host));
	p->model = xcalloc(nr_hosts, sizeof(struct price_model *));
	for (uint32_t i = 0; i < nr_hosts; i++) {
		p->host[i].model = model_of(p, host[i]);
		p->host[i].free_got = NOWHERE;
	}
	return p;
}

void ledger_free(struct ledger *p)
{
	if (!p)
		return;
	for (uint32_t i = 0; i < p->nr_hosts; i++) {
		free(p->host[i].group);
		free(p->host[i].got);
		free(p->host[i].class);
		free(p->host[i].accounts);
	}
	for (uint32_t i = 0; i < p->nr_models; i++)
		model_free(p->model[i]);
	free(p->host);
	free(p->model);
	free(p->zone);
	free(p->profile);
	free(p->member);
	free(p->joined);
	free(p->flow);
	free(p->flow_share);
	free(p);
}

static void worse(enum host_grade *worst, enum host_grade g)
{
	*worst = g < *worst ? g : *worst;
}

void ledger_grades(const struct ledger *p, enum host_grade *latency, enum host_grade *bandwidth)
{
	*latency = *bandwidth = GRADE_MEASURED;
	for (uint32_t i = 0; i < p->nr_models; i++) {
		const struct cost_params *c = &p->model[i]->params;

		worse(latency, c->grade[COST_LOCAL_LATENCY]);
		worse(bandwidth, c->grade[COST_READ_BANDWIDTH]);
		if (c->nr_ports)
			worse(bandwidth, c->grade[COST_PORT_BANDWIDTH]);
		if (c->nr_nodes > 1)
			worse(latency, c->grade[COST_REMOTE_LATENCY]);
		if (c->grade[COST_LINK_BANDWIDTH] != GRADE_NONE)
			worse(bandwidth, c->grade[COST_LINK_BANDWIDTH]);
	}
}

struct price_stats price_stats(const struct ledger *p)
{
	return p->stats;
}

static bool same_profile(const struct zone_profile *a, const struct zone_profile *b)
{
	return a->demand_bytes_per_s == b->demand_bytes_per_s &&
	       a->read_share_ppm == b->read_share_ppm && a->stall_share_ppm == b->stall_share_ppm &&
	       a->sharing_share_ppm == b->sharing_share_ppm && a->parallelism == b->parallelism;
}

static uint32_t keep_profile(struct ledger *p, const struct zone_profile *profile)
{
	for (size_t i = 0; i < p->nr_profiles; i++) {
		if (same_profile(&p->profile[i], profile))
			return (uint32_t)i;
	}
	p->profile = grow(p->profile, &p->cap_profiles, p->nr_profiles, sizeof(*p->profile));
	p->profile[p->nr_profiles] = *profile;
	return (uint32_t)p->nr_profiles++;
}

/* Parts of SHARE_WHOLE that add up to it: rounded down, then one more for those
 * that lost most, the lowest node first among equals. */
static void round_share(const double *share, uint32_t nr_nodes, uint16_t *out)
{
	double rest[NODES_MAX];
	uint32_t left = SHARE_WHOLE;

	for (uint32_t n = 0; n < nr_nodes; n++) {
		double exact = share[n] * SHARE_WHOLE;

		out[n] = (uint16_t)exact;
		rest[n] = exact - out[n];
		left -= out[n];
	}
	for (; left; left--) {
		uint32_t most = 0;

		for (uint32_t n = 1; n < nr_nodes; n++)
			most = rest[n] > rest[most] ? n : most;
		out[most]++;
		rest[most] = -1;
	}
}

static struct priced_zone *zone_at(struct ledger *p, uint32_t slot)
{
	while (slot >= p->cap_zones) {
		size_t old = p->cap_zones;

		p->zone = grow(p->zone, &p->cap_zones, old, sizeof(*p->zone));
		for (size_t i = old; i < p->cap_zones; i++)
			p->zone[i].host = NOWHERE;
	}
	return &p->zone[slot];
}

/* The zone's shape, from where its vCPUs and pages are. */
static uint32_t read_shape(struct ledger *p, struct price_model *m, uint32_t profile,
			   const struct cost_zone *zone)
{
	struct flows raw = {p->raw, 0};

	model_sweep(m);
	flows_add(&raw, p->raw_share, &m->params, zone, 0, &p->residency);
	for (uint32_t i = 0; i < raw.nr; i++) {
		uint16_t share[NODES_MAX];
		int64_t micro = (int64_t)(raw.flow[i].vcpus * VCPU_MICRO + 0.5);

		round_share(raw.flow[i].share, m->params.nr_nodes, share);
		p->wanted[i].kind = kind_find(m, raw.flow[i].node, profile, share);
		p->wanted[i].vcpus_micro = micro ? micro : 1;
	}
	return shape_find(p, m, p->wanted, raw.nr);
}

void ledger_start(struct ledger *p, uint32_t slot, uint32_t host, const struct cost_zone *zone,
		  int64_t now_ns)
{
	struct priced_zone *z = zone_at(p, slot);
	struct price_host *h = &p->host[host];

	BUG_ON(z->host != NOWHERE);
	host_catch_up(p, h, now_ns);
	z->host = host;
	z->profile = keep_profile(p, cost_zone_profile(zone));
	z->vcpus = cost_zone_vcpus(zone);
	z->start_ns = now_ns;
	z->shape = read_shape(p, h->model, z->profile, zone);
	host_join(p, h, z->shape, now_ns, z->before);
}

void ledger_move(struct ledger *p, uint32_t slot, const struct cost_zone *zone, int64_t now_ns)
{
	struct priced_zone *z = zone_at(p, slot);
	struct price_host *h = &p->host[z->host];
	struct cost_zone from = *zone;
	uint128 was[ACCOUNTS];
	uint32_t shape;

	from.profile = &p->profile[z->profile];
	from.vcpus = z->vcpus;
	host_catch_up(p, h, now_ns);
	shape = read_shape(p, h->model, z->profile, &from);
	if (shape == z->shape)
		return;
	host_accounts(h, z->shape, now_ns, was);
	host_leave(h, z->shape, now_ns);
	for (int a = 0; a < ACCOUNTS; a++)
		was[a] -= z->before[a];
	host_join(p, h, shape, now_ns, z->before);
	for (int a = 0; a < ACCOUNTS; a++)
		z->before[a] -= was[a]; /* modulo 2^128, as what is taken off it later */
	z->shape = shape;
}

static double account_value(uint128 sum)
{
	return (double)sum / ACCOUNT_UNIT;
}

void ledger_lifetime(struct ledger *p, uint32_t slot, int64_t now_ns, struct lifetime *out)
{
	struct priced_zone *z = zone_at(p, slot);
	struct price_host *h = &p->host[z->host];
	uint128 sum[ACCOUNTS];

	host_catch_up(p, h, now_ns);
	host_accounts(h, z->shape, now_ns, sum);
	for (int a = 0; a < ACCOUNTS; a++)
		sum[a] -= z->before[a];
	out->vcpu_s = z->vcpus * ((double)(now_ns - z->start_ns) / 1e9);
	out->ideal_vcpu_s = z->vcpus * (account_value(sum[ACCOUNT_SPEED]) / 1e9);
	for (int c = 0; c < COST_CAUSES; c++)
		out->lost_vcpu_s[c] = z->vcpus * (account_value(sum[ACCOUNT_LOST + c]) / 1e9);
	out->bytes = account_value(sum[ACCOUNT_BYTES]);
	out->remote_bytes = account_value(sum[ACCOUNT_REMOTE_BYTES]);
	out->latency_ns_bytes = account_value(sum[ACCOUNT_LATENCY]);
}

void ledger_stop(struct ledger *p, uint32_t slot, int64_t now_ns, struct lifetime *out)
{
	struct priced_zone *z = zone_at(p, slot);

	ledger_lifetime(p, slot, now_ns, out);
	host_leave(&p->host[z->host], z->shape, now_ns);
	z->host = NOWHERE;
}
