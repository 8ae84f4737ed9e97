/*
 * State of one running row; included by bench/run*.c only.
 */
#ifndef BENCH_RUN_IMPL_H
#define BENCH_RUN_IMPL_H

#include "base/event_queue.h"
#include "bench/dynamic.h"
#include "bench/future.h"
#include "bench/live.h"
#include "bench/run.h"
#include "bench/stranded.h"
#include "bench/swing.h"
#include "bench/totals.h"
#include "choice/fleet.h"
#include "cost/price.h"

/* Why the zone of the last run_place() was refused. Kept where zones.csv is written. */
struct refusal {
	uint32_t hosts_asked; /* those that had the memory and vCPUs in sum, and said no */
	uint32_t host; /* the first of them */
	struct error why; /* its word */
};

struct run {
	const struct run_input *in;
	struct row *row;
	struct run_result *result;
	struct backend *backend;
	struct zone_stream *stream;
	const struct zone_event *next; /* next of the stream, NULL at its end */
	struct event_queue departures;
	struct event_queue ticks; /* of dynamic zones */
	struct dynamic_zone **dynamic; /* by slot; NULL until one was there */
	size_t cap_dynamic;
	struct plan kept; /* scratch: what is kept of a dynamic zone's plan */
	int128 below_ns[DYNAMIC_LEVELS]; /* sums of the zones' times */
	int32_t *local_scratch; /* for quantiles over live zones */
	size_t cap_scratch;
	struct live_set live;
	struct wait_queue waiting;
	struct fleet fleet;
	struct totals totals;
	struct stranded stranded;
	struct price *price; /* NULL: the run has no cost model */
	struct price_life life; /* of all zones that ended */
	struct swing swing;
	uint32_t *swing_group; /* by slot */
	size_t cap_swing_group;
	const struct host_state **state; /* observed once; the backend keeps them current */
	struct schedule *schedule; /* to be written; NULL: nobody wants it */
	struct future *future; /* NULL: the policy does not foresee */
	struct policy_memory **memory; /* what the policy remembers, by host; NULLs: nothing */
	struct rng choice_rng, policy_rng;
	struct plan plan; /* scratch of the current placement */
	struct plan_memory part[PLAN_MEMORY_MAX]; /* run_measure's, of nodes */
	struct refusal refusal;
	struct zone zone; /* current zone with the row's memory policy applied */
	struct {
		int64_t nr;
		int128 triad, chase;
	} probed; /* sums over zones */
	uint64_t decisions, timed_decisions;
	int64_t decision_ns; /* CPU time of those timed */
	int64_t end_ns;
	int64_t sample_ns; /* next row of the timeline, NS_NEVER: none */
	uint64_t since_progress;
	bool map_ids, ended;
};

/* run_place.c: offer the zone of a START event to the fleet. *placed says
 * whether it runs now; a refusal is not an error: its code is in *why. */
int run_place(struct run *r, const struct zone_event *ev, uint64_t ordinal, bool *placed, int *why,
	      struct error *err) MUST_USE;
/*
 * Where the memory of the zone in `slot` is, by the machine's word; `p` is its plan. A
 * machine that knows nodes only (MEASURE_NODE_PARTS) leaves open which vnode a page is
 * of: it is counted for the vnode whose node it is on, so locality is then the best that
 * it can be.
 */
int run_measure(struct run *r, uint32_t host, uint32_t slot, const struct plan *p,
		struct measure *out, struct error *err) MUST_USE;
/* Stop the zone in `slot` and give everything back. */
int run_stop(struct run *r, uint32_t slot, struct error *err) MUST_USE;

/* After room was made: those who wait, in order, while the first one fits. */
int run_serve_waiting(struct run *r, struct error *err) MUST_USE;
/* The zone in `slot` is gone (stopped, or by itself): account for it and free the
 * slot. Its row in zones.csv is written unless `outcome` is NULL. */
void run_forget(struct run *r, uint32_t slot, const char *outcome);

/* run_print.c: rows of timeline.csv and zones.csv. */
void run_print_sample(struct run *r, int64_t at_ns);
/* Start of a placed zone's row, kept until it ends; the caller frees. */
char *run_zone_record(const struct live_zone *z, const struct plan *p) MUST_USE;
void run_print_placed(struct run *r, uint32_t slot, int64_t end_ns, const char *outcome);
void run_print_refused(const struct run *r, const struct zone *z, uint64_t ordinal, int64_t at_ns,
		       int code);

#endif
