/*
 * The kubelet's topology manager with the static CPU manager, the Static memory
 * manager and the device manager, for Guaranteed pods with whole CPUs.
 *
 * Source: kubernetes/kubernetes, pkg/kubelet/cm/topologymanager (policy.go,
 * policy_options.go), cpumanager (policy_static.go, cpu_assignment.go),
 * memorymanager (policy_static.go at 030880a5dc54), devicemanager (topology_hints.go).
 *
 * Every provider gives hints, sets of nodes that would do, preferred where the
 * set is as small as it can be by capacity (not by what is free): memory passes
 * over single nodes that belong to a group and over groups other than their own.
 * A CPU or device request that fits nowhere becomes "any node, not preferred", a
 * memory request that fits nowhere "any node, preferred". One hint of each is
 * intersected; the best intersection is the pod's, and the policy admits or
 * refuses it (TopologyAffinityError). CPUs then come from the hint first, packed
 * or distributed, memory from the hint's nodes in the books, and what fails
 * there is an UnexpectedAdmissionError.
 *
 * The kubelet tries every combination of hints: the product of up to 2^n - 1 for
 * each provider. Here sets of intersections are combined provider by provider,
 * 4^n set operations each, with the same answer, since the order among merged
 * hints is total.
 *
 * Not told apart: cores and threads of a node's CPUs (full-pcpus-only, uncore
 * caches), hugepages, containers of a pod (scope pod), the reserved memory other
 * than what was taken before the first pod. A kubelet does not start on more
 * than 8 nodes under a policy other than none; such hosts are refused.
 * The guest of a pod sees one flat node; its vCPUs stay on the CPUs of the node
 * they were given from, as KubeVirt pins them.
 */
#ifndef PLACEMENT_KUBELET_H
#define PLACEMENT_KUBELET_H

#include <stdbool.h>

#include "placement/policy.h"

enum kubelet_policy {
	KUBELET_NONE,
	KUBELET_BEST_EFFORT,
	KUBELET_RESTRICTED,
	KUBELET_SINGLE_NUMA_NODE,
};

struct kubelet_rules {
	enum kubelet_policy policy;
	bool prefer_closest; /* prefer-closest-numa-nodes */
	bool distribute_cpus; /* distribute-cpus-across-numa */
};

int kubelet_place(const struct policy_input *in, const struct kubelet_rules *rules,
		  struct plan *out, struct error *err) MUST_USE;

/* kubelet_hints.c: which nodes. */

#define KUBELET_NODES_MAX 8
#define KUBELET_MASKS (1 << KUBELET_NODES_MAX)

/* One provider's hints: by mask of nodes, whether there is one and whether it is
 * preferred; mask 0 is "any node". */
struct kubelet_hints {
	bool has[KUBELET_MASKS], preferred[KUBELET_MASKS];
	const char *resource;
};

struct kubelet_hint {
	nodeset nodes;
	bool preferred;
};

void kubelet_cpu_hints(const struct policy_input *in, struct kubelet_hints *out);
void kubelet_memory_hints(const struct policy_input *in, struct kubelet_hints *out);
void kubelet_device_hints(const struct policy_input *in, struct kubelet_hints *out);

/* The best merged hint; nodes is all nodes, not preferred, when nothing merges. */
struct kubelet_hint kubelet_merge(const struct host *h, const struct kubelet_rules *rules,
				  struct kubelet_hints *provider, unsigned nr);

/* Free by the books of the CPU and memory managers. */
int64_t kubelet_free_cpus(const struct policy_input *in, unsigned node);
int64_t kubelet_free_bytes(const struct policy_input *in, unsigned node);

#endif
