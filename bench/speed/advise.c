/*
 * Advice for one host full of zones that drifted: a third of each one's pages, anywhere.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/rng.h"
#include "base/table.h"
#include "base/units.h"
#include "bench/speed/median.h"
#include "bench/speed/speed.h"
#include "live/advise/advise.h"

#define RUNS 5
#define CPUS 32
#define STEPS 20

static struct host *square_host(unsigned nodes)
{
	struct host *h = host_new("speed", nodes);
	uint32_t *d = host_matrix_new(h, MATRIX_DISTANCE, GRADE_FIRMWARE, "benchmark");
	struct error err;

	for (unsigned n = 0; n < nodes; n++) {
		for (unsigned c = 0; c < CPUS; c++)
			cpuset_add(&h->node[n].cpus, n * CPUS + c);
		h->node[n].nr_cpus = h->node[n].nr_cores = CPUS;
		h->node[n].memory_bytes = 256 * GIB;
		for (unsigned m = 0; m < nodes; m++)
			d[n * nodes + m] = n == m ? 10 : n / 4 == m / 4 ? 12 : 32;
	}
	if (host_finish(h, &err)) {
		fprintf(stderr, "%s\n", err.text);
		exit(3);
	}
	return h;
}

static void drifted(struct live_sample *s, const struct host *h, uint32_t zones, struct rng *rng)
{
	live_sample_init(s, h);
	for (unsigned n = 0; n < h->nr_nodes; n++)
		s->size_bytes[n] = s->free_bytes[n] = h->node[n].memory_bytes;
	for (uint32_t i = 0; i < zones; i++) {
		char name[16];
		unsigned home = (unsigned)rng_below(rng, h->nr_nodes);
		int64_t pages = 3 + (int64_t)rng_below(rng, 1 << 20);
		struct live_zone *z;

		snprintf(name, sizeof(name), "z%u", i);
		z = live_sample_add(s, name, name);
		z->kind = LIVE_XEN_PVH;
		z->vcpus = z->vnode[0].vcpus = 1 + (uint32_t)rng_below(rng, 4);
		z->vnode[0].runs_on = nodeset_of(home);
		z->target_bytes = pages * PAGE_BYTES;
		z->max_bytes = 2 * z->target_bytes;
		for (unsigned n = 0; n < h->nr_nodes; n++)
			z->node_bytes[n] = 0;
		for (int part = 0; part < 3; part++) {
			unsigned n = part ? home : (unsigned)rng_below(rng, h->nr_nodes);
			int64_t bytes = (pages + part) / 3 * PAGE_BYTES;

			z->node_bytes[n] += bytes;
			s->free_bytes[n] -= bytes;
		}
	}
}

static void one_host(struct table *t, unsigned nodes, uint32_t zones)
{
	struct host *h = square_host(nodes);
	double ms[RUNS], mended = 0;
	struct cost_params params;
	struct rng rng;
	uint32_t steps = 0;

	cost_params_init(&params, h, NULL);
	rng_seed(&rng, 1, "advise");
	for (int r = 0; r < RUNS; r++) {
		struct live_sample s;
		struct advise_ask ask = {.sample = &s,
					 .params = &params,
					 .policy = policy_find("edera-compact"),
					 .max_steps = STEPS,
					 .mend_ppm = 1000000};
		struct advice a;
		int64_t start;

		drifted(&s, h, zones, &rng);
		start = process_cpu_ns();
		advise(&ask, &a);
		ms[r] = (double)(process_cpu_ns() - start) / 1e6;
		steps += a.nr_steps;
		mended += 1 - (double)a.then_nano_vcpus / (double)a.lost_nano_vcpus;
		advice_release(&a);
		live_sample_release(&s);
	}
	table_cell(t, "%u", nodes);
	table_cell(t, "%u", zones);
	table_cell(t, "%.0f", median(ms, RUNS));
	table_cell(t, "%.1f", (double)steps / RUNS);
	table_cell(t, "%.0f %%", mended / RUNS * 100);
	table_end_row(t);
	cost_params_release(&params);
	host_free(h);
}

void speed_advise(void)
{
	static const unsigned shape[][2] = {{2, 10}, {4, 16}, {4, 50}, {8, 50}, {8, 100}, {8, 200}};
	struct table *t = table_new();

	table_cell(t, "nodes");
	table_cell(t, "zones");
	table_cell(t, "ms");
	table_cell(t, "steps");
	table_cell(t, "of the loss mended");
	table_end_row(t);
	for (size_t i = 0; i < sizeof(shape) / sizeof(shape[0]); i++)
		one_host(t, shape[i][0], shape[i][1]);
	printf("advice of %d steps at most for a host whose zones drifted (CPU time, median of "
	       "%d):\n",
	       STEPS, RUNS);
	table_print(t, stdout, 2);
	table_free(t);
	printf("\n");
}
