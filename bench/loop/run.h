/*
 * The one loop: a workload, a policy and a machine, run to the end. Simulated
 * and real runs share every line of it.
 *
 *	wait until the next arrival, departure or event; note it; ask the policy
 *	for a plan; diff it against what is; check and apply the steps; measure.
 *
 * The loop decides what happens next; placer.h asks the policy, cluster.h carries out and
 * measures, balloons.h follows dynamic memory, and observers (observer.h) make columns and
 * files of it.
 */
#ifndef BENCH_LOOP_RUN_H
#define BENCH_LOOP_RUN_H

#include "bench/loop/run_input.h"

/*
 * Run one row. ERR_INTERRUPTED when it was stopped: *out then holds what was reached.
 * Other errors: the workload's, the backend's, an observer's, ERR_CHECK. Several threads may
 * run rows at once, also of the same workload and hosts.
 */
int run_row(const struct run_input *in, struct run_result *out, struct error *err) MUST_USE;

/*
 * The same in steps, for a row that is run in parts (bench/clusters/). A part is a row of one
 * cluster; it goes on until nothing comes any more, then to where the whole ends, and says
 * what is left. Books of all parts are then joined into those of the first.
 */
struct run;

/* Close it on failure too. */
int run_open(struct run **out, const struct run_input *in, struct run_result *result,
	     struct error *err) MUST_USE;
int run_on(struct run *r, struct error *err) MUST_USE;
/* Where it is; -1: nothing has happened. */
int64_t run_reached_ns(const struct run *r);
int run_on_to(struct run *r, int64_t end_ns, struct error *err) MUST_USE;
int run_finish(struct run *r, struct error *err) MUST_USE;
/* For a caller who acts between two run_on_to(): the hosts, to look at, and zones of one host
 * restarted (cluster_restart()). Not under a policy that remembers. */
struct cluster *run_cluster(struct run *r);
int run_restart(struct run *r, const uint32_t *slot, const struct plan *const *plan, uint32_t nr,
		struct error *err) MUST_USE;
/* `part` stays open until the row is filled. */
void run_join(struct run *r, const struct run *part);
void run_fill(struct run *r); /* the row */
void run_close(struct run *r); /* NULL is fine */

#endif
