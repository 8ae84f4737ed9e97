/* The kubelet's topology manager policies and the options that change placement. */
#include "placement/capacity.h"
#include "placement/kubelet.h"
#include "placement/policies.h"

#define SOURCE "kubernetes/kubernetes: pkg/kubelet/cm/topologymanager, cpumanager, memorymanager"

static int none(const struct policy_input *in, struct plan *out, struct error *err)
{
	static const struct kubelet_rules rules = {.policy = KUBELET_NONE};

	return kubelet_place(in, &rules, out, err);
}

const struct policy policy_k8s_none = {
	.name = "k8s-none",
	.summary = "kubelet without topology manager: CPU and memory managers choose alone",
	.source = SOURCE,
	.place = none,
	.remembers = true,
};

static int best_effort(const struct policy_input *in, struct plan *out, struct error *err)
{
	static const struct kubelet_rules rules = {.policy = KUBELET_BEST_EFFORT};

	return kubelet_place(in, &rules, out, err);
}

const struct policy policy_k8s_best_effort = {
	.name = "k8s-best-effort",
	.summary = "kubelet, best-effort: merged hints, always admitted",
	.source = SOURCE,
	.place = best_effort,
	.remembers = true,
};

static int restricted(const struct policy_input *in, struct plan *out, struct error *err)
{
	static const struct kubelet_rules rules = {.policy = KUBELET_RESTRICTED};

	return kubelet_place(in, &rules, out, err);
}

const struct policy policy_k8s_restricted = {
	.name = "k8s-restricted",
	.summary = "kubelet, restricted: refused unless every hint is preferred and equal",
	.source = SOURCE,
	.place = restricted,
	.remembers = true,
};

static int single_numa_node(const struct policy_input *in, struct plan *out, struct error *err)
{
	static const struct kubelet_rules rules = {.policy = KUBELET_SINGLE_NUMA_NODE};

	return kubelet_place(in, &rules, out, err);
}

static int64_t single_numa_node_capacity(const struct policy_input *in)
{
	unsigned node;

	if (in->host->nr_nodes > KUBELET_NODES_MAX)
		return 0;
	/* single nodes of a group are no hints for a single node */
	nodeset_for_each (node, in->host->usable_nodes) {
		if (policy_book(in, node).group & ~nodeset_of(node))
			return CAPACITY_UNKNOWN;
	}
	return capacity_one_node(in, 1);
}

const struct policy policy_k8s_single_numa_node = {
	.name = "k8s-single-numa-node",
	.summary = "kubelet, single-numa-node: one node or refused",
	.source = SOURCE,
	.place = single_numa_node,
	.capacity = single_numa_node_capacity,
	.remembers = true,
};

static int best_effort_closest(const struct policy_input *in, struct plan *out, struct error *err)
{
	static const struct kubelet_rules rules = {.policy = KUBELET_BEST_EFFORT,
						   .prefer_closest = true};

	return kubelet_place(in, &rules, out, err);
}

const struct policy policy_k8s_best_effort_closest = {
	.name = "k8s-best-effort-prefer-closest",
	.summary = "k8s-best-effort with prefer-closest-numa-nodes",
	.source = SOURCE,
	.place = best_effort_closest,
	.remembers = true,
};

static int restricted_closest(const struct policy_input *in, struct plan *out, struct error *err)
{
	static const struct kubelet_rules rules = {.policy = KUBELET_RESTRICTED,
						   .prefer_closest = true};

	return kubelet_place(in, &rules, out, err);
}

const struct policy policy_k8s_restricted_closest = {
	.name = "k8s-restricted-prefer-closest",
	.summary = "k8s-restricted with prefer-closest-numa-nodes",
	.source = SOURCE,
	.place = restricted_closest,
	.remembers = true,
};

static int best_effort_distribute(const struct policy_input *in, struct plan *out,
				  struct error *err)
{
	static const struct kubelet_rules rules = {.policy = KUBELET_BEST_EFFORT,
						   .distribute_cpus = true};

	return kubelet_place(in, &rules, out, err);
}

const struct policy policy_k8s_best_effort_distribute = {
	.name = "k8s-best-effort-distribute-cpus",
	.summary = "k8s-best-effort with distribute-cpus-across-numa",
	.source = SOURCE,
	.place = best_effort_distribute,
	.remembers = true,
};

static int restricted_distribute(const struct policy_input *in, struct plan *out, struct error *err)
{
	static const struct kubelet_rules rules = {.policy = KUBELET_RESTRICTED,
						   .distribute_cpus = true};

	return kubelet_place(in, &rules, out, err);
}

const struct policy policy_k8s_restricted_distribute = {
	.name = "k8s-restricted-distribute-cpus",
	.summary = "k8s-restricted with distribute-cpus-across-numa",
	.source = SOURCE,
	.place = restricted_distribute,
	.remembers = true,
};
