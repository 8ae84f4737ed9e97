/*
 * homenode, what we recommend.
 *
 * As few nodes as hold the zone's vCPUs and memory; memory is dealt by room, as evenly as
 * that allows but no node less than two fifths of an even share, and vCPUs in proportion
 * to it: a guest with an uneven map that is true, instead of an even one that is not. Of
 * such sets the one with the least mean distance between its nodes; then fewest vCPUs
 * beyond a quarter of the nodes' CPUs (contention), then fewest free devices (left for
 * zones that ask for one), then, for a single node, the least free memory that does
 * (large zones find whole nodes later), for several, most on the fullest of them.
 * What fits nowhere spills to the nearest nodes. Devices' nodes come first; a node count
 * or a spread that the zone asks for is Edera's business.
 *
 * It gives up the seed's rule that memory does not drive the count: a zone with more
 * memory than any node has free becomes a guest with several nodes, whose vCPUs are
 * farther from each other's memory than from a spill next door (mean distance, against
 * set-distance).
 */
#include "placement/homenode/sets.h"
#include "placement/policies.h"

static int place(const struct policy_input *in, struct plan *out, struct error *err)
{
	static const struct set_rules rules = {.by_memory = true, .by_load = true};

	return sets_place(in, &rules, out, err);
}

const struct policy policy_homenode = {
	.name = "homenode",
	.summary = "recommended: as few nodes as hold vCPUs and memory, nearest, least loaded, "
		   "tightest",
	.source = "placement/homenode/homenode.c",
	.place = place,
	.heeds_count = true,
	.heeds_spread = true,
	.sums_suffice = true,
};
