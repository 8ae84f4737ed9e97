/*
 * Dynamic memory: steps of the simulated balloon through the seam (check, apply,
 * measure), and the whole loop over zones whose use changes every five minutes.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/rng.h"
#include "base/table.h"
#include "bench/loop/controller.h"
#include "bench/loop/run.h"
#include "bench/speed/median.h"
#include "bench/speed/speed.h"
#include "sim/sim.h"

#define RUNS 5
#define ZONES 500
#define HOSTS 20
#define STEPS 2000000

static void fail(const struct error *err)
{
	fprintf(stderr, "homenode-speed: %s\n", err->text);
	exit(3);
}

static struct backend *open_fleet(const struct host *const *host)
{
	struct backend_config config = {.host = host, .nr_hosts = HOSTS};
	struct backend *b;
	struct error err;

	if (backend_open(&b, &sim_backend, &config, &err))
		fail(&err);
	return b;
}

static void start_zones(struct backend *b, const struct host *h, unsigned k, int64_t bytes)
{
	static struct plan plan;
	struct error err;

	for (uint32_t i = 0; i < ZONES; i++) {
		struct step s = {.kind = STEP_START, .host = i % HOSTS, .slot = i, .plan = &plan};
		struct policy_input in = {.host = h, .state = backend_observe(b, i % HOSTS)};
		struct zone z;

		zone_init(&z);
		z.vcpus = z.vcpus_max = k;
		z.numa_nodes = k;
		z.memory_bytes = z.memory_initial_bytes = bytes;
		in.zone = &z;
		if (policy_place(policy_find("edera-compact"), &in, &plan, &err) ||
		    backend_apply(b, &s, &err))
			fail(&err);
	}
}

/* M steps a second: every zone goes up and down by a random amount. */
static double steps_per_s(const struct host *h, const struct host *const *host, unsigned k,
			  int64_t bytes)
{
	double run[RUNS];

	for (int r = 0; r < RUNS; r++) {
		struct backend *b = open_fleet(host);
		struct rng rng;
		int64_t start;

		start_zones(b, h, k, bytes);
		rng_seed(&rng, 1, "balloon");
		start = process_cpu_ns();
		for (int i = 0; i < STEPS; i++) {
			uint32_t slot = (uint32_t)i % ZONES;
			struct step s = {.kind = STEP_RESIZE, .host = slot % HOSTS, .slot = slot};
			struct measure m;
			struct error err;

			s.bytes = bytes / 2 +
				  (int64_t)rng_below(&rng, (uint64_t)(bytes / 2 / PAGE_BYTES)) *
					  PAGE_BYTES;
			if (backend_check(b, &s, &err) || backend_apply(b, &s, &err) ||
			    backend_measure(b, s.host, slot, &m, &err))
				fail(&err);
		}
		run[r] = STEPS / (double)(process_cpu_ns() - start) * 1e3;
		backend_close(b);
	}
	return median(run, RUNS);
}

static void machine(const struct host *h, const struct host *const *host)
{
	static const struct {
		unsigned k;
		int64_t bytes;
	} shape[] = {{1, 256 * MIB}, {1, 4 * GIB}, {2, 4 * GIB}, {4, 4 * GIB}};
	struct table *t = table_new();

	table_cell(t, "zone");
	table_cell(t, "M steps/s");
	table_end_row(t);
	for (size_t i = 0; i < sizeof(shape) / sizeof(shape[0]); i++) {
		char size[32];

		table_cell(t, "%u vnode%s, %s", shape[i].k, shape[i].k > 1 ? "s" : "",
			   bytes_text(shape[i].bytes, size, sizeof(size)));
		table_cell(t, "%.2f", steps_per_s(h, host, shape[i].k, shape[i].bytes));
		table_end_row(t);
	}
	printf("balloon steps of %d zones on %d hosts: check, apply, measure (median of %d):\n",
	       ZONES, HOSTS, RUNS);
	table_print(t, stdout, 2);
	table_free(t);
}

static void loop(const char *what, const char *path, const struct host *const *host,
		 uint32_t nr_hosts)
{
	struct workload w = {0};
	struct run_input in = {
		.workload = &w,
		.policy = policy_find("edera-compact"),
		.memory = RUN_MEMORY_DYNAMIC,
		.seed = 1,
		.backend = &sim_backend,
		.host = host,
		.nr_hosts = nr_hosts,
		.topology = "epyc-nps4-8n",
		.allocator = "xen",
	};
	struct run_result result;
	struct error err;
	int64_t start;
	double s;

	if (workload_load(&w, path, NULL, &err))
		fail(&err);
	start = process_cpu_ns();
	if (run_row(&in, &result, &err))
		fail(&err);
	s = (double)(process_cpu_ns() - start) / 1e9;
	printf("  %s: %" PRId64 " zones, %" PRIu64 " changes of use, %" PRId64
	       " balloon steps in %.2f s: %.2f M changes/s\n",
	       what, result.row.zones_placed, result.use_changes, result.row.balloon_steps, s,
	       (double)result.use_changes / s / 1e6);
	workload_release(&w);
}

void speed_balloon(void)
{
	uint32_t nr = 200;
	const struct host **host = xcalloc(nr, sizeof(struct host *));
	struct host *h;
	struct error err;

	if (host_load(&h, "topologies/epyc-nps4-8n.xml", &err))
		fail(&err);
	for (uint32_t i = 0; i < nr; i++)
		host[i] = h;
	machine(h, host);
	printf("the whole loop, controller included:\n");
	loop("500 zones, a month, 20 hosts", "bench/speed/balloon-month.json", host, HOSTS);
	loop("20,000 zones, a day, 200 hosts", "bench/speed/balloon-day.json", host, nr);
	printf("  state: %zu bytes a dynamic zone in the loop, whatever its size\n\n",
	       sizeof(struct dynamic_zone));
	host_free(h);
	free(host);
}
