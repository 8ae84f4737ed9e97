/* What the engine accepts and a person should know. */
#include "base/units.h"
#include "placement/explain.h"
#include "placement/policy.h"

static void lint_memory(const struct plan *p, struct explain *out)
{
	const struct zone *z = p->zone;
	char bytes[32];

	if (p->spilled_bytes)
		explain_add(out, "%s of its memory is not on the node that asked for it%s",
			    bytes_text(p->spilled_bytes, bytes, sizeof(bytes)),
			    p->told == PLAN_TOLD_VNUMA ? ", and the guest is not told" : "");
	if (p->told == PLAN_TOLD_VNUMA && p->nr_vnodes > 1 && z->memory_policy == ZONE_DYNAMIC &&
	    z->memory_min_bytes < z->memory_bytes)
		explain_add(out,
			    "dynamic memory on %u nodes: what the balloon takes back comes from "
			    "whichever node has room, so locality drifts; static memory keeps it",
			    p->nr_vnodes);
}

static void lint_vcpus(const struct plan *p, const struct host_state *before, struct explain *out)
{
	const struct zone *z = p->zone;

	if (z->vcpus_max > z->vcpus)
		explain_add(
			out,
			"%u of %u vCPUs are offline at boot: nodes were counted for the %u that "
			"are online",
			z->vcpus_max - z->vcpus, z->vcpus_max, z->vcpus);
	for (uint32_t i = 0; p->pinned && i < p->nr_vnodes; i++) {
		const struct plan_vnode *v = &p->vnode[i];
		uint64_t vcpus = (uint64_t)before->vcpus[v->node] + v->vcpus;

		if (!v->vcpus)
			explain_add(out, "no vCPU lives on node %u: all its memory there is remote",
				    node_name(p->host, v->node));
		else if (vcpus > p->host->node[v->node].nr_cpus)
			explain_add(out, "node %u now has %llu vCPUs on %u CPUs",
				    node_name(p->host, v->node), (unsigned long long)vcpus,
				    p->host->node[v->node].nr_cpus);
	}
}

static void lint_devices(const struct plan *p, struct explain *out)
{
	struct sentence s;

	for (uint32_t i = 0; i < p->nr_devices; i++) {
		nodeset owners = p->host->device[p->device[i]].nodes;
		const char *name = plan_device_name(p, i);

		if (!owners) {
			explain_add(
				out,
				"nobody knows which node owns device %s: its DMA may cross nodes",
				name);
		} else if (!(owners & p->nodes)) {
			sentence_set(&s, "device %s is on node ", name);
			sentence_add_nodes(&s, p->host, owners);
			sentence_add(&s, ", the zone is not: its DMA crosses nodes");
			explain_add(out, "%s", s.text);
		}
	}
}

void policy_lint(const struct plan *plan, const struct host_state *before, struct explain *out)
{
	lint_memory(plan, out);
	if (plan->zone->virt == ZONE_PV && plan->nr_vnodes > 1)
		explain_add(
			out,
			"PV on %u nodes: the guest believes in one uniform node; only PVH can be "
			"told of them",
			plan->nr_vnodes);
	lint_vcpus(plan, before, out);
	lint_devices(plan, out);
}
