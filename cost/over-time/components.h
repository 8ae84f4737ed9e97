/*
 * The connected components of a host's flows: flows that share a resource, directly or
 * through others, are solved together and apart from the rest; components that were
 * solved before are looked up.
 */
#ifndef COST_OVER_TIME_COMPONENTS_H
#define COST_OVER_TIME_COMPONENTS_H

#include "cost/flows/equilibrium.h"
#include "cost/over-time/flow_classes.h"

/* All flows of one class. */
struct component_flow {
	struct footprint footprint;
	int64_t vcpus_micro;
	uint32_t class;
	uint32_t allocation; /* the caller's */
	bool done;
	struct flow_outcome now;
};

struct components {
	struct flow_classes *classes; /* borrowed */
	struct component_flow *flow; /* what is to be solved, and the answer */
	uint64_t nr_solved, nr_looked_up;
	/* Scratch, with as much room. */
	uint32_t *joined; /* flows of one component */
	struct flow *merged;
	double *share;
	size_t cap;
	struct equilibrium_work work;
	struct solved_component *cache;
};

void components_init(struct components *c, struct flow_classes *classes);
void components_release(struct components *c);
/* Room for so many flows. */
void components_begin(struct components *c, size_t nr);
/* Solve flow[0..nr), in canonical order and each class once; .now is then filled. */
void components_solve(struct components *c, uint32_t nr);

#endif
