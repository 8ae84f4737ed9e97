/*
 * slit-spill's count, but the set with the least mean distance between all its nodes
 * (Edera measures distance to the first node alone); ties: more free memory on the
 * fullest of them, then the lowest first node.
 */
#include "placement/homenode/sets.h"
#include "placement/policies.h"

static int place(const struct policy_input *in, struct plan *out, struct error *err)
{
	static const struct set_rules rules = {0};

	return sets_place(in, &rules, out, err);
}

const struct policy policy_set_distance = {
	.name = "set-distance",
	.summary = "slit-spill on the set of nodes with the least mean distance",
	.source = "placement/homenode/set_distance.c",
	.place = place,
	.heeds_count = true,
	.heeds_spread = true,
	.sums_suffice = true,
};
