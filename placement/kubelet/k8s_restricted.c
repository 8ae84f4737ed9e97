/*
 * The topology manager's restricted policy: a merged hint that is not preferred is a
 * TopologyAffinityError.
 *
 * Source: kubernetes/kubernetes, pkg/kubelet/cm/topologymanager/policy_restricted.go.
 */
#include "placement/kubelet/kubelet.h"
#include "placement/policies.h"

static int place(const struct policy_input *in, struct plan *out, struct error *err)
{
	static const struct kubelet_rules rules = {.policy = KUBELET_RESTRICTED};

	return kubelet_place(in, &rules, out, err);
}

const struct policy policy_k8s_restricted = {
	.name = "k8s-restricted",
	.summary = "kubelet, restricted: refused unless every hint is preferred and equal",
	.source =
		"kubernetes/kubernetes: pkg/kubelet/cm/topologymanager, cpumanager, memorymanager",
	.place = place,
	.remembers = true,
	.books_cores = true,
};
