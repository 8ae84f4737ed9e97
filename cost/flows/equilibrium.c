/* Flows to a problem, the problem to rates, rates to latencies, and round again. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cost/flows/equilibrium.h"
#include "cost/flows/maxmin.h"
#include "cost/flows/resources.h"
#include "cost/params/loaded_latency.h"

#define LINE_BYTES 64
#define ROUNDS_MAX 40
#define STEADY 1e-3 /* a round's largest relative step of a rate: done */
#define STRIDE 0.75 /* of the way to what a round finds; rates push each other back */
#define UNUSED UINT32_MAX

/* fmax() and fmin() for what is never NaN: without a call. */
static double larger(double a, double b)
{
	return a > b ? a : b;
}

static double smaller(double a, double b)
{
	return a < b ? a : b;
}

/* What one flow takes of one resource. */
struct hold {
	uint32_t number;
	double amount; /* for each unit of its rate */
	double through; /* share of its accesses that pass there */
};

/* What the load adds to the latency between two nodes. */
struct queue {
	double controller, port, fabric, link;
};

struct solution {
	const struct cost_params *p;
	struct flows *flows;
	struct resources n;
	/* By number. Outside a solve amount, through, used and wait are 0, curve 1
	 * and compact UNUSED: what a solve touches it puts back. */
	double *capacity;
	double *amount, *through; /* of the flow whose uses are being collected */
	double *used; /* share of capacity in use, 0 to 1 */
	double *curve; /* what that makes of latency */
	double *wait; /* queue kept by those whom it stops, ns */
	double *extra, *rate_through; /* while the queues are found */
	uint32_t *compact; /* number to the solver's resource */
	/* By flow, or by the solver's resource. */
	uint32_t *first_hold; /* of a flow; one more at the end */
	uint32_t *core_use; /* of a flow: where in use[] it has its core */
	uint32_t *wide; /* the solver's resource to its number */
	double *compact_capacity, *sum; /* of one round */
	struct maxmin_flow *flow;
	struct maxmin_use *use; /* what flows use that can run out, flow after flow */
	double *rate;
	uint32_t *stop;
	void *scratch;
	struct hold *hold;
	struct queue *queue; /* [node][memory node] */
	nodeset *memory; /* of a flow: the nodes of its pages */
	nodeset nodes; /* of the flows */
	nodeset pages[NODES_MAX]; /* of a node with flows: where their pages are */
	uint32_t nr_compact;
};

#define DOUBLES_BY_NUMBER 8

/* The arrays over all resources, made at the first use of the scratch. */
static void lay_out_numbers(struct solution *s, struct equilibrium_work *w)
{
	size_t end = s->n.end, pairs = (size_t)s->p->nr_nodes * s->p->nr_nodes;
	bool fresh = !w->by_number;
	double *d;

	BUG_ON(w->p && w->p != s->p);
	if (fresh)
		w->by_number =
			xcalloc(1, end * (DOUBLES_BY_NUMBER * sizeof(double) + sizeof(uint32_t)) +
					   pairs * sizeof(struct queue));
	w->p = s->p;
	d = w->by_number;
	s->capacity = d;
	s->amount = d + end;
	s->through = d + 2 * end;
	s->used = d + 3 * end;
	s->curve = d + 4 * end;
	s->wait = d + 5 * end;
	s->extra = d + 6 * end;
	s->rate_through = d + 7 * end;
	s->queue = (void *)(d + DOUBLES_BY_NUMBER * end);
	s->compact = (void *)(s->queue + pairs);
	for (size_t r = 0; fresh && r < end; r++) {
		s->curve[r] = loaded_latency(0);
		s->compact[r] = UNUSED;
	}
	if (fresh)
		resources_capacity(&s->n, s->p, s->capacity);
}

/* From the dense scratch to the flow's list, which has room: one number, */
static struct hold *keep_hold(struct solution *s, struct hold *to, uint32_t r)
{
	if (!(s->amount[r] > 0) && !(s->through[r] > 0))
		return to;
	*to = (struct hold){r, s->amount[r], s->through[r]};
	s->amount[r] = s->through[r] = 0;
	return to + 1;
}

/* a run of them, */
static struct hold *keep_holds(struct solution *s, struct hold *to, uint32_t from, uint32_t end)
{
	for (uint32_t r = from; r < end; r++)
		to = keep_hold(s, to, r);
	return to;
}

/* or the members of a set, counted from `base`. */
static struct hold *keep_members(struct solution *s, struct hold *to, uint32_t base,
				 nodeset members)
{
	for (; members; members &= members - 1)
		to = keep_hold(s, to, base + nodeset_lowest(members));
	return to;
}

/* Where the flow's pages are, and what that is away with nobody there. */
static void look_at_pages(struct solution *s, uint32_t v)
{
	const struct cost_params *p = s->p;
	struct flow *f = &s->flows->flow[v];
	const double *latency = &p->latency_ns[f->node * p->nr_nodes];
	nodeset memory = 0;
	double idle_ns = 0;

	for (uint32_t m = 0; m < p->nr_nodes; m++) {
		if (!(f->share[m] > 0))
			continue;
		memory |= nodeset_of(m);
		idle_ns += f->share[m] * latency[m];
	}
	s->memory[v] = memory;
	f->now.idle_ns = idle_ns;
	if (!nodeset_has(s->nodes, f->node))
		s->pages[f->node] = 0;
	s->nodes |= nodeset_of(f->node);
	s->pages[f->node] |= memory;
}

static nodeset controllers_of(const struct cost_params *p, nodeset memory)
{
	nodeset all = 0;

	for (; memory; memory &= memory - 1)
		all |= nodeset_of(p->controller[nodeset_lowest(memory)]);
	return all;
}

static void collect_uses(struct solution *s)
{
	const struct cost_params *p = s->p;
	struct hold *h = s->hold;

	for (uint32_t v = 0; v < s->flows->nr; v++) {
		struct flow *f = &s->flows->flow[v];
		uint32_t ports = p->first_port[f->node], nr = p->node_ports[f->node];
		uint32_t core = s->n.core + f->node;

		look_at_pages(s, v);
		resources_use(&s->n, p, f, s->memory[v], s->amount, s->through);
		s->amount[core] = 1; /* by latency, in each round */
		s->first_hold[v] = (uint32_t)(h - s->hold);
		h = keep_members(s, h, s->n.controller, controllers_of(p, s->memory[v]));
		h = keep_holds(s, h, s->n.port_read + ports, s->n.port_read + ports + nr);
		h = keep_holds(s, h, s->n.port_write + ports, s->n.port_write + ports + nr);
		h = keep_holds(s, h, s->n.fabric, s->n.core);
		h = keep_hold(s, h, core);
		h = keep_members(s, h, s->n.path + f->node * p->nr_nodes, s->memory[v]);
	}
	s->first_hold[s->flows->nr] = (uint32_t)(h - s->hold);
}

/* Only what somebody uses and can run out, in ascending order. */
static void make_compact(struct solution *s)
{
	const struct hold *end = s->hold + s->first_hold[s->flows->nr];

	for (const struct hold *h = s->hold; h < end; h++) {
		uint32_t at = s->nr_compact;

		if (!(h->amount > 0) || isinf(s->capacity[h->number]) ||
		    s->compact[h->number] != UNUSED)
			continue;
		s->compact[h->number] = 0;
		for (; at && s->wide[at - 1] > h->number; at--)
			s->wide[at] = s->wide[at - 1];
		s->wide[at] = h->number;
		s->nr_compact++;
	}
	for (uint32_t i = 0; i < s->nr_compact; i++) {
		s->compact[s->wide[i]] = i;
		s->compact_capacity[i] = s->capacity[s->wide[i]];
	}
}

/* What flows use of it, the amounts of cores still open. */
static void make_uses(struct solution *s)
{
	struct maxmin_use *use = s->use;

	for (uint32_t v = 0; v < s->flows->nr; v++) {
		struct maxmin_flow *flow = &s->flow[v];
		uint32_t core = s->n.core + s->flows->flow[v].node, nr = 0;

		flow->use = use;
		for (uint32_t i = s->first_hold[v]; i < s->first_hold[v + 1]; i++) {
			const struct hold *h = &s->hold[i];

			if (!(h->amount > 0) || s->compact[h->number] == UNUSED)
				continue;
			if (h->number == core)
				s->core_use[v] = (uint32_t)(&use[nr] - s->use);
			use[nr++] = (struct maxmin_use){s->compact[h->number], h->amount};
		}
		flow->nr_uses = nr;
		use += nr;
	}
}

/* The busiest of a node's ports, each way by itself; UNUSED: it has none. */
static uint32_t busiest_port(const struct solution *s, uint32_t node)
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
static void queue_between(struct solution *s, uint32_t node, uint32_t port, uint32_t m)
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
static void find_queues(struct solution *s)
{
	for (nodeset left = s->nodes; left; left &= left - 1) {
		uint32_t node = nodeset_lowest(left), port = busiest_port(s, node);

		for (nodeset to = s->pages[node]; to; to &= to - 1)
			queue_between(s, node, port, nodeset_lowest(to));
	}
}

/* Latency by the curve alone. */
static double curve_latency(const struct solution *s, uint32_t v)
{
	struct flow *f = &s->flows->flow[v];
	const struct queue *q = &s->queue[f->node * s->p->nr_nodes];
	double sum = f->now.idle_ns, queue[COST_CAUSES] = {0};

	for (nodeset left = s->memory[v]; left; left &= left - 1) {
		uint32_t m = nodeset_lowest(left);

		queue[COST_CONTROLLER] += f->share[m] * q[m].controller;
		queue[COST_PORT] += f->share[m] * q[m].port;
		queue[COST_FABRIC] += f->share[m] * q[m].fabric;
		queue[COST_LINK] += f->share[m] * q[m].link;
	}
	for (int c = 0; c < COST_CAUSES; c++)
		sum += f->now.queue_ns[c] = queue[c];
	return sum;
}

/* Weights and limits of the flows at the latency they see now. */
static void set_limits(struct solution *s)
{
	find_queues(s);
	for (uint32_t v = 0; v < s->flows->nr; v++) {
		struct flow *f = &s->flows->flow[v];
		double curve = curve_latency(s, v);

		f->now.latency_ns = curve;
		s->use[s->core_use[v]].amount = curve / LINE_BYTES;
		s->flow[v].weight = f->lines / curve;
		s->flow[v].cap = smaller(f->demand, f->lines * LINE_BYTES / curve);
	}
}

/* What flows take of each resource at rate[], into sum[]. */
static void sum_up(struct solution *s, const double *rate)
{
	double *sum = s->sum;

	for (uint32_t i = 0; i < s->nr_compact; i++)
		sum[i] = 0;
	for (uint32_t v = 0; v < s->flows->nr; v++) {
		const struct maxmin_use *use = s->flow[v].use, *end = use + s->flow[v].nr_uses;
		double of = rate[v];

		for (; use < end; use++)
			sum[use->resource] += of * use->amount;
	}
}

/* Everybody at its own limit, if that exhausts nothing by a margin far above
 * rounding: what filling up would come to as well. */
static bool all_at_limit(struct solution *s)
{
	for (uint32_t v = 0; v < s->flows->nr; v++) {
		if (isinf(s->flow[v].cap))
			return false;
		s->rate[v] = s->flow[v].cap;
		s->stop[v] = MAXMIN_OWN_CAP;
	}
	sum_up(s, s->rate);
	for (uint32_t i = 0; i < s->nr_compact; i++) {
		if (!(s->sum[i] < s->compact_capacity[i] * (1 - 1e-9)))
			return false;
	}
	return true;
}

static void fill_up(struct solution *s)
{
	const struct maxmin_problem problem = {s->compact_capacity, s->nr_compact, s->flow,
					       s->flows->nr};

	maxmin_solve(&problem, s->scratch, s->rate, s->stop);
}

static double little_ns(const struct flow *f)
{
	return f->now.rate > 0 ? f->lines * LINE_BYTES / f->now.rate : 0;
}

/* Part of the way to the new rates; returns the largest relative step. */
static double move_rates(struct solution *s, bool first)
{
	double largest = 0;

	for (uint32_t v = 0; v < s->flows->nr; v++) {
		struct flow *f = &s->flows->flow[v];
		double to = first ? s->rate[v] : f->now.rate + STRIDE * (s->rate[v] - f->now.rate);
		double step = fabs(to - f->now.rate) / (to > 0 ? to : 1);

		largest = step > largest ? step : largest;
		f->now.rate = to;
		f->now.stop = s->stop[v] == MAXMIN_OWN_CAP
				      ? COST_REMOTE
				      : resource_cause(&s->n, s->wide[s->stop[v]]);
	}
	return largest;
}

static void measure_use(struct solution *s)
{
	for (uint32_t v = 0; v < s->flows->nr; v++)
		s->rate[v] = s->flows->flow[v].now.rate;
	sum_up(s, s->rate);
	for (uint32_t i = 0; i < s->nr_compact; i++) {
		uint32_t r = s->wide[i];
		double capacity = s->compact_capacity[i];

		s->used[r] = capacity > 0 ? smaller(s->sum[i] / capacity, 1) : 1;
		s->curve[r] = resource_latency(&s->n, s->p, r, s->used[r]);
	}
}

/* What those whom a resource stops keep waiting there, a mean over what passes: they
 * have all their lines in flight. */
static void find_waits(struct solution *s)
{
	for (uint32_t i = 0; i < s->nr_compact; i++)
		s->extra[s->wide[i]] = s->rate_through[s->wide[i]] = 0;
	for (uint32_t v = 0; v < s->flows->nr; v++) {
		const struct flow *f = &s->flows->flow[v];
		uint32_t stop = s->stop[v] == MAXMIN_OWN_CAP ? UNUSED : s->wide[s->stop[v]];

		for (uint32_t i = s->first_hold[v]; stop < s->n.core && i < s->first_hold[v + 1];
		     i++) {
			if (s->hold[i].number != stop)
				continue;
			s->extra[stop] += f->now.rate * larger(little_ns(f) - f->now.latency_ns, 0);
			s->rate_through[stop] += f->now.rate * s->hold[i].through;
		}
	}
	for (uint32_t i = 0; i < s->nr_compact; i++) {
		uint32_t r = s->wide[i];

		s->wait[r] = s->rate_through[r] > 0 ? s->extra[r] / s->rate_through[r] : 0;
	}
}

/* Those who are not stopped see the queues that others keep, as far as their own
 * lines in flight reach. */
static double others_queue(const struct solution *s, uint32_t v)
{
	const struct flow *f = &s->flows->flow[v];
	double wait = 0;

	if (isinf(f->demand))
		return 0;
	for (uint32_t i = s->first_hold[v]; i < s->first_hold[v + 1]; i++)
		wait += s->hold[i].through * s->wait[s->hold[i].number];
	return smaller(wait, larger(little_ns(f) - f->now.latency_ns, 0));
}

/* What each flow sees once rates stand. */
static void settle(struct solution *s)
{
	find_queues(s);
	for (uint32_t v = 0; v < s->flows->nr; v++)
		s->flows->flow[v].now.latency_ns = curve_latency(s, v);
	find_waits(s);
	for (uint32_t v = 0; v < s->flows->nr; v++) {
		struct flow *f = &s->flows->flow[v];

		f->now.wait_ns = f->now.stop == COST_REMOTE
					 ? others_queue(s, v)
					 : larger(little_ns(f) - f->now.latency_ns, 0);
		f->now.latency_ns += f->now.wait_ns;
	}
}

static void put_back(struct solution *s)
{
	for (uint32_t i = 0; i < s->nr_compact; i++) {
		uint32_t r = s->wide[i];

		s->used[r] = s->wait[r] = 0;
		s->curve[r] = loaded_latency(0);
		s->compact[r] = UNUSED;
	}
}

/* The next piece of `memory`, which may be NULL while sizes are added up. */
static void *carve(char *memory, size_t *at, size_t nr, size_t size)
{
	void *piece = memory ? memory + *at : NULL;

	*at += (nr * size + 7) / 8 * 8;
	return piece;
}

/* The arrays of one problem in `memory` (NULL: only their size, which is returned). */
static size_t lay_out(struct solution *s, char *memory, size_t nr_holds, size_t nr_resources)
{
	size_t nr = s->flows->nr + (size_t)1, at = 0;

	s->first_hold = carve(memory, &at, nr, sizeof(uint32_t));
	s->core_use = carve(memory, &at, nr, sizeof(uint32_t));
	s->memory = carve(memory, &at, nr, sizeof(nodeset));
	s->flow = carve(memory, &at, nr, sizeof(*s->flow));
	s->rate = carve(memory, &at, nr, sizeof(double));
	s->stop = carve(memory, &at, nr, sizeof(uint32_t));
	s->wide = carve(memory, &at, nr_resources, sizeof(uint32_t));
	s->compact_capacity = carve(memory, &at, nr_resources, sizeof(double));
	s->sum = carve(memory, &at, nr_resources, sizeof(double));
	s->use = carve(memory, &at, nr_holds, sizeof(*s->use));
	s->hold = carve(memory, &at, nr_holds, sizeof(*s->hold));
	s->scratch =
		carve(memory, &at, maxmin_scratch_bytes((uint32_t)nr_resources, s->flows->nr), 1);
	return at;
}

static void make_room(struct solution *s, struct equilibrium_work *w)
{
	size_t holds = resources_used_most(&s->n, s->p) * (s->flows->nr + (size_t)1), need;
	size_t resources = holds < s->n.end ? holds : s->n.end;

	need = lay_out(s, NULL, holds, resources);
	if (need > w->by_problem_bytes) {
		free(w->by_problem);
		w->by_problem = xmalloc(need);
		w->by_problem_bytes = need;
	}
	(void)lay_out(s, w->by_problem, holds, resources);
}

unsigned flows_equilibrium(struct flows *f, const struct cost_params *p, struct equilibrium_work *w)
{
	struct solution s; /* `pages` as they come: set with the first flow of a node */
	unsigned round = 0;
	double step = 1, steady = w->steady > 0 ? w->steady : STEADY;

	s.p = p;
	s.flows = f;
	s.n = resources_of(p);
	s.nodes = 0;
	s.nr_compact = 0;
	lay_out_numbers(&s, w);
	make_room(&s, w);
	collect_uses(&s);
	make_compact(&s);
	make_uses(&s);
	for (; round < ROUNDS_MAX && step > steady; round++) {
		set_limits(&s);
		if (!all_at_limit(&s))
			fill_up(&s);
		step = move_rates(&s, round == 0);
		measure_use(&s);
	}
	settle(&s);
	put_back(&s);
	return round;
}

void equilibrium_work_release(struct equilibrium_work *w)
{
	free(w->by_number);
	free(w->by_problem);
	*w = (struct equilibrium_work){0};
}
