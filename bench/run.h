/*
 * The one loop: a workload, a policy and a machine, run to the end. Simulated
 * and real runs share every line of it.
 *
 *	wait until the next arrival, departure or event; note it; ask the policy
 *	for a plan; diff it against what is; check and apply the steps; measure.
 */
#ifndef BENCH_RUN_H
#define BENCH_RUN_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "backend/backend.h"
#include "bench/probes.h"
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

struct run_input {
	const struct workload *workload;
	const struct policy *policy;
	enum run_memory memory;
	uint64_t seed;
	const struct backend_ops *backend;
	const char *allocator; /* label of the row: the allocator among the options */
	const char *backend_options; /* NULL: none */
	const char *record_path; /* record what passes to this file; NULL: do not */
	const struct host *const *host; /* nr_hosts */
	uint32_t nr_hosts;
	const char *topology; /* label of the row */
	bool cost; /* price the zones (cost/over-time/ledger.h) */
	bool check; /* verify the invariants at every event */
	bool skip_bad; /* count bad trace rows instead of stopping */
	struct probe_list *probes; /* probe every zone once it runs; NULL: do not */
	FILE *timeline, *zones; /* NULL: not wanted; headers are written by results.h */
	/* Called now and then, NULL: never. */
	void (*progress)(void *context, const struct run_progress *p);
	void *progress_context;
	/* Sentences about what happens on the way: a zone is planned anew, a machine recovers
	 * what was left. NULL: nobody listens, and refusals of a fleet without zones.csv cost
	 * no sentence. */
	void (*say)(void *progress_context, const char *sentence);
	/* Set by a signal handler: end cleanly as soon as possible. */
	const volatile sig_atomic_t *stop;
};

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
};

/*
 * Run one row. ERR_INTERRUPTED when stop was set: *out then holds what was
 * reached. Other errors: the workload's, the backend's, ERR_CHECK.
 */
int run_row(const struct run_input *in, struct run_result *out, struct error *err) MUST_USE;

/* Headers of the streams above. */
void timeline_print_header(FILE *out);
void zones_print_header(FILE *out);

#endif
