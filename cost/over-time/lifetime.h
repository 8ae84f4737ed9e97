/* What a zone's life cost. */
#ifndef COST_OVER_TIME_LIFETIME_H
#define COST_OVER_TIME_LIFETIME_H

#include "cost/flows/causes.h"

/*
 * A zone's life so far, or of several together. Time passes for every vCPU, so
 * that larger zones weigh more. `ideal` is the time that the same work takes alone
 * and with every page at home; what is between the two was lost to the causes.
 */
struct lifetime {
	double vcpu_s, ideal_vcpu_s, lost_vcpu_s[COST_CAUSES];
	double bytes, remote_bytes; /* memory traffic; of it, to other nodes */
	double latency_ns_bytes; /* each access's latency, weighted by its bytes */
};
void lifetime_add(struct lifetime *sum, const struct lifetime *life);

struct lifetime_figures {
	int64_t slowdown_ppm; /* time against ideal: 1,000,000 = none; 0: no time passed */
	int64_t performance_ppm; /* the reverse: share of the ideal speed */
	int64_t latency_ps; /* mean of an access */
	int64_t remote_ppm; /* of the traffic */
	int64_t cause_ppm[COST_CAUSES]; /* of what was lost, as cost_cause_parts() counts */
};
void lifetime_figures(const struct lifetime *life, struct lifetime_figures *out);
/* Mean rate over `ns`; 0 when no time passed. */
int64_t lifetime_bandwidth(const struct lifetime *life, int64_t ns);

#endif
