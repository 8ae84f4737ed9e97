/*
 * A yardstick that looks at nothing but CPUs: nodes in turn until their CPUs suffice,
 * starting after as many as the zones before it were given.
 */
#include "placement/fill.h"
#include "placement/policies.h"

static int place(const struct policy_input *in, struct plan *out, struct error *err)
{
	uint8_t order[NODES_MAX];
	uint32_t nr = 0, total = nodeset_count(fill_usable(in));
	uint64_t launches = 0;
	unsigned node, start;

	nodeset_for_each (node, fill_usable(in)) {
		launches += policy_book(in, node).launches;
	}
	start = total ? (unsigned)(launches % total) : 0;
	for (unsigned pass = 0; pass < 2; pass++) {
		uint32_t i = 0;

		nodeset_for_each (node, fill_usable(in)) {
			if ((i++ >= start) == (pass == 0))
				order[nr++] = (uint8_t)node;
		}
	}
	explain_add(in->why, "nodes in turn: those before had %llu", (unsigned long long)launches);
	return fill_in_order(in, order, nr, out, err);
}

const struct policy policy_round_robin = {
	.name = "round-robin",
	.summary = "nodes in turn until their CPUs suffice",
	.source = "placement/round_robin.c",
	.place = place,
	.sums_suffice = true,
	.remembers = true,
};
