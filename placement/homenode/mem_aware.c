/*
 * slit-spill with as many nodes as both vCPUs and memory need: the least count at which
 * every node has its share free; where no count does, the count by vCPUs, and memory
 * spills.
 */
#include "placement/edera/edera.h"
#include "placement/fill.h"
#include "placement/homenode/sets.h"
#include "placement/policies.h"

static int place(const struct policy_input *in, struct plan *out, struct error *err)
{
	struct policy_input ask = *in;
	struct zone z = *in->zone;

	out->memory_rule = PLAN_MEMORY_NEAREST;
	if (z.numa_nodes)
		return edera_place(in, false, out, err);
	ask.zone = &z;
	ask.why = NULL;
	for (z.numa_nodes = fill_count(in); z.numa_nodes <= nodeset_count(in->host->usable_nodes);
	     z.numa_nodes++) {
		if (edera_place(&ask, false, out, NULL))
			continue;
		ask.why = in->why;
		explain_add(in->why,
			    "node count %u: the least at which vCPUs fit and every node has its "
			    "share of the memory free",
			    z.numa_nodes);
		if (in->why && edera_place(&ask, false, out, err))
			return ERR_INFEASIBLE;
		out->zone = in->zone;
		return 0;
	}
	explain_add(in->why, "no number of nodes has its share of the memory free on each");
	return slit_spill_place(in, out, err);
}

const struct policy policy_mem_aware = {
	.name = "mem-aware",
	.summary = "slit-spill with as many nodes as vCPUs and memory need",
	.source = "placement/homenode/mem_aware.c",
	.place = place,
	.heeds_count = true,
	.heeds_spread = true,
	.sums_suffice = true,
};
