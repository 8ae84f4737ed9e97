/*
 * homenode-speed: how fast the loop and a decision are, beside two plain loops
 * over the same events. Prints figures; judges nothing.
 *
 *	build/release/homenode-speed [ARRIVALS [HOSTS]]
 *	build/release/homenode-speed jobs		rows one at a time and two, wall time
 *	build/release/homenode-speed parse [ROWS]	traces, and their caches
 *	build/release/homenode-speed policies		one decision of every policy, alone
 */
#include "bench/speed/speed.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/table.h"
#include "bench/loop/run.h"
#include "bench/speed/median.h"
#include "sim/sim.h"

#define RUNS 5

static void fail(const struct error *err)
{
	fprintf(stderr, "homenode-speed: %s\n", err->text);
	exit(error_exit_status(err->code));
}

static long max_rss_kib(void)
{
	struct rusage r;

	getrusage(RUSAGE_SELF, &r);
	return r.ru_maxrss;
}

/* Up to `nr` arrivals of the workload; returns how many there are. */
static size_t read_arrivals(const struct workload *w, struct arrival *a, size_t nr)
{
	struct zone_stream *s;
	const struct zone_event *ev;
	struct error err;
	size_t i = 0;

	if (workload_open(&s, w, 1, false, &err))
		fail(&err);
	for (;;) {
		if (zone_stream_next(s, &ev, &err))
			fail(&err);
		if (!ev || i == nr)
			break;
		a[i++] = (struct arrival){
			.at_ns = ev->at_ns,
			.lifetime_ns = ev->lifetime_ns,
			.bytes = ev->zone->memory_bytes,
			.vcpus = ev->zone->vcpus,
		};
	}
	zone_stream_close(s);
	return i;
}

static struct run_result one_run(const struct workload *w, const struct host *const *host,
				 uint32_t nr_hosts)
{
	struct run_input in = {
		.workload = w,
		.policy = policy_find("edera-compact"),
		.seed = 1,
		.backend = &sim_backend,
		.host = host,
		.nr_hosts = nr_hosts,
		.topology = "epyc-nps4-8n",
	};
	struct run_result result;
	struct error err;

	if (run_row(&in, &result, &err))
		fail(&err);
	return result;
}

struct rates {
	double stream[RUNS], no_placement[RUNS], linear[RUNS], homenode[RUNS]; /* M events / s */
};

static double rate(uint64_t events, int64_t start_ns)
{
	return (double)events / (double)(process_cpu_ns() - start_ns) * 1e3;
}

static void measure(struct rates *r, const struct workload *w, const struct host *const *host,
		    uint32_t nr_hosts, struct arrival *a, size_t nr)
{
	for (int i = 0; i < RUNS; i++) {
		int64_t start = process_cpu_ns();

		r->stream[i] = rate(read_arrivals(w, a, nr), start);
		start = process_cpu_ns();
		r->no_placement[i] = rate(floor_no_placement(a, nr), start);
		start = process_cpu_ns();
		r->linear[i] = rate(floor_linear_scan(a, nr, nr_hosts), start);
		start = process_cpu_ns();
		r->homenode[i] = rate((uint64_t)one_run(w, host, nr_hosts).row.events, start);
	}
}

static void print_rate(struct table *t, const char *what, double *value, double homenode)
{
	double m = median(value, RUNS);

	table_cell(t, "%s", what);
	table_cell(t, "%.2f", m);
	table_cell(t, "%.2f-%.2f", value[0], value[RUNS - 1]);
	table_cell(t, "%.2f", homenode / m);
	table_end_row(t);
}

static void print_rates(struct rates *r)
{
	double homenode = median(r->homenode, RUNS);
	struct table *t = table_new();

	table_cell(t, "loop");
	table_cell(t, "M events/s");
	table_cell(t, "min-max");
	table_cell(t, "homenode is x");
	table_end_row(t);
	print_rate(t, "generator alone (arrivals)", r->stream, homenode);
	print_rate(t, "plain loop, no placement", r->no_placement, homenode);
	print_rate(t, "plain loop, linear first fit x 8 nodes", r->linear, homenode);
	print_rate(t, "homenode run, everything included", r->homenode, homenode);
	table_print(t, stdout, 2);
	table_free(t);
}

static void replay(size_t nr, uint32_t nr_hosts)
{
	const struct host **host = xcalloc(nr_hosts, sizeof(struct host *));
	struct workload w = {0};
	struct host *model;
	struct rates rates;
	struct run_result result;
	struct arrival *a;
	struct error err;
	long small_kib, large_kib;

	if (workload_load(&w, "bench/speed/replay.json", NULL, &err) ||
	    host_load(&model, "topologies/epyc-nps4-8n.xml", &err))
		fail(&err);
	for (uint32_t i = 0; i < nr_hosts; i++)
		host[i] = model;
	/* a short run fills the fleet; a long one must not need more memory */
	w.duration_ns = 5 * NS_PER_HOUR;
	(void)one_run(&w, host, nr_hosts);
	small_kib = max_rss_kib();
	w.duration_ns = NS_NEVER;
	result = one_run(&w, host, nr_hosts);
	large_kib = max_rss_kib();
	a = xcalloc(nr, sizeof(*a));
	nr = read_arrivals(&w, a, nr);
	measure(&rates, &w, host, nr_hosts, a, nr);
	printf("replay of %" PRId64 " arrivals on %u eight-node hosts, first-fit, edera-compact "
	       "(CPU time, median of %d):\n",
	       result.row.zones_offered, nr_hosts, RUNS);
	print_rates(&rates);
	printf("  placed %" PRId64 ", refused %" PRId64 ", most alive at once %" PRId64 "\n",
	       result.row.zones_placed, result.row.zones_refused, result.row.peak_live_zones);
	printf("  memory: %ld KiB after the first 5 hours, %ld KiB after all of it\n\n", small_kib,
	       large_kib);
	free(a);
	free(host);
	host_free(model);
	workload_release(&w);
}

int main(int argc, char **argv)
{
	bool alone = argc == 2 && strcmp(argv[1], "policies") == 0;
	size_t arrivals = argc > 1 ? strtoul(argv[1], NULL, 10) : 2000000;
	uint32_t hosts = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 1000;

	if (alone) {
		speed_policies();
		return 0;
	}
	if (argc == 2 && strcmp(argv[1], "jobs") == 0) {
		speed_jobs();
		return 0;
	}
	if (argc == 2 && strcmp(argv[1], "cost") == 0) {
		speed_price();
		speed_solver();
		return 0;
	}
	if (argc > 1 && argc < 4 && strcmp(argv[1], "parse") == 0) {
		speed_parse(argc > 2 ? strtoul(argv[2], NULL, 10) : 2000000);
		return 0;
	}
	if (!arrivals || !hosts || argc > 3) {
		fprintf(stderr, "usage: homenode-speed [ARRIVALS [HOSTS]]\n"
				"       homenode-speed jobs\n"
				"       homenode-speed parse [ROWS]\n"
				"       homenode-speed policies\n"
				"       homenode-speed cost\n");
		return 2;
	}
	replay(arrivals, hosts);
	speed_balloon();
	speed_decisions();
	speed_policies();
	speed_price();
	speed_solver();
	return 0;
}
