#include "cost/figures.h"

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

bool figure_node_bandwidth(const struct host *h, enum host_matrix_kind kind, uint32_t node,
			   double *out)
{
	bool known = false;
	double v;

	if (figure_cell(h, kind, node, node, out))
		return true;
	for (uint32_t i = 0; i < h->nr_nodes; i++) {
		if (!figure_cell(h, kind, i, node, &v) || (known && v <= *out))
			continue;
		*out = v;
		known = true;
	}
	return known;
}

double figure_shape_bandwidth(const struct host *h, uint32_t node)
{
	uint32_t cores = h->node[node].nr_cores;
	uint32_t channels = (cores + CORES_PER_CHANNEL - 1) / CORES_PER_CHANNEL;

	return CHANNEL * (channels ? channels : 1);
}

/* L3s that serve this node and no other. */
static uint32_t own_l3s(const struct host *h, uint32_t node)
{
	uint32_t nr = 0;

	for (uint32_t i = 0; i < h->nr_l3s; i++)
		nr += h->l3[i].nodes == nodeset_of(node);
	return nr;
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

bool cost_host_is_zen1(const struct host *h)
{
	for (uint32_t i = 0; i < h->nr_nodes; i++) {
		if (own_l3s(h, i) < 2)
			continue;
		for (uint32_t j = 0; j < h->nr_nodes; j++) {
			uint32_t d = host_distance(h, i, j);

			if (i != j && h->node[i].package == h->node[j].package && d >= 13 &&
			    d <= 18)
				return true;
		}
	}
	return false;
}

/* Entry in tens of the row's own. */
static uint32_t normal_entry(const struct host *h, uint32_t from, uint32_t to)
{
	uint32_t own = host_distance(h, from, from);
	double d = (double)host_distance(h, from, to) * 10 / (own ? own : 10);

	return d < 1e6 ? (uint32_t)(d + 0.5) : 1000000;
}

static bool inside_package(const struct host *h, uint32_t a, uint32_t b)
{
	return a != b && h->node[a].package == h->node[b].package &&
	       h->node[a].package != HOST_NO_PACKAGE && h->node[a].nr_cpus && h->node[b].nr_cpus;
}

void cost_scale_init(struct cost_scale *s, const struct host *h)
{
	uint32_t inside = 0, outside = 0;
	bool seen[COST_ENTRIES] = {false};

	*s = (struct cost_scale){.zen1 = cost_host_is_zen1(h)};
	for (uint32_t a = 0; a < h->nr_nodes; a++) {
		for (uint32_t b = 0; b < h->nr_nodes; b++) {
			uint32_t d = normal_entry(h, a, b);

			if (inside_package(h, a, b)) {
				inside = d > inside ? d : inside;
				seen[d < COST_ENTRIES ? d : COST_ENTRIES - 1] = true;
			} else if (h->node[a].package != h->node[b].package && h->node[a].nr_cpus &&
				   h->node[b].nr_cpus) {
				outside = d > outside ? d : outside;
			}
		}
	}
	s->ranked = inside > 18 && outside > inside;
	for (uint32_t d = 0; s->ranked && d < COST_ENTRIES; d++) {
		s->rank[d] = (uint8_t)s->nr_ranks;
		s->nr_ranks += seen[d];
	}
}

double cost_scale_ratio(const struct cost_scale *s, const struct host *h, uint32_t from,
			uint32_t to)
{
	uint32_t d = normal_entry(h, from, to);
	double nearest = cost_slit_ratio(12, false), farthest = cost_slit_ratio(18, false);

	if (!s->ranked || !inside_package(h, from, to))
		return cost_slit_ratio(d, s->zen1);
	d = d < COST_ENTRIES ? d : COST_ENTRIES - 1;
	if (s->nr_ranks == 1)
		return (nearest + farthest) / 2;
	return nearest + (farthest - nearest) * s->rank[d] / (s->nr_ranks - 1);
}

/* Chiplets show as nodes with two or more L3s of their own. A node that is one
 * chiplet with one L3 looks like any small machine and is left without a port. */
uint32_t figure_ports(const struct host *h, uint32_t node, double *in, double *out,
		      enum host_grade *grade)
{
	uint32_t l3s = own_l3s(h, node);
	double local;

	*in = FIGURE_PORT_READ;
	*out = FIGURE_PORT_WRITE;
	*grade = GRADE_ASSUMED;
	if (l3s < 2)
		return 0;
	/* L3s of up to four cores come in pairs: one die, one port (Zen 1 and 2) */
	if (h->node[node].nr_cores <= 4 * l3s)
		l3s = (l3s + 1) / 2;
	if (figure_cell(h, MATRIX_BANDWIDTH, node, node, &local)) {
		*in = local / l3s;
		*out = *in * FIGURE_PORT_WRITE / FIGURE_PORT_READ;
		*grade = h->matrix[MATRIX_BANDWIDTH].grade;
	}
	return l3s;
}

void figure_controller(const struct host *h, uint32_t node, double ports, double *reads,
		       double *writes, enum host_grade *read_grade, enum host_grade *write_grade)
{
	bool given = figure_node_bandwidth(h, MATRIX_BANDWIDTH, node, reads);

	*read_grade = given ? h->matrix[MATRIX_BANDWIDTH].grade : GRADE_ASSUMED;
	*write_grade = GRADE_ASSUMED;
	if (!given)
		*reads = figure_shape_bandwidth(h, node);
	if (given && ports > 0 && ports > *reads) {
		*reads = *writes = ports;
		return;
	}
	if (figure_node_bandwidth(h, MATRIX_WRITE_BANDWIDTH, node, writes))
		*write_grade = h->matrix[MATRIX_WRITE_BANDWIDTH].grade;
	else
		*writes = FIGURE_WRITE_SHARE * *reads;
}

enum host_grade figure_local_ns(const struct host *h, uint32_t node, double *out)
{
	if (figure_cell(h, MATRIX_LATENCY, node, node, out))
		return h->matrix[MATRIX_LATENCY].grade;
	*out = FIGURE_LOCAL_NS;
	return GRADE_ASSUMED;
}

enum host_grade figure_pair_ns(const struct host *h, uint32_t from, uint32_t to, double local,
			       const struct cost_scale *scale, double *out)
{
	if (figure_cell(h, MATRIX_LATENCY, from, to, out))
		return h->matrix[MATRIX_LATENCY].grade;
	*out = local * cost_scale_ratio(scale, h, from, to);
	return GRADE_ASSUMED;
}

double figure_best_cell(const struct host *h, uint32_t from, uint32_t to)
{
	double best = 0, v;

	if (h->matrix[MATRIX_BANDWIDTH].grade == GRADE_NONE)
		return 0;
	for (uint32_t i = 0; i < h->nr_nodes; i++) {
		if (h->node[i].package != to)
			continue;
		for (uint32_t m = 0; m < h->nr_nodes; m++) {
			if (h->node[m].package == from &&
			    figure_cell(h, MATRIX_BANDWIDTH, i, m, &v) && v > best)
				best = v;
		}
	}
	return best;
}
