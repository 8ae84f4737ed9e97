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

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "backend/backend.h"
#include "bench/loop/observer.h"
#include "bench/row.h"
#include "placement/policy.h"
#include "zone/workload.h"

enum run_memory { RUN_MEMORY_AS_ASKED, RUN_MEMORY_STATIC, RUN_MEMORY_DYNAMIC };

/*
 * On a host where others take memory too, a plan can be out of date before it is carried
 * out. A zone that lost its memory to somebody else is planned anew on what is free then,
 * so often at most; then it is refused like any other.
 */
#define RUN_PLANS_AGAIN 3

const char *run_memory_name(enum run_memory m); /* "as-asked", "static", "dynamic" */

struct run_progress {
	uint64_t events;
	uint64_t done, total; /* of the workload's stream; total 0: unknown */
	int64_t now_ns, duration_ns;
	uint32_t live_zones;
};

/* Everything is borrowed. */
struct run_input {
	const struct workload *workload;
	const struct policy *policy;
	enum run_memory memory;
	uint64_t seed;
	const struct backend_ops *backend;
	/* What the machine is told, as far as it has such options: the allocator (a label of the
	 * row; NULL: the machine's default), the workload's balloons and how to `recover` (NULL:
	 * not); and, so that it counts, what was written behind its name (NULL: nothing). */
	const char *allocator, *recover;
	const char *backend_options;
	const char *record_path; /* record what passes to this file; NULL: do not */
	const struct host *const *host; /* nr_hosts */
	uint32_t nr_hosts;
	const char *topology; /* label of the row */
	bool cost; /* price the zones (cost/over-time/ledger.h) */
	bool check; /* verify the invariants at every event */
	bool skip_bad; /* count bad trace rows instead of stopping */
	/* Beside the loop's own: totals, stranded capacity, dynamic memory, prices. At most
	 * RUN_OBSERVERS_MAX. */
	const struct observer *observer;
	unsigned nr_observers;
	/* Called now and then, NULL: never. */
	void (*progress)(void *context, const struct run_progress *p);
	void *progress_context;
	/* Sentences about what happens on the way: a zone is planned anew, a machine recovers
	 * what was left. NULL: nobody listens, and refusals cost no sentence unless an
	 * observer wants reasons. */
	void (*say)(void *say_context, const char *sentence);
	void *say_context;
	/* End cleanly as soon as possible: set by a signal handler, or by another thread.
	 * NULL: never. */
	const atomic_bool *stop;
	const atomic_bool *cancel;
};

#define RUN_OBSERVERS_MAX (OBSERVERS_MAX - 8)

struct run_result {
	struct row row;
	uint64_t bad_rows;
	char first_bad[256];
	uint64_t use_changes; /* of dynamic zones */
	uint64_t unknown_stops; /* STOPs of zones that were never placed */
	enum host_grade latency_grade, bandwidth_grade; /* what the cost figures rest on */
	int64_t decision_ns; /* mean CPU time of one, as timed now and then; not the same twice */
	bool stopped_early; /* refused: stop */
	bool duration_reached;
	bool drew; /* something depended on the seed; another seed may give other figures */
};

/*
 * Run one row. ERR_INTERRUPTED when it was stopped: *out then holds what was reached.
 * Other errors: the workload's, the backend's, an observer's, ERR_CHECK. Several threads may
 * run rows at once, also of the same workload and hosts.
 */
int run_row(const struct run_input *in, struct run_result *out, struct error *err) MUST_USE;

#endif
