#include "cost/price.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/units.h"
#include "cost/price_impl.h"

#define NOWHERE UINT32_MAX

static struct price_model *model_new(const struct host *host)
{
	struct price_model *m = xcalloc(1, sizeof(*m));

	m->host = host;
	cost_params_init(&m->params, host, NULL);
	m->key_bytes = FOUND_FLOWS * (2 * sizeof(uint64_t) + host->nr_nodes * sizeof(uint16_t));
	m->key = xmalloc(m->key_bytes);
	m->found = xcalloc(FOUND_SLOTS, sizeof(*m->found));
	m->found_key = xcalloc(FOUND_SLOTS, m->key_bytes);
	return m;
}

static void model_free(struct price_model *m)
{
	cost_params_release(&m->params);
	solve_work_release(&m->work);
	free(m->found);
	free(m->found_key);
	free(m->key);
	free(m);
}

static struct price_model *model_of(struct price *p, const struct host *host)
{
	for (uint32_t i = 0; i < p->nr_models; i++) {
		if (p->model[i]->host == host)
			return p->model[i];
	}
	p->model[p->nr_models] = model_new(host);
	return p->model[p->nr_models++];
}

struct price *price_new(const struct host *const *host, uint32_t nr_hosts)
{
	struct price *p = xcalloc(1, sizeof(*p));

	p->nr_hosts = nr_hosts;
	p->host = xcalloc(nr_hosts, sizeof(*p->host));
	p->model = xcalloc(nr_hosts, sizeof(struct price_model *));
	for (uint32_t i = 0; i < nr_hosts; i++)
		p->host[i].model = model_of(p, host[i]);
	return p;
}

void price_free(struct price *p)
{
	if (!p)
		return;
	for (uint32_t i = 0; i < p->nr_hosts; i++)
		free(p->host[i].flow);
	for (size_t i = 0; i < p->cap_zones; i++) {
		free(p->zone[i].flow);
		free(p->zone[i].share);
	}
	for (uint32_t i = 0; i < p->nr_models; i++)
		model_free(p->model[i]);
	free(p->host);
	free(p->model);
	free(p->zone);
	free(p->profile);
	free(p->merged);
	free(p->order);
	free(p->table);
	free(p->member);
	free(p->touched);
	free(p->flow);
	free(p->flow_share);
	free(p);
}

static void worse(enum host_grade *worst, enum host_grade g)
{
	*worst = g < *worst ? g : *worst;
}

void price_grades(const struct price *p, enum host_grade *latency, enum host_grade *bandwidth)
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

struct price_stats price_stats(const struct price *p)
{
	return p->stats;
}

static bool same_profile(const struct zone_profile *a, const struct zone_profile *b)
{
	return a->demand_bytes_per_s == b->demand_bytes_per_s &&
	       a->read_share_ppm == b->read_share_ppm && a->stall_share_ppm == b->stall_share_ppm &&
	       a->sharing_share_ppm == b->sharing_share_ppm && a->parallelism == b->parallelism;
}

static uint32_t keep_profile(struct price *p, const struct zone_profile *profile)
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

static uint64_t socket_bit(uint32_t a, uint32_t b, uint32_t nr_sockets)
{
	return (uint64_t)1 << (a * nr_sockets + b) % 64;
}

static struct reach find_reach(const struct cost_params *c, uint32_t node, const uint16_t *share)
{
	struct reach r = {.nodes = nodeset_of(node)};
	uint32_t here = c->socket[node];

	for (uint32_t m = 0; m < c->nr_nodes; m++) {
		uint32_t there = c->socket[m];

		if (!share[m])
			continue;
		r.nodes |= nodeset_of(c->controller[m]);
		if (c->fabric[here] < (double)INFINITY)
			r.sockets |= socket_bit(here, here, c->nr_sockets);
		if (c->fabric[there] < (double)INFINITY)
			r.sockets |= socket_bit(there, there, c->nr_sockets);
		if (here != there)
			r.sockets |= socket_bit(here, there, c->nr_sockets) |
				     socket_bit(there, here, c->nr_sockets);
	}
	return r;
}

static struct priced_zone *zone_at(struct price *p, uint32_t slot)
{
	while (slot >= p->cap_zones) {
		size_t old = p->cap_zones;

		p->zone = grow(p->zone, &p->cap_zones, old, sizeof(*p->zone));
		memset(&p->zone[old], 0, (p->cap_zones - old) * sizeof(*p->zone));
		for (size_t i = old; i < p->cap_zones; i++)
			p->zone[i].host = NOWHERE;
	}
	return &p->zone[slot];
}

/* The zone's flows and where their pages are; false when nothing is other than it
 * was. */
static bool read_flows(struct price *p, struct priced_zone *z, const struct cost_zone *from)
{
	const struct cost_params *c = &p->host[z->host].model->params;
	struct flows raw = {p->raw, 0};
	bool changed = false;

	flows_add(&raw, p->raw_share, c, from, 0, &p->residency);
	changed = raw.nr != z->nr_flows;
	while (z->cap_flows < raw.nr)
		z->flow = grow(z->flow, &z->cap_flows, z->cap_flows, sizeof(*z->flow));
	while (z->cap_share < (size_t)raw.nr * c->nr_nodes)
		z->share = grow(z->share, &z->cap_share, z->cap_share, sizeof(*z->share));
	for (uint32_t i = 0; i < raw.nr; i++) {
		struct priced_flow *f = &z->flow[i];
		uint16_t *kept = z->share + (size_t)i * c->nr_nodes, share[NODES_MAX];
		int64_t micro = (int64_t)(raw.flow[i].vcpus * VCPU_MICRO + 0.5);

		round_share(raw.flow[i].share, c->nr_nodes, share);
		if (!changed && !memcmp(kept, share, c->nr_nodes * sizeof(*share)))
			continue;
		changed = true;
		memcpy(kept, share, c->nr_nodes * sizeof(*share));
		f->node = raw.flow[i].node;
		f->vcpus_micro = micro ? micro : 1;
		f->reach = find_reach(c, f->node, kept);
	}
	z->nr_flows = raw.nr;
	return changed;
}

/* The zone by itself with every page at home. */
static void price_alone(struct price *p, struct priced_zone *z)
{
	struct price_model *m = p->host[z->host].model;
	uint32_t nr_nodes = m->params.nr_nodes, nr = 0;
	uint16_t *home = (void *)p->raw_share; /* done with by now */

	memset(home, 0, (size_t)z->nr_flows * nr_nodes * sizeof(*home));
	merge_begin(p, z->nr_flows);
	for (uint32_t i = 0; i < z->nr_flows; i++) {
		struct priced_flow *f = &z->flow[i];
		uint16_t *share = home + (size_t)i * nr_nodes;

		share[f->node] = SHARE_WHOLE;
		f->merged = merge_add(p, &nr,
				      &(struct merged_flow){
					      .node = f->node,
					      .profile = z->profile,
					      .vcpus_micro = f->vcpus_micro,
					      .share = share,
					      .nr_nodes = nr_nodes,
					      .reach = find_reach(&m->params, f->node, share),
				      });
	}
	merge_solve(p, m, nr);
	for (uint32_t i = 0; i < z->nr_flows; i++) {
		z->flow[i].alone = p->merged[z->flow[i].merged].now;
		z->flow[i].merged = NOWHERE;
	}
}

/* Rates of a zone from what its flows have. */
static void value_zone(struct price *p, struct priced_zone *z)
{
	uint32_t nr_nodes = p->host[z->host].model->params.nr_nodes;
	double stall = p->profile[z->profile].stall_share_ppm / 1e6;
	double time = 0, vcpus = 0, lost[COST_CAUSES];

	z->rate = z->remote_rate = z->latency_rate = 0;
	memset(z->lost, 0, sizeof(z->lost));
	for (uint32_t i = 0; i < z->nr_flows; i++) {
		const struct priced_flow *f = &z->flow[i];
		const uint16_t *share = z->share + (size_t)i * nr_nodes;
		double v = (double)f->vcpus_micro / VCPU_MICRO;

		time += v * cost_flow_time(&f->now, &f->alone, stall, lost);
		vcpus += v;
		z->rate += f->now.rate;
		z->latency_rate += f->now.rate * f->now.latency_ns;
		z->remote_rate += f->now.rate * (SHARE_WHOLE - share[f->node]) / SHARE_WHOLE;
		for (int c = 0; c < COST_CAUSES; c++)
			z->lost[c] += v * lost[c];
	}
	z->speed = time > 0 ? vcpus / time : 1;
	for (int c = 0; c < COST_CAUSES; c++)
		z->lost[c] = vcpus > 0 ? z->lost[c] / vcpus : 0;
}

/* What happened since the rates were found. */
static void integrate(struct priced_zone *z, int64_t to_ns)
{
	double s = (double)(to_ns - z->since_ns) / 1e9;
	struct price_life *l = &z->life;

	z->since_ns = to_ns;
	if (!(s > 0))
		return;
	l->vcpu_s += z->vcpus * s;
	l->ideal_vcpu_s += z->vcpus * s * z->speed;
	for (int c = 0; c < COST_CAUSES; c++)
		l->lost_vcpu_s[c] += z->vcpus * s * z->speed * z->lost[c];
	/* rates are bytes a nanosecond */
	l->bytes += z->rate * s * 1e9;
	l->remote_bytes += z->remote_rate * s * 1e9;
	l->latency_ns_bytes += z->latency_rate * s * 1e9;
}

static void spread_change(const struct price_host *h, struct reach *all)
{
	struct reach before;

	do {
		before = *all;
		for (size_t i = 0; i < h->nr; i++) {
			if (reach_meets(&h->flow[i].reach, all))
				reach_add(all, &h->flow[i].reach);
		}
	} while (before.nodes != all->nodes || before.sockets != all->sockets);
}

/* The flows that `all` reaches, merged, and their zones in touched[]. */
static uint32_t collect(struct price *p, const struct price_host *h, uint32_t *touched)
{
	uint32_t nr_nodes = h->model->params.nr_nodes, flows = 0, nr = 0;

	for (size_t i = 0; i < h->nr; i++)
		flows += reach_meets(&h->flow[i].reach, &h->changed);
	merge_begin(p, flows);
	while (p->cap_touched < flows)
		p->touched = grow(p->touched, &p->cap_touched, p->cap_touched, sizeof(*p->touched));
	for (size_t i = 0; i < h->nr; i++) {
		const struct listed_flow *l = &h->flow[i];
		struct priced_zone *z;
		struct priced_flow *f;

		if (!reach_meets(&l->reach, &h->changed))
			continue;
		z = &p->zone[l->slot];
		f = &z->flow[l->flow];
		f->merged = merge_add(p, &nr,
				      &(struct merged_flow){
					      .node = f->node,
					      .profile = z->profile,
					      .vcpus_micro = f->vcpus_micro,
					      .share = z->share + (size_t)l->flow * nr_nodes,
					      .nr_nodes = nr_nodes,
					      .reach = f->reach,
				      });
		if (!z->touched)
			p->touched[(*touched)++] = l->slot;
		z->touched = true;
	}
	return nr;
}

/* Its share of what the merged flows got. */
static void deal_out(struct price *p, struct priced_zone *z, int64_t at_ns)
{
	z->touched = false;
	for (uint32_t k = 0; k < z->nr_flows; k++) {
		struct priced_flow *f = &z->flow[k];
		const struct merged_flow *m;

		if (f->merged == NOWHERE)
			continue;
		m = &p->merged[f->merged];
		f->now = m->now;
		f->now.rate = m->now.rate * ((double)f->vcpus_micro / (double)m->vcpus_micro);
		f->merged = NOWHERE;
	}
	integrate(z, at_ns);
	value_zone(p, z);
}

/* Bring the host to the state since dirty_ns. */
static void solve_host(struct price *p, struct price_host *h)
{
	uint32_t touched = 0, nr;

	h->dirty = false;
	spread_change(h, &h->changed);
	nr = collect(p, h, &touched);
	merge_solve(p, h->model, nr);
	for (uint32_t i = 0; i < touched; i++)
		deal_out(p, &p->zone[p->touched[i]], h->dirty_ns);
}

static void list_flows(struct price_host *h, struct priced_zone *z, uint32_t slot)
{
	for (uint32_t k = 0; k < z->nr_flows; k++) {
		h->flow = grow(h->flow, &h->cap, h->nr, sizeof(*h->flow));
		z->flow[k].at = (uint32_t)h->nr;
		h->flow[h->nr++] = (struct listed_flow){z->flow[k].reach, slot, k};
	}
}

static void unlist_flows(struct price *p, struct price_host *h, const struct priced_zone *z)
{
	for (uint32_t k = 0; k < z->nr_flows; k++) {
		const struct listed_flow last = h->flow[--h->nr];

		h->flow[z->flow[k].at] = last;
		p->zone[last.slot].flow[last.flow].at = z->flow[k].at;
	}
}

/* Before the host changes at now_ns: what was to be found out about the time before. */
static void catch_up(struct price *p, struct price_host *h, int64_t now_ns)
{
	if (h->dirty && h->dirty_ns < now_ns)
		solve_host(p, h);
}

static void mark(struct price_host *h, const struct priced_zone *z, int64_t now_ns)
{
	if (!h->dirty)
		h->changed = (struct reach){0};
	h->dirty = true;
	h->dirty_ns = now_ns;
	for (uint32_t k = 0; k < z->nr_flows; k++)
		reach_add(&h->changed, &z->flow[k].reach);
}

void price_start(struct price *p, uint32_t slot, uint32_t host, const struct cost_zone *zone,
		 int64_t now_ns)
{
	struct priced_zone *z = zone_at(p, slot);
	struct price_host *h = &p->host[host];

	BUG_ON(z->host != NOWHERE);
	catch_up(p, h, now_ns);
	z->host = host;
	z->profile =
		keep_profile(p, zone->profile ? zone->profile : cost_profile(zone->plan->zone));
	z->vcpus = zone->vcpus ? zone->vcpus : zone->plan->zone->vcpus;
	z->since_ns = now_ns;
	z->life = (struct price_life){0};
	z->nr_flows = 0;
	(void)read_flows(p, z, zone);
	price_alone(p, z);
	list_flows(h, z, slot);
	mark(h, z, now_ns);
}

void price_move(struct price *p, uint32_t slot, const struct cost_zone *zone, int64_t now_ns)
{
	struct priced_zone *z = zone_at(p, slot);
	struct price_host *h = &p->host[z->host];
	struct cost_zone from = *zone;
	struct reach was = {0};
	bool changed;

	from.profile = &p->profile[z->profile];
	from.vcpus = (uint32_t)z->vcpus;
	catch_up(p, h, now_ns);
	for (uint32_t k = 0; k < z->nr_flows; k++)
		reach_add(&was, &z->flow[k].reach);
	unlist_flows(p, h, z);
	changed = read_flows(p, z, &from);
	list_flows(h, z, slot);
	if (!changed)
		return;
	mark(h, z, now_ns);
	reach_add(&h->changed, &was);
}

void price_life(struct price *p, uint32_t slot, int64_t now_ns, struct price_life *out)
{
	struct priced_zone *z = zone_at(p, slot);

	catch_up(p, &p->host[z->host], now_ns);
	integrate(z, now_ns);
	*out = z->life;
}

void price_stop(struct price *p, uint32_t slot, int64_t now_ns, struct price_life *out)
{
	struct priced_zone *z = zone_at(p, slot);
	struct price_host *h = &p->host[z->host];

	price_life(p, slot, now_ns, out);
	mark(h, z, now_ns);
	unlist_flows(p, h, z);
	z->host = NOWHERE;
}

void price_life_add(struct price_life *sum, const struct price_life *l)
{
	sum->vcpu_s += l->vcpu_s;
	sum->ideal_vcpu_s += l->ideal_vcpu_s;
	for (int c = 0; c < COST_CAUSES; c++)
		sum->lost_vcpu_s[c] += l->lost_vcpu_s[c];
	sum->bytes += l->bytes;
	sum->remote_bytes += l->remote_bytes;
	sum->latency_ns_bytes += l->latency_ns_bytes;
}

static int64_t rounded(double x)
{
	return (int64_t)(x + 0.5);
}

void price_figures(const struct price_life *l, struct price_figures *out)
{
	double lost = 0, before = 0;
	int64_t given = 0;

	*out = (struct price_figures){0};
	if (l->bytes > 0) {
		out->latency_ps = rounded(l->latency_ns_bytes / l->bytes * 1e3);
		out->remote_ppm = rounded(l->remote_bytes / l->bytes * 1e6);
	}
	if (!(l->vcpu_s > 0) || !(l->ideal_vcpu_s > 0))
		return;
	out->slowdown_ppm = rounded(l->vcpu_s / l->ideal_vcpu_s * 1e6);
	out->performance_ppm = rounded(l->ideal_vcpu_s / l->vcpu_s * 1e6);
	for (int c = 0; c < COST_CAUSES; c++)
		lost += l->lost_vcpu_s[c];
	if (!(lost > 1e-4 * l->vcpu_s))
		return;
	/* whole numbers that add up to a million */
	for (int c = 0; c < COST_CAUSES; c++) {
		before += l->lost_vcpu_s[c];
		out->cause_ppm[c] = rounded(before / lost * 1e6) - given;
		given += out->cause_ppm[c];
	}
}

int64_t price_bandwidth(const struct price_life *l, int64_t ns)
{
	return ns > 0 ? rounded(l->bytes / ((double)ns / 1e9)) : 0;
}
