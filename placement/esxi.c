/*
 * VMware ESXi as its documentation describes it; its algorithm is not public, so this
 * is an approximation.
 *
 * Source: docs.vmware.com, "Using NUMA Systems with ESXi" (numa.vcpu.min, home nodes,
 * wide virtual machines).
 *
 * One NUMA client, or ceil(vCPUs / cores of a node) clients of equal shares when the
 * zone has 9 vCPUs or more and more than a node has cores; memory does not count. The
 * first client goes where the greater of CPU load and memory load is least, the others
 * near those placed, with least load among equals; ties: the lowest id. Memory comes
 * from the home node first. Later migrations are left out.
 */
#include "placement/explain.h"
#include "placement/fill.h"
#include "placement/policies.h"

#define ESXI_VCPUS_MIN 9

/* Greater of CPU and memory load, in 1/2^20. */
static uint64_t load(const struct policy_input *in, unsigned node)
{
	const struct host_node *n = &in->host->node[node];
	int64_t used = n->memory_bytes - in->state->free_bytes[node];
	uint64_t cpu = ((uint64_t)in->state->vcpus[node] << 20) / n->nr_cpus;
	uint64_t memory = (uint64_t)(((int128)used << 20) / n->memory_bytes);

	return cpu > memory ? cpu : memory;
}

static uint64_t distance_to(const struct host *h, unsigned node, nodeset placed)
{
	uint64_t sum = 0;
	unsigned other;

	nodeset_for_each (other, placed) {
		sum += host_distance(h, node, other);
	}
	return sum;
}

static uint32_t clients_of(const struct policy_input *in)
{
	uint32_t cores = 0, clients, nr = nodeset_count(in->host->usable_nodes);
	unsigned node;

	nodeset_for_each (node, in->host->usable_nodes) {
		if (in->host->node[node].nr_cores > cores)
			cores = in->host->node[node].nr_cores;
	}
	if (in->zone->vcpus < ESXI_VCPUS_MIN || in->zone->vcpus <= cores)
		return 1;
	clients = (in->zone->vcpus + cores - 1) / cores;
	return clients < nr ? clients : nr;
}

static int place(const struct policy_input *in, struct plan *out, struct error *err)
{
	uint32_t clients = clients_of(in), nr = 0;
	nodeset left = in->host->usable_nodes, placed = 0;
	uint8_t order[NODES_MAX] = {0};

	if (!left)
		return error_set(err, ERR_NO_ROOM, "host %s has no node with CPUs and memory",
				 in->host->name);
	while (nr < clients) {
		unsigned best = nodeset_lowest(left), node;

		nodeset_for_each (node, left) {
			uint64_t d = distance_to(in->host, node, placed);
			uint64_t least = distance_to(in->host, best, placed);

			if (d < least || (d == least && load(in, node) < load(in, best)))
				best = node;
		}
		order[nr++] = (uint8_t)best;
		placed |= nodeset_of(best);
		left &= ~placed;
	}
	fill_order(in, order, nr, out);
	if (nr > 1 && in->zone->virt != ZONE_PV)
		out->told = PLAN_TOLD_VNUMA;
	fill_vcpus(out);
	fill_memory_evenly(out);
	explain_add(in->why,
		    "%u NUMA client%s of equal shares; the first on the least loaded node, others "
		    "near it (an approximation)",
		    nr, nr == 1 ? "" : "s");
	return plan_fill_memory(out, in->state, err);
}

const struct policy policy_esxi = {
	.name = "esxi",
	.summary = "ESXi as documented (approximation): clients by cores, least loaded node first",
	.source = "docs.vmware.com: Using NUMA Systems with ESXi",
	.place = place,
	.sums_suffice = true,
};
