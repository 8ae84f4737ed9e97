/*
 * The topology manager's best-effort policy: the best merged hint, preferred or not.
 *
 * Source: kubernetes/kubernetes, pkg/kubelet/cm/topologymanager/policy_best_effort.go.
 */
#include "placement/kubelet/kubelet.h"
#include "placement/policies.h"

static int place(const struct policy_input *in, struct plan *out, struct error *err)
{
	static const struct kubelet_rules rules = {.policy = KUBELET_BEST_EFFORT};

	return kubelet_place(in, &rules, out, err);
}

const struct policy policy_k8s_best_effort = {
	.name = "k8s-best-effort",
	.summary = "kubelet, best-effort: merged hints, always admitted",
	.source =
		"kubernetes/kubernetes: pkg/kubelet/cm/topologymanager, cpumanager, memorymanager",
	.place = place,
	.remembers = true,
	.books_cores = true,
};
