/*
 * What our own policies share: a set of nodes grown greedily from every node, and
 * memory that spills to the nearest nodes.
 *
 * Of the sets of k nodes the one with the least mean distance between all its nodes is
 * sought, by growing one from every start: each time the node nearest to all chosen so
 * far. Greedy is not always the least (that is a clique problem); it is on hosts whose
 * distances form levels. O(nodes^2 k) for each k.
 */
#ifndef PLACEMENT_HOMENODE_SETS_H
#define PLACEMENT_HOMENODE_SETS_H

#include <stdbool.h>

#include "placement/policy.h"

struct set_rules {
	/* The set must hold the memory, each node at least two fifths of an even share of
	 * it; memory is dealt by room, as evenly as that allows, and vCPUs follow it. */
	bool by_memory;
	/* Among sets equally near: fewest vCPUs beyond a quarter of the nodes' CPUs, fewest
	 * free devices, then for one node the least free memory that does. */
	bool by_load;
};

/* From the count by vCPUs on, the first with a set; where none has one, and where the
 * zone asks for a count or a spread: slit_spill_place(). */
int sets_place(const struct policy_input *in, const struct set_rules *rules, struct plan *out,
	       struct error *err) MUST_USE;

/* An even share of the boot memory on k nodes, in whole pages, rounded up. */
int64_t sets_share(const struct policy_input *in, uint32_t k);
/* Usable nodes with room for the zone's part on one of k nodes: all of it where k is 1,
 * else two fifths of an even share, as a guest's node is not to be a sliver. */
nodeset sets_with_share(const struct policy_input *in, uint32_t k);
/* From the nodes to one more and back, all distances added up. */
uint64_t sets_way(const struct host *h, nodeset nodes, unsigned to);
/* The plan on these nodes in this order: memory by room and vCPUs in proportion to it, or
 * both evenly; what does not fit goes to the nearest nodes. */
int sets_fill(const struct policy_input *in, const uint8_t *order, uint32_t nr, bool by_room,
	      struct plan *out, struct error *err) MUST_USE;

/* edera-compact, but memory that does not fit goes to the nearest nodes. */
int slit_spill_place(const struct policy_input *in, struct plan *out, struct error *err) MUST_USE;

#endif
