/*
 * What the cost model takes of a run's speed: ten hours of the replay, with and
 * without it, one after the other, so that the ratio means something on a busy
 * machine too.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/table.h"
#include "bench/loop/run.h"
#include "bench/speed/median.h"
#include "bench/speed/speed.h"
#include "sim/sim.h"

#define RUNS 3
#define HOSTS 1000

static void fail(const struct error *err)
{
	fprintf(stderr, "homenode-speed: %s\n", err->text);
	exit(3);
}

/* Thousand events a second. */
static double one_run(struct run_input *in, bool cost, int64_t *events)
{
	int64_t start = process_cpu_ns();
	struct run_result result;
	struct error err;

	in->cost = cost;
	if (run_row(in, &result, &err))
		fail(&err);
	*events = result.row.events;
	return (double)result.row.events / (double)(process_cpu_ns() - start) * 1e6;
}

static void one_row(struct table *t, const char *path, const char *policy, int64_t hours,
		    const struct host *const *host)
{
	struct workload w = {0};
	struct run_input in = {.backend = &sim_backend, .seed = 1, .host = host, .nr_hosts = HOSTS};
	double with[RUNS], without[RUNS];
	struct error err;
	int64_t events;

	if (workload_load(&w, path, NULL, &err))
		fail(&err);
	w.duration_ns = hours * NS_PER_HOUR;
	in.workload = &w;
	in.policy = policy_find(policy);
	in.topology = "epyc-nps4-8n";
	for (int i = 0; i < RUNS; i++) {
		without[i] = one_run(&in, false, &events);
		with[i] = one_run(&in, true, &events);
	}
	table_cell(t, "%s", w.name);
	table_cell(t, "%s", policy);
	table_cell(t, "%" PRId64, events);
	table_cell(t, "%.0f", median(without, RUNS));
	table_cell(t, "%.0f", median(with, RUNS));
	table_cell(t, "%.1f", median(without, RUNS) / median(with, RUNS));
	table_end_row(t);
	workload_release(&w);
}

void speed_price(void)
{
	const struct host **host = xcalloc(HOSTS, sizeof(struct host *));
	struct table *t = table_new();
	struct host *model;
	struct error err;

	if (host_load(&model, "topologies/epyc-nps4-8n.xml", &err))
		fail(&err);
	for (uint32_t i = 0; i < HOSTS; i++)
		host[i] = model;
	table_cell(t, "workload");
	table_cell(t, "policy");
	table_cell(t, "events");
	table_cell(t, "K events/s without");
	table_cell(t, "with");
	table_cell(t, "times the time");
	table_end_row(t);
	one_row(t, "bench/speed/replay.json", "edera-compact", 10, host);
	one_row(t, "bench/speed/replay-profiles.json", "edera-compact", 10, host);
	one_row(t, "bench/speed/replay-profiles.json", "homenode", 10, host);
	one_row(t, "bench/speed/replay.json", "flat", 2, host);
	printf("\nthe cost model in a run, %d eight-node hosts (CPU time, median of %d):\n", HOSTS,
	       RUNS);
	table_print(t, stdout, 2);
	table_free(t);
	free(host);
	host_free(model);
}
