/* Flows to a problem, the problem to rates, rates to latencies, and round again. */
#include <math.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "cost/flow.h"

#define LINE_BYTES 64
#define ROUNDS_MAX 20
#define STEADY 1e-3

/* All resources a host can have, numbered one kind after the other. */
struct numbers {
	uint32_t controller, port_read, port_write, fabric, link, core, path, end;
};

static struct numbers number(const struct cost_params *p)
{
	struct numbers n = {0};

	n.port_read = n.controller + p->nr_controllers;
	n.port_write = n.port_read + p->nr_ports;
	n.fabric = n.port_write + p->nr_ports;
	n.link = n.fabric + p->nr_sockets;
	n.core = n.link + p->nr_sockets * p->nr_sockets;
	n.path = n.core + p->nr_nodes;
	n.end = n.path + p->nr_nodes * p->nr_nodes;
	return n;
}

struct solution {
	const struct cost_params *p;
	struct flows *flows;
	struct numbers n;
	double *capacity; /* by number */
	double *amount; /* [flow][number] as the uses are collected */
	double *through; /* [flow][number]: share of its accesses that pass there */
	double *used; /* by number: share of capacity in use, 0 to 1 */
	double *wait; /* by number: queue kept by those whom it stops, ns */
	uint32_t *compact; /* number to the solver's resource, UINT32_MAX: not used */
	uint32_t *wide; /* and back */
	double *compact_capacity;
	struct cost_use *use;
	struct cost_flow *flow;
	double *rate;
	uint32_t *stop;
	void *scratch;
	uint32_t nr_compact;
};

static void fill_capacity(struct solution *s)
{
	const struct cost_params *p = s->p;
	struct numbers n = s->n;

	for (uint32_t i = 0; i < p->nr_controllers; i++)
		s->capacity[n.controller + i] = 1;
	for (uint32_t i = 0; i < p->nr_ports; i++) {
		s->capacity[n.port_read + i] = p->port_read[i];
		s->capacity[n.port_write + i] = p->port_write[i];
	}
	for (uint32_t i = 0; i < p->nr_sockets; i++)
		s->capacity[n.fabric + i] = p->fabric[i];
	for (uint32_t i = 0; i < p->nr_sockets * p->nr_sockets; i++)
		s->capacity[n.link + i] = p->link[i];
	for (uint32_t i = 0; i < p->nr_nodes; i++)
		s->capacity[n.core + i] = p->lines_per_core * p->host->node[i].nr_cores;
	for (uint32_t i = 0; i < p->nr_nodes * p->nr_nodes; i++)
		s->capacity[n.path + i] = p->path[i];
}

static void use_memory(const struct solution *s, const struct flow *f, double *a, double *through,
		       uint32_t m)
{
	const struct cost_params *p = s->p;
	uint32_t here = p->socket[f->node], there = p->socket[m], c = p->controller[m];
	double reads = f->share[m] * f->reads, writes = f->share[m] * (1 - f->reads);

	/* memory that the host does not have cannot hold anything up */
	if (p->read[c] > 0)
		a[s->n.controller + c] += reads / p->read[c] + writes / p->write[c];
	through[s->n.controller + c] += f->share[m];
	a[s->n.fabric + here] += f->share[m];
	through[s->n.fabric + here] += f->share[m];
	if (m != f->node)
		a[s->n.path + f->node * p->nr_nodes + m] += reads;
	if (here == there)
		return;
	a[s->n.fabric + there] += f->share[m];
	through[s->n.fabric + there] += f->share[m];
	a[s->n.link + there * p->nr_sockets + here] += reads + p->link_overhead * writes;
	a[s->n.link + here * p->nr_sockets + there] += writes;
	through[s->n.link + there * p->nr_sockets + here] += f->share[m];
	through[s->n.link + here * p->nr_sockets + there] += f->share[m];
}

static void use_ports(const struct solution *s, const struct flow *f, double *a, double *through)
{
	uint32_t nr = s->p->node_ports[f->node], first = s->p->first_port[f->node];

	for (uint32_t i = first; i < first + nr; i++) {
		a[s->n.port_read + i] += f->reads / nr;
		a[s->n.port_write + i] += (1 - f->reads) / nr;
		through[s->n.port_read + i] = through[s->n.port_write + i] = 1.0 / nr;
	}
}

static void collect_uses(struct solution *s)
{
	for (uint32_t v = 0; v < s->flows->nr; v++) {
		struct flow *f = &s->flows->flow[v];
		double *a = &s->amount[(size_t)v * s->n.end];
		double *through = &s->through[(size_t)v * s->n.end];

		f->idle_ns = 0;
		for (uint32_t m = 0; m < s->p->nr_nodes; m++) {
			if (!(f->share[m] > 0))
				continue;
			use_memory(s, f, a, through, m);
			f->idle_ns += f->share[m] * s->p->latency_ns[f->node * s->p->nr_nodes + m];
		}
		use_ports(s, f, a, through);
		a[s->n.core + f->node] = 1; /* by latency, in each round */
	}
}

/* Only what somebody uses and can run out. */
static void make_compact(struct solution *s)
{
	for (uint32_t r = 0; r < s->n.end; r++) {
		bool needed = false;

		for (uint32_t v = 0; v < s->flows->nr && !needed; v++)
			needed = s->amount[(size_t)v * s->n.end + r] > 0;
		s->compact[r] = UINT32_MAX;
		if (!needed || isinf(s->capacity[r]))
			continue;
		s->compact[r] = s->nr_compact;
		s->compact_capacity[s->nr_compact] = s->capacity[r];
		s->wide[s->nr_compact++] = r;
	}
}

static double local_use(const struct solution *s, uint32_t node, uint32_t m, enum cost_cause *cause)
{
	double u = s->used[s->n.controller + s->p->controller[m]];
	uint32_t first = s->p->first_port[node], nr = s->p->node_ports[node];

	*cause = COST_CONTROLLER;
	for (uint32_t i = first; i < first + nr; i++) {
		double in = s->used[s->n.port_read + i], out = s->used[s->n.port_write + i];
		double port = in > out ? in : out;

		if (port > u) {
			u = port;
			*cause = COST_PORT;
		}
	}
	return u;
}

/* What the curve adds on the way from the flow to node m. */
static void queue_at(const struct solution *s, struct flow *f, uint32_t m, double weight)
{
	const struct cost_params *p = s->p;
	uint32_t here = p->socket[f->node], there = p->socket[m];
	double local = p->latency_ns[m * p->nr_nodes + m];
	double path = p->latency_ns[f->node * p->nr_nodes + m];
	enum cost_cause cause;
	double u = local_use(s, f->node, m, &cause);

	f->queue_ns[cause] += weight * local * (cost_curve(u) - 1);
	u = s->used[s->n.fabric + here];
	f->queue_ns[COST_FABRIC] += weight * local * (cost_curve(u) - 1);
	if (here == there)
		return;
	u = s->used[s->n.link + there * p->nr_sockets + here];
	f->queue_ns[COST_LINK] += weight * path * (cost_curve(u) - 1);
}

/* Latency by the curve alone, and what the exhausted add for one they did not stop. */
static double curve_latency(const struct solution *s, uint32_t v)
{
	struct flow *f = &s->flows->flow[v];
	const double *through = &s->through[(size_t)v * s->n.end];
	double sum = f->idle_ns;

	for (int c = 0; c < COST_CAUSES; c++)
		f->queue_ns[c] = 0;
	for (uint32_t m = 0; m < s->p->nr_nodes; m++) {
		if (f->share[m] > 0)
			queue_at(s, f, m, f->share[m]);
	}
	for (int c = 0; c < COST_CAUSES; c++)
		sum += f->queue_ns[c];
	f->wait_ns = 0;
	for (uint32_t i = 0; i < s->nr_compact; i++)
		f->wait_ns += through[s->wide[i]] * s->wait[s->wide[i]];
	return sum;
}

static void make_problem(struct solution *s, struct cost_problem *problem)
{
	struct cost_use *use = s->use;

	for (uint32_t v = 0; v < s->flows->nr; v++) {
		struct flow *f = &s->flows->flow[v];
		double *a = &s->amount[(size_t)v * s->n.end];
		double curve = curve_latency(s, v), most;

		f->latency_ns = curve;
		a[s->n.core + f->node] = curve / LINE_BYTES;
		most = f->lines * LINE_BYTES / (isinf(f->demand) ? curve : curve + f->wait_ns);
		s->flow[v] = (struct cost_flow){
			.weight = f->lines / curve,
			.cap = f->demand < most ? f->demand : most,
			.use = use,
		};
		for (uint32_t i = 0; i < s->nr_compact; i++) {
			if (a[s->wide[i]] > 0)
				use[s->flow[v].nr_uses++] = (struct cost_use){i, a[s->wide[i]]};
		}
		use += s->flow[v].nr_uses;
	}
	*problem = (struct cost_problem){s->compact_capacity, s->nr_compact, s->flow, s->flows->nr};
}

static enum cost_cause cause_of(const struct numbers *n, uint32_t r)
{
	if (r < n->port_read)
		return COST_CONTROLLER;
	if (r < n->fabric)
		return COST_PORT;
	if (r < n->link)
		return COST_FABRIC;
	if (r < n->core)
		return COST_LINK;
	return r < n->path ? COST_CORES : COST_LINK;
}

static double little_ns(const struct flow *f)
{
	return f->rate > 0 ? f->lines * LINE_BYTES / f->rate : 0;
}

/* Half the way to the new rates; returns the largest relative step. */
static double move_rates(struct solution *s, bool first)
{
	double largest = 0;

	for (uint32_t v = 0; v < s->flows->nr; v++) {
		struct flow *f = &s->flows->flow[v];
		double to = first ? s->rate[v] : (f->rate + s->rate[v]) / 2;
		double step = fabs(to - f->rate) / (to > 0 ? to : 1);

		largest = step > largest ? step : largest;
		f->rate = to;
		f->stop = s->stop[v] == COST_OWN_CAP ? COST_REMOTE
						     : cause_of(&s->n, s->wide[s->stop[v]]);
	}
	return largest;
}

static void measure_use(struct solution *s)
{
	for (uint32_t i = 0; i < s->nr_compact; i++) {
		uint32_t r = s->wide[i];
		double sum = 0, extra = 0, rate = 0, to;

		for (uint32_t v = 0; v < s->flows->nr; v++) {
			const struct flow *f = &s->flows->flow[v];

			sum += f->rate * s->amount[(size_t)v * s->n.end + r];
			if (s->stop[v] != i || r >= s->n.core)
				continue;
			/* they keep what they have in flight waiting here */
			extra += f->rate * fmax(little_ns(f) - f->latency_ns, 0);
			rate += f->rate * s->through[(size_t)v * s->n.end + r];
		}
		s->used[r] = s->capacity[r] > 0 ? fmin(sum / s->capacity[r], 1) : 1;
		to = rate > 0 ? extra / rate : 0;
		s->wait[r] = (s->wait[r] + to) / 2;
	}
}

/* What each flow sees once rates stand. */
static void settle(struct solution *s)
{
	for (uint32_t v = 0; v < s->flows->nr; v++) {
		struct flow *f = &s->flows->flow[v];
		double curve = curve_latency(s, v);

		if (f->stop != COST_REMOTE) {
			f->latency_ns = fmax(curve, little_ns(f));
			f->wait_ns = f->latency_ns - curve;
			continue;
		}
		if (isinf(f->demand))
			f->wait_ns = 0;
		f->latency_ns = curve + f->wait_ns;
	}
}

static void allocate(struct solution *s)
{
	size_t end = s->n.end, nr = s->flows->nr + (size_t)1;

	s->capacity = xcalloc(end, sizeof(double));
	s->amount = xcalloc(nr * end, sizeof(double));
	s->through = xcalloc(nr * end, sizeof(double));
	s->used = xcalloc(end, sizeof(double));
	s->wait = xcalloc(end, sizeof(double));
	s->compact = xcalloc(end, sizeof(uint32_t));
	s->wide = xcalloc(end, sizeof(uint32_t));
	s->compact_capacity = xcalloc(end, sizeof(double));
	s->flow = xcalloc(nr, sizeof(*s->flow));
	s->rate = xcalloc(nr, sizeof(double));
	s->stop = xcalloc(nr, sizeof(uint32_t));
}

static void release(struct solution *s)
{
	free(s->capacity);
	free(s->amount);
	free(s->through);
	free(s->used);
	free(s->wait);
	free(s->compact);
	free(s->wide);
	free(s->compact_capacity);
	free(s->flow);
	free(s->rate);
	free(s->stop);
	free(s->use);
	free(s->scratch);
}

unsigned flows_solve(struct flows *f, const struct cost_params *p)
{
	struct solution s = {.p = p, .flows = f, .n = number(p)};
	unsigned round = 0;
	double step = 1;

	allocate(&s);
	fill_capacity(&s);
	collect_uses(&s);
	make_compact(&s);
	s.use = xcalloc((size_t)f->nr * s.nr_compact + 1, sizeof(*s.use));
	s.scratch = xmalloc(cost_solver_bytes(s.nr_compact, f->nr));
	for (; round < ROUNDS_MAX && step > STEADY; round++) {
		struct cost_problem problem;

		make_problem(&s, &problem);
		cost_solve(&problem, s.scratch, s.rate, s.stop);
		step = move_rates(&s, round == 0);
		measure_use(&s);
	}
	settle(&s);
	release(&s);
	return round;
}
