/*
 * The topology manager's restricted policy with max-allowable-numa-nodes=16: starts on hosts of
 * more than 8 nodes.
 *
 * Source: kubernetes/kubernetes, pkg/kubelet/cm/topologymanager/topology_manager.go
 * (NewManager) and policy_options.go.
 */
#include "placement/kubelet/kubelet.h"
#include "placement/policies.h"

static int place(const struct policy_input *in, struct plan *out, struct error *err)
{
	static const struct kubelet_rules rules = {.policy = KUBELET_RESTRICTED, .max_nodes = 16};

	return kubelet_place(in, &rules, out, err);
}

const struct policy policy_k8s_restricted_16 = {
	.name = "k8s-restricted-max-nodes-16",
	.summary = "k8s-restricted with max-allowable-numa-nodes=16",
	.source =
		"kubernetes/kubernetes: pkg/kubelet/cm/topologymanager, cpumanager, memorymanager",
	.place = place,
	.remembers = true,
	.books_cores = true,
};
