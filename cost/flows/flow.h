/* A flow: vCPUs of one zone on one node, and the memory traffic they make. */
#ifndef COST_FLOWS_FLOW_H
#define COST_FLOWS_FLOW_H

#include <stdint.h>

#include "cost/flows/causes.h"
#include "zone/zone.h"

/* For zones that give no profile: "web", a server that waits for memory a third
 * of its time. */
const struct zone_profile *cost_default_profile(void);

/* What it gets among others (cost/flows/equilibrium.h). */
struct flow_outcome {
	double idle_ns; /* latency of its pages with nobody there */
	double queue_ns[COST_CAUSES]; /* what the curve adds, by cause */
	double wait_ns; /* what is added where something is exhausted */
	double rate, latency_ns;
	enum cost_cause stop; /* COST_REMOTE: nothing but its own lines or demand */
	uint32_t like; /* number of the first flow solved with it that is known to get the same */
};

/* vCPUs of one zone on one node. `share` are pages by node, adding up to 1. */
struct flow {
	uint32_t zone, part; /* whose; not part of the canonical order */
	uint32_t node;
	uint32_t nr_nodes; /* flows_sort()'s */
	/* Not 0: a name of its node, reads and share, which nothing else has under the
	 * parameters that it is solved with. */
	uint64_t kind;
	double vcpus; /* not whole where a zone floats */
	double lines; /* in flight: vCPUs x parallelism */
	double demand; /* bytes a ns of all vCPUs; INFINITY: unbounded */
	double reads, stall;
	double *share;
	struct flow_outcome now;
};

/* Room for flows of all zones: at most nodes a zone. */
struct flows {
	struct flow *flow;
	uint32_t nr;
};

/* Of vCPUs with this profile; `share` is borrowed. */
struct flow flow_of_profile(const struct zone_profile *profile, uint32_t node, double vcpus,
			    double *share);
/* Into canonical order: by everything but zone and part. */
void flows_sort(struct flows *f, uint32_t nr_nodes);
/* Time for a unit of work, ideally 1, and what is lost above it, by cause. */
double flow_time(const struct flow_outcome *now, const struct flow_outcome *alone, double stall,
		 double lost[COST_CAUSES]);

#endif
