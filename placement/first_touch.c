/*
 * No placement at all on a Linux host: threads float, and memory is on the node where it
 * is touched first, then along the kernel's zonelist.
 *
 * Source: Linux, mm/page_alloc.c find_next_best_node(). AutoNUMA is left out.
 */
#include "placement/explain.h"
#include "placement/fill.h"
#include "placement/policies.h"

/*
 * Linux' zonelist of node `home`: each time the node with the least distance,
 * plus one for lower ids and one for nodes with CPUs. The load term that spreads
 * equals over several zonelists is left out.
 */
static unsigned next_best(const struct host *h, unsigned home, nodeset left)
{
	unsigned best = nodeset_lowest(left), node;
	uint64_t least = UINT64_MAX;

	nodeset_for_each (node, left) {
		uint64_t far = (uint64_t)host_distance(h, home, node) + (node < home) +
			       (h->node[node].nr_cpus > 0);

		if (node == home)
			far = 0;
		if (far < least) {
			least = far;
			best = node;
		}
	}
	return best;
}

/* The guest's threads start where the scheduler has most room, and its memory is
 * touched from there. */
static unsigned idlest(const struct policy_input *in)
{
	unsigned best = nodeset_lowest(in->host->cpu_nodes), node;

	nodeset_for_each (node, in->host->cpu_nodes) {
		uint64_t here = (uint64_t)in->state->vcpus[node] * in->host->node[best].nr_cpus;
		uint64_t there = (uint64_t)in->state->vcpus[best] * in->host->node[node].nr_cpus;

		if (here < there)
			best = node;
	}
	return best;
}

static int place(const struct policy_input *in, struct plan *out, struct error *err)
{
	const struct host *h = in->host;
	unsigned home = idlest(in);

	fill_nodes(in, h->cpu_nodes | h->memory_nodes, out);
	out->pinned = false;
	out->memory_rule = PLAN_MEMORY_STRICT;
	fill_vcpus(out);
	for (nodeset left = out->nodes; left;) {
		unsigned node = next_best(h, home, left);

		fill_memory_by_room(in->state, nodeset_of(node), out);
		left &= ~nodeset_of(node);
	}
	explain_add(
		in->why,
		"no placement: threads float, memory is touched first from node %u, the idlest, "
		"and comes from there and then along the kernel's zonelist",
		node_name(h, home));
	return plan_fill_memory(out, in->state, err);
}

const struct policy policy_first_touch = {
	.name = "first-touch",
	.summary = "no placement on Linux: vCPUs float, memory where it is first touched",
	.source = "Linux: mm/page_alloc.c find_next_best_node()",
	.place = place,
	.sums_suffice = true,
};
