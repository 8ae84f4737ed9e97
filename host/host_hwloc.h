/* From a loaded hwloc topology to struct host, part by part (private to host/;
 * runs in the child process). */
#ifndef HOST_HOST_HWLOC_H
#define HOST_HOST_HWLOC_H

#include <hwloc.h>

#include "host/host_impl.h"

struct tree {
	hwloc_topology_t t;
	struct host *host;
	/* The nodes' hwloc objects, in the host's order. */
	hwloc_obj_t node[NODES_MAX];
};

/* hwloc's own topology of a job; the caller destroys it. */
int tree_load(hwloc_topology_t *t, const struct host_job *job, struct error *err) MUST_USE;

/* Index of the node with this os_index, or -1. */
static inline int tree_node(const struct tree *tree, unsigned os_index)
{
	return host_find_node(tree->host, os_index);
}

/* The set's bits below CPUS_MAX. */
void tree_cpus(hwloc_const_bitmap_t from, struct cpuset *out);
/* The same for a set of nodes: bits that are no node of the host are dropped. */
nodeset tree_nodes(const struct tree *tree, hwloc_const_bitmap_t from);

/* SLIT, measured matrices, memory attributes. */
int tree_matrices(struct tree *tree, unsigned nr_expected, struct error *err) MUST_USE;
/* PCI and other I/O devices; L3 caches. */
void tree_devices(struct tree *tree, unsigned nr_pci_expected);
void tree_l3s(struct tree *tree);

#endif
