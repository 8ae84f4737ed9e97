/* What the engine accepts and a person should know. */
#include "base/units.h"
#include "placement/explain.h"
#include "placement/policy.h"

/* A count of nodes was asked for, and one of them could not give its share of the
 * maximum as things stand. */
static void lint_budget(const struct plan *p, const struct host_state *before, struct explain *out)
{
	const struct zone *z = p->zone;
	int64_t share = z->numa_nodes ? (z->memory_bytes / PAGE_BYTES + p->nr_vnodes - 1) /
						p->nr_vnodes * PAGE_BYTES
				      : 0;
	unsigned worst = p->vnode[0].node;
	char most[32], each[32], there[32];

	if (!share || z->numa_nodes != p->nr_vnodes || zone_boot_bytes(z) == z->memory_bytes)
		return;
	for (uint32_t i = 1; i < p->nr_vnodes; i++) {
		if (before->free_bytes[p->vnode[i].node] < before->free_bytes[worst])
			worst = p->vnode[i].node;
	}
	if (before->free_bytes[worst] < share)
		explain_add(
			out,
			"numa_nodes %u was checked for what it boots with: its maximum of %s is "
			"%s on each node, and node %u has %s free",
			z->numa_nodes, bytes_text(z->memory_bytes, most, sizeof(most)),
			bytes_text(share, each, sizeof(each)), node_name(p->host, worst),
			bytes_text(before->free_bytes[worst], there, sizeof(there)));
}

/* Memory of a slower kind, and CPUs without memory of their own. */
static void lint_tiers(const struct plan *p, struct explain *out)
{
	int64_t bytes[NODES_MAX] = {0};
	char text[32];

	for (uint32_t i = 0; i < p->nr_memory; i++)
		bytes[p->memory[i].node] += p->memory[i].bytes;
	for (unsigned n = 0; n < p->host->nr_nodes; n++) {
		if (bytes[n] && nodeset_has(p->host->slow_nodes, n))
			explain_add(out, "%s of its memory is on node %u, which is slower (%s)",
				    bytes_text(bytes[n], text, sizeof(text)), node_name(p->host, n),
				    p->host->node[n].kind);
	}
	for (uint32_t i = 0; p->pinned && i < p->nr_vnodes; i++) {
		const struct plan_vnode *v = &p->vnode[i];

		if (v->vcpus && !nodeset_has(p->host->memory_nodes, v->node))
			explain_add(out,
				    "%u vCPU%s on node %u, which has no memory: all of theirs is "
				    "on other nodes",
				    v->vcpus, v->vcpus == 1 ? " is" : "s are",
				    node_name(p->host, v->node));
	}
}

static void lint_memory(const struct plan *p, struct explain *out)
{
	const struct zone *z = p->zone;
	char bytes[32];

	if (p->spilled_bytes)
		explain_add(out,
			    "%s of its memory is not on the node that asked for it, and the guest "
			    "is not told",
			    bytes_text(p->spilled_bytes, bytes, sizeof(bytes)));
	if (p->told == PLAN_TOLD_VNUMA && p->nr_vnodes > 1 && z->memory_policy == ZONE_DYNAMIC &&
	    z->memory_min_bytes < z->memory_bytes)
		explain_add(out,
			    "dynamic memory on %u nodes: what the balloon takes back comes from "
			    "whichever node has room, so locality drifts; static memory keeps it",
			    p->nr_vnodes);
}

/* Worth a word only where the nodes would have been others for all of them. */
static void lint_offline(const struct plan *p, struct explain *out)
{
	const struct zone *z = p->zone;
	uint32_t cpus = 0;
	unsigned node;

	nodeset_for_each (node, p->nodes)
		cpus += p->host->node[node].nr_cpus;
	if (z->vcpus_max > z->vcpus && z->vcpus_max > cpus)
		explain_add(
			out,
			"%u of %u vCPUs are offline at boot: nodes were counted for the %u that "
			"are online, and have %u CPUs",
			z->vcpus_max - z->vcpus, z->vcpus_max, z->vcpus, cpus);
}

static void lint_vcpus(const struct plan *p, const struct host_state *before, struct explain *out)
{
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

/* What the zone asks for and this policy never looks at. */
static void lint_wishes(const struct policy *policy, const struct plan *p, struct explain *out)
{
	const struct zone *z = p->zone;
	uint32_t nr = nodeset_count(p->nodes);

	if (z->numa_nodes && !policy->heeds_count)
		explain_add(out,
			    "the policy %s does not heed numa_nodes %u: by its own rule the zone "
			    "is on %u node%s",
			    policy->name, z->numa_nodes, nr, nr == 1 ? "" : "s");
	if (z->spread != ZONE_SPREAD_DEFAULT && !policy->heeds_spread)
		explain_add(out, "the policy %s does not heed placement %s", policy->name,
			    zone_spread_name(z->spread));
}

void policy_lint(const struct policy *policy, const struct plan *plan,
		 const struct host_state *before, struct explain *out)
{
	lint_wishes(policy, plan, out);
	lint_memory(plan, out);
	lint_budget(plan, before, out);
	lint_tiers(plan, out);
	if (plan->zone->virt == ZONE_PV && plan->nr_vnodes > 1)
		explain_add(
			out,
			"PV on %u nodes: the guest believes in one uniform node; only PVH can be "
			"told of them",
			plan->nr_vnodes);
	lint_offline(plan, out);
	lint_vcpus(plan, before, out);
	lint_devices(plan, out);
}
