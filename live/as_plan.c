#include "live/as_plan.h"

#include <string.h>

#include "base/units.h"

/* Where the vCPUs of a vnode are counted; 0: not known. */
static nodeset runs_on(const struct live_sample *s, const struct live_vnode *v)
{
	nodeset wished = v->runs_on & v->prefers & s->host->cpu_nodes;

	return wished ? wished : v->runs_on & s->host->cpu_nodes;
}

static uint32_t vcpus_of(const struct live_zone *z, const struct live_vnode *v)
{
	return z->nr_vnodes == 1 ? z->vcpus : v->vcpus;
}

/* Each of them on one node: vnodes, those of one node together. */
static bool fill_pinned(const struct live_sample *s, const struct live_zone *z, struct plan *out)
{
	for (uint32_t i = 0; i < z->nr_vnodes; i++) {
		nodeset on = runs_on(s, &z->vnode[i]);
		uint32_t v = 0;

		if (!vcpus_of(z, &z->vnode[i]))
			continue;
		if (nodeset_count(on) != 1)
			return false;
		while (v < out->nr_vnodes && out->vnode[v].node != nodeset_lowest(on))
			v++;
		if (v == out->nr_vnodes)
			out->vnode[out->nr_vnodes++] =
				(struct plan_vnode){.node = nodeset_lowest(on)};
		out->vnode[v].vcpus += vcpus_of(z, &z->vnode[i]);
		out->nodes |= on;
	}
	out->pinned = true;
	return true;
}

void live_float(struct plan *out, nodeset nodes)
{
	const struct host *h = out->host;
	uint64_t cpus = 0, before = 0;
	unsigned node;

	nodeset_for_each (node, nodes)
		cpus += h->node[node].nr_cpus;
	out->pinned = false;
	out->told = PLAN_TOLD_FLAT;
	out->nodes = nodes;
	out->nr_vnodes = 0;
	nodeset_for_each (node, nodes) {
		uint64_t to = before + h->node[node].nr_cpus;

		/* each boundary is rounded, not each share: they add up */
		out->vnode[out->nr_vnodes++] = (struct plan_vnode){
			.node = node,
			.vcpus = cpus ? (uint32_t)((to * out->zone->vcpus + cpus / 2) / cpus -
						   (before * out->zone->vcpus + cpus / 2) / cpus)
				      : 0,
		};
		before = to;
	}
}

/* Is its guest told of several nodes? */
static bool told_of_several(const struct live_zone *z)
{
	for (uint32_t i = 1; i < z->nr_vnodes; i++)
		if (z->vnode[i].told_node >= 0 && z->vnode[i].told_node != z->vnode[0].told_node)
			return true;
	return false;
}

static bool fill_vcpus(const struct live_sample *s, const struct live_zone *z, struct plan *out)
{
	nodeset all = 0;

	for (uint32_t i = 0; i < z->nr_vnodes; i++) {
		nodeset on = runs_on(s, &z->vnode[i]);

		if (!on && vcpus_of(z, &z->vnode[i]))
			return false;
		all |= vcpus_of(z, &z->vnode[i]) ? on : 0;
	}
	if (fill_pinned(s, z, out))
		out->told =
			told_of_several(z) && out->nr_vnodes > 1 ? PLAN_TOLD_VNUMA : PLAN_TOLD_FLAT;
	else
		live_float(out, all);
	return out->nr_vnodes > 0;
}

static void add_part(struct plan *p, uint32_t vnode, uint32_t node, int64_t bytes)
{
	if (!bytes)
		return;
	BUG_ON(p->nr_memory == PLAN_MEMORY_MAX);
	p->memory[p->nr_memory++] = (struct plan_memory){vnode, node, bytes};
	p->vnode[vnode].memory_bytes += bytes;
	if (p->vnode[vnode].node != node)
		p->spilled_bytes += bytes;
}

static uint32_t vnode_at(const struct plan *p, unsigned node)
{
	uint32_t v = 0;

	while (v < p->nr_vnodes && p->vnode[v].node != node)
		v++;
	return v;
}

/* Evenly over the first `nr` vnodes. */
static void add_evenly(struct plan *p, unsigned node, int64_t bytes, uint32_t nr)
{
	int64_t pages = bytes / PAGE_BYTES;

	for (uint32_t v = 0; v < nr; v++)
		add_part(p, v, node, (pages / nr + (v < pages % nr)) * PAGE_BYTES);
}

/* Over how many vnodes pages that are on no vnode's node go: as there is room for pieces. */
static uint32_t nr_sharing(const struct plan *p, const int64_t *bytes)
{
	uint32_t away = 0, most;

	if (p->told != PLAN_TOLD_VNUMA)
		return 1;
	for (unsigned n = 0; n < p->host->nr_nodes; n++)
		away += bytes[n] && !nodeset_has(p->nodes, n);
	most = away ? (PLAN_MEMORY_MAX - p->nr_vnodes) / away : p->nr_vnodes;
	return most < p->nr_vnodes ? most : p->nr_vnodes;
}

void live_set_memory(struct plan *out, const int64_t *bytes)
{
	uint32_t nr = nr_sharing(out, bytes);

	out->nr_memory = 0;
	out->spilled_bytes = 0;
	for (uint32_t v = 0; v < out->nr_vnodes; v++)
		out->vnode[v].memory_bytes = 0;
	for (unsigned n = 0; n < out->host->nr_nodes; n++) {
		if (nodeset_has(out->nodes, n))
			add_part(out, vnode_at(out, n), n, bytes[n]);
		else
			add_evenly(out, n, bytes[n], nr);
	}
}

static void fill_asked(const struct live_zone *z, const struct plan *p,
		       const struct zone_profile *profile, struct zone *asked)
{
	int64_t has = plan_memory_bytes(p);
	int64_t target = z->target_bytes > 0 ? z->target_bytes : has;
	int64_t most = z->max_bytes > target ? z->max_bytes : target;

	/* a zone that has nothing yet */
	if (target < PAGE_BYTES)
		target = most = PAGE_BYTES;
	asked->memory_bytes = most;
	asked->memory_initial_bytes = target;
	asked->memory_min_bytes =
		ZONE_MEMORY_FLOOR_BYTES < target ? ZONE_MEMORY_FLOOR_BYTES : target;
	asked->memory_policy = most > target ? ZONE_DYNAMIC : ZONE_STATIC;
	asked->profile = profile;
}

static bool knows_pages(const struct live_sample *s, const struct live_zone *z)
{
	for (unsigned n = 0; n < s->host->nr_nodes; n++)
		if (z->node_bytes[n] == LIVE_UNKNOWN)
			return false;
	return true;
}

bool live_as_plan(const struct live_sample *s, const struct live_zone *z,
		  const struct zone_profile *profile, struct zone *asked, struct plan *out,
		  const char **why)
{
	const char *said = NULL;

	zone_init(asked);
	asked->name = z->name;
	asked->vcpus = 0;
	for (uint32_t i = 0; i < z->nr_vnodes; i++)
		asked->vcpus += vcpus_of(z, &z->vnode[i]);
	asked->vcpus_max = asked->vcpus;
	*out = (struct plan){.zone = asked, .host = s->host};
	if (!knows_pages(s, z))
		said = "the nodes of its pages are not known";
	else if (!asked->vcpus)
		said = "none of its vCPUs is online";
	else if (!fill_vcpus(s, z, out))
		said = "the CPUs that its vCPUs may run on are not known";
	if (why)
		*why = said;
	if (said)
		return false;
	live_set_memory(out, z->node_bytes);
	fill_asked(z, out, profile, asked);
	return true;
}
