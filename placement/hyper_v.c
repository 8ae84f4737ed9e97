/*
 * Hyper-V as its documentation describes it; its algorithm is not public, so this is an
 * approximation.
 *
 * Source: learn.microsoft.com, "Hyper-V virtual NUMA overview" and NUMA spanning.
 *
 * The node with most free memory that holds all of the zone, else, with NUMA spanning
 * (the default), as few nodes as suffice by free memory. Dynamic memory turns virtual
 * NUMA off: the guest is then told nothing.
 */
#include "placement/explain.h"
#include "placement/fill.h"
#include "placement/policies.h"

/* Most free memory first, until memory and CPUs suffice; one when one holds it. */
static uint32_t choose(const struct policy_input *in, uint8_t *order)
{
	int64_t bytes = 0;
	uint32_t cpus = 0, nr = 0;
	nodeset left = in->host->usable_nodes;

	while (left && (bytes < zone_boot_bytes(in->zone) || cpus < in->zone->vcpus)) {
		unsigned best = nodeset_lowest(left), node;
		bool whole = false;

		nodeset_for_each (node, left) {
			bool holds = !nr &&
				     in->state->free_bytes[node] >= zone_boot_bytes(in->zone) &&
				     in->host->node[node].nr_cpus >= in->zone->vcpus;

			if (holds == whole
				    ? in->state->free_bytes[node] > in->state->free_bytes[best]
				    : holds)
				best = node;
			whole = whole || holds;
		}
		order[nr++] = (uint8_t)best;
		bytes += in->state->free_bytes[best];
		cpus += in->host->node[best].nr_cpus;
		left &= ~nodeset_of(best);
	}
	return nr;
}

static int place(const struct policy_input *in, struct plan *out, struct error *err)
{
	uint8_t order[NODES_MAX] = {0};
	uint32_t nr = choose(in, order);

	if (!nr)
		return error_set(err, ERR_NO_ROOM, "host %s has no node with CPUs and memory",
				 in->host->name);
	fill_order(in, order, nr, out);
	if (nr > 1 && in->zone->virt != ZONE_PV && in->zone->memory_policy == ZONE_STATIC)
		out->told = PLAN_TOLD_VNUMA;
	fill_vcpus(out);
	fill_memory_by_room(in->state, out->nodes, out);
	/* nodes without room left: spanning takes the rest from anywhere */
	out->vnode[0].memory_bytes += zone_boot_bytes(in->zone) - plan_memory_bytes(out);
	explain_add(in->why, "%s (an approximation)",
		    nr == 1 ? "one node holds it: that with most free memory"
			    : "no node holds it: as few as suffice, most free memory first");
	return plan_fill_memory(out, in->state, err);
}

const struct policy policy_hyper_v = {
	.name = "hyper-v",
	.summary = "Hyper-V as documented (approximation): one node that holds all, else spanning",
	.source = "learn.microsoft.com: Hyper-V virtual NUMA overview",
	.place = place,
	.sums_suffice = true,
};
