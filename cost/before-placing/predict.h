/*
 * What a zone would get on a set of nodes, for policies that look before they
 * place: the model of cost/at-a-moment/snapshot.h for one zone, in few steps, without
 * allocation and without the neighbours' own profiles.
 *
 *	struct cost_outlook look;			once a decision
 *	cost_outlook_init(&look, host, state);
 *	cost_predict(&look, &(struct cost_ask){nodes, vcpus, profile}, &answer);
 *
 * The zone is taken to be pinned, its vCPUs and pages in even shares over the
 * nodes, all pages on their vnode's node. vCPUs that are already there (state)
 * count as default profiles (cost_default_profile()) with local pages: they keep
 * what they ask for where a max-min share would give it to them, and add to the
 * queues.
 *
 * On an empty host bandwidth and slowdown are within 1 % of cost_evaluate() for
 * every preset and pair of nodes of every shipped host (tests/cost/test_predict.c).
 * Between node sets of one host the order is what to rely on: nobody knows what
 * the neighbours really do. Deterministic: doubles in a fixed order.
 */
#ifndef COST_BEFORE_PLACING_PREDICT_H
#define COST_BEFORE_PLACING_PREDICT_H

#include "cost/params/slit.h"
#include "plan/host_state.h"

struct host_curve;

/* Some 40 KiB, meant for the stack. Borrowed host. Read-only once made. */
struct cost_outlook {
	const struct host *host;
	struct slit_scale scale;
	struct cost_outlook_node {
		double local_ns;
		double read, write; /* of the controller, bytes a ns */
		double port_in, port_out; /* of all L3 ports; INFINITY: no limit */
		double lines; /* that its cores keep in flight */
		const struct host_curve *curve; /* of latency under load; NULL: none */
		uint32_t socket; /* lowest node of its package */
		/* What those there already take: share of the controller's time, bytes a
		 * ns through the ports, lines in flight. */
		double busy, busy_in, busy_out, busy_lines;
	} node[NODES_MAX];
	double link[NODES_MAX][NODES_MAX]; /* [from][to] by socket; set where both are */
};

/* `state` NULL: an empty host. O(nodes^2), 0.4 us on eight nodes. */
void cost_outlook_init(struct cost_outlook *look, const struct host *host,
		       const struct host_state *state);

struct cost_ask {
	nodeset nodes; /* not empty */
	uint32_t vcpus; /* online, > 0 */
	const struct zone_profile *profile; /* NULL: the default */
};

struct cost_answer {
	int64_t bandwidth_bytes_per_s; /* reads and writes, all its vCPUs */
	int64_t latency_ps; /* mean, of an access */
	/* Time for a unit of work against the same nodes alone with nothing shared
	 * between vnodes; a million = none lost. */
	int64_t slowdown_ppm;
	/* Work a second in a unit that can be compared between any node sets of one
	 * host: bandwidth of a vCPU (stall share 0) to accesses a second by one that
	 * waits for each (stall share 1), weighted by the profile's stall share. */
	int64_t work;
};

/* O(k^2) for k nodes, at most twelve steps: 0.2 us for one, 1 to 3 us for four. */
void cost_predict(const struct cost_outlook *look, const struct cost_ask *ask,
		  struct cost_answer *out);

#endif
