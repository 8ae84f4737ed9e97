/*
 * How many more zones of one shape (a flavour) fit on a host.
 *
 * Two answers that must agree where both exist: the policy is asked again and
 * again until it refuses, or a formula says it at once. A policy for which a
 * formula is known names it in struct policy; tests compare the two on random
 * hosts, `homenode capacity` prints them side by side.
 */
#ifndef PLACEMENT_CAPACITY_H
#define PLACEMENT_CAPACITY_H

#include "placement/policy.h"

/* No formula is known, or it says nothing of this zone. */
#define CAPACITY_UNKNOWN ((int64_t)-1)

struct capacity {
	int64_t fit; /* placed one after the other until the policy refused, at most `most` */
	int64_t local; /* of them, with all memory local as plan_locality() has it */
	int64_t spilled_bytes; /* of all of them */
	/* The policy's own formula, or free memory and vCPUs under the limit where they
	 * decide alone; else CAPACITY_UNKNOWN. */
	int64_t formula;
	/*
	 * The most that any placement with even shares could put there with all memory
	 * local: zones cut over k nodes (the zone's own count, else the best of all
	 * counts that its vCPUs allow), shares rounded down to pages, and the sums above.
	 */
	int64_t local_bound;
	struct error refused; /* by what the next one was refused; code 0: `most` was reached */
};

/*
 * Ask policy_place() until it refuses. `state` becomes that of the full host,
 * and `memory` (may be NULL) remembers the zones, with ids from `first_id` on.
 * O(fit) decisions; nothing is allocated but what `memory` needs.
 */
void capacity_replay(const struct policy *policy, struct host_state *state,
		     struct policy_memory *memory, uint64_t first_id, const struct zone *zone,
		     int64_t most, struct rng *rng, struct capacity *out);

/*
 * Most zones that each take one unit on `k` different nodes, where node i has
 * room for unit[i] of them:
 *
 *	min over j = 0 .. k-1 of floor(sum of all but the j largest units / (k - j))
 *
 * for N zones fit exactly when the sum of min(unit[i], N) is at least k N (deal
 * the units of one node after the other to zones in turn: none meets itself
 * again, as a node gives at most N), and the node counts with N beyond the j
 * whose unit exceeds it give the terms. Sorts unit[0..nr). k in 1..64; 0 when
 * fewer than k nodes have room. Derivation: placement of k-partite units, as in
 * Gudkov et al., arXiv 2604.15033, for zones with one vnode a node.
 */
int64_t capacity_distinct(int64_t *unit, uint32_t nr, uint32_t k);

/*
 * For policies that keep a zone on one node, in whole CPUs and without spill, by
 * their own books: the sum over usable nodes of min(free memory / memory, free
 * CPUs / vCPUs), which any order of taking reaches. Unknown for zones with devices
 * and where the books differ from what is really free. `k` is the zone's count of
 * nodes; unknown unless 1.
 */
int64_t capacity_one_node(const struct policy_input *in, uint32_t k);

#endif
