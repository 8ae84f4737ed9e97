#include "cost/flows/zone_flows.h"

#include <string.h>

const struct zone_profile *cost_zone_profile(const struct cost_zone *z)
{
	const struct zone_profile *p = z->profile ? z->profile : z->plan->zone->profile;

	return p ? p : cost_default_profile();
}

uint32_t cost_zone_vcpus(const struct cost_zone *z)
{
	return z->vcpus ? z->vcpus : z->plan->zone->vcpus;
}

static void add_bytes(struct residency *r, uint32_t vnode, uint32_t node, int64_t bytes)
{
	r->bytes[vnode][node] += bytes;
	r->vnode[vnode] += bytes;
	r->node[node] += bytes;
	r->all += bytes;
}

static void read_residency(struct residency *r, const struct cost_zone *z)
{
	const struct plan *p = z->plan;
	size_t row = p->host->nr_nodes * sizeof(r->bytes[0][0]);
	const struct plan_memory *part = z->part ? z->part : p->memory;
	uint32_t nr = z->part ? z->nr_parts : p->nr_memory;

	r->all = 0;
	memset(r->node, 0, row);
	for (uint32_t v = 0; v < p->nr_vnodes; v++) {
		memset(r->bytes[v], 0, row);
		r->vnode[v] = 0;
	}
	for (uint32_t i = 0; i < nr; i++) {
		uint32_t v = part[i].vnode;

		add_bytes(r, v, z->map_true ? p->vnode[v].node : part[i].node, part[i].bytes);
	}
}

static void share_all(double *share, const struct residency *r, uint32_t nr_nodes, uint32_t node)
{
	for (uint32_t m = 0; m < nr_nodes; m++)
		share[m] = r->all ? (double)r->node[m] / (double)r->all : m == node;
}

/* A guest that knows no nodes. */
static void share_flat(double *share, const struct residency *r, uint32_t nr_nodes,
		       const struct cost_zone *z, uint32_t node)
{
	if (!z->map_true) {
		share_all(share, r, nr_nodes, node);
		return;
	}
	for (uint32_t m = 0; m < nr_nodes; m++)
		share[m] = m == node;
}

/* A guest that knows its nodes: own pages, and the others' for what it shares. */
static void share_vnode(double *share, const struct residency *r, uint32_t nr_nodes,
			const struct cost_zone *z, uint32_t v)
{
	double shared = z->profile->sharing_share_ppm / 1e6;
	int64_t own = r->vnode[v], others = r->all - own;

	if (!own) {
		share_all(share, r, nr_nodes, z->plan->vnode[v].node);
		return;
	}
	if (!others)
		shared = 0;
	for (uint32_t m = 0; m < nr_nodes; m++) {
		share[m] = (1 - shared) * (double)r->bytes[v][m] / (double)own;
		if (shared > 0)
			share[m] += shared * (double)(r->node[m] - r->bytes[v][m]) / (double)others;
	}
}

static void add_flow(struct flows *f, const struct cost_zone *z, uint32_t zone, uint32_t node,
		     double vcpus, double *share)
{
	struct flow *flow = &f->flow[f->nr++];

	*flow = flow_of_profile(z->profile, node, vcpus, share);
	flow->zone = zone;
	flow->part = node;
}

static void add_floating(struct flows *f, double *share, const struct cost_params *p,
			 const struct cost_zone *z, uint32_t zone, const struct residency *r)
{
	const struct plan *plan = z->plan;
	unsigned node, cpus = 0;

	nodeset_for_each (node, plan->nodes) {
		cpus += p->host->node[node].nr_cpus;
	}
	nodeset_for_each (node, plan->nodes) {
		uint32_t here = p->host->node[node].nr_cpus;

		if (!here)
			continue;
		share_flat(share, r, p->nr_nodes, z, node);
		add_flow(f, z, zone, node, (double)z->vcpus * here / cpus, share);
		share += p->nr_nodes;
	}
}

static void add_pinned(struct flows *f, double *share, const struct cost_params *p,
		       const struct cost_zone *z, uint32_t zone, const struct residency *r)
{
	const struct plan *plan = z->plan;

	for (uint32_t v = 0; v < plan->nr_vnodes; v++) {
		uint32_t node = plan->vnode[v].node;

		if (!plan->vnode[v].vcpus)
			continue;
		if (plan->told == PLAN_TOLD_VNUMA)
			share_vnode(share, r, p->nr_nodes, z, v);
		else
			share_flat(share, r, p->nr_nodes, z, node);
		add_flow(f, z, zone, node, plan->vnode[v].vcpus, share);
		share += p->nr_nodes;
	}
}

void flows_add(struct flows *f, double *share, const struct cost_params *p,
	       const struct cost_zone *zone, uint32_t number, struct residency *r)
{
	struct cost_zone z = *zone;

	BUG_ON(z.plan->host != p->host);
	z.profile = cost_zone_profile(zone);
	z.vcpus = cost_zone_vcpus(zone);
	read_residency(r, &z);
	if (z.plan->pinned)
		add_pinned(f, share, p, &z, number, r);
	else
		add_floating(f, share, p, &z, number, r);
}
