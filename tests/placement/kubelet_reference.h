/*
 * A kubelet that admits one pod after the other: topology manager, static CPU manager and
 * Static memory manager, written from the Go sources with their structure, for tests that
 * hold placement/kubelet/ against it. It knows nothing of that room: CPUs are single CPUs
 * with their core, socket and node, hints are lists, every combination of hints is tried,
 * and slices have Go's arrays under them.
 *
 * Source: kubernetes/kubernetes, pkg/kubelet/cm: cpumanager/cpu_assignment.go and
 * topology/topology.go at 08715a58e5cd, cpumanager/policy_static.go at 62c7eac08995,
 * memorymanager/policy_static.go at 030880a5dc54, topologymanager/policy.go (HintMerger, as
 * ffromani/kubernetes has it at 25cc10949a60), policy_single_numa_node.go at 53f1b9d6f8de,
 * numa_info.go at 623376bc82c5, bitmask/bitmask.go at 5a430f48eace.
 */
#ifndef TESTS_PLACEMENT_KUBELET_REFERENCE_H
#define TESTS_PLACEMENT_KUBELET_REFERENCE_H

#include <stdbool.h>
#include <stdint.h>

#define KUBELET_CPUS 256
#define KUBELET_NODES 16

struct go_options {
	const char *policy; /* "none", "best-effort", "restricted", "single-numa-node" */
	bool prefer_closest_numa_nodes, distribute_cpus_across_numa, align_by_socket;
	bool strict_cpu_reservation;
	int max_allowable_numa_nodes;
};

struct go_machine {
	int num_cpus, num_nodes;
	int core[KUBELET_CPUS], socket[KUBELET_CPUS], node[KUBELET_CPUS]; /* of each CPU */
	int64_t memory[KUBELET_NODES]; /* bytes */
	int64_t system_reserved[KUBELET_NODES];
	int distance[KUBELET_NODES][KUBELET_NODES];
	bool reserved[KUBELET_CPUS]; /* reservedSystemCPUs */
};

struct kubelet;

struct kubelet *kubelet_new(const struct go_machine *machine, const struct go_options *options);
void kubelet_free(struct kubelet *k);

enum go_admission {
	ADMITTED,
	DOES_NOT_START, /* the kubelet */
	TOPOLOGY_AFFINITY_ERROR,
	UNEXPECTED_ADMISSION_ERROR,
	NEVER_RETURNS, /* the CPU manager */
};

struct go_pod {
	int cpus_of_node[KUBELET_NODES];
	uint64_t memory_block; /* nodes */
	char error[128]; /* of an UnexpectedAdmissionError */
};

/* `uid` names it at its end. */
enum go_admission kubelet_admit(struct kubelet *k, int uid, int cpus, int64_t bytes,
				struct go_pod *out);
void kubelet_remove(struct kubelet *k, int uid);

#endif
