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

#include "placement/kubelet/kubelet_rules.h"
#include "placement/policy.h"

int kubelet_place(const struct policy_input *in, const struct kubelet_rules *rules,
		  struct plan *out, struct error *err) MUST_USE;

/* single-numa-node: struct policy.capacity. */
int64_t kubelet_single_capacity(const struct policy_input *in, unsigned max_nodes);

#endif
