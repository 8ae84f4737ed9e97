/*
 * The topology manager's single-numa-node policy with max-allowable-numa-nodes=16: starts on hosts
 * of more than 8 nodes.
 *
 * Source: kubernetes/kubernetes, pkg/kubelet/cm/topologymanager/topology_manager.go
 * (NewManager) and policy_options.go.
 */
#include "placement/kubelet/kubelet.h"
#include "placement/policies.h"

static int place(const struct policy_input *in, struct plan *out, struct error *err)
{
	static const struct kubelet_rules rules = {.policy = KUBELET_SINGLE_NUMA_NODE,
						   .max_nodes = 16};

	return kubelet_place(in, &rules, out, err);
}

static int64_t capacity(const struct policy_input *in)
{
	return kubelet_single_capacity(in, 16);
}

const struct policy policy_k8s_single_numa_node_16 = {
	.name = "k8s-single-numa-node-max-nodes-16",
	.summary = "k8s-single-numa-node with max-allowable-numa-nodes=16",
	.source =
		"kubernetes/kubernetes: pkg/kubelet/cm/topologymanager, cpumanager, memorymanager",
	.place = place,
	.capacity = capacity,
	.remembers = true,
	.books_cores = true,
};
