/*
 * The NUMA-blind baseline: what a hypervisor does that knows of no nodes. Memory
 * is striped evenly, in whole pages, over all nodes with memory; vCPUs float
 * over all CPUs; the guest sees one flat node. Node counts, spread and devices'
 * places are ignored.
 *
 * A vnode here is a stripe: one for each node with memory, and one without
 * memory for each node that has only CPUs, since vCPUs run there too.
 * vnode[].vcpus says how the vCPUs spread on average, in whole ones, evenly over
 * the nodes with CPUs, no node above its CPUs.
 */
#include "base/units.h"
#include "placement/explain.h"
#include "placement/policies.h"

static void split_vcpus(const struct host *h, uint32_t vcpus, struct plan *out)
{
	while (vcpus) {
		uint32_t dealt = 0;

		for (uint32_t i = 0; i < out->nr_vnodes && vcpus; i++) {
			if (out->vnode[i].vcpus >= h->node[out->vnode[i].node].nr_cpus)
				continue;
			out->vnode[i].vcpus++;
			vcpus--;
			dealt++;
		}
		BUG_ON(!dealt);
	}
}

static void split_memory(const struct host *h, int64_t bytes, struct plan *out)
{
	int64_t pages = bytes / PAGE_BYTES;
	int64_t nr = nodeset_count(h->memory_nodes), i = 0;

	for (uint32_t v = 0; v < out->nr_vnodes; v++) {
		if (!nodeset_has(h->memory_nodes, out->vnode[v].node))
			continue;
		out->vnode[v].memory_bytes = (pages / nr + (i < pages % nr)) * PAGE_BYTES;
		i++;
	}
}

static int place(const struct policy_input *in, struct plan *out, struct error *err)
{
	const struct host *h = in->host;
	unsigned node;

	if (in->zone->vcpus > h->nr_cpus)
		return error_set(err, ERR_NO_ROOM, "%u vCPUs asked, host %s has %u CPUs",
				 in->zone->vcpus, h->name, h->nr_cpus);
	out->zone = in->zone;
	out->host = h;
	out->told = PLAN_TOLD_FLAT;
	out->pinned = false;
	out->nodes = h->memory_nodes | h->cpu_nodes;
	out->nr_vnodes = 0;
	nodeset_for_each (node, out->nodes) {
		out->vnode[out->nr_vnodes++] = (struct plan_vnode){.node = node};
	}
	split_vcpus(h, in->zone->vcpus, out);
	split_memory(h, zone_boot_bytes(in->zone), out);
	explain_add(
		in->why,
		"NUMA-blind: memory striped over all %u nodes with memory, vCPUs float over all "
		"%u CPUs, the guest sees one flat node",
		nodeset_count(h->memory_nodes), h->nr_cpus);
	if (in->zone->numa_nodes || in->zone->spread != ZONE_SPREAD_DEFAULT)
		explain_add(in->why, "the node count or spread the zone asks for is ignored");
	return plan_fill_memory(out, in->state, err);
}

const struct policy policy_flat = {
	.name = "flat",
	.summary = "NUMA-blind baseline: memory striped over all nodes, vCPUs float everywhere",
	.source = "placement/flat.c",
	.place = place,
	.sums_suffice = true,
};
