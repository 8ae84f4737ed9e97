/*
 * Incus and LXD with limits.cpu.nodes=balanced.
 *
 * Source: lxc/incus be7afc5df39f, internal/server/instance/drivers/
 * driver_common.go (balanceNUMANodes), driver_qemu.go and driver_qemu_templates.go
 * (qemuCPU), shared/resources/cpu.go (ParseNumaNodeSet).
 *
 * Nodes with CPUs, ascending, are sorted by how many other instances name them; the
 * first k are taken, where k is 1 or, when larger, ceil(limits.cpu / (CPUs of
 * the host / nodes)). Neither memory nor distance is looked at.
 *
 * k can be above the number of nodes where CPUs do not come out even. The list is a
 * Go slice that append() made, and nodes[:k] may reach beyond its length into its
 * array, which has room for a power of two and holds zeros there: so the instance
 * names node 0 once more for each. It then counts as often among node 0's instances.
 * Only above the capacity Incus crashes; that is a refusal here. (Go 1.25, as its
 * go.mod asks for.) On a host of one node it is always that node.
 *
 * Memory is one block bound to the set as a whole (policy=bind, host-nodes): the
 * kernel takes it from any of its nodes and from no other, so a start fails only
 * when all of them together are short, while others may have room.
 *
 * Go's sort keeps the order of equals on up to 12 nodes; above, equals are taken in
 * ascending order here and may come in another there.
 */
#include "base/units.h"
#include "placement/explain.h"
#include "placement/fill.h"
#include "placement/policies.h"

/* Room in the array under a slice that append() grew one by one. */
static uint32_t capacity_of(uint32_t nr)
{
	uint32_t cap = 1;

	while (cap < nr)
		cap *= 2;
	return cap;
}

static nodeset least_used(const struct policy_input *in, uint32_t k)
{
	nodeset left = in->host->cpu_nodes, nodes = 0;

	while (k-- && left) {
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

/* What the zeros behind the list name. */
static int add_node_0(const struct policy_input *in, nodeset *nodes, struct error *err)
{
	int zero = host_find_node(in->host, 0);

	if (zero < 0)
		return error_set(
			err, ERR_INFEASIBLE,
			"cannot bind memory to host NUMA nodes: the set names node 0, which "
			"host %s has not",
			in->host->name);
	*nodes |= nodeset_of((unsigned)zero);
	return 0;
}

static int refuse_crash(const struct policy_input *in, uint32_t k, uint32_t nr, uint32_t per,
			struct error *err)
{
	return error_set(err, ERR_INFEASIBLE,
			 "Incus crashes: slice bounds out of range [:%u] with capacity %u: "
			 "limits.cpu %u at %u CPUs a node asks for %u nodes, host %s has %u",
			 k, capacity_of(nr), in->zone->vcpus, per, k, in->host->name, nr);
}

static void explain_choice(const struct policy_input *in, const struct plan *out, uint32_t k,
			   uint32_t more)
{
	struct sentence t;

	sentence_set(&t, "balanced: %u node%s by CPUs, those with fewest instances: ", k,
		     k == 1 ? "" : "s");
	sentence_add_nodes(&t, in->host, out->nodes);
	if (more)
		sentence_add(&t, ", node 0 named %u time%s more than there are nodes", more,
			     more == 1 ? "" : "s");
	explain_add(in->why, "%s; memory and distance are not looked at", t.text);
	explain_add(in->why, "memory is bound to %s: from any of %s, from no other",
		    nodeset_count(out->nodes) == 1 ? "that node" : "the set as a whole",
		    nodeset_count(out->nodes) == 1 ? "it" : "its nodes");
}

static int place(const struct policy_input *in, struct plan *out, struct error *err)
{
	const struct host *h = in->host;
	uint32_t nr = nodeset_count(h->cpu_nodes), per = h->nr_cpus / nr;
	uint32_t k = nr == 1 ? 1 : (in->zone->vcpus + per - 1) / per, more = k > nr ? k - nr : 0;
	nodeset nodes = least_used(in, k);
	int64_t undealt;
	int rc;

	if (k > capacity_of(nr))
		return refuse_crash(in, k, nr, per, err);
	rc = more ? add_node_0(in, &nodes, err) : 0;
	if (rc)
		return rc;
	fill_nodes(in, nodes, out);
	/* node 0 is the lowest; without CPUs it was not in the list */
	out->again = more ? more - !nodeset_has(h->cpu_nodes, out->vnode[0].node) : 0;
	out->again_vnode = 0;
	out->pinned = false;
	out->memory_rule = PLAN_MEMORY_STRICT;
	fill_vcpus(out);
	explain_choice(in, out, k, more);
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
