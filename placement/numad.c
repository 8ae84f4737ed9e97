/*
 * numad as libvirt asks it (`numad -w VCPUS:MIB`), for placement='auto'.
 *
 * Source: numad (pagure.io/numad; read in openEuler-Computing/numad cf6c2c029edc),
 * numad.c pick_numa_nodes(); libvirt's placement="auto".
 *
 * CPUs in hundredths. A node weighs 10 a MiB free up to the request and 4 beyond
 * it, times 6 a CPU free up to the request and 1 beyond. How many nodes: by node
 * 0's size, taken for all nodes'. For every start, nodes are ordered by distance
 * to it, heavier first among equals (a selection sort, not stable); the start
 * whose first nodes have the greatest sum of weight / distance^2 wins, the first
 * of equals. Nodes are taken in its order until there are enough of them and
 * their memory (100 MiB kept back on each) and CPUs suffice. libvirt then binds
 * CPUs and memory to them strictly: the lowest node is filled first, and what does not
 * fit on any of them fails.
 *
 * Approximated: every CPU counts as idle, as it is where guests sleep; numad
 * looks at the load of the moment.
 */
#include "base/units.h"
#include "placement/explain.h"
#include "placement/fill.h"
#include "placement/policies.h"

#define MARGIN_MIB 100

struct search {
	const struct policy_input *in;
	unsigned nr;
	uint64_t mib, cpus; /* asked */
	uint64_t free_mib[NODES_MAX], free_cpus[NODES_MAX], magnitude[NODES_MAX];
	uint32_t count; /* nodes wanted */
};

static uint64_t weigh(uint64_t there, uint64_t asked, uint64_t within, uint64_t beyond)
{
	return there < asked ? within * there : within * asked + beyond * (there - asked);
}

static void weigh_nodes(struct search *s)
{
	const struct host *h = s->in->host;
	uint64_t mib0 = (uint64_t)(h->node[0].memory_bytes / MIB), by_mib = s->nr, by_cpus = s->nr;

	for (unsigned n = 0; n < s->nr; n++) {
		s->free_mib[n] = (uint64_t)(s->in->state->free_bytes[n] / MIB);
		s->free_cpus[n] = 100 * (uint64_t)h->node[n].nr_cpus;
		s->magnitude[n] = weigh(s->free_mib[n], s->mib, 10, 4) *
				  weigh(s->free_cpus[n] ? s->free_cpus[n] : 1, s->cpus, 6, 1);
	}
	if (mib0)
		by_mib = (s->mib + mib0 - 1) / mib0;
	if (s->free_cpus[0])
		by_cpus = (s->cpus + s->free_cpus[0] - 1) / s->free_cpus[0];
	s->count = (uint32_t)(by_mib > by_cpus ? by_mib : by_cpus);
	if (s->count > s->nr)
		s->count = s->nr;
}

/* Whether numad takes node `a` before node `b` around `start`. */
static bool before(const struct search *s, unsigned a, unsigned b, unsigned start)
{
	uint32_t da = host_distance(s->in->host, a, start);
	uint32_t db = host_distance(s->in->host, b, start);

	return da < db || (da == db && s->magnitude[a] > s->magnitude[b]);
}

static void order_from(const struct search *s, unsigned start, uint8_t *order)
{
	for (unsigned n = 0; n < s->nr; n++)
		order[n] = (uint8_t)n;
	for (unsigned i = 0; i < s->nr; i++) {
		uint8_t first = order[i];
		unsigned best = i;

		for (unsigned j = i + 1; j < s->nr; j++) {
			if (before(s, order[j], order[best], start))
				best = j;
		}
		order[i] = order[best];
		order[best] = first;
	}
}

static void best_order(const struct search *s, uint8_t *out)
{
	uint64_t most = 0;
	uint8_t order[NODES_MAX];

	for (unsigned start = 0; start < s->nr; start++) {
		uint64_t total = 0;

		order_from(s, start, order);
		for (uint32_t i = 0; i < s->count; i++) {
			uint64_t d = host_distance(s->in->host, order[i], start);

			total += s->magnitude[order[i]] / (d * d);
		}
		if (start && total <= most)
			continue;
		most = total;
		for (unsigned n = 0; n < s->nr; n++)
			out[n] = order[n];
	}
}

/* A node with less than the margin free adds to what is still wanted, as in numad. */
static uint32_t how_many(const struct search *s, const uint8_t *order)
{
	int64_t mib = (int64_t)s->mib, cpus = (int64_t)s->cpus;
	uint32_t nr = 0;

	while (nr < s->nr && (nr < s->count || mib > 0 || cpus > 0)) {
		unsigned node = order[nr++];
		int64_t free_mib = (int64_t)s->free_mib[node];
		int64_t free_cpus = (int64_t)s->free_cpus[node];

		mib = free_mib >= mib + MARGIN_MIB ? 0 : mib - (free_mib - MARGIN_MIB);
		cpus = free_cpus >= cpus ? 0 : cpus - free_cpus;
	}
	return nr;
}

static int place(const struct policy_input *in, struct plan *out, struct error *err)
{
	struct search s = {
		.in = in,
		.nr = in->host->nr_nodes,
		.mib = (uint64_t)(zone_boot_bytes(in->zone) + MIB - 1) / MIB,
		.cpus = 100 * (uint64_t)in->zone->vcpus,
	};
	uint8_t order[NODES_MAX];
	nodeset nodes = 0;
	int64_t undealt;
	struct sentence t;
	uint32_t nr;

	weigh_nodes(&s);
	best_order(&s, order);
	nr = how_many(&s, order);
	for (uint32_t i = 0; i < nr; i++)
		nodes |= nodeset_of(order[i]);
	if (!(nodes & in->host->cpu_nodes))
		nodes |= in->host->cpu_nodes; /* an empty cpuset is no binding */
	fill_nodes(in, nodes, out);
	out->pinned = false;
	out->memory_rule = PLAN_MEMORY_STRICT;
	fill_vcpus(out);
	undealt = zone_boot_bytes(in->zone);
	for (nodeset left = nodes; left; left &= left - 1)
		undealt = fill_memory_by_room(in->state, left & -left, out);
	sentence_set(&t, "numad -w %u:%llu: nodes ", in->zone->vcpus, (unsigned long long)s.mib);
	sentence_add_nodes(&t, in->host, nodes);
	sentence_add(&t, ", heaviest by free memory and CPUs around node %u, %u wanted by size",
		     node_name(in->host, order[0]), s.count);
	explain_add(in->why, "%s", t.text);
	if (undealt)
		return error_set(
			err, ERR_NO_ROOM,
			"cannot set up guest memory: Cannot allocate memory (numad's nodes "
			"are bound strictly and %lld MiB short)",
			(long long)((undealt + MIB - 1) / MIB));
	return plan_fill_memory(out, in->state, err);
}

const struct policy policy_numad = {
	.name = "numad",
	.summary = "libvirt placement=auto: nodes numad advises, bound strictly",
	.source = "numad (openEuler-Computing/numad cf6c2c029edc): numad.c pick_numa_nodes()",
	.place = place,
};
