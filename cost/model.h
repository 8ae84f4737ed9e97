/*
 * What placements cost: bandwidth, latency and slowdown of all zones of a host
 * at one moment.
 *
 * A zone's vCPUs on one node are one flow (a pinned zone: a flow for each vnode
 * with vCPUs; a floating one: for each node it floats over). The flow's pages
 * are where the plan or the measured residency says; a guest told of its nodes
 * touches its own vnode's pages and, for the profile's sharing share, those of
 * the other vnodes; a guest told "flat" touches all alike.
 *
 * Rates are weighted max-min over controllers, L3 ports, fabrics, links, paths
 * and cores (cost/solver.h), weights and caps being what the threads' lines in
 * flight can fetch at the latency they see; latency is the idle one of each
 * page's path plus what the curve says of its controller (or port, the busier)
 * and link; where a resource is exhausted it is Little's law: lines x 64 bytes /
 * rate. A zone whose demand is met sees the queue that others keep at such a
 * resource, as far as its own lines in flight allow: sharing is fair, so such a queue
 * does not hold it back. Rates are iterated, each step three quarters of the way,
 * until none moves by more than 0.1 % (it takes 5 rounds or 6, 10 were the most that
 * random crowds took; rates and latencies are then within 1 % of where they would
 * come to rest). CPU time itself is not modelled: vCPUs that
 * outnumber CPUs share the cores' lines in flight.
 *
 * Time for a unit of work, against the same zone alone with every page on its
 * own node:
 *	(1 - stall) * max(1, rate alone / rate) + stall * latency / latency alone
 * A vNUMA zone's nodes and a floating zone's spread are the same in both, so
 * what is counted is remote pages and contention, not the choice of nodes.
 *
 * Zones in any order give the same bits.
 */
#ifndef COST_MODEL_H
#define COST_MODEL_H

#include <stddef.h>

#include "cost/params.h"
#include "plan/plan.h"

/* For zones that give no profile: "web", a server that waits for memory a third
 * of its time. */
const struct zone_profile *cost_default_profile(void);

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

enum cost_cause {
	COST_REMOTE, /* pages on other nodes: idle latency */
	COST_CONTROLLER,
	COST_PORT,
	COST_FABRIC,
	COST_LINK, /* links and paths between nodes */
	COST_CORES, /* lines in flight shared by too many vCPUs */
	COST_CAUSES
};

struct cost_result {
	int64_t bandwidth_bytes_per_s; /* achieved, reads and writes */
	int64_t latency_ps; /* mean, of a memory access */
	int64_t alone_bandwidth_bytes_per_s, alone_latency_ps; /* all local, nobody else */
	int64_t slowdown_ppm; /* time against alone: 1,000,000 = none */
	/* Of the time above alone; they add up to 1,000,000 (or all 0 where there is
	 * none to speak of, below 100 ppm). */
	int64_t cause_ppm[COST_CAUSES];
	int64_t remote_ppm; /* of its traffic */
	enum host_grade latency_grade, bandwidth_grade; /* the worst it rests on */
};

/* Scratch that grows as needed; zero-initialise. One for each cost_params. */
struct solve_work;
struct residency;
struct cost_work {
	void *memory;
	size_t size;
	struct solve_work *solve;
	struct residency *residency;
};
void cost_work_release(struct cost_work *w);

/* out[nr]; plans must be on p->host. Returns the number of rounds it took. */
unsigned cost_evaluate(const struct cost_params *p, const struct cost_zone *zone, uint32_t nr,
		       struct cost_work *work, struct cost_result *out);

const char *cost_cause_name(enum cost_cause c); /* "remote", "controller", ... */

#endif
