/*
 * libxl's automatic placement (`xl create` without cpus, pools or vNUMA).
 *
 * Source: xen-project/xen c447b7308b13, tools/libs/light/libxl_numa.c
 * (libxl__get_numa_candidate), libxl_dom.c (numa_cmpf, numa_place_domain);
 * docs/man/xl-numa-placement.7.pod.
 *
 * From the least number of nodes whose CPUs suffice upwards, every set of k
 * nodes whose free memory and CPUs suffice together is a candidate; the first
 * size with any wins. Least vCPUs is best, where a domain counts with all its
 * vCPUs on every node of its affinity, then most free memory, then the lowest
 * nodes (sets are tried in lexicographic order, the first of equals stays).
 * The domain gets its nodes as affinity for memory (striped over them) and as
 * soft affinity for vCPUs; the guest is told nothing. Distances, devices and how
 * memory divides within the set are not looked at.
 *
 * Not modelled: the domain's own overhead is left out of its need; cpupools;
 * `cpus=` given as a string, which libxl computes and then does not apply.
 *
 * libxl tries all sets: C(n, k) of them. Here the best set is found by sorting where
 * memory binds nowhere. Where it binds, the choice is a knapsack problem, for which no
 * polynomial algorithm is known: branch and bound over nodes in ascending order, with
 * Lagrange's bounds, gives the same answer, and on 16 nodes, the most on which libxl
 * places anything, has at most 65535 sets to look at. libxl-fixed on larger hosts stops
 * after 65536 steps with the best set found. libxl-4.17 tries all sets where its
 * arithmetic can wrap.
 */
#ifndef PLACEMENT_LIBXL_H
#define PLACEMENT_LIBXL_H

#include <stdbool.h>

#include "placement/policy.h"

#define LIBXL_NODES_MAX 16

struct libxl_rules {
	/* nodemap_to_free_memkb() sums KiB in 32 bits: 4 TiB is 0. numa_cmpf()
	 * returns an int: differences of 2 TiB and more change sign. */
	bool defects;
	unsigned most_nodes; /* more on the host: no placement (16 in libxl) */
};

int libxl_place(const struct policy_input *in, const struct libxl_rules *rules, struct plan *out,
		struct error *err) MUST_USE;

#endif
