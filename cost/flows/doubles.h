/*
 * Nodes that are each other's double to what runs on them: flows on both that are alike,
 * one by one, with their pages on the same nodes in the same proportion. What they get is
 * the same to the bit, as every sum over what both use is over the same numbers in the same
 * order, so only the first node's flows are worked out. Zones over all nodes of a host make
 * such nodes, as many as a package has.
 */
#ifndef COST_FLOWS_DOUBLES_H
#define COST_FLOWS_DOUBLES_H

#include "cost/flows/flow.h"
#include "cost/params/params.h"

/* of[nr]: the flow that each is the double of, itself where it is of none. Flows that do
 * not come node after node are none's. */
void flows_doubles(const struct flows *f, const struct cost_params *p, uint32_t *of);
/* None is another's. */
void flows_apart(const struct flows *f, uint32_t *of);

#endif
