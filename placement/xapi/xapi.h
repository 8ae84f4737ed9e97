/*
 * xapi's NUMA placement (XCP-ng, XenServer).
 *
 * Source: xapi-project/xen-api e2ee48d6883e, ocaml/xenopsd/lib/softaffinity.ml,
 * topology.ml, xc/domain.ml (numa_placement, build_pre).
 *
 * Candidates are all sets of nodes (single nodes only above 16), nearest first:
 * by greatest distance in the set, then by mean distance, a node's own distance
 * counted. A set is feasible when its free memory, its CPUs and (best-effort)
 * its physical cores suffice together. Among the first feasible set and those
 * feasible right after it with the same mean, the one with fewest launches so
 * far is picked, then the lowest nodes. Launches are never counted down. A pick
 * of one node gives memory from there and soft affinity to its CPUs; a pick of
 * several is counted and then dropped: memory is striped over the whole host and
 * vCPUs float, whatever the documentation says.
 *
 * Where single nodes are the nearest sets (every distance between nodes above
 * the diagonal) and one is feasible, only they are looked at. Otherwise sets are grown
 * node by node, three times, since the launch counters depend on which is picked, and
 * branches are cut that hold no feasible set, or none that is near enough by a bound on
 * the mean distance of larger sets: the same answer as from all 2^n - 1 sets.
 * Not modelled: other VMs' claims that are not populated yet (a plan populates
 * at once), hard affinity (restrict_hard_numa=false).
 */
#ifndef PLACEMENT_XAPI_H
#define PLACEMENT_XAPI_H

#include <stdbool.h>

#include "placement/policy.h"

int xapi_place(const struct policy_input *in, bool count_cores, struct plan *out,
	       struct error *err) MUST_USE;

#endif
