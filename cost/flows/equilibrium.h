/*
 * Flows on one host where none gains by moving: the rates that max-min sharing
 * (cost/flows/maxmin.h) gives them at the latencies that these rates make, found by
 * going round until they agree.
 */
#ifndef COST_FLOWS_EQUILIBRIUM_H
#define COST_FLOWS_EQUILIBRIUM_H

#include <stdbool.h>

#include "cost/flows/flow.h"
#include "cost/params/params.h"

/*
 * Scratch of flows_equilibrium(): grows to what the largest problems needed and is then
 * reused without an allocation. Zero-initialise. Bound to the parameters it was first used
 * with. Who uses how much of what is laid out once for flows of the same kinds (problem.h, 64
 * of them): problems in which they only are more or fewer vCPUs begin there.
 */
struct equilibrium_work {
	const struct cost_params *p;
	void *by_number; /* arrays over all resources of the host */
	struct problem *problem; /* some that were laid out */
	double steady; /* done when no rate steps farther, relatively; 0: 1/1000 */
	bool apart; /* nothing is kept or taken to be alike: for those who compare */
};
void equilibrium_work_release(struct equilibrium_work *w);

/* Rates and latencies; returns rounds. */
unsigned flows_equilibrium(struct flows *f, const struct cost_params *p,
			   struct equilibrium_work *w);

#endif
