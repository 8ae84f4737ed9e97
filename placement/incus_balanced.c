/*
 * Incus and LXD with limits.cpu.nodes=balanced.
 *
 * Source: lxc/incus be7afc5df39f, internal/server/instance/drivers/
 * driver_common.go (balanceNUMANodes).
 *
 * Nodes in ascending order, stably sorted by how many other instances use them;
 * the first k are taken, where k is 1 or, when larger, ceil(limits.cpu / (CPUs of
 * the host / nodes)). Neither memory nor distance is looked at. Memory is bound
 * strictly to the nodes, so a launch can fail on nodes that are picked while
 * others have room. k above the number of nodes is a crash in Incus, and a
 * refusal here.
 */
#include "base/units.h"
#include "placement/explain.h"
#include "placement/fill.h"
#include "placement/policies.h"

static nodeset least_used(const struct policy_input *in, uint32_t k)
{
	nodeset left = in->host->cpu_nodes, nodes = 0;

	while (k--) {
		unsigned best = nodeset_lowest(left), node;

		nodeset_for_each (node, left) {
			if (policy_book(in, node).zones < policy_book(in, best).zones)
				best = node;
		}
		nodes |= nodeset_of(best);
		left &= ~nodeset_of(best);
	}
	return nodes;
}

static int place(const struct policy_input *in, struct plan *out, struct error *err)
{
	const struct host *h = in->host;
	uint32_t nr = nodeset_count(h->cpu_nodes), per = h->nr_cpus / nr;
	uint32_t k = (in->zone->vcpus + per - 1) / per;
	struct sentence t;
	int64_t undealt;

	if (k > nr)
		return error_set(err, ERR_INFEASIBLE,
				 "index out of range [%u] with length %u: limits.cpu %u at %u CPUs "
				 "a node asks for more nodes than host %s has",
				 k - 1, nr, in->zone->vcpus, per, h->name);
	fill_nodes(in, least_used(in, k), out);
	out->pinned = false;
	out->memory_rule = PLAN_MEMORY_STRICT;
	fill_vcpus(out);
	sentence_set(&t, "balanced: %u node%s by CPUs, those with fewest instances: ", k,
		     k == 1 ? "" : "s");
	sentence_add_nodes(&t, h, out->nodes);
	explain_add(in->why, "%s; memory and distance are not looked at", t.text);
	undealt = fill_memory_by_room(in->state, out->nodes, out);
	if (undealt)
		return error_set(err, ERR_NO_ROOM,
				 "cannot set up guest memory: Cannot allocate memory (the balanced "
				 "nodes are %lld MiB short; others were not considered)",
				 (long long)((undealt + MIB - 1) / MIB));
	return plan_fill_memory(out, in->state, err);
}

const struct policy policy_incus_balanced = {
	.name = "incus-balanced",
	.summary = "Incus limits.cpu.nodes=balanced: nodes with fewest instances, bound strictly",
	.source = "lxc/incus be7afc5df39f: internal/server/instance/drivers/driver_common.go",
	.place = place,
	.remembers = true,
};
