/*
 * The kubelet without a topology manager (none, its default): the CPU and the memory
 * manager choose by themselves, and may choose different nodes.
 *
 * Source: kubernetes/kubernetes, pkg/kubelet/cm/topologymanager/policy_none.go.
 */
#include "placement/kubelet/kubelet.h"
#include "placement/policies.h"

static int place(const struct policy_input *in, struct plan *out, struct error *err)
{
	static const struct kubelet_rules rules = {.policy = KUBELET_NONE};

	return kubelet_place(in, &rules, out, err);
}

const struct policy policy_k8s_none = {
	.name = "k8s-none",
	.summary = "kubelet without topology manager: CPU and memory managers choose alone",
	.source =
		"kubernetes/kubernetes: pkg/kubelet/cm/topologymanager, cpumanager, memorymanager",
	.place = place,
	.remembers = true,
	.books_cores = true,
};
