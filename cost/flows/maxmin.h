/*
 * Who gets how much of what is shared: weighted max-min fairness with coupled
 * rates, by progressive filling.
 *
 * A flow has one rate x. It takes amount x * use.amount of every resource it
 * uses: when one of them is exhausted, all of the flow stops growing (a thread
 * walks its pages in a fixed proportion, so the slow part holds up the fast
 * one). All rates grow together, each in proportion to its weight, until a
 * resource or the flow's own cap stops it. The result is the only allocation in
 * which x / weight of no flow can grow but at the cost of one that has no more
 * (D. Bertsekas, R. Gallager, Data Networks, 6.5.2; weights and coefficients as
 * in SimGrid's linear max-min solver).
 *
 * Doubles in an order that does not depend on the order of the flows: equal
 * problems give the same bits, flow by flow, however they are permuted. Rates
 * are exact to rounding: a few units in the last place a filling step.
 */
#ifndef COST_FLOWS_MAXMIN_H
#define COST_FLOWS_MAXMIN_H

#include <stddef.h>
#include <stdint.h>

/* `amount` of the resource for each unit of rate; > 0 and finite. */
struct maxmin_use {
	uint32_t resource;
	double amount;
};

struct maxmin_flow {
	double weight; /* > 0 and finite */
	double cap; /* own limit on the rate, >= 0; INFINITY: none */
	const struct maxmin_use *use; /* ascending, each resource once */
	uint32_t nr_uses;
};

struct maxmin_problem {
	const double *capacity; /* of each resource, >= 0; INFINITY: never exhausted */
	uint32_t nr_resources;
	const struct maxmin_flow *flow;
	uint32_t nr_flows;
};

/* Stopped by its own cap rather than by a resource. */
#define MAXMIN_OWN_CAP UINT32_MAX

/* Bytes of scratch that maxmin_solve() needs, aligned for a double. */
size_t maxmin_scratch_bytes(uint32_t nr_resources, uint32_t nr_flows);

/*
 * rate[] and stop[] (NULL: not wanted) have nr_flows entries: the rate and what
 * stopped it, a resource (the lowest of several) or MAXMIN_OWN_CAP (which goes
 * before resources). A flow with neither a cap nor a resource that ends gets
 * INFINITY. Allocates nothing. O((flows + resources + uses) x levels), where
 * levels are the distinct values of rate / weight.
 */
void maxmin_solve(const struct maxmin_problem *p, void *scratch, double *rate, uint32_t *stop);

#endif
