/*
 * The topology manager's best-effort policy with prefer-closest-numa-nodes: of merged hints
 * of as many nodes, the one with the least mean distance.
 *
 * Source: kubernetes/kubernetes, pkg/kubelet/cm/topologymanager/bitmask, policy_options.go
 * (preferClosestNUMA).
 */
#include "placement/kubelet/kubelet.h"
#include "placement/policies.h"

static int place(const struct policy_input *in, struct plan *out, struct error *err)
{
	static const struct kubelet_rules rules = {.policy = KUBELET_BEST_EFFORT,
						   .prefer_closest = true};

	return kubelet_place(in, &rules, out, err);
}

const struct policy policy_k8s_best_effort_closest = {
	.name = "k8s-best-effort-prefer-closest",
	.summary = "k8s-best-effort with prefer-closest-numa-nodes",
	.source =
		"kubernetes/kubernetes: pkg/kubelet/cm/topologymanager, cpumanager, memorymanager",
	.place = place,
	.remembers = true,
	.books_cores = true,
};
