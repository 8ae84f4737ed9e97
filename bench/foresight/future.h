/*
 * The future of a run, for a policy that foresees (placement/foresight.h).
 *
 * The trace is run once before, under homenode: which host each zone goes to and when
 * it comes and goes is then known (schedule.h). It is the same under every policy whose
 * refusals depend on a host's sums alone, so under oracle too, but where zones ask for
 * devices or node counts, or swell: there it is a forecast.
 *
 * A question is answered by playing the host forward on a copy of its state: zones
 * there leave when they will, zones that come are placed by homenode (the first
 * `branch` of them: in every way of placement/homenode/oracle.h, and the best one counts),
 * and between events the cost model says what vCPU time is lost (cost/over-time/ledger.h). A zone
 * that finds no place loses all of its time. Memory that is there stays as it is: what
 * balloons do later is not foreseen.
 *
 * Costs a run without prices before, a solve for each event within the horizon and
 * plan tried, and that to the power of branch + 1.
 */
#ifndef BENCH_FORESIGHT_FUTURE_H
#define BENCH_FORESIGHT_FUTURE_H

#include "backend/backend.h"
#include "bench/foresight/schedule.h"
#include "placement/foresight.h"
#include "plan/host_state.h"

struct future;

extern const struct observer_ops future_observer; /* what comes true */

/* Everything is borrowed. end_ns: nothing counts from there on. */
struct future *future_new(const struct schedule *schedule, const struct host *const *host,
			  int64_t horizon_ns, uint32_t branch) MUST_USE;
void future_free(struct future *f); /* NULL is fine */

/* A zone is to be placed on `host` now. *out is good until the next call to anything
 * here. */
void future_look(struct future *f, uint32_t host, const struct host_state *state, uint64_t ordinal,
		 int64_t now_ns, struct foresight *out);

#endif
