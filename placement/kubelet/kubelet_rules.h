/* How a kubelet is set up (kubelet.h). */
#ifndef PLACEMENT_KUBELET_RULES_H
#define PLACEMENT_KUBELET_RULES_H

#include <stdbool.h>

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

#endif
