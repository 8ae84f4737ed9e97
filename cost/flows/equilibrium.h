/*
 * Flows on one host where none gains by moving: the rates that max-min sharing
 * (cost/flows/maxmin.h) gives them at the latencies that these rates make, found by
 * going round until they agree.
 */
#ifndef COST_FLOWS_EQUILIBRIUM_H
#define COST_FLOWS_EQUILIBRIUM_H

#include <stddef.h>

#include "cost/flows/flow.h"
#include "cost/params/params.h"

/*
 * Scratch of flows_equilibrium(): grows to what the largest problem needed and is then
 * reused without an allocation. Zero-initialise. Bound to the parameters it was
 * first used with.
 */
struct equilibrium_room {
	void *memory;
	size_t bytes;
};
struct equilibrium_work {
	const struct cost_params *p;
	void *by_number; /* arrays over all resources of the host */
	struct equilibrium_room by_problem; /* over flows and the resources they use */
	struct equilibrium_room by_column, by_filling;
	double steady; /* done when no rate steps farther, relatively; 0: 1/1000 */
	bool apart; /* work out what is another's double, too: for those who compare */
};
void equilibrium_work_release(struct equilibrium_work *w);

/* Rates and latencies; returns rounds. */
unsigned flows_equilibrium(struct flows *f, const struct cost_params *p,
			   struct equilibrium_work *w);

#endif
