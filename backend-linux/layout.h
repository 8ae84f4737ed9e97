/*
 * What a zone's process is told: the part of its plan that it carries out, as a flat
 * value that a socket carries. Nodes are the host's indexes; os_node[] says what the
 * kernel calls them. Both sides are this program, so that no version is needed.
 */
#ifndef BACKEND_LINUX_LAYOUT_H
#define BACKEND_LINUX_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "plan/plan.h"

struct layout_vnode {
	uint32_t vcpus;
	int64_t boot_bytes, max_bytes; /* boot: asked for at boot */
	struct cpuset cpus; /* where its vCPUs run */
	uint32_t nr_order;
	uint8_t order[NODES_MAX]; /* where it looks for memory, its own node first */
};

struct layout {
	uint32_t nr_nodes, nr_vnodes, nr_pieces, nr_vcpus;
	bool strict; /* the pieces or nothing */
	bool flat; /* the guest is told nothing: any vCPU touches any memory */
	uint16_t os_node[NODES_MAX];
	struct layout_vnode vnode[NODES_MAX];
	struct plan_memory piece[PLAN_MEMORY_MAX];
};

/* CPUs outside `allowed` are left out of vnode[].cpus. */
void layout_make(struct layout *out, const struct plan *p, const struct cpuset *allowed);

/* vnode v's part of `bytes`, in proportion to what it booted with; the pages that do
 * not divide go one each to the first vnodes with memory. */
int64_t layout_share(const struct layout *l, uint32_t v, int64_t bytes);

#endif
