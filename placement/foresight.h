/*
 * What a policy may ask about the future, where the caller knows it: a run of a
 * trace, whose departures and arrivals are written down (bench/foresight/future.h). Most
 * callers know nothing and most policies do not ask.
 *
 * A policy stays pure: the answer depends on the host, its state, the trace and the
 * plan alone, and asking changes nothing.
 */
#ifndef PLACEMENT_FORESIGHT_H
#define PLACEMENT_FORESIGHT_H

#include <stdint.h>

#include "plan/plan.h"

struct foresight {
	int64_t horizon_ns; /* how far it looks; 0: this moment */
	/*
	 * What the zones of this host will have lost within the horizon if this plan
	 * is carried out now: vCPU-nanoseconds against the same zones alone with every
	 * page at home (cost/at-a-moment/snapshot.h), those that come within the horizon included.
	 * At horizon 0 what they lose in the second that follows if nothing changes.
	 */
	int64_t (*lost)(void *context, const struct plan *plan);
	void *context;
};

#endif
