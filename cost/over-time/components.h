/*
 * The connected components of a host's flows: flows that share a resource, directly or
 * through others, are solved together and apart from the rest; components that were
 * solved before are looked up.
 *
 * What was solved is kept in a ring of COMPONENTS_KEPT_WORDS words of 8 bytes (8 MiB, taken as it
 * fills), 13 for each flow, beside a table of 16,384 places of 24 bytes; the oldest is
 * overwritten. It is compared by its whole content, flow classes (by serial, which names
 * content) and vCPUs in canonical order, never by hash alone. A solution begins nowhere but
 * at that content (cost/flows/equilibrium.h keeps no rate from one to the next), so that one
 * looked up has the bits of one worked out, whatever was kept or lost meanwhile.
 */
#ifndef COST_OVER_TIME_COMPONENTS_H
#define COST_OVER_TIME_COMPONENTS_H

#include "cost/flows/equilibrium.h"
#include "cost/over-time/flow_classes.h"

#define COMPONENTS_KEPT_WORDS ((size_t)1 << 20)

/* A solution that is not kept. Others have numbers that do not come again: two flows with
 * the same are of one component with one content, whichever host they are on. */
#define NO_SOLUTION 0

/* All flows of one class. */
struct component_flow {
	struct footprint footprint;
	int64_t vcpus_micro;
	uint32_t class;
	uint32_t allocation; /* the caller's */
	bool done;
	uint64_t solution; /* that `now` is of */
	struct flow_outcome now;
};

struct components {
	struct flow_classes *classes; /* borrowed */
	struct component_flow *flow; /* what is to be solved, and the answer */
	uint64_t nr_solved, nr_looked_up;
	/* Scratch, with as much room. */
	uint32_t *joined; /* flows of one component */
	struct component_key *key; /* of one component */
	struct flow *merged;
	size_t cap;
	struct equilibrium_work work;
	/* What was solved. */
	uint64_t *ring;
	size_t words; /* of the ring; 0: nothing is kept */
	uint64_t written; /* words, since it began */
	struct kept_component *kept;
};

void components_init(struct components *c, struct flow_classes *classes);
void components_release(struct components *c);
/* Keep so many words from now on, and nothing of what was kept; 0: and all is worked out
 * by itself. */
void components_keep(struct components *c, size_t words);
size_t components_bytes(const struct components *c); /* of what is kept */
/* Room for so many flows. */
void components_begin(struct components *c, size_t nr);
/* Solve flow[0..nr), in canonical order and each class once; .now is then filled. */
void components_solve(struct components *c, uint32_t nr);

#endif
