/*
 * What a second thread is worth: the same rows of an experiment, one at a time and two.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/alloc.h"
#include "bench/experiment/experiment.h"
#include "bench/speed/median.h"
#include "bench/speed/speed.h"
#include "placement/policies.h"
#include "sim/sim.h"

#define RUNS 5
#define ROWS 8

static int64_t wall_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * NS_PER_S + t.tv_nsec;
}

static int on_row(void *self, const struct experiment_row *row, struct error *err)
{
	int64_t *events = self;

	(void)err;
	*events += row->result->row.events;
	return 0;
}

/* Wall time in s; *events: what was carried out, the same for any number of jobs. */
static double run(const struct matrix *m, unsigned jobs, int64_t *events)
{
	static const struct gatherer count = {.on_row = on_row};
	struct experiment x = {
		.matrix = *m,
		.backend = &sim_backend,
		.jobs = jobs,
		.gatherer = &count,
		.gatherer_self = events,
	};
	struct error err;
	int64_t start = wall_ns();

	*events = 0;
	if (experiment_run(&x, &err)) {
		fprintf(stderr, "homenode-speed: %s\n", err.text);
		exit(error_exit_status(err.code));
	}
	return (double)(wall_ns() - start) / 1e9;
}

static void print(const struct matrix *m)
{
	double one[RUNS], two[RUNS];
	int64_t events, again;

	for (int i = 0; i < RUNS; i++) {
		one[i] = run(m, 1, &events);
		two[i] = run(m, 2, &again);
		BUG_ON(events != again);
	}
	printf("%d rows of %" PRId64 " events, wall time, median of %d: one at a time %.2f s, two "
	       "%.2f s; two jobs are x %.2f\n\n",
	       ROWS, events / ROWS, RUNS, median(one, RUNS), median(two, RUNS),
	       one[RUNS / 2] / two[RUNS / 2]);
}

void speed_jobs(void)
{
	uint64_t seed[ROWS] = {1, 2, 3, 4, 5, 6, 7, 8};
	const struct policy *policy = policy_find("edera-compact");
	enum run_memory memory = RUN_MEMORY_AS_ASKED;
	const char *allocator = "xen";
	struct workload w = {0};
	const struct workload *workload = &w;
	const struct host *hosts[100];
	struct host *model;
	struct matrix_fleet fleet = {.name = "epyc-nps4-8n", .host = hosts, .nr_hosts = 100};
	struct error err;

	if (workload_load(&w, "bench/speed/replay.json", NULL, &err) ||
	    host_load(&model, "topologies/epyc-nps4-8n.xml", &err)) {
		fprintf(stderr, "homenode-speed: %s\n", err.text);
		exit(error_exit_status(err.code));
	}
	for (int i = 0; i < 100; i++)
		hosts[i] = model;
	w.duration_ns = 6 * NS_PER_HOUR;
	print(&(struct matrix){&fleet, 1, &workload, 1, &policy, 1, &memory, 1, &allocator, 1, seed,
			       ROWS, false});
	host_free(model);
	workload_release(&w);
}
