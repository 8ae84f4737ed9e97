/*
 * oracle: the bound that policies are measured against.
 *
 * For each zone every plan below is tried, and the one under which the host's zones
 * lose least vCPU time within the horizon is taken; the future says how much that is
 * (placement/foresight.h). Ties: least spilled, fewest nodes, least distance between
 * them, then as sets.h has it for one node the least free memory that does, lowest.
 *
 * The plans: what homenode would do, and for every set of usable nodes with as many
 * CPUs as the zone has vCPUs and a vCPU for each node
 *  - memory by room and vCPUs in proportion to it, where the set holds the memory;
 *  - memory and vCPUs in even shares, what does not fit on the nearest nodes, where
 *    an even share does not fit somewhere.
 * A zone with devices of a known place gets sets with the node that owns them. A node
 * count that it asks for is kept, with even shares that do not spill. A spread that it
 * asks for leaves one choice: homenode's.
 *
 * No node gets more of a zone's vCPUs than it has CPUs: what that costs is CPU time,
 * which the model does not count.
 *
 * A bound of what: of the cost model's slowdown (lost vCPU time is what that column is
 * made of), per decision, over the horizon, among these plans, with the zones that come
 * within it placed as homenode places them, or, for the first so many of them, as the
 * search finds best. When that covers the rest of a trace on one host, it is the least
 * that any sequence of these plans can lose. It is no bound of placed zones (all
 * policies whose refusals depend on sums alone place the same), nor of distance, local
 * share or swing; over a trace longer than the horizon a policy can do better by luck.
 * Which host a zone gets is the run's choice: a policy that refuses one host and so
 * sends a zone to an emptier one (nova) can be below the bound.
 *
 * Without a future (plan, compare, capacity): horizon 0, and of the zones there only
 * what the host's state says. Least spilled, then least slowdown by cost/before-placing/predict.h.
 *
 * 2^n sets: hosts of more than ORACLE_NODES_MAX usable nodes are refused.
 */
#ifndef PLACEMENT_HOMENODE_ORACLE_H
#define PLACEMENT_HOMENODE_ORACLE_H

#include "placement/policy.h"

#define ORACLE_NODES_MAX 8

/*
 * Every plan that is tried, in a fixed order, homenode's first: each(context, plan).
 * `plan` is scratch, the caller's, and holds the last one afterwards. Returns how many
 * there were; 0: no plan is possible, or the host has too many nodes.
 */
unsigned oracle_each_plan(const struct policy_input *in, struct plan *plan,
			  void (*each)(void *context, const struct plan *plan), void *context);

#endif
