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

#endif
