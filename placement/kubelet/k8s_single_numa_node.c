/*
 * The topology manager's single-numa-node policy: only hints of one node that are
 * preferred count; anything else is a TopologyAffinityError.
 *
 * Source: kubernetes/kubernetes, pkg/kubelet/cm/topologymanager/policy_single_numa_node.go.
 */
#include "placement/kubelet/kubelet.h"
#include "placement/policies.h"

static int place(const struct policy_input *in, struct plan *out, struct error *err)
{
	static const struct kubelet_rules rules = {.policy = KUBELET_SINGLE_NUMA_NODE};

	return kubelet_place(in, &rules, out, err);
}

static int64_t capacity(const struct policy_input *in)
{
	return kubelet_single_capacity(in, KUBELET_NODES_DEFAULT);
}

const struct policy policy_k8s_single_numa_node = {
	.name = "k8s-single-numa-node",
	.summary = "kubelet, single-numa-node: one node or refused",
	.source =
		"kubernetes/kubernetes: pkg/kubelet/cm/topologymanager, cpumanager, memorymanager",
	.place = place,
	.capacity = capacity,
	.remembers = true,
	.books_cores = true,
};
