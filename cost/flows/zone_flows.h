/* Placed zones as flows. */
#ifndef COST_FLOWS_ZONE_FLOWS_H
#define COST_FLOWS_ZONE_FLOWS_H

#include "cost/flows/flow.h"
#include "cost/params/params.h"
#include "plan/plan.h"

struct cost_zone {
	const struct plan *plan;
	const struct plan_memory *part; /* residency; NULL: plan->memory */
	uint32_t nr_parts;
	bool map_true; /* what if: every page on the node the guest thinks */
	/* Where plan->zone is not at hand (then both are given): its profile and
	 * vCPUs. NULL and 0: the plan's zone says. */
	const struct zone_profile *profile;
	uint32_t vcpus;
};

const struct zone_profile *cost_zone_profile(const struct cost_zone *z);
uint32_t cost_zone_vcpus(const struct cost_zone *z);

/* Bytes of each vnode by node, integers so that the order of parts is nothing.
 * Scratch of flows_add(), which clears what it uses. */
struct residency {
	int64_t bytes[NODES_MAX][NODES_MAX]; /* [vnode][node] */
	int64_t vnode[NODES_MAX], node[NODES_MAX], all;
};

/* Appends the zone's flows to `f`, which has room for NODES_MAX more, with
 * share[] arrays in `share` (as many rows of nr_nodes). */
void flows_add(struct flows *f, double *share, const struct cost_params *p,
	       const struct cost_zone *zone, uint32_t number, struct residency *r);

#endif
