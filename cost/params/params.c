#include "cost/params/params.h"

#include <math.h>

#include "cost/params/assume.h"
#include "cost/params/grades.h"
#include "cost/params/host_figures.h"
#include "cost/params/slit.h"

static double *infinities(struct cost_params *p, size_t nr)
{
	double *d = arena_alloc(&p->arena, (nr + 1) * sizeof(*d));

	for (size_t i = 0; i < nr; i++)
		d[i] = INFINITY;
	return d;
}

static void worsen(struct cost_params *p, enum cost_figure f, enum host_grade g)
{
	p->grade[f] = cost_worse_grade(p->grade[f], g);
}

static void fill_latency(struct cost_params *p, const struct cost_assume *assume)
{
	const struct host *h = p->host;
	struct slit_scale scale;

	slit_scale_init(&scale, h);
	for (uint32_t i = 0; i < p->nr_nodes; i++) {
		double *row = &p->latency_ns[(size_t)i * p->nr_nodes];
		enum host_grade g = figure_local_ns(h, i, &row[i]);

		if (assume->local_latency_ns > 0) {
			row[i] = assume->local_latency_ns;
			g = GRADE_ASSUMED;
		}
		if (h->node[i].nr_cpus)
			worsen(p, COST_LOCAL_LATENCY, g);
		for (uint32_t j = 0; j < p->nr_nodes; j++) {
			if (i == j)
				continue;
			g = slit_pair_ns(&scale, h, i, j, row[i], &row[j]);
			if (h->node[i].nr_cpus)
				worsen(p, COST_REMOTE_LATENCY, g);
		}
	}
}

static void fill_ports(struct cost_params *p, const struct cost_assume *assume)
{
	const struct host *h = p->host;

	for (uint32_t n = 0; n < p->nr_nodes; n++) {
		double in, out;
		enum host_grade g, out_grade;
		uint32_t nr = figure_ports(h, n, &in, &out, &g, &out_grade), first = p->nr_ports;

		if (!nr && assume->port_read > 0 && h->node[n].nr_cpus)
			nr = 1;
		if (assume->port_read > 0) {
			in = assume->port_read;
			out = in * FIGURE_PORT_WRITE / FIGURE_PORT_READ;
			g = out_grade = GRADE_ASSUMED;
		}
		if (assume->port_write > 0) {
			out = assume->port_write;
			out_grade = GRADE_ASSUMED;
		}
		p->first_port[n] = first;
		p->node_ports[n] = nr;
		p->nr_ports += nr;
		for (uint32_t i = first; i < p->nr_ports; i++) {
			p->port_read[i] = in;
			p->port_write[i] = out;
			p->port_curve[i] = figure_curve(h, n);
		}
		if (nr)
			worsen(p, COST_PORT_BANDWIDTH, g);
		if (nr)
			worsen(p, COST_PORT_WRITES, out_grade);
	}
}

/* One node's part of its controller set. */
static void node_controller(struct cost_params *p, uint32_t n, const struct cost_assume *assume,
			    double *r, double *w)
{
	enum host_grade read_grade, write_grade;
	double ports = 0;

	for (uint32_t i = 0; i < p->node_ports[n]; i++)
		ports += p->port_read[p->first_port[n] + i] + p->port_write[p->first_port[n] + i];
	figure_controller(p->host, n, ports, r, w, &read_grade, &write_grade);
	if (assume->read > 0) {
		*r = assume->read;
		*w = FIGURE_WRITE_SHARE * *r;
		read_grade = write_grade = GRADE_ASSUMED;
	}
	if (assume->write > 0) {
		*w = assume->write;
		write_grade = GRADE_ASSUMED;
	}
	worsen(p, COST_READ_BANDWIDTH, assume->package_controllers ? GRADE_ASSUMED : read_grade);
	worsen(p, COST_WRITE_BANDWIDTH, assume->package_controllers ? GRADE_ASSUMED : write_grade);
}

static void fill_controllers(struct cost_params *p, const struct cost_assume *assume)
{
	for (uint32_t n = 0; n < p->nr_nodes; n++) {
		double r = 0, w = 0;

		p->controller[n] = assume->package_controllers ? p->socket[n] : n;
		if (!assume->package_controllers && assume->read <= 0 && assume->write <= 0)
			p->curve[n] = figure_curve(p->host, n);
		if (p->host->node[n].memory_bytes)
			worsen(p, COST_LOADED_LATENCY,
			       p->curve[p->controller[n]] ? GRADE_MEASURED : GRADE_ASSUMED);
		if (p->host->node[n].memory_bytes)
			node_controller(p, n, assume, &r, &w);
		p->read[p->controller[n]] += r;
		p->write[p->controller[n]] += w;
	}
}

static void fill_links(struct cost_params *p, const struct cost_assume *assume)
{
	uint32_t real = p->nr_sockets - 1; /* the last has no package and no links */

	for (uint32_t s = 0; s < real; s++) {
		for (uint32_t t = 0; t < real; t++) {
			double *g = &p->link[s * p->nr_sockets + t], known;
			enum host_grade grade = GRADE_ASSUMED;
			uint32_t nr;

			if (s == t)
				continue;
			known = figure_link(p->host, s, t, &grade);
			if (assume->link > 0 || !(known > 0))
				grade = GRADE_ASSUMED;
			if (assume->link > 0)
				*g = assume->link;
			else if (known > 0)
				*g = known;
			else if (figure_package_bandwidth(p->host, s, &nr) > 0)
				*g = FIGURE_LINK_SHARE * figure_package_bandwidth(p->host, s, &nr);
			worsen(p, COST_LINK_BANDWIDTH, grade);
			if (!(assume->link > 0))
				p->link_curve[s * p->nr_sockets + t] =
					figure_link_curve(p->host, s, t);
		}
	}
}

static void fill_paths(struct cost_params *p, const struct cost_assume *assume)
{
	for (uint32_t i = 0; i < p->nr_nodes; i++) {
		for (uint32_t m = 0; m < p->nr_nodes; m++) {
			double v;

			if (i != m && assume->path > 0)
				p->path[i * p->nr_nodes + m] = assume->path;
			else if (i != m && figure_cell(p->host, MATRIX_BANDWIDTH, i, m, &v))
				p->path[i * p->nr_nodes + m] = v;
		}
	}
}

void cost_params_init(struct cost_params *p, const struct host *host,
		      const struct cost_assume *assume)
{
	static const struct cost_assume nothing;
	uint32_t n = host->nr_nodes, s = host->nr_packages + 1;

	if (!assume)
		assume = &nothing;
	*p = (struct cost_params){
		.host = host,
		.nr_nodes = n,
		.nr_sockets = s,
		.nr_controllers = assume->package_controllers ? s : n,
		.link_overhead = FIGURE_LINK_OVERHEAD,
		.lines_per_core = figure_lines(host),
	};
	p->controller = arena_alloc(&p->arena, n * sizeof(*p->controller));
	p->socket = arena_alloc(&p->arena, n * sizeof(*p->socket));
	p->first_port = arena_alloc(&p->arena, n * sizeof(*p->first_port));
	p->node_ports = arena_alloc(&p->arena, n * sizeof(*p->node_ports));
	p->read = arena_alloc(&p->arena, p->nr_controllers * sizeof(*p->read));
	p->write = arena_alloc(&p->arena, p->nr_controllers * sizeof(*p->write));
	/* a port serves an L3 or, where one is assumed, a node */
	p->port_read = infinities(p, host->nr_l3s + n);
	p->port_write = infinities(p, host->nr_l3s + n);
	p->port_curve =
		arena_alloc(&p->arena, (host->nr_l3s + n + 1) * sizeof(struct host_curve *));
	p->curve = arena_alloc(&p->arena, (p->nr_controllers + 1) * sizeof(struct host_curve *));
	p->link_curve = arena_alloc(&p->arena, (size_t)s * s * sizeof(struct host_curve *));
	p->fabric = infinities(p, s);
	p->link = infinities(p, (size_t)s * s);
	p->path = infinities(p, (size_t)n * n);
	p->latency_ns = arena_alloc(&p->arena, (size_t)n * n * sizeof(*p->latency_ns));
	for (uint32_t i = 0; i < n; i++)
		p->socket[i] =
			host->node[i].package == HOST_NO_PACKAGE ? s - 1 : host->node[i].package;
	for (uint32_t i = 0; i + 1 < s && assume->fabric > 0; i++)
		p->fabric[i] = assume->fabric;
	fill_latency(p, assume);
	fill_ports(p, assume);
	fill_controllers(p, assume);
	fill_links(p, assume);
	fill_paths(p, assume);
}

struct cost_basis cost_params_basis(const struct cost_params *p, bool remote, bool writes)
{
	struct cost_basis b = {{0}};

	for (int f = 0; f < COST_FIGURES; f++)
		b.grade[f] = (uint8_t)p->grade[f];
	/* what ports let out is what a node behind them can write */
	if (p->nr_ports)
		b.grade[COST_WRITE_BANDWIDTH] = (uint8_t)cost_worse_grade(
			p->grade[COST_PORT_WRITES], p->grade[COST_WRITE_BANDWIDTH]);
	b.grade[COST_PORT_WRITES] = GRADE_NONE;
	if (!writes)
		b.grade[COST_WRITE_BANDWIDTH] = GRADE_NONE;
	if (!remote)
		b.grade[COST_REMOTE_LATENCY] = b.grade[COST_LINK_BANDWIDTH] = GRADE_NONE;
	return b;
}

void cost_params_release(struct cost_params *p)
{
	arena_release(&p->arena);
	*p = (struct cost_params){0};
}
