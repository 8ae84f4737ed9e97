#include "cost/model.h"

#include <math.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "cost/flow.h"

void cost_work_release(struct cost_work *w)
{
	free(w->memory);
	if (w->solve)
		solve_work_release(w->solve);
	free(w->solve);
	free(w->residency);
	*w = (struct cost_work){0};
}

const char *cost_cause_name(enum cost_cause c)
{
	static const char *const name[] = {"remote", "controller", "port",
					   "fabric", "link",	   "cores"};

	return name[c];
}

/* Sums over one zone's flows, in the flows' canonical order. */
struct sums {
	double vcpus, rate, latency, time, remote, alone_rate, alone_latency;
	double cause[COST_CAUSES];
};

static int64_t rounded(double x)
{
	return (int64_t)(x + 0.5);
}

static double above(double x, double than)
{
	return x > than ? x - than : 0;
}

/* Parts of one latency above another, by cause; each at least nothing. */
static double latency_causes(const struct outcome *now, const struct outcome *alone, double *cause)
{
	double sum = 0;

	cause[COST_REMOTE] = above(now->idle_ns, alone->idle_ns);
	for (int c = COST_CONTROLLER; c < COST_CAUSES; c++)
		cause[c] = above(now->queue_ns[c], alone->queue_ns[c]);
	if (now->stop != COST_REMOTE)
		cause[now->stop] += above(now->wait_ns, alone->wait_ns);
	else
		cause[COST_CONTROLLER] += now->wait_ns;
	for (int c = 0; c < COST_CAUSES; c++)
		sum += cause[c];
	return sum;
}

/* The flow's time for a unit of work, what it lost above `alone`, and to what. */
double cost_flow_time(const struct outcome *now, const struct outcome *alone, double stall,
		      double lost[COST_CAUSES])
{
	double cause[COST_CAUSES], sum = latency_causes(now, alone, cause);
	double slow = now->rate > 0 && alone->rate > now->rate ? alone->rate / now->rate : 1;
	double latency = now->latency_ns / alone->latency_ns;
	double by_rate = (1 - stall) * (slow - 1), by_latency = stall * (latency - 1);
	double by_cause = by_latency > 0 ? by_latency : 0;

	if (now->stop == COST_REMOTE)
		by_cause += by_rate;
	by_cause = sum > 0 ? by_cause / sum : 0;
	for (int c = 0; c < COST_CAUSES; c++)
		lost[c] = cause[c] * by_cause;
	if (now->stop != COST_REMOTE)
		lost[now->stop] += by_rate;
	return 1 + by_rate + by_latency;
}

static void add_to_zone(struct sums *s, const struct flow *f, const struct outcome *alone)
{
	const struct outcome *now = &f->now;
	double lost[COST_CAUSES];

	s->vcpus += f->vcpus;
	s->rate += now->rate;
	s->latency += now->rate * now->latency_ns;
	s->remote += now->rate * (1 - f->share[f->node]);
	s->time += f->vcpus * cost_flow_time(now, alone, f->stall, lost);
	s->alone_rate += alone->rate;
	s->alone_latency += alone->rate * alone->latency_ns;
	for (int c = 0; c < COST_CAUSES; c++)
		s->cause[c] += f->vcpus * lost[c];
}

static enum host_grade worst(enum host_grade a, enum host_grade b)
{
	return a < b ? a : b;
}

static void fill_grades(struct cost_result *r, const struct cost_params *p)
{
	r->latency_grade = p->grade[COST_LOCAL_LATENCY];
	r->bandwidth_grade = p->grade[COST_READ_BANDWIDTH];
	if (p->nr_ports)
		r->bandwidth_grade = worst(r->bandwidth_grade, p->grade[COST_PORT_BANDWIDTH]);
	if (r->remote_ppm > 0) {
		r->latency_grade = worst(r->latency_grade, p->grade[COST_REMOTE_LATENCY]);
		if (p->grade[COST_LINK_BANDWIDTH] != GRADE_NONE)
			r->bandwidth_grade =
				worst(r->bandwidth_grade, p->grade[COST_LINK_BANDWIDTH]);
	}
}

/* Whole numbers that add up to a million: the last cause with a part takes the rest. */
static void fill_causes(struct cost_result *r, const struct sums *s)
{
	double sum = 0, before = 0;
	int64_t given = 0;

	for (int c = 0; c < COST_CAUSES; c++)
		sum += s->cause[c];
	if (!(sum > 1e-4 * s->vcpus))
		return;
	for (int c = 0; c < COST_CAUSES; c++) {
		before += s->cause[c];
		r->cause_ppm[c] = rounded(before / sum * 1e6) - given;
		given += r->cause_ppm[c];
	}
}

static void fill_result(struct cost_result *r, const struct sums *s, const struct cost_params *p)
{
	*r = (struct cost_result){
		.bandwidth_bytes_per_s = rounded(s->rate * 1e9),
		.alone_bandwidth_bytes_per_s = rounded(s->alone_rate * 1e9),
		.slowdown_ppm = s->vcpus > 0 ? rounded(s->time / s->vcpus * 1e6) : 1000000,
	};
	if (s->rate > 0) {
		r->latency_ps = rounded(s->latency / s->rate * 1e3);
		r->remote_ppm = rounded(s->remote / s->rate * 1e6);
	}
	if (s->alone_rate > 0)
		r->alone_latency_ps = rounded(s->alone_latency / s->alone_rate * 1e3);
	fill_causes(r, s);
	fill_grades(r, p);
}

/* Scratch: flows of everybody, flows of one zone alone, pages of both, sums. */
static void lay_out(struct cost_work *w, uint32_t nr_zones, uint32_t nr_nodes, struct flows *now,
		    struct flows *alone, double **share, double **alone_share, struct sums **sums)
{
	size_t nr = (size_t)nr_zones * nr_nodes;
	size_t flows = (nr + nr_nodes) * sizeof(struct flow);
	size_t shares = (nr + nr_nodes) * nr_nodes * sizeof(double);
	size_t need = flows + shares + (nr_zones + (size_t)1) * sizeof(struct sums);
	char *at;

	if (need > w->size) {
		free(w->memory);
		w->memory = xmalloc(need);
		w->size = need;
	}
	at = w->memory;
	now->flow = (void *)at;
	alone->flow = now->flow + nr;
	*share = (void *)(at + flows);
	*alone_share = *share + nr * nr_nodes;
	*sums = (void *)(at + flows + shares);
}

/* The zone by itself with every page at home; its flows by node. */
static void solve_alone(struct flows *alone, double *share, const struct cost_params *p,
			const struct cost_zone *z, struct solve_work *work, struct residency *r)
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
	(void)flows_solve(alone, p, work);
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
	struct flows now = {0}, alone = {0};
	double *share, *alone_share;
	struct sums *sums;
	unsigned rounds;

	if (!work->solve)
		work->solve = xcalloc(1, sizeof(*work->solve));
	if (!work->residency)
		work->residency = xmalloc(sizeof(*work->residency));
	lay_out(work, nr, p->nr_nodes, &now, &alone, &share, &alone_share, &sums);
	for (uint32_t z = 0; z < nr; z++)
		flows_add(&now, share + (size_t)now.nr * p->nr_nodes, p, &zone[z], z,
			  work->residency);
	flows_sort(&now, p->nr_nodes);
	rounds = flows_solve(&now, p, work->solve);
	for (uint32_t z = 0; z < nr; z++) {
		sums[z] = (struct sums){0};
		solve_alone(&alone, alone_share, p, &zone[z], work->solve, work->residency);
		add_zone(&sums[z], &now, &alone, z);
		fill_result(&out[z], &sums[z], p);
	}
	return rounds;
}
