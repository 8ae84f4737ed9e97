/* What the two files of the reference share. */
#ifndef TESTS_PLACEMENT_KUBELET_REFERENCE_INSIDE_H
#define TESTS_PLACEMENT_KUBELET_REFERENCE_INSIDE_H

#include <stddef.h>

#include "tests/placement/kubelet_reference.h"

/* --- slices of int, as Go has them --- */

struct slice {
	int *array;
	int len, cap;
};

/* Arrays live until the pod is admitted or not, as a collector would have it. */
struct heap {
	void **block;
	int nr, cap;
};

void *heap_get(struct heap *h, size_t size);
void heap_empty(struct heap *h);
/* The new slice; the array is the old one where it has room. */
struct slice append(struct heap *h, struct slice s, int value);
void add_unique(struct heap *h, struct slice *s, int id);

struct cpuset_go {
	bool has[KUBELET_CPUS];
};

int size(const struct cpuset_go *s);

/* --- the kubelet --- */

#define PODS 128

struct pod {
	bool used;
	int uid;
	struct cpuset_go cpus;
	uint64_t affinity;
	int64_t bytes;
};

struct kubelet {
	struct go_machine machine;
	struct go_options options;
	int num_sockets, num_numa;
	struct cpuset_go default_cpu_set;
	struct {
		int assignments;
		uint64_t cells;
		int64_t free, reserved, allocatable;
	} memory[KUBELET_NODES];
	struct pod pod[PODS];
	struct heap heap;
};

/* --- kubelet_reference_cpus.c: cpu_assignment.go --- */

enum taken { TAKEN, FAILED, ENDLESS };

/* takeByTopologyNUMAPacked and takeByTopologyNUMADistributed (groups of one CPU). `error`
 * has 128 bytes. */
enum taken take_by_topology_numa_packed(struct kubelet *k, const struct cpuset_go *available,
					int num, struct cpuset_go *out, char *error);
enum taken take_by_topology_numa_distributed(struct kubelet *k, const struct cpuset_go *available,
					     int num, struct cpuset_go *out, char *error);

#endif
