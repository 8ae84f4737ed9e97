/*
 * A yardstick that looks at nothing but CPUs: nodes drawn at random until their CPUs
 * suffice. Where nobody draws for it (no rng), the zone's name and the number of zones
 * do, so that equal inputs give equal plans.
 */
#include "placement/fill.h"
#include "placement/policies.h"

static int place(const struct policy_input *in, struct plan *out, struct error *err)
{
	uint8_t order[NODES_MAX];
	uint32_t nr = 0;
	struct rng own, *rng = in->rng;
	unsigned node;

	if (!rng) {
		/* nobody draws for us: the zone's name decides, always alike */
		rng_seed(&own, in->state->nr_zones, in->zone->name);
		rng = &own;
	}
	nodeset_for_each (node, fill_usable(in)) {
		uint32_t at = (uint32_t)rng_below(rng, nr + 1);

		order[nr] = order[at];
		order[at] = (uint8_t)node;
		nr++;
	}
	explain_add(in->why, "nodes are drawn");
	return fill_in_order(in, order, nr, out, err);
}

const struct policy policy_random = {
	.name = "random",
	.summary = "nodes drawn at random until their CPUs suffice",
	.source = "placement/random.c",
	.place = place,
	.sums_suffice = true,
};
