/*
 * The kubelet's topology manager with the static CPU manager, the Static memory
 * manager and the device manager, for Guaranteed pods with whole CPUs.
 *
 * Source: kubernetes/kubernetes, pkg/kubelet/cm: cpumanager/cpu_assignment.go and
 * topology/topology.go at 08715a58e5cd, cpumanager/policy_static.go at 62c7eac08995 and
 * policy_options.go at 7ed318129ff5, memorymanager/policy_static.go at 030880a5dc54,
 * topologymanager/policy.go (HintMerger, as ffromani/kubernetes has it at 25cc10949a60),
 * policy_single_numa_node.go at 53f1b9d6f8de, numa_info.go at 623376bc82c5,
 * topology_manager.go and devicemanager/topology_hints.go.
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
 * each provider. Here how many pairs intersect in each set is counted by sums over
 * supersets, n 2^n steps a provider, with the same answer, since the order among
 * merged hints is total.
 *
 * CPUs are told apart by their cores (placement/cores.h), not by caches; a node is
 * in one package. Reserved is what was taken before the first pod: whole cores of
 * a node, then CPUs of one more. strict-cpu-reservation changes nothing here: such
 * CPUs are given to no pod with whole CPUs either way, only taken from the others.
 * Left out: full-pcpus-only, distribute-cpus-across-cores,
 * prefer-align-cpus-by-uncorecache, hugepages, containers of a pod (scope pod).
 *
 * Under a policy other than none a kubelet does not start on more nodes than
 * max-allowable-numa-nodes says, 8 by default; such hosts are refused. Policies
 * named after the option allow as many as are computed here.
 * The guest of a pod sees one flat node; its vCPUs stay on the CPUs of the node
 * they were given from, as KubeVirt pins them.
 */
#ifndef PLACEMENT_KUBELET_H
#define PLACEMENT_KUBELET_H

#include <stdbool.h>

#include "placement/policy.h"

#define KUBELET_NODES_DEFAULT 8 /* max-allowable-numa-nodes */
#define KUBELET_NODES_MAX 16 /* the most that is computed */

enum kubelet_policy {
	KUBELET_NONE,
	KUBELET_BEST_EFFORT,
	KUBELET_RESTRICTED,
	KUBELET_SINGLE_NUMA_NODE,
};

struct kubelet_rules {
	enum kubelet_policy policy;
	unsigned max_nodes; /* max-allowable-numa-nodes; 0: the default */
	bool prefer_closest; /* prefer-closest-numa-nodes */
	bool distribute_cpus; /* distribute-cpus-across-numa */
	bool align_by_socket; /* align-by-socket */
};

int kubelet_place(const struct policy_input *in, const struct kubelet_rules *rules,
		  struct plan *out, struct error *err) MUST_USE;

/* single-numa-node: struct policy.capacity. */
int64_t kubelet_single_capacity(const struct policy_input *in, unsigned max_nodes);

/* --- kubelet_hints.c: which nodes --- */

#define KUBELET_MASKS (1u << KUBELET_NODES_MAX)

/* Sets of sets of nodes, a bit a mask; mask 0 is "any node". */
struct kubelet_masks {
	uint64_t word[KUBELET_MASKS / 64];
};

static inline bool kubelet_has(const struct kubelet_masks *s, nodeset mask)
{
	return (s->word[mask / 64] >> (mask % 64)) & 1;
}

static inline void kubelet_add(struct kubelet_masks *s, nodeset mask)
{
	s->word[mask / 64] |= (uint64_t)1 << (mask % 64);
}

/* One provider's hints. Only the words of the host's masks are written and read. */
struct kubelet_hints {
	struct kubelet_masks has, preferred;
	unsigned least; /* nodes of the narrowest hint; 0: there is none but "any" */
	bool prefers; /* some hint is preferred */
};

struct kubelet_hint {
	nodeset nodes; /* 0: nothing said, any node */
	bool preferred;
};

void kubelet_hints_clear(struct kubelet_hints *out, unsigned nr_nodes);
void kubelet_cpu_hints(const struct policy_input *in, const struct kubelet_rules *rules,
		       struct kubelet_hints *out);
void kubelet_memory_hints(const struct policy_input *in, struct kubelet_hints *out);
/* Of one of the zone's device requests. */
void kubelet_device_hints(const struct policy_input *in, uint32_t request,
			  struct kubelet_hints *out);

/* Intersections of one hint of each provider so far, and those that are preferred: the
 * same mask, or any, from each, all preferred. */
struct kubelet_merge {
	const struct host *host;
	const struct kubelet_rules *rules;
	struct kubelet_masks has, preferred;
	unsigned want; /* nodes of the provider whose narrowest hint is widest */
};

void kubelet_merge_begin(struct kubelet_merge *m, const struct host *h,
			 const struct kubelet_rules *rules);
/* single-numa-node drops hints from `hints` first. */
void kubelet_merge_add(struct kubelet_merge *m, struct kubelet_hints *hints);
/* The best merged hint; all nodes, not preferred, when nothing merges. */
struct kubelet_hint kubelet_merge_best(const struct kubelet_merge *m);

/* Free by the books of the memory manager. */
int64_t kubelet_free_bytes(const struct policy_input *in, unsigned node);

/* --- kubelet_cpus.c: which CPUs --- */

/* The CPU manager's pool, and what it hands out of it. */
struct kubelet_cpus {
	const struct host *host;
	uint32_t free_cpus[NODES_MAX];
	uint32_t vcpus[NODES_MAX], whole[NODES_MAX]; /* handed out; on whole cores of it */
	uint32_t first[NODES_MAX]; /* of the node's cores */
	uint16_t core_free[CPUS_MAX];
};

void kubelet_cpus_init(struct kubelet_cpus *c, const struct policy_input *in);
/* Nodes of the packages of `nodes`, with CPUs. */
nodeset kubelet_sockets(const struct host *h, nodeset nodes);
unsigned kubelet_count_sockets(const struct host *h, nodeset nodes);
/* takeByTopology: `want` CPUs of `nodes`. ERR_NO_ROOM with the CPU manager's words. */
int kubelet_take_cpus(struct kubelet_cpus *c, const struct kubelet_rules *rules, nodeset nodes,
		      uint32_t want, struct error *err) MUST_USE;

/* --- kubelet_memory.c: which memory --- */

/* The nodes of the pod's memory block. ERR_NO_ROOM with the memory manager's words. */
int kubelet_allocate_memory(const struct policy_input *in, struct kubelet_hint hint, nodeset *out,
			    struct error *err) MUST_USE;

#endif
