/* Flows to a problem, the problem to rates, rates to latencies, and round again. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cost/flows/problem.h"
#include "cost/params/loaded_latency.h"
#include "host/figures_known.h"

#define LINE_BYTES 64
#define ROUNDS_MAX 40
#define STEADY 1e-3 /* a round's largest relative step of a rate: done */
#define STRIDE 0.75 /* of the way to what a round finds; rates push each other back */

/* fmax() and fmin() for what is never NaN: without a call. */
static double larger(double a, double b)
{
	return a > b ? a : b;
}

static double smaller(double a, double b)
{
	return a < b ? a : b;
}

static struct flow *flow_at(const struct problem *s, uint32_t k)
{
	return &s->flows->flow[s->lead[k]];
}

/* The busiest of a node's ports, each way by itself; UNUSED: it has none. */
static uint32_t busiest_port(const struct problem *s, uint32_t node)
{
	uint32_t first = s->p->first_port[node], nr = s->p->node_ports[node], busiest = UNUSED;

	for (uint32_t i = first; i < first + nr; i++) {
		uint32_t in = s->n.port_read + i, out = s->n.port_write + i;
		uint32_t port = s->used[in] > s->used[out] ? in : out;

		if (busiest == UNUSED || s->used[port] > s->used[busiest])
			busiest = port;
	}
	return busiest;
}

/* What the curve adds on the way from a node, whose busiest port this is, to node m: the
 * same for every flow of the node, so found once a round. */
static void queue_between(struct problem *s, uint32_t node, uint32_t port, uint32_t m)
{
	const struct cost_params *p = s->p;
	uint32_t here = p->socket[node], there = p->socket[m];
	uint32_t controller = s->n.controller + p->controller[m];
	double local = p->latency_ns[m * p->nr_nodes + m];
	struct queue *q = &s->queue[node * p->nr_nodes + m];

	q->controller = q->port = q->link = 0;
	if (port != UNUSED && s->used[port] > s->used[controller])
		q->port = local * (s->curve[port] - 1);
	else
		q->controller = local * (s->curve[controller] - 1);
	q->fabric = local * (s->curve[s->n.fabric + here] - 1);
	if (here != there)
		q->link = p->latency_ns[node * p->nr_nodes + m] *
			  (s->curve[s->n.link + there * p->nr_sockets + here] - 1);
}

/* Of nodes that have a flow to where their pages are; others' queues are not looked at. */
static void find_queues(struct problem *s)
{
	for (nodeset left = s->nodes; left; left &= left - 1) {
		uint32_t node = nodeset_lowest(left), port = busiest_port(s, node);

		for (nodeset to = s->pages[node]; to; to &= to - 1)
			queue_between(s, node, port, nodeset_lowest(to));
	}
}

/* Latency of a flow by the curve alone. */
static void see_queues(const struct problem *s, uint32_t k)
{
	struct flow *f = flow_at(s, k);
	const struct queue *q = &s->queue[f->node * s->p->nr_nodes];
	double sum = f->now.idle_ns, queue[COST_CAUSES] = {0};

	for (nodeset left = s->memory[k]; left; left &= left - 1) {
		uint32_t m = nodeset_lowest(left);

		queue[COST_CONTROLLER] += f->share[m] * q[m].controller;
		queue[COST_PORT] += f->share[m] * q[m].port;
		queue[COST_FABRIC] += f->share[m] * q[m].fabric;
		queue[COST_LINK] += f->share[m] * q[m].link;
	}
	for (int c = 0; c < COST_CAUSES; c++)
		sum += f->now.queue_ns[c] = queue[c];
	f->now.latency_ns = sum;
}

/* Of all that are worked out; those with pages alike see the same. */
static void find_latencies(struct problem *s)
{
	find_queues(s);
	for (uint32_t k = 0; k < s->nr_lead; k++) {
		const struct flow *like = flow_at(s, s->row[k]);
		struct flow *f = flow_at(s, k);

		if (s->row[k] == k) {
			see_queues(s, k);
			continue;
		}
		memcpy(f->now.queue_ns, like->now.queue_ns, sizeof(f->now.queue_ns));
		f->now.latency_ns = like->now.latency_ns;
	}
}

/* Weights and limits of the flows at the latency they see now. */
static void set_limits(struct problem *s)
{
	find_latencies(s);
	for (uint32_t k = 0; k < s->nr_lead; k++) {
		const struct flow *f = flow_at(s, k);
		struct column *core = &s->column[s->core[k]];
		double curve = f->now.latency_ns;

		s->lines[k] = core->amount[k - core->first] = curve / LINE_BYTES;
		s->weight[k] = f->lines / curve;
		s->cap[k] = smaller(f->demand, f->lines * LINE_BYTES / curve);
	}
}

/* Everybody at its own limit, if that exhausts nothing by a margin far above
 * rounding: what filling up would come to as well. */
static bool all_at_limit(struct problem *s)
{
	for (uint32_t k = 0; k < s->nr_lead; k++) {
		if (isinf(s->cap[k]))
			return false;
		s->rate[k] = s->cap[k];
		s->stop[k] = UNUSED;
	}
	problem_sum(s);
	for (uint32_t i = 0; i < s->nr_columns; i++) {
		if (!(s->sum[i] < s->column[i].capacity * (1 - 1e-9)))
			return false;
	}
	return true;
}

static double little_ns(const struct flow *f)
{
	return f->now.rate > 0 ? f->lines * LINE_BYTES / f->now.rate : 0;
}

/* Part of the way to the new rates; returns the largest relative step. */
static double move_rates(struct problem *s, bool first)
{
	double largest = 0;

	for (uint32_t k = 0; k < s->nr_lead; k++) {
		struct flow *f = flow_at(s, k);
		double from = first ? 0 : f->now.rate; /* whatever it was before */
		double to = first ? s->rate[k] : from + STRIDE * (s->rate[k] - from);
		double step = fabs(to - from) / (to > 0 ? to : 1);

		largest = step > largest ? step : largest;
		f->now.rate = to;
	}
	return largest;
}

/* Part of its accesses that pass there. */
static double through(const struct problem *s, uint32_t k, uint32_t number)
{
	for (uint32_t i = s->first_hold[k]; i < s->first_hold[k + 1]; i++)
		if (s->hold[i].number == number)
			return s->hold[i].through;
	return 0;
}

/* Share of reads in what passes a column. */
static double reads_in(struct problem *s, const struct column *c)
{
	double bytes = 0, reads = 0;

	for (uint32_t k = 0; k < s->nr_lead; k++)
		s->part[k] = s->rate[k] * through(s, k, c->number);
	for (uint32_t v = 0; v < s->flows->nr; v++) {
		uint32_t k = s->of[v];

		if (!c->shared && s->lead[k] != v)
			continue;
		bytes += s->part[k];
		reads += s->part[k] * s->flows->flow[v].reads;
	}
	return bytes > 0 ? reads / bytes : 1;
}

/* Only where curves of several shares were measured does it matter what passes. */
static double curve_of(struct problem *s, const struct column *c)
{
	double used = s->used[c->number];

	return c->measured && c->measured->fewer
		       ? loaded_latency_at(c->measured, used, reads_in(s, c))
		       : loaded_latency_on(c->measured, used);
}

static void measure_use(struct problem *s)
{
	for (uint32_t k = 0; k < s->nr_lead; k++)
		s->rate[k] = flow_at(s, k)->now.rate;
	problem_sum(s);
	for (uint32_t i = 0; i < s->nr_columns; i++) {
		const struct column *c = &s->column[i], *like = &s->column[c->like];
		double capacity = c->capacity;

		if (like != c && like->capacity == capacity && like->measured == c->measured) {
			s->used[c->number] = s->used[like->number];
			s->curve[c->number] = s->curve[like->number];
			continue;
		}
		s->used[c->number] = capacity > 0 ? smaller(s->sum[i] / capacity, 1) : 1;
		s->curve[c->number] = curve_of(s, c);
	}
}

/* What those whom a resource stops keep waiting there: those worked out, by one, */
static void find_parts(struct problem *s)
{
	for (uint32_t k = 0; k < s->nr_lead; k++) {
		const struct flow *f = flow_at(s, k);
		uint32_t stop = s->stop[k];

		s->part[k] = s->part_through[k] = 0;
		for (uint32_t i = s->first_hold[k]; stop < s->n.core && i < s->first_hold[k + 1];
		     i++) {
			if (s->hold[i].number != stop)
				continue;
			s->part[k] += f->now.rate * larger(little_ns(f) - f->now.latency_ns, 0);
			s->part_through[k] += f->now.rate * s->hold[i].through;
		}
	}
}

/* and of all a mean over what passes: they have all their lines in flight. */
static void find_waits(struct problem *s)
{
	for (uint32_t i = 0; i < s->nr_columns; i++)
		s->extra[s->wide[i]] = s->rate_through[s->wide[i]] = 0;
	find_parts(s);
	for (uint32_t v = 0; v < s->flows->nr; v++) {
		uint32_t k = s->of[v], stop = s->stop[k];

		if (stop >= s->n.core || (s->lead[k] != v && !is_shared(s, stop)))
			continue;
		s->extra[stop] += s->part[k];
		s->rate_through[stop] += s->part_through[k];
	}
	for (uint32_t i = 0; i < s->nr_columns; i++) {
		uint32_t r = s->wide[i];

		s->wait[r] = s->rate_through[r] > 0 ? s->extra[r] / s->rate_through[r] : 0;
	}
}

/* Those who are not stopped see the queues that others keep, as far as their own
 * lines in flight reach. */
static double others_queue(const struct problem *s, uint32_t k)
{
	const struct flow *f = flow_at(s, k);
	double wait = 0;

	if (isinf(f->demand))
		return 0;
	for (uint32_t i = s->first_hold[k]; i < s->first_hold[k + 1]; i++)
		wait += s->hold[i].through * s->wait[s->hold[i].number];
	return smaller(wait, larger(little_ns(f) - f->now.latency_ns, 0));
}

/* What each flow sees once rates stand. */
static void settle(struct problem *s)
{
	find_latencies(s);
	find_waits(s);
	for (uint32_t k = 0; k < s->nr_lead; k++) {
		struct flow *f = flow_at(s, k);

		f->now.stop =
			s->stop[k] == UNUSED ? COST_REMOTE : resource_cause(&s->n, s->stop[k]);
		f->now.wait_ns = f->now.stop == COST_REMOTE
					 ? others_queue(s, k)
					 : larger(little_ns(f) - f->now.latency_ns, 0);
		f->now.latency_ns += f->now.wait_ns;
	}
}

unsigned flows_equilibrium(struct flows *f, const struct cost_params *p, struct equilibrium_work *w)
{
	struct problem *s = problem_begin(f, p, w);
	unsigned round = 0;
	double step = 1, steady = w->steady > 0 ? w->steady : STEADY;

	for (; round < ROUNDS_MAX && step > steady; round++) {
		set_limits(s);
		if (!all_at_limit(s))
			problem_fill(s);
		step = move_rates(s, round == 0);
		measure_use(s);
	}
	settle(s);
	problem_end(s);
	return round;
}

void equilibrium_work_release(struct equilibrium_work *w)
{
	free(w->by_number);
	problems_release(w->problem);
	*w = (struct equilibrium_work){0};
}
