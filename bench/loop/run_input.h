/*
 * One row: what it is asked with, how far it is, what comes of it. For the loop (run.h) and
 * all that it is made of; observers see the input too.
 */
#ifndef BENCH_LOOP_RUN_INPUT_H
#define BENCH_LOOP_RUN_INPUT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "backend/backend.h"
#include "bench/loop/observer.h"
#include "bench/row.h"
#include "cost/params/grades.h"
#include "placement/policy.h"
#include "zone/workload.h"

enum run_memory { RUN_MEMORY_AS_ASKED, RUN_MEMORY_STATIC, RUN_MEMORY_DYNAMIC };

static inline const char *run_memory_name(enum run_memory m)
{
	static const char *const name[] = {"as-asked", "static", "dynamic"};

	return name[m];
}

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
	/* The row is run of this cluster of the workload's fleet alone, which is the hosts above;
	 * NULL: of all. */
	const struct fleet_cluster *cluster;
	const char *topology; /* label of the row */
	bool cost; /* price the zones (cost/over-time/ledger.h) */
	bool check; /* verify the invariants at every event */
	bool skip_bad; /* count bad trace rows instead of stopping */
	const char *scratch; /* where files without a name go; NULL: base/scratch.h's */
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

/* What result files call the row's `host`: counted in the whole fleet. */
static inline uint32_t run_host_number(const struct run_input *in, uint32_t host)
{
	return host + (in->cluster ? in->cluster->first_host : 0);
}

#define RUN_OBSERVERS_MAX (OBSERVERS_MAX - 8)

struct run_result {
	struct row row;
	uint64_t bad_rows;
	char first_bad[256];
	uint64_t warnings; /* of the trace's reader */
	char first_warning[256];
	struct zone_stream_note note[ZONE_STREAM_NOTES_MAX]; /* of its trace */
	uint64_t use_changes; /* of dynamic zones */
	uint64_t unknown_stops; /* STOPs of zones that were never placed */
	struct cost_basis basis; /* what the cost figures rest on */
	int64_t decision_ns; /* mean CPU time of one, as timed now and then; not the same twice */
	bool stopped_early; /* refused: stop */
	bool duration_reached;
	bool drew; /* something depended on the seed; another seed may give other figures */
};

#endif
