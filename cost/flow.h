/* Inside cost/: zones as flows, flows as a problem for the solver. */
#ifndef COST_FLOW_H
#define COST_FLOW_H

#include "cost/model.h"
#include "cost/solver.h"

/* What flows_solve() finds. */
struct outcome {
	double idle_ns; /* latency of its pages with nobody there */
	double queue_ns[COST_CAUSES]; /* what the curve adds, by cause */
	double wait_ns; /* what is added where something is exhausted */
	double rate, latency_ns;
	enum cost_cause stop; /* COST_REMOTE: nothing but its own lines or demand */
};

/* vCPUs of one zone on one node. `share` are pages by node, adding up to 1. */
struct flow {
	uint32_t zone, part; /* whose; not part of the canonical order */
	uint32_t node;
	double vcpus; /* not whole where a zone floats */
	double lines; /* in flight: vCPUs x parallelism */
	double demand; /* bytes a ns of all vCPUs; INFINITY: unbounded */
	double reads, stall;
	double *share; /* [nr_nodes] */
	struct outcome now;
};

/* Room for flows of all zones: at most nodes a zone. */
struct flows {
	struct flow *flow;
	uint32_t nr;
};

/* Bytes of each vnode by node, integers so that the order of parts is nothing.
 * Scratch of flows_add(), which clears what it uses. */
struct residency {
	int64_t bytes[NODES_MAX][NODES_MAX]; /* [vnode][node] */
	int64_t vnode[NODES_MAX], node[NODES_MAX], all;
};

/* Appends the zone's flows to `f`, which has room for NODES_MAX more, with
 * share[] arrays in `share` (as many rows of nr_nodes). */
void flows_add(struct flows *f, double *share, const struct cost_params *p,
	       const struct cost_zone *z, uint32_t zone, struct residency *r);
/* Into canonical order: by everything but zone and part. */
void flows_sort(struct flows *f, uint32_t nr_nodes);

/*
 * Scratch of flows_solve(): grows to what the largest problem needed and is then
 * reused without an allocation. Zero-initialise. Bound to the parameters it was
 * first used with.
 */
struct solve_work {
	const struct cost_params *p;
	void *by_number; /* arrays over all resources of the host */
	void *by_problem; /* arrays over flows and the resources they use */
	size_t by_problem_bytes;
	struct hold *hold; /* what flows hold of resources, flow after flow */
	size_t cap_holds;
	double steady; /* done when no rate steps farther, relatively; 0: 1/1000 */
};
void solve_work_release(struct solve_work *w);

/* Rates and latencies; returns rounds. */
unsigned flows_solve(struct flows *f, const struct cost_params *p, struct solve_work *w);

/* Time for a unit of work, ideally 1, and what is lost above it, by cause. */
double cost_flow_time(const struct outcome *now, const struct outcome *alone, double stall,
		      double lost[COST_CAUSES]);

const struct zone_profile *cost_profile(const struct zone *z);

#endif
