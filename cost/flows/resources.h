/*
 * All that flows share on a host, numbered one kind after the other, and what a flow
 * takes of each for a unit of its rate.
 */
#ifndef COST_FLOWS_RESOURCES_H
#define COST_FLOWS_RESOURCES_H

#include <stddef.h>

#include "base/nodeset.h"
#include "cost/flows/flow.h"
#include "cost/params/params.h"

/* The first of each kind. A controller's unit is its time; a core's, lines in flight;
 * everything else is bytes a ns. */
struct resources {
	uint32_t controller, port_read, port_write, fabric, link, core, path, end;
};

struct resources resources_of(const struct cost_params *p);
/* capacity[end] */
void resources_capacity(const struct resources *n, const struct cost_params *p, double *capacity);
/* Adds to amount[end] and through[end] (the share of its accesses that pass there) what
 * the flow, which has pages on the nodes `memory`, takes of all but its cores, of which it
 * takes by latency. */
void resources_use(const struct resources *n, const struct cost_params *p, const struct flow *f,
		   nodeset memory, double *amount, double *through);
/* An upper bound of how many a flow can use. */
size_t resources_used_most(const struct resources *n, const struct cost_params *p);
/* How its latency rises with use, for loaded_latency_on(). */
const struct host_curve *resource_curve(const struct resources *n, const struct cost_params *p,
					uint32_t resource);
/* What a flow lost its time to that this resource stops. */
enum cost_cause resource_cause(const struct resources *n, uint32_t resource);

#endif
