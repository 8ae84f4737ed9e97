/*
 * Yardsticks that look at nothing: nodes at random, nodes in turn, and no
 * placement at all on a Linux host.
 */
#include "placement/explain.h"
#include "placement/fill.h"
#include "placement/policies.h"

/* Nodes in `order` until their CPUs suffice (all of them where they do not);
 * vCPUs pinned, memory even, the guest told, as our own policies do. */
static int take_in_order(const struct policy_input *in, const uint8_t *order, uint32_t nr,
			 struct plan *out, struct error *err)
{
	uint32_t k = 0, cpus = 0;

	while (k < nr && cpus < in->zone->vcpus)
		cpus += in->host->node[order[k++]].nr_cpus;
	if (cpus < in->zone->vcpus)
		return error_set(err, ERR_NO_ROOM,
				 "%u vCPUs asked, the nodes of host %s with CPUs and memory have "
				 "%u CPUs together",
				 in->zone->vcpus, in->host->name, cpus);
	fill_order(in, order, k, out);
	out->told = in->zone->virt == ZONE_PV ? PLAN_TOLD_FLAT : PLAN_TOLD_VNUMA;
	fill_vcpus(out);
	fill_memory_evenly(out);
	return plan_fill_memory(out, in->state, err);
}

static int place_random(const struct policy_input *in, struct plan *out, struct error *err)
{
	uint8_t order[NODES_MAX];
	uint32_t nr = 0;
	struct rng own, *rng = in->rng;
	unsigned node;

	if (!rng) {
		/* nobody draws for us: the zone's name decides, always alike */
		rng_seed(&own, in->state->nr_zones, in->zone->name);
		rng = &own;
	}
	nodeset_for_each (node, in->host->usable_nodes) {
		uint32_t at = (uint32_t)rng_below(rng, nr + 1);

		order[nr] = order[at];
		order[at] = (uint8_t)node;
		nr++;
	}
	explain_add(in->why, "nodes are drawn");
	return take_in_order(in, order, nr, out, err);
}

static int place_in_turn(const struct policy_input *in, struct plan *out, struct error *err)
{
	uint8_t order[NODES_MAX];
	uint32_t nr = 0, total = nodeset_count(in->host->usable_nodes);
	uint64_t launches = 0;
	unsigned node, start;

	nodeset_for_each (node, in->host->usable_nodes) {
		launches += policy_book(in, node).launches;
	}
	start = total ? (unsigned)(launches % total) : 0;
	for (unsigned pass = 0; pass < 2; pass++) {
		uint32_t i = 0;

		nodeset_for_each (node, in->host->usable_nodes) {
			if ((i++ >= start) == (pass == 0))
				order[nr++] = (uint8_t)node;
		}
	}
	explain_add(in->why, "nodes in turn: those before had %llu", (unsigned long long)launches);
	return take_in_order(in, order, nr, out, err);
}

/*
 * Linux' zonelist of node `home`: each time the node with the least distance,
 * plus one for lower ids and one for nodes with CPUs.
 * Source: mm/page_alloc.c find_next_best_node(). The load term that spreads
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

static int place_first_touch(const struct policy_input *in, struct plan *out, struct error *err)
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

const struct policy policy_random = {
	.name = "random",
	.summary = "nodes drawn at random until their CPUs suffice",
	.source = "placement/simple.c",
	.place = place_random,
	.sums_suffice = true,
};

const struct policy policy_round_robin = {
	.name = "round-robin",
	.summary = "nodes in turn until their CPUs suffice",
	.source = "placement/simple.c",
	.place = place_in_turn,
	.sums_suffice = true,
	.remembers = true,
};

const struct policy policy_first_touch = {
	.name = "first-touch",
	.summary = "no placement on Linux: vCPUs float, memory where it is first touched",
	.source = "Linux: mm/page_alloc.c find_next_best_node()",
	.place = place_first_touch,
	.sums_suffice = true,
};
