/*
 * One decision: edera-compact for a zone that needs k nodes, on hosts whose
 * nodes have random free memory. The states change from call to call so that
 * neither caches nor branch prediction see the same choice twice.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/rng.h"
#include "base/table.h"
#include "base/units.h"
#include "bench/speed/median.h"
#include "bench/speed/speed.h"
#include "placement/homenode/oracle.h"
#include "placement/policy.h"

#define STATES 256
#define CPUS 16
#define RUNS 7

static struct host *square_host(unsigned nodes)
{
	struct host *h = host_new("speed", nodes);
	uint32_t *d = host_matrix_new(h, MATRIX_DISTANCE, GRADE_FIRMWARE, "benchmark");
	struct error err;

	for (unsigned n = 0; n < nodes; n++) {
		for (unsigned c = 0; c < CPUS; c++)
			cpuset_add(&h->node[n].cpus, n * CPUS + c);
		h->node[n].nr_cpus = h->node[n].nr_cores = CPUS;
		h->node[n].memory_bytes = 16 * GIB;
		for (unsigned m = 0; m < nodes; m++)
			d[n * nodes + m] = n == m ? 10 : n / 4 == m / 4 ? 12 : 32;
	}
	h->device = xcalloc(1, sizeof(*h->device));
	h->nr_devices = h->device[0].nr_names = 1;
	h->device[0].class = DEVICE_NIC;
	h->device[0].nodes = nodeset_of(0);
	snprintf(h->device[0].name[0], sizeof(h->device[0].name[0]), "nic0");
	if (host_finish(h, &err)) {
		fprintf(stderr, "%s\n", err.text);
		exit(3);
	}
	return h;
}

static void random_states(struct host_state *s, const struct host *h)
{
	struct rng rng;

	rng_seed(&rng, 1, "decision");
	for (int i = 0; i < STATES; i++) {
		host_state_init(&s[i], h);
		s[i].total_free_bytes = 0;
		for (unsigned n = 0; n < h->nr_nodes; n++) {
			s[i].free_bytes[n] = (int64_t)(4096 + rng_below(&rng, 12288)) * MIB;
			s[i].total_free_bytes += s[i].free_bytes[n];
			s[i].vcpus[n] = (uint32_t)rng_below(&rng, CPUS / 2);
			s[i].total_vcpus += s[i].vcpus[n];
		}
	}
}

static double decision_ns(const struct host *h, const struct host_state *state, unsigned k)
{
	const struct policy *policy = policy_find("edera-compact");
	static struct plan plan;
	double run[RUNS];
	struct zone z;
	int calls = 400000 / (int)k;

	zone_init(&z);
	z.vcpus = z.vcpus_max = k * CPUS;
	z.memory_bytes = z.memory_initial_bytes = (int64_t)k * 4 * GIB;
	z.memory_min_bytes = PAGE_BYTES;
	for (int r = 0; r < RUNS; r++) {
		int64_t start = process_cpu_ns();

		for (int i = 0; i < calls; i++) {
			struct policy_input in = {
				.host = h, .state = &state[i % STATES], .zone = &z};

			if (policy_place(policy, &in, &plan, NULL) || plan.nr_vnodes != k) {
				fprintf(stderr, "a decision of the benchmark was refused\n");
				exit(3);
			}
		}
		run[r] = (double)(process_cpu_ns() - start) / calls;
	}
	return median(run, RUNS);
}

/* A zone of the tables below on a host of that size. */
struct shape {
	const char *title;
	uint32_t vcpus;
	int64_t memory_ppm; /* of all that is free; 0: 4 GiB */
};

static const struct shape shapes[] = {
	{"4 vCPUs, 4 GiB: one node does", 4, 0},
	{"64 vCPUs, 4 GiB: the CPUs of four nodes", 4 * CPUS, 0},
	{"64 vCPUs, 60 % of the free memory: memory binds", 4 * CPUS, 600000},
};

static void shape_zone(const struct shape *shape, const struct host_state *s, struct zone *z)
{
	static const char *const device[] = {"nic0"};
	int64_t bytes = 4 * GIB;

	if (shape->memory_ppm)
		bytes = s->total_free_bytes / 1000000 * shape->memory_ppm / GIB * GIB;
	zone_init(z);
	z->vcpus = z->vcpus_max = shape->vcpus;
	z->memory_bytes = z->memory_initial_bytes = bytes;
	z->memory_min_bytes = PAGE_BYTES;
	z->nr_devices = 1;
	z->device = device;
}

/* As often as fits into about 20 ms; refusals count too. -1: the policy refuses hosts
 * of this size. */
static double policy_ns(const struct policy *policy, const struct host *h,
			const struct host_state *state, const struct shape *shape)
{
	static struct plan plan;
	static struct zone zone[STATES];
	int64_t start;
	int calls = 0, batch = 1;

	if (strncmp(policy->name, "k8s-", 4) == 0 && strcmp(policy->name, "k8s-none") != 0 &&
	    h->nr_nodes > (strstr(policy->name, "-max-nodes-16") ? 16 : 8))
		return -1;
	if (policy->foresees_by && h->nr_nodes > ORACLE_NODES_MAX)
		return -1;
	for (int i = 0; i < STATES; i++)
		shape_zone(shape, &state[i], &zone[i]);
	start = process_cpu_ns();
	do {
		for (int i = 0; i < batch; i++, calls++) {
			struct policy_input in = {
				.host = h,
				.state = &state[calls % STATES],
				.zone = &zone[calls % STATES],
			};
			int rc = policy_place(policy, &in, &plan, NULL);

			(void)rc;
		}
		batch = batch < 64 ? 2 * batch : batch;
	} while (process_cpu_ns() - start < 20000000);
	return (double)(process_cpu_ns() - start) / calls;
}

static void print_policies(const struct shape *shape, struct host *const *h,
			   struct host_state *const *state, size_t nr)
{
	struct table *t = table_new();

	table_cell(t, "us a decision");
	for (size_t i = 0; i < nr; i++)
		table_cell(t, "%u nodes", h[i]->nr_nodes);
	table_end_row(t);
	for (const struct policy *const *p = policies; *p; p++) {
		table_cell(t, "%s", (*p)->name);
		for (size_t i = 0; i < nr; i++) {
			double ns = policy_ns(*p, h[i], state[i], shape);

			if (ns < 0)
				table_cell(t, "-");
			else
				table_cell(t, "%.2f", ns / 1000);
		}
		table_end_row(t);
	}
	printf("%s, a device on node 0 (-: refuses such hosts):\n", shape->title);
	table_print(t, stdout, 2);
	printf("\n");
	table_free(t);
}

void speed_policies(void)
{
	static const unsigned nodes[] = {8, 16, 32, 64};
	struct host *h[4];
	struct host_state *state[4];

	for (size_t i = 0; i < 4; i++) {
		h[i] = square_host(nodes[i]);
		state[i] = xcalloc(STATES, sizeof(**state));
		random_states(state[i], h[i]);
	}
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
		print_policies(&shapes[i], h, state, 4);
	for (size_t i = 0; i < 4; i++) {
		for (int s = 0; s < STATES; s++)
			host_state_release(&state[i][s]);
		free(state[i]);
		host_free(h[i]);
	}
}

void speed_decisions(void)
{
	static const unsigned shape[][2] = {{8, 1},  {8, 2},  {8, 4},	{8, 8},	 {16, 4},
					    {32, 8}, {64, 1}, {64, 16}, {64, 32}};
	struct table *t = table_new();

	table_cell(t, "nodes");
	table_cell(t, "needed");
	table_cell(t, "ns a decision");
	table_end_row(t);
	for (size_t i = 0; i < sizeof(shape) / sizeof(shape[0]); i++) {
		struct host *h = square_host(shape[i][0]);
		struct host_state *state = xcalloc(STATES, sizeof(*state));

		random_states(state, h);
		table_cell(t, "%u", shape[i][0]);
		table_cell(t, "%u", shape[i][1]);
		table_cell(t, "%.0f", decision_ns(h, state, shape[i][1]));
		table_end_row(t);
		for (int s = 0; s < STATES; s++)
			host_state_release(&state[s]);
		free(state);
		host_free(h);
	}
	printf("one placement decision (edera-compact, median of %d):\n", RUNS);
	table_print(t, stdout, 2);
	table_free(t);
	printf("\n");
}
