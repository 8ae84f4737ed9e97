/*
 * homenode, what we recommend: mem-aware's count and set-distance's sets, chosen by, in
 * this order: least mean distance, fewest vCPUs above the CPUs of the nodes, most free
 * memory on the fullest of them. Devices' nodes come first; a node count or a spread that
 * the zone asks for is Edera's business. It gives up distance against set-distance and
 * the seed's rule that memory does not drive the count: a zone with much memory becomes
 * a guest with several nodes, whose vCPUs are farther from each other's memory, instead
 * of a guest whose map is wrong.
 */
#include "placement/own/sets.h"
#include "placement/policies.h"

static int place(const struct policy_input *in, struct plan *out, struct error *err)
{
	static const struct set_rules rules = {.by_memory = true, .by_load = true};

	return sets_place(in, &rules, out, err);
}

const struct policy policy_homenode = {
	.name = "homenode",
	.summary =
		"recommended: count by vCPUs and memory, nearest set, least loaded, nearest spill",
	.source = "placement/own/homenode.c",
	.place = place,
	.sums_suffice = true,
};
