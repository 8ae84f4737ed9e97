#include "cost/params.h"

#include <math.h>
#include <stdlib.h>

#include "base/alloc.h"

#define LOCAL_LATENCY_NS 100.0
#define CHANNEL (3.2 * 8 * 0.82) /* DDR4-3200 */
#define CORES_PER_CHANNEL 4
#define WRITE_SHARE 0.71
#define FABRIC_GHZ 1.467 /* Rome with DDR4-2933, its ports' published rate */
#define PORT_READ (32 * FABRIC_GHZ * 0.87)
#define PORT_WRITE (16 * FABRIC_GHZ * 0.98)
#define LINK_SHARE 0.43
#define LINK_OVERHEAD 0.3
#define LINES_PER_CORE 16
#define MIB_PER_S_IN_BYTES_PER_NS (1048576.0 / 1e9)

static double *infinities(size_t nr)
{
	double *d = xcalloc(nr + 1, sizeof(*d));

	for (size_t i = 0; i < nr; i++)
		d[i] = INFINITY;
	return d;
}

static void worsen(struct cost_params *p, enum cost_figure f, enum host_grade g)
{
	if (p->grade[f] == GRADE_NONE || g < p->grade[f])
		p->grade[f] = g;
}

/* False when the host does not know. */
static bool cell(const struct host *h, enum host_matrix_kind kind, uint32_t from, uint32_t to,
		 double *out)
{
	const struct host_matrix *m = &h->matrix[kind];
	uint32_t v;

	if (m->grade == GRADE_NONE || !m->value)
		return false;
	v = m->value[from * h->nr_nodes + to];
	if (v == MATRIX_UNKNOWN || v == 0)
		return false;
	*out = kind == MATRIX_LATENCY ? v : v * MIB_PER_S_IN_BYTES_PER_NS;
	return true;
}

/* What a node's memory gives to its own CPUs, or to the best others. */
static bool node_bandwidth(const struct host *h, enum host_matrix_kind kind, uint32_t node,
			   double *out)
{
	bool known = false;
	double v;

	if (cell(h, kind, node, node, out))
		return true;
	for (uint32_t i = 0; i < h->nr_nodes; i++) {
		if (!cell(h, kind, i, node, &v) || (known && v <= *out))
			continue;
		*out = v;
		known = true;
	}
	return known;
}

double cost_slit_ratio(uint32_t distance, bool zen1)
{
	if (distance <= 10)
		return 1;
	if (distance <= 12)
		return 1.14;
	if (distance <= 18)
		return 1.56;
	if (distance <= 24)
		return 1.67;
	if (distance <= 32)
		return zen1 ? 2.5 : 1.9;
	return distance / 17.0;
}

/* L3s that serve this node and no other. */
static uint32_t own_l3s(const struct host *h, uint32_t node)
{
	uint32_t nr = 0;

	for (uint32_t i = 0; i < h->nr_l3s; i++)
		nr += h->l3[i].nodes == nodeset_of(node);
	return nr;
}

bool cost_host_is_zen1(const struct host *h)
{
	for (uint32_t i = 0; i < h->nr_nodes; i++) {
		for (uint32_t j = 0; j < h->nr_nodes; j++) {
			uint32_t d = host_distance(h, i, j);

			if (i != j && h->node[i].package == h->node[j].package && d >= 13 &&
			    d <= 18 && own_l3s(h, i) >= 2)
				return true;
		}
	}
	return false;
}

static void fill_latency(struct cost_params *p, const struct cost_assume *assume)
{
	const struct host *h = p->host;
	bool zen1 = cost_host_is_zen1(h);

	for (uint32_t i = 0; i < p->nr_nodes; i++) {
		double local, diagonal = host_distance(h, i, i);
		bool known = cell(h, MATRIX_LATENCY, i, i, &local);

		if (!known || assume->local_latency_ns > 0)
			local = assume->local_latency_ns > 0 ? assume->local_latency_ns
							     : LOCAL_LATENCY_NS;
		known = known && !(assume->local_latency_ns > 0);
		for (uint32_t j = 0; j < p->nr_nodes; j++) {
			double *out = &p->latency_ns[i * p->nr_nodes + j];
			enum cost_figure f = i == j ? COST_LOCAL_LATENCY : COST_REMOTE_LATENCY;
			double d = host_distance(h, i, j) * 10 / (diagonal > 0 ? diagonal : 10);
			bool given = i == j ? known : cell(h, MATRIX_LATENCY, i, j, out);

			if (i == j)
				*out = local;
			else if (!given)
				*out = local * cost_slit_ratio((uint32_t)(d + 0.5), zen1);
			if (h->node[i].nr_cpus)
				worsen(p, f,
				       given ? h->matrix[MATRIX_LATENCY].grade : GRADE_ASSUMED);
		}
	}
}

/* Chiplets show as nodes with two or more L3s of their own. A node that is one
 * chiplet with one L3 looks like any small machine and is left without a port. */
static uint32_t count_ports(const struct host *h, uint32_t node)
{
	uint32_t l3s = own_l3s(h, node);

	if (l3s < 2)
		return 0;
	/* L3s of up to four cores come in pairs: one die, one port (Zen 1 and 2) */
	return h->node[node].nr_cores <= 4 * l3s ? (l3s + 1) / 2 : l3s;
}

static void fill_ports(struct cost_params *p, const struct cost_assume *assume)
{
	const struct host *h = p->host;

	for (uint32_t n = 0; n < p->nr_nodes; n++) {
		p->first_port[n] = p->nr_ports;
		p->node_ports[n] = count_ports(h, n);
		if (!p->node_ports[n] && assume->port_read > 0 && h->node[n].nr_cpus)
			p->node_ports[n] = 1;
		p->nr_ports += p->node_ports[n];
	}
	p->port_read = infinities(p->nr_ports);
	p->port_write = infinities(p->nr_ports);
	for (uint32_t n = 0; n < p->nr_nodes; n++) {
		uint32_t nr = p->node_ports[n];
		double local, in = PORT_READ, out = PORT_WRITE;
		enum host_grade g = GRADE_ASSUMED;

		if (nr && cell(h, MATRIX_BANDWIDTH, n, n, &local)) {
			in = local / nr;
			out = in * PORT_WRITE / PORT_READ;
			g = h->matrix[MATRIX_BANDWIDTH].grade;
		}
		if (assume->port_read > 0) {
			in = assume->port_read;
			out = in * PORT_WRITE / PORT_READ;
			g = GRADE_ASSUMED;
		}
		if (assume->port_write > 0)
			out = assume->port_write;
		for (uint32_t i = 0; i < nr; i++) {
			p->port_read[p->first_port[n] + i] = in;
			p->port_write[p->first_port[n] + i] = out;
		}
		if (nr)
			worsen(p, COST_PORT_BANDWIDTH, g);
	}
}

static double shape_bandwidth(const struct host *h, uint32_t node)
{
	uint32_t cores = h->node[node].nr_cores;
	uint32_t channels = (cores + CORES_PER_CHANNEL - 1) / CORES_PER_CHANNEL;

	return CHANNEL * (channels ? channels : 1);
}

/* One node's part of its controller set: reads, writes and their grades. */
static void node_controller(struct cost_params *p, uint32_t n, double *r, double *w)
{
	const struct host *h = p->host;
	bool given = node_bandwidth(h, MATRIX_BANDWIDTH, n, r);
	double ports = 0;

	worsen(p, COST_READ_BANDWIDTH, given ? h->matrix[MATRIX_BANDWIDTH].grade : GRADE_ASSUMED);
	for (uint32_t i = 0; i < p->node_ports[n]; i++)
		ports += p->port_read[p->first_port[n] + i] + p->port_write[p->first_port[n] + i];
	if (!given)
		*r = shape_bandwidth(h, n);
	if (given && ports > 0 && ports > *r) {
		*r = *w = ports;
		worsen(p, COST_WRITE_BANDWIDTH, GRADE_ASSUMED);
		return;
	}
	given = node_bandwidth(h, MATRIX_WRITE_BANDWIDTH, n, w);
	if (!given)
		*w = WRITE_SHARE * *r;
	worsen(p, COST_WRITE_BANDWIDTH,
	       given ? h->matrix[MATRIX_WRITE_BANDWIDTH].grade : GRADE_ASSUMED);
}

static void fill_controllers(struct cost_params *p, const struct cost_assume *assume)
{
	const struct host *h = p->host;

	p->nr_controllers = assume->package_controllers ? p->nr_sockets : p->nr_nodes;
	p->read = xcalloc(p->nr_controllers + 1, sizeof(*p->read));
	p->write = xcalloc(p->nr_controllers + 1, sizeof(*p->write));
	for (uint32_t n = 0; n < p->nr_nodes; n++) {
		double r = 0, w = 0;

		p->controller[n] = assume->package_controllers ? p->socket[n] : n;
		if (h->node[n].memory_bytes)
			node_controller(p, n, &r, &w);
		if (assume->read > 0 && h->node[n].memory_bytes) {
			r = assume->read;
			w = WRITE_SHARE * r;
			p->grade[COST_READ_BANDWIDTH] = GRADE_ASSUMED;
			p->grade[COST_WRITE_BANDWIDTH] = GRADE_ASSUMED;
		}
		if (assume->write > 0 && h->node[n].memory_bytes)
			w = assume->write;
		p->read[p->controller[n]] += r;
		p->write[p->controller[n]] += w;
	}
	if (assume->package_controllers)
		p->grade[COST_READ_BANDWIDTH] = p->grade[COST_WRITE_BANDWIDTH] = GRADE_ASSUMED;
}

/* Best cell of CPUs in socket `to` that read memory in socket `from`. */
static double best_cell(const struct cost_params *p, uint32_t from, uint32_t to)
{
	double best = 0, v;

	for (uint32_t i = 0; i < p->nr_nodes; i++) {
		for (uint32_t m = 0; m < p->nr_nodes; m++) {
			if (p->socket[i] == to && p->socket[m] == from &&
			    cell(p->host, MATRIX_BANDWIDTH, i, m, &v) && v > best)
				best = v;
		}
	}
	return best;
}

static double socket_bandwidth(const struct cost_params *p, uint32_t socket, uint32_t *nr_nodes)
{
	double sum = 0, v;

	*nr_nodes = 0;
	for (uint32_t n = 0; n < p->nr_nodes; n++) {
		if (p->socket[n] != socket || !p->host->node[n].memory_bytes ||
		    !p->host->node[n].nr_cpus)
			continue;
		if (!node_bandwidth(p->host, MATRIX_BANDWIDTH, n, &v))
			v = shape_bandwidth(p->host, n);
		sum += v;
		++*nr_nodes;
	}
	return sum;
}

static void fill_links(struct cost_params *p, const struct cost_assume *assume)
{
	uint32_t real = p->nr_sockets - 1; /* the last has no package and no links */

	for (uint32_t s = 0; s < real; s++) {
		for (uint32_t t = 0; t < real; t++) {
			double *g = &p->link[s * p->nr_sockets + t], sum, best;
			enum host_grade grade = GRADE_ASSUMED;
			uint32_t nr;

			if (s == t)
				continue;
			sum = socket_bandwidth(p, s, &nr);
			best = best_cell(p, s, t);
			if (assume->link > 0) {
				*g = assume->link;
			} else if (best > 0) {
				*g = best;
				grade = nr <= 1 ? p->host->matrix[MATRIX_BANDWIDTH].grade : grade;
			} else if (sum > 0) {
				*g = LINK_SHARE * sum;
			}
			worsen(p, COST_LINK_BANDWIDTH, grade);
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
			else if (i != m && cell(p->host, MATRIX_BANDWIDTH, i, m, &v))
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
		.link_overhead = LINK_OVERHEAD,
		.lines_per_core = LINES_PER_CORE,
		.controller = xcalloc(n, sizeof(uint32_t)),
		.socket = xcalloc(n, sizeof(uint32_t)),
		.first_port = xcalloc(n, sizeof(uint32_t)),
		.node_ports = xcalloc(n, sizeof(uint32_t)),
		.fabric = infinities(s),
		.link = infinities((size_t)s * s),
		.path = infinities((size_t)n * n),
		.latency_ns = xcalloc((size_t)n * n, sizeof(double)),
	};
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

void cost_params_release(struct cost_params *p)
{
	free(p->controller);
	free(p->socket);
	free(p->first_port);
	free(p->node_ports);
	free(p->read);
	free(p->write);
	free(p->port_read);
	free(p->port_write);
	free(p->fabric);
	free(p->link);
	free(p->path);
	free(p->latency_ns);
	*p = (struct cost_params){0};
}
