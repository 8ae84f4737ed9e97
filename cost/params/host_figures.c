#include "cost/params/host_figures.h"

#include "host/figures_known.h"

#define CHANNEL (3.2 * 8 * 0.82) /* DDR4-3200 */
#define CORES_PER_CHANNEL 4
#define MIB_PER_S_IN_BYTES_PER_NS (1048576.0 / 1e9)

bool figure_cell(const struct host *h, enum host_matrix_kind kind, uint32_t from, uint32_t to,
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

/* What a node's memory gives to its own CPUs, or to the best others, and where that comes
 * from; GRADE_NONE when no cell says. */
static enum host_grade node_bandwidth(const struct host *h, enum host_matrix_kind kind,
				      uint32_t node, double *out)
{
	enum host_grade grade = GRADE_NONE;
	double v;

	if (figure_cell(h, kind, node, node, out))
		return host_cell_grade(h, kind, node, node);
	for (uint32_t i = 0; i < h->nr_nodes; i++) {
		if (!figure_cell(h, kind, i, node, &v) || (grade != GRADE_NONE && v <= *out))
			continue;
		*out = v;
		grade = host_cell_grade(h, kind, i, node);
	}
	return grade;
}

/* Reads of a node's memory, from its cores. */
static double shape_bandwidth(const struct host *h, uint32_t node)
{
	uint32_t cores = h->node[node].nr_cores;
	uint32_t channels = (cores + CORES_PER_CHANNEL - 1) / CORES_PER_CHANNEL;

	return CHANNEL * (channels ? channels : 1);
}

double figure_package_bandwidth(const struct host *h, uint32_t package, uint32_t *nr_nodes)
{
	double sum = 0, v;

	*nr_nodes = 0;
	for (uint32_t n = 0; n < h->nr_nodes; n++) {
		if (h->node[n].package != package || !h->node[n].memory_bytes ||
		    !h->node[n].nr_cpus)
			continue;
		if (node_bandwidth(h, MATRIX_BANDWIDTH, n, &v) == GRADE_NONE)
			v = shape_bandwidth(h, n);
		sum += v;
		++*nr_nodes;
	}
	return sum;
}

uint32_t figure_own_l3s(const struct host *h, uint32_t node)
{
	uint32_t nr = 0;

	for (uint32_t i = 0; i < h->nr_l3s; i++)
		nr += h->l3[i].nodes == nodeset_of(node);
	return nr;
}

/* Chiplets show as nodes with two or more L3s of their own. A node that is one
 * chiplet with one L3 looks like any small machine and is left without a port. */
uint32_t figure_ports(const struct host *h, uint32_t node, double *in, double *out,
		      enum host_grade *in_grade, enum host_grade *out_grade)
{
	uint32_t l3s = figure_own_l3s(h, node);
	double local;

	*in = FIGURE_PORT_READ;
	*out = FIGURE_PORT_WRITE;
	*in_grade = *out_grade = GRADE_ASSUMED;
	if (l3s < 2)
		return 0;
	/* L3s of up to four cores come in pairs: one die, one port (Zen 1 and 2) */
	if (h->node[node].nr_cores <= 4 * l3s)
		l3s = (l3s + 1) / 2;
	if (figure_cell(h, MATRIX_BANDWIDTH, node, node, &local)) {
		*in = local / l3s;
		*in_grade = host_cell_grade(h, MATRIX_BANDWIDTH, node, node);
	}
	if (h->known && h->known->port_read[node] > 0) {
		*in = h->known->port_read[node];
		*in_grade = GRADE_MEASURED;
	}
	if (*in_grade != GRADE_ASSUMED)
		*out = *in * FIGURE_PORT_WRITE / FIGURE_PORT_READ;
	if (h->known && h->known->port_write[node] > 0) {
		*out = h->known->port_write[node];
		*out_grade = GRADE_MEASURED;
	}
	return l3s;
}

void figure_controller(const struct host *h, uint32_t node, double ports, double *reads,
		       double *writes, enum host_grade *read_grade, enum host_grade *write_grade)
{
	enum host_grade given = node_bandwidth(h, MATRIX_BANDWIDTH, node, reads), g;

	*read_grade = given != GRADE_NONE ? given : GRADE_ASSUMED;
	*write_grade = GRADE_ASSUMED;
	if (given == GRADE_NONE)
		*reads = shape_bandwidth(h, node);
	if (given != GRADE_NONE && ports > 0 && ports > *reads) {
		*reads = *writes = ports;
		*write_grade = given; /* the ports', not the controller's, is what holds up */
		return;
	}
	g = node_bandwidth(h, MATRIX_WRITE_BANDWIDTH, node, writes);
	if (g != GRADE_NONE)
		*write_grade = g;
	else
		*writes = FIGURE_WRITE_SHARE * *reads;
}

enum host_grade figure_local_ns(const struct host *h, uint32_t node, double *out)
{
	if (figure_cell(h, MATRIX_LATENCY, node, node, out))
		return host_cell_grade(h, MATRIX_LATENCY, node, node);
	*out = FIGURE_LOCAL_NS;
	return GRADE_ASSUMED;
}

double figure_lines(const struct host *h)
{
	return h->known && h->known->lines > 0 ? h->known->lines : FIGURE_LINES_PER_CORE;
}

const struct host_curve *figure_curve(const struct host *h, uint32_t node)
{
	return h->known ? h->known->curve[node] : NULL;
}

const struct host_curve *figure_link_curve(const struct host *h, uint32_t from, uint32_t to)
{
	return h->known && from < h->nr_packages && to < h->nr_packages
		       ? h->known->link_curve[to * h->nr_packages + from]
		       : NULL;
}

/* Best cell of CPUs in package `to` that read memory in package `from`; 0: none. */
static double best_cell(const struct host *h, uint32_t from, uint32_t to, enum host_grade *grade)
{
	double best = 0, v;

	*grade = GRADE_ASSUMED;
	if (h->matrix[MATRIX_BANDWIDTH].grade == GRADE_NONE)
		return 0;
	for (uint32_t i = 0; i < h->nr_nodes; i++) {
		if (h->node[i].package != to)
			continue;
		for (uint32_t m = 0; m < h->nr_nodes; m++) {
			if (h->node[m].package != from ||
			    !figure_cell(h, MATRIX_BANDWIDTH, i, m, &v) || v <= best)
				continue;
			best = v;
			*grade = host_cell_grade(h, MATRIX_BANDWIDTH, i, m);
		}
	}
	return best;
}

double figure_link(const struct host *h, uint32_t from, uint32_t to, enum host_grade *grade)
{
	double v = h->known ? h->known->link[to * h->nr_packages + from] : 0;
	uint32_t nr;

	if (v > 0) {
		*grade = GRADE_MEASURED;
		return v;
	}
	v = best_cell(h, from, to, grade);
	(void)figure_package_bandwidth(h, from, &nr);
	if (nr > 1)
		*grade = GRADE_ASSUMED;
	return v;
}
