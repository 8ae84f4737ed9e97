/*
 * One row that is too big for a core: a fleet in clusters, run cluster by cluster on 1, 2, ...
 * threads, beside the same zones on the same hosts without clusters, which is one loop.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/jobs.h"
#include "bench/clusters/clusters.h"
#include "bench/speed/median.h"
#include "bench/speed/speed.h"
#include "placement/policies.h"
#include "sim/sim.h"

#define RUNS 3

static NORETURN void fail(const struct error *err)
{
	fprintf(stderr, "homenode-speed: %s\n", err->text);
	exit(error_exit_status(err->code));
}

/* Wall time and CPU time of all threads, in s. */
struct times {
	double wall, cpu;
};

static struct times run(const struct run_input *in, unsigned threads, struct run_result *result)
{
	int64_t cpu_ns = process_cpu_ns();
	int64_t from_ns = monotonic_ns();
	struct error err;

	if (clusters_run_row(in, threads, result, &err))
		fail(&err);
	return (struct times){
		.wall = (double)(monotonic_ns() - from_ns) / 1e9,
		.cpu = (double)(process_cpu_ns() - cpu_ns) / 1e9,
	};
}

static struct times time_row(const struct run_input *in, unsigned threads,
			     struct run_result *result)
{
	double wall[RUNS], cpu[RUNS];

	for (int i = 0; i < RUNS; i++) {
		struct times t = run(in, threads, result);

		wall[i] = t.wall;
		cpu[i] = t.cpu;
	}
	return (struct times){median(wall, RUNS), median(cpu, RUNS)};
}

static void print(const struct run_input *in, const struct run_input *plain)
{
	unsigned cpus = jobs_usable_cpus();
	struct run_result result;
	struct times one_loop = time_row(plain, 1, &result);
	double first = 0;

	printf("%" PRId64 " events %s, %u hosts in %u clusters (s, median of %d):\n"
	       "  %-22s %6s %6s\n",
	       result.row.events, in->cost ? "with prices" : "without prices", in->nr_hosts,
	       in->workload->fleet.nr_clusters, RUNS, "", "wall", "CPU");
	printf("  %-22s %6.2f %6.2f\n", "no clusters: one loop", one_loop.wall, one_loop.cpu);
	for (unsigned threads = 1; threads <= cpus; threads *= 2) {
		struct times t = time_row(in, threads, &result);

		first = threads == 1 ? t.wall : first;
		printf("  clusters on %2u thread%s %6.2f %6.2f  wall: x %.2f of one thread, x %.2f "
		       "of one loop\n",
		       threads, threads == 1 ? " " : "s", t.wall, t.cpu, first / t.wall,
		       one_loop.wall / t.wall);
	}
	fputc('\n', stdout);
}

void speed_clusters(void)
{
	struct workload w = {0}, whole;
	struct run_input in = {
		.workload = &w,
		.policy = policy_find("edera-compact"),
		.seed = 1,
		.backend = &sim_backend,
		.allocator = "xen",
		.topology = "epyc-nps4-8n",
	};
	struct run_input plain;
	const struct fleet_cluster *last;
	const struct host **host;
	struct host *model;
	struct error err;

	if (workload_load(&w, "bench/speed/clusters.json", NULL, &err) ||
	    host_load(&model, "topologies/epyc-nps4-8n.xml", &err))
		fail(&err);
	last = &w.fleet.cluster[w.fleet.nr_clusters - 1];
	in.nr_hosts = last->first_host + last->nr_hosts;
	in.host = host = xcalloc(in.nr_hosts, sizeof(*host));
	for (uint32_t i = 0; i < in.nr_hosts; i++)
		host[i] = model;
	whole = w;
	whole.fleet.nr_clusters = 0;
	for (int priced = 0; priced < 2; priced++) {
		in.cost = priced;
		plain = in;
		plain.workload = &whole;
		print(&in, &plain);
	}
	free(host);
	host_free(model);
	workload_release(&w);
}
