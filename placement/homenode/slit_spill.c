/*
 * Edera's rules with one thing changed: memory that does not fit goes to the nearest
 * nodes, because every request to the host names a node (Xen takes such hints). Stock
 * Xen looks in ascending node id, whatever the distance.
 */
#include "placement/homenode/sets.h"
#include "placement/policies.h"

const struct policy policy_slit_spill = {
	.name = "slit-spill",
	.summary = "edera-compact; memory that does not fit goes to the nearest nodes",
	.source = "placement/homenode/slit_spill.c",
	.place = slit_spill_place,
	.heeds_count = true,
	.heeds_spread = true,
	.sums_suffice = true,
};
