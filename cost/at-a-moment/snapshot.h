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
 * and cores (cost/flows/maxmin.h), weights and caps being what the threads' lines in
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
#ifndef COST_SNAPSHOT_H
#define COST_SNAPSHOT_H

#include "cost/flows/zone_flows.h"
#include "cost/params/params.h"

struct cost_result {
	int64_t bandwidth_bytes_per_s; /* achieved, reads and writes */
	int64_t latency_ps; /* mean, of a memory access */
	int64_t alone_bandwidth_bytes_per_s, alone_latency_ps; /* all local, nobody else */
	int64_t slowdown_ppm; /* time against alone: 1,000,000 = none */
	/* Of the time above alone, as cost_cause_parts() counts. */
	int64_t cause_ppm[COST_CAUSES];
	int64_t remote_ppm; /* of its traffic */
	struct cost_basis basis; /* what it rests on */
};

/* Scratch that grows as needed; zero-initialise. One for each cost_params. */
struct equilibrium_work;
struct residency;
struct cost_work {
	struct equilibrium_work *solve;
	struct residency *residency;
};
void cost_work_release(struct cost_work *w);

/* out[nr]; plans must be on p->host. Returns the number of rounds it took. */
unsigned cost_evaluate(const struct cost_params *p, const struct cost_zone *zone, uint32_t nr,
		       struct cost_work *work, struct cost_result *out);

#endif
