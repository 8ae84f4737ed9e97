/*
 * The topology manager's best-effort policy with the CPU manager's distribute-cpus-across-numa:
 * CPUs of several nodes are taken in even shares.
 *
 * Source: kubernetes/kubernetes, pkg/kubelet/cm/cpumanager/cpu_assignment.go
 * (takeByTopologyNUMADistributed).
 */
#include "placement/kubelet/kubelet.h"
#include "placement/policies.h"

static int place(const struct policy_input *in, struct plan *out, struct error *err)
{
	static const struct kubelet_rules rules = {.policy = KUBELET_BEST_EFFORT,
						   .distribute_cpus = true};

	return kubelet_place(in, &rules, out, err);
}

const struct policy policy_k8s_best_effort_distribute = {
	.name = "k8s-best-effort-distribute-cpus",
	.summary = "k8s-best-effort with distribute-cpus-across-numa",
	.source =
		"kubernetes/kubernetes: pkg/kubelet/cm/topologymanager, cpumanager, memorymanager",
	.place = place,
	.remembers = true,
	.books_cores = true,
};
