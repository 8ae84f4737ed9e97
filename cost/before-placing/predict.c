#include "cost/before-placing/predict.h"

#include <math.h>

#include "cost/flows/flow.h"
#include "cost/params/host_figures.h"
#include "cost/params/loaded_latency.h"

#define LINE_BYTES 64
#define STEPS_MAX 12
#define STEADY 5e-3

static void look_at_node(struct cost_outlook *look, uint32_t n)
{
	const struct host *h = look->host;
	struct cost_outlook_node *o = &look->node[n];
	enum host_grade g, unused;
	double in, out;
	uint32_t ports = figure_ports(h, n, &in, &out, &g, &unused);

	*o = (struct cost_outlook_node){
		.port_in = ports ? in * ports : INFINITY,
		.port_out = ports ? out * ports : INFINITY,
		.lines = figure_lines(h) * (double)h->node[n].nr_cores,
		.curve = figure_curve(h, n),
		.socket = n,
	};
	(void)figure_local_ns(h, n, &o->local_ns);
	if (h->node[n].memory_bytes)
		figure_controller(h, n, ports ? o->port_in + o->port_out : 0, &o->read, &o->write,
				  &g, &unused);
	for (uint32_t m = n; h->node[n].package != HOST_NO_PACKAGE && m-- > 0;)
		if (h->node[m].package == h->node[n].package)
			o->socket = m;
}

/* Those there already, as the default profile with local pages. */
static void look_at_busy(struct cost_outlook_node *o, uint32_t vcpus)
{
	const struct zone_profile *p = cost_default_profile();
	double reads = p->read_share_ppm / 1e6, rate = (double)p->demand_bytes_per_s / 1e9 * vcpus;

	o->busy_lines = vcpus * (double)p->parallelism;
	o->busy_in = rate * reads;
	o->busy_out = rate * (1 - reads);
	if (o->read > 0)
		o->busy = o->busy_in / o->read + o->busy_out / o->write;
}

static void look_at_links(struct cost_outlook *look)
{
	const struct host *h = look->host;

	for (uint32_t s = 0; s < h->nr_nodes; s++) {
		uint32_t unused;
		double sum;

		if (look->node[s].socket != s)
			continue;
		sum = figure_package_bandwidth(h, h->node[s].package, &unused);
		for (uint32_t t = 0; t < h->nr_nodes; t++) {
			double known, *g = &look->link[s][t];
			enum host_grade grade;

			if (look->node[t].socket != t)
				continue;
			*g = INFINITY;
			if (s == t || h->node[s].package == HOST_NO_PACKAGE ||
			    h->node[t].package == HOST_NO_PACKAGE)
				continue;
			known = figure_link(h, h->node[s].package, h->node[t].package, &grade);
			if (known > 0)
				*g = known;
			else if (sum > 0)
				*g = FIGURE_LINK_SHARE * sum;
		}
	}
}

void cost_outlook_init(struct cost_outlook *look, const struct host *host,
		       const struct host_state *state)
{
	look->host = host;
	slit_scale_init(&look->scale, host);
	for (uint32_t n = 0; n < host->nr_nodes; n++) {
		look_at_node(look, n);
		if (state)
			look_at_busy(&look->node[n], state->vcpus[n]);
	}
	look_at_links(look);
}

/* What the zone would take of everything at its own pace. */
struct takes {
	double controller[NODES_MAX], in[NODES_MAX], out[NODES_MAX], lines[NODES_MAX];
	double link[NODES_MAX][NODES_MAX];
};

struct question {
	const struct cost_outlook *look;
	const struct zone_profile *profile;
	nodeset nodes;
	double vcpus, shared; /* of a vnode; of its accesses, to others' pages */
	unsigned nr;
	bool alone;
	struct takes *takes;
};

static double share(const struct question *q, unsigned from, unsigned to)
{
	if (from == to)
		return 1 - q->shared;
	return q->shared / (q->nr - 1);
}

static double own_lines(const struct question *q)
{
	return q->vcpus * q->profile->parallelism;
}

/* What its cores leave of them to the zone. */
static double lines_of(const struct question *q, unsigned n)
{
	const struct cost_outlook_node *o = &q->look->node[n];
	double want = own_lines(q), others = q->alone ? 0 : o->busy_lines;

	return want + others > o->lines && o->lines > 0 ? o->lines * want / (want + others) : want;
}

static double pair_ns(const struct question *q, unsigned from, unsigned to)
{
	double ns, local = q->look->node[from].local_ns;

	if (from == to)
		return local;
	(void)slit_pair_ns(&q->look->scale, q->look->host, from, to, local, &ns);
	return ns;
}

static double busy(const struct question *q, double of_others)
{
	return q->alone ? 0 : of_others;
}

static double idle_ns(const struct question *q, unsigned n)
{
	double sum = 0;
	unsigned m;

	nodeset_for_each (m, q->nodes) {
		sum += share(q, n, m) * pair_ns(q, n, m);
	}
	return sum;
}

/* Of the link from a node's memory to another's CPUs; NULL: not measured, or none. */
static const struct host_curve *link_curve(const struct question *q, unsigned from, unsigned to)
{
	const struct host *h = q->look->host;

	return q->look->node[from].socket == q->look->node[to].socket
		       ? NULL
		       : figure_link_curve(h, h->node[from].package, h->node[to].package);
}

/* The same with what q->takes says is going on. */
static double loaded_ns(const struct question *q, unsigned n)
{
	const struct cost_outlook_node *here = &q->look->node[n];
	double in = (q->takes->in[n] + busy(q, here->busy_in)) / here->port_in;
	double out = (q->takes->out[n] + busy(q, here->busy_out)) / here->port_out;
	double port = in > out ? in : out, sum = 0;
	/* what others there read and write is taken to be mixed alike */
	double reads = q->profile->read_share_ppm / 1e6;
	unsigned m;

	nodeset_for_each (m, q->nodes) {
		const struct cost_outlook_node *there = &q->look->node[m];
		double part = share(q, n, m), ns = pair_ns(q, n, m), u;

		if (!(part > 0))
			continue;
		u = q->takes->controller[m] + busy(q, there->busy);
		ns += there->local_ns * ((u > port ? loaded_latency_at(there->curve, u, reads)
						   : loaded_latency_at(here->curve, port, reads)) -
					 1);
		u = q->takes->link[there->socket][here->socket] /
		    q->look->link[there->socket][here->socket];
		sum += part *
		       (ns + pair_ns(q, n, m) * (loaded_latency_on(link_curve(q, m, n), u) - 1));
	}
	return sum;
}

static double pace_of(const struct question *q, double lines, double latency)
{
	double most = lines * LINE_BYTES / latency;
	double demand = (double)q->profile->demand_bytes_per_s / 1e9 * q->vcpus;

	return q->profile->demand_bytes_per_s && demand < most ? demand : most;
}

static void clear_takes(struct question *q)
{
	uint32_t socket[NODES_MAX], nr = 0;
	struct takes *t = q->takes;
	unsigned n;

	nodeset_for_each (n, q->nodes) {
		t->controller[n] = t->in[n] = t->out[n] = t->lines[n] = 0;
		socket[nr++] = q->look->node[n].socket;
	}
	for (uint32_t i = 0; i < nr; i++)
		for (uint32_t j = 0; j < nr; j++)
			t->link[socket[i]][socket[j]] = 0;
}

static void take(struct question *q, unsigned n, double pace)
{
	double reads = q->profile->read_share_ppm / 1e6, lines = lines_of(q, n);
	uint32_t here = q->look->node[n].socket;
	unsigned m;

	q->takes->in[n] += pace * reads;
	q->takes->out[n] += pace * (1 - reads);
	nodeset_for_each (m, q->nodes) {
		const struct cost_outlook_node *there = &q->look->node[m];
		double part = share(q, n, m) * pace;

		if (there->read > 0)
			q->takes->controller[m] +=
				part * (reads / there->read + (1 - reads) / there->write);
		q->takes->lines[m] += share(q, n, m) * lines;
		if (there->socket == here)
			continue;
		q->takes->link[there->socket][here] +=
			part * (reads + FIGURE_LINK_OVERHEAD * (1 - reads));
		q->takes->link[here][there->socket] += part * (1 - reads);
	}
}

/* How much of what the zone wants of a resource it gets: what others leave, or
 * its share by lines in flight where that is more. */
static double granted(double want, double capacity, double others, double lines, double busy_lines)
{
	double left = capacity - others, fair;

	if (!(want > 0) || want <= left)
		return 1;
	fair = lines + busy_lines > 0 ? capacity * lines / (lines + busy_lines) : capacity;
	left = fair > left ? fair : left;
	return left < want ? left / want : 1;
}

static double least(double a, double b)
{
	return b < a ? b : a;
}

static double granted_of(const struct question *q, unsigned n, double pace)
{
	const struct cost_outlook_node *here = &q->look->node[n];
	const struct takes *t = q->takes;
	double lines = lines_of(q, n), others = busy(q, here->busy_lines), v;
	double part = granted(t->in[n], here->port_in, busy(q, here->busy_in), lines, others);
	unsigned m;

	part = least(part,
		     granted(t->out[n], here->port_out, busy(q, here->busy_out), lines, others));
	nodeset_for_each (m, q->nodes) {
		const struct cost_outlook_node *there = &q->look->node[m];
		double reads = pace * share(q, n, m) * q->profile->read_share_ppm / 1e6;

		if (!(share(q, n, m) > 0))
			continue;
		if (there->read > 0)
			part = least(part, granted(t->controller[m], 1, busy(q, there->busy),
						   t->lines[m], busy(q, there->busy_lines)));
		if (m != n && figure_cell(q->look->host, MATRIX_BANDWIDTH, n, m, &v))
			part = least(part, granted(reads, v, 0, 1, 0));
		if (there->socket == here->socket)
			continue;
		part = least(part, granted(t->link[there->socket][here->socket],
					   q->look->link[there->socket][here->socket], 0, 1, 0));
		part = least(part, granted(t->link[here->socket][there->socket],
					   q->look->link[here->socket][there->socket], 0, 1, 0));
	}
	return part;
}

struct found {
	double rate[NODES_MAX], ns[NODES_MAX];
	bool held[NODES_MAX]; /* by something that is used up */
};

static void take_all(struct question *q, const double *rate)
{
	unsigned n;

	clear_takes(q);
	nodeset_for_each (n, q->nodes) {
		take(q, n, rate[n]);
	}
}

/* One step, half the way; returns the largest relative move. */
static double step(struct question *q, struct found *f, bool first)
{
	double pace[NODES_MAX], most = 0;
	unsigned n;

	nodeset_for_each (n, q->nodes) {
		f->ns[n] = first ? idle_ns(q, n) : loaded_ns(q, n);
		pace[n] = pace_of(q, lines_of(q, n), f->ns[n]);
	}
	take_all(q, pace);
	nodeset_for_each (n, q->nodes) {
		double to = pace[n] * granted_of(q, n, pace[n]), moved;

		to = first ? to : (f->rate[n] + to) / 2;
		moved = first ? 1 : fabs(to - f->rate[n]) / to;
		most = moved > most ? moved : most;
		f->held[n] = to < pace_of(q, own_lines(q), f->ns[n]) * (1 - 1e-9);
		f->rate[n] = to;
	}
	take_all(q, f->rate);
	return most;
}

static void solve(struct question *q, struct found *f)
{
	double moved = 1;
	unsigned n;

	for (int i = 0; i < STEPS_MAX && moved > STEADY; i++)
		moved = step(q, f, i == 0);
	nodeset_for_each (n, q->nodes) {
		f->ns[n] = loaded_ns(q, n);
		if (f->held[n])
			f->ns[n] = fmax(f->ns[n], own_lines(q) * LINE_BYTES / f->rate[n]);
	}
}

void cost_predict(const struct cost_outlook *look, const struct cost_ask *ask,
		  struct cost_answer *out)
{
	struct takes takes;
	struct question q = {.look = look, .nodes = ask->nodes, .takes = &takes};
	double stall, rate = 0, ns = 0, time = 0, wait = 0;
	struct found now, alone;
	unsigned n;

	q.profile = ask->profile ? ask->profile : cost_default_profile();
	stall = q.profile->stall_share_ppm / 1e6;
	q.nr = nodeset_count(ask->nodes);
	q.vcpus = (double)ask->vcpus / q.nr;
	q.shared = q.nr > 1 ? q.profile->sharing_share_ppm / 1e6 : 0;
	solve(&q, &now);
	q.alone = true;
	q.shared = 0;
	solve(&q, &alone);
	nodeset_for_each (n, ask->nodes) {
		rate += now.rate[n];
		ns += now.rate[n] * now.ns[n];
		wait += now.ns[n] / q.nr;
		time += ((1 - stall) * fmax(1, alone.rate[n] / now.rate[n]) +
			 stall * now.ns[n] / alone.ns[n]) /
			q.nr;
	}
	*out = (struct cost_answer){
		.bandwidth_bytes_per_s = cost_rounded(rate * 1e9),
		.latency_ps = cost_rounded(ns / rate * 1e3),
		.slowdown_ppm = cost_rounded(time * 1e6),
		.work = cost_rounded(1e9 /
				     ((1 - stall) * ask->vcpus / rate + stall * wait / LINE_BYTES)),
	};
}
