#include "cost/params/slit.h"

#include "cost/params/host_figures.h"

double slit_ratio(uint32_t distance, bool zen1)
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

static bool is_zen1(const struct host *h)
{
	for (uint32_t i = 0; i < h->nr_nodes; i++) {
		if (figure_own_l3s(h, i) < 2)
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

void slit_scale_init(struct slit_scale *s, const struct host *h)
{
	uint32_t inside = 0, outside = 0;
	bool seen[SLIT_ENTRIES] = {false};

	*s = (struct slit_scale){.zen1 = is_zen1(h)};
	for (uint32_t a = 0; a < h->nr_nodes; a++) {
		for (uint32_t b = 0; b < h->nr_nodes; b++) {
			uint32_t d = normal_entry(h, a, b);

			if (inside_package(h, a, b)) {
				inside = d > inside ? d : inside;
				seen[d < SLIT_ENTRIES ? d : SLIT_ENTRIES - 1] = true;
			} else if (h->node[a].package != h->node[b].package && h->node[a].nr_cpus &&
				   h->node[b].nr_cpus) {
				outside = d > outside ? d : outside;
			}
		}
	}
	s->ranked = inside > 18 && outside > inside;
	for (uint32_t d = 0; s->ranked && d < SLIT_ENTRIES; d++) {
		s->rank[d] = (uint8_t)s->nr_ranks;
		s->nr_ranks += seen[d];
	}
}

double slit_scale_ratio(const struct slit_scale *s, const struct host *h, uint32_t from,
			uint32_t to)
{
	uint32_t d = normal_entry(h, from, to);
	double nearest = slit_ratio(12, false), farthest = slit_ratio(18, false);

	if (!s->ranked || !inside_package(h, from, to))
		return slit_ratio(d, s->zen1);
	d = d < SLIT_ENTRIES ? d : SLIT_ENTRIES - 1;
	if (s->nr_ranks == 1)
		return (nearest + farthest) / 2;
	return nearest + (farthest - nearest) * s->rank[d] / (s->nr_ranks - 1);
}

enum host_grade slit_pair_ns(const struct slit_scale *s, const struct host *h, uint32_t from,
			     uint32_t to, double local, double *out)
{
	if (figure_cell(h, MATRIX_LATENCY, from, to, out))
		return host_cell_grade(h, MATRIX_LATENCY, from, to);
	*out = local * slit_scale_ratio(s, h, from, to);
	return GRADE_ASSUMED;
}
