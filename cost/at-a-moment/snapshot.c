#include "cost/at-a-moment/snapshot.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "cost/flows/equilibrium.h"

void cost_work_release(struct cost_work *w)
{
	if (w->solve)
		equilibrium_work_release(w->solve);
	free(w->solve);
	free(w->residency);
	*w = (struct cost_work){0};
}

/* Sums over one zone's flows, in the flows' canonical order. */
struct sums {
	double vcpus, rate, latency, time, remote, alone_rate, alone_latency;
	double cause[COST_CAUSES];
};

static void add_to_zone(struct sums *s, const struct flow *f, const struct flow_outcome *alone)
{
	const struct flow_outcome *now = &f->now;
	double lost[COST_CAUSES];

	s->vcpus += f->vcpus;
	s->rate += now->rate;
	s->latency += now->rate * now->latency_ns;
	s->remote += now->rate * (1 - f->share[f->node]);
	s->time += f->vcpus * flow_time(now, alone, f->stall, lost);
	s->alone_rate += alone->rate;
	s->alone_latency += alone->rate * alone->latency_ns;
	for (int c = 0; c < COST_CAUSES; c++)
		s->cause[c] += f->vcpus * lost[c];
}

static void fill_result(struct cost_result *r, const struct sums *s, const struct cost_params *p,
			bool writes)
{
	*r = (struct cost_result){
		.bandwidth_bytes_per_s = cost_rounded(s->rate * 1e9),
		.alone_bandwidth_bytes_per_s = cost_rounded(s->alone_rate * 1e9),
		.slowdown_ppm = s->vcpus > 0 ? cost_rounded(s->time / s->vcpus * 1e6) : 1000000,
	};
	if (s->rate > 0) {
		r->latency_ps = cost_rounded(s->latency / s->rate * 1e3);
		r->remote_ppm = cost_rounded(s->remote / s->rate * 1e6);
	}
	if (s->alone_rate > 0)
		r->alone_latency_ps = cost_rounded(s->alone_latency / s->alone_rate * 1e3);
	cost_cause_parts(s->cause, s->vcpus, r->cause_ppm);
	r->basis = cost_params_basis(p, r->remote_ppm > 0, writes);
}

/* The zone by itself with every page at home; its flows by node. */
static void solve_alone(struct flows *alone, double *share, const struct cost_params *p,
			const struct cost_zone *z, struct equilibrium_work *work,
			struct residency *r)
{
	struct cost_zone ideal = *z;

	ideal.part = NULL;
	ideal.map_true = true;

	alone->nr = 0;
	flows_add(alone, share, p, &ideal, 0, r);
	for (uint32_t i = 0; i < alone->nr; i++) {
		struct flow *f = &alone->flow[i];

		/* all local: what it shares is near too */
		for (uint32_t m = 0; m < p->nr_nodes; m++)
			f->share[m] = m == f->node;
	}
	flows_sort(alone, p->nr_nodes);
	(void)flows_equilibrium(alone, p, work);
}

static void add_zone(struct sums *sums, const struct flows *now, const struct flows *alone,
		     uint32_t zone)
{
	for (uint32_t i = 0; i < now->nr; i++) {
		if (now->flow[i].zone != zone)
			continue;
		for (uint32_t j = 0; j < alone->nr; j++) {
			if (alone->flow[j].part == now->flow[i].part)
				add_to_zone(sums, &now->flow[i], &alone->flow[j].now);
		}
	}
}

unsigned cost_evaluate(const struct cost_params *p, const struct cost_zone *zone, uint32_t nr,
		       struct cost_work *work, struct cost_result *out)
{
	size_t n = p->nr_nodes;
	struct arena arena = {0};
	struct flows now = {arena_alloc(&arena, nr * n * sizeof(struct flow)), 0};
	struct flows alone = {arena_alloc(&arena, n * sizeof(struct flow)), 0};
	double *share = arena_alloc(&arena, nr * n * n * sizeof(*share));
	double *alone_share = arena_alloc(&arena, n * n * sizeof(*alone_share));
	bool writes = false; /* of a zone or its neighbours: they share what is there */
	unsigned rounds;

	if (!work->solve)
		work->solve = xcalloc(1, sizeof(*work->solve));
	if (!work->residency)
		work->residency = xmalloc(sizeof(*work->residency));
	for (uint32_t z = 0; z < nr; z++)
		flows_add(&now, share + now.nr * n, p, &zone[z], z, work->residency);
	for (uint32_t i = 0; i < now.nr; i++)
		writes = writes || now.flow[i].reads < 1;
	flows_sort(&now, p->nr_nodes);
	rounds = flows_equilibrium(&now, p, work->solve);
	for (uint32_t z = 0; z < nr; z++) {
		struct sums sums = {0};

		solve_alone(&alone, alone_share, p, &zone[z], work->solve, work->residency);
		add_zone(&sums, &now, &alone, z);
		fill_result(&out[z], &sums, p, writes);
	}
	arena_release(&arena);
	return rounds;
}
