/*
 * The cost model's solver on random hosts: as many flows and resources as a
 * two-socket host full of zones has, each flow on a dozen of them.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/rng.h"
#include "base/table.h"
#include "base/units.h"
#include "bench/speed/median.h"
#include "bench/speed/speed.h"
#include "cost/flows/maxmin.h"

#define RUNS 7
#define INSTANCES 32

struct instance {
	struct maxmin_problem problem;
	double *capacity;
	struct maxmin_flow *flow;
	struct maxmin_use *use;
};

static void make(struct instance *in, struct rng *r, uint32_t flows, uint32_t resources,
		 uint32_t uses)
{
	in->capacity = xcalloc(resources, sizeof(*in->capacity));
	in->flow = xcalloc(flows, sizeof(*in->flow));
	in->use = xcalloc((size_t)flows * resources, sizeof(*in->use));
	in->problem = (struct maxmin_problem){in->capacity, resources, in->flow, flows};
	for (uint32_t i = 0; i < resources; i++)
		in->capacity[i] = 10 + 90 * rng_unit(r);
	for (uint32_t v = 0; v < flows; v++) {
		struct maxmin_flow *f = &in->flow[v];
		struct maxmin_use *use = &in->use[(size_t)v * resources];

		*f = (struct maxmin_flow){.weight = 0.1 + rng_unit(r), .cap = INFINITY, .use = use};
		if (rng_below(r, 2))
			f->cap = 10 * rng_unit(r);
		for (uint32_t i = 0; i < resources; i++) {
			if (rng_below(r, resources) < uses)
				use[f->nr_uses++] = (struct maxmin_use){i, 0.1 + rng_unit(r)};
		}
		if (!f->nr_uses)
			f->cap = 1;
	}
}

static double solve_us(const struct instance *in, void *scratch, double *rate)
{
	double run[RUNS];
	int calls = 200;

	for (int i = 0; i < RUNS; i++) {
		int64_t start = process_cpu_ns();

		for (int c = 0; c < calls; c++)
			maxmin_solve(&in[c % INSTANCES].problem, scratch, rate, NULL);
		run[i] = (double)(process_cpu_ns() - start) / calls / (double)NS_PER_US;
	}
	return median(run, RUNS);
}

static void one_shape(struct table *t, uint32_t flows, uint32_t resources, uint32_t uses)
{
	struct instance in[INSTANCES];
	void *scratch = xmalloc(maxmin_scratch_bytes(resources, flows));
	double *rate = xcalloc(flows, sizeof(*rate));
	struct rng rng;

	rng_seed(&rng, 1, "solver");
	for (int i = 0; i < INSTANCES; i++)
		make(&in[i], &rng, flows, resources, uses);
	table_cell(t, "%u", flows);
	table_cell(t, "%u", resources);
	table_cell(t, "%u", uses);
	table_cell(t, "%.1f", solve_us(in, scratch, rate));
	table_end_row(t);
	for (int i = 0; i < INSTANCES; i++) {
		free(in[i].capacity);
		free(in[i].flow);
		free(in[i].use);
	}
	free(rate);
	free(scratch);
}

void speed_solver(void)
{
	struct table *t = table_new();

	table_cell(t, "flows");
	table_cell(t, "resources");
	table_cell(t, "used by a flow");
	table_cell(t, "us a solution");
	table_end_row(t);
	one_shape(t, 8, 20, 6);
	one_shape(t, 64, 60, 12);
	one_shape(t, 64, 60, 60);
	one_shape(t, 256, 60, 12);
	printf("\nweighted max-min rates (median of %d):\n", RUNS);
	table_print(t, stdout, 2);
	table_free(t);
}
