/*
 * The topology manager's best-effort policy with the CPU manager's align-by-socket: sets of nodes
 * over as few packages as need be are preferred too, and CPUs come from the packages of
 * the hint. Not on machines with more packages than nodes.
 *
 * Source: kubernetes/kubernetes, pkg/kubelet/cm/cpumanager/policy_static.go
 * (isHintSocketAligned, getAlignedCPUs) and policy_options.go.
 */
#include "placement/kubelet/kubelet.h"
#include "placement/policies.h"

static int place(const struct policy_input *in, struct plan *out, struct error *err)
{
	static const struct kubelet_rules rules = {.policy = KUBELET_BEST_EFFORT,
						   .align_by_socket = true};

	return kubelet_place(in, &rules, out, err);
}

const struct policy policy_k8s_best_effort_socket = {
	.name = "k8s-best-effort-align-by-socket",
	.summary = "k8s-best-effort with align-by-socket",
	.source =
		"kubernetes/kubernetes: pkg/kubelet/cm/topologymanager, cpumanager, memorymanager",
	.place = place,
	.remembers = true,
	.books_cores = true,
};
