#include "cost/flows/doubles.h"

#include <math.h>
#include <string.h>

#include "base/nodeset.h"

/* Flows of one node, which come one after the other. */
struct crowd {
	uint32_t node, first, nr;
};

void flows_apart(const struct flows *f, uint32_t *of)
{
	for (uint32_t v = 0; v < f->nr; v++)
		of[v] = v;
}

/* The crowds, nodes ascending; 0: they are not in order. */
static uint32_t find_crowds(const struct flows *f, struct crowd *crowd)
{
	uint32_t nr = 0;

	for (uint32_t v = 0; v < f->nr; v++) {
		uint32_t node = f->flow[v].node;

		if (nr && node < crowd[nr - 1].node)
			return 0;
		if (!nr || node > crowd[nr - 1].node)
			crowd[nr++] = (struct crowd){node, v, 0};
		crowd[nr - 1].nr++;
	}
	return nr;
}

/* The same measurement, or none. */
static bool curves_alike(const struct cost_params *p, uint32_t a, uint32_t b)
{
	const struct host_curve *const *x = &p->port_curve[p->first_port[a]];
	const struct host_curve *const *y = &p->port_curve[p->first_port[b]];

	for (uint32_t i = 0; i < p->node_ports[a]; i++)
		if (x[i] != y[i])
			return false;
	return true;
}

static bool nodes_alike(const struct cost_params *p, uint32_t a, uint32_t b)
{
	uint32_t x = p->first_port[a], y = p->first_port[b];
	size_t ports = p->node_ports[a] * sizeof(*p->port_read);

	return p->socket[a] == p->socket[b] && p->node_ports[a] == p->node_ports[b] &&
	       p->host->node[a].nr_cores == p->host->node[b].nr_cores &&
	       !memcmp(&p->port_read[x], &p->port_read[y], ports) &&
	       !memcmp(&p->port_write[x], &p->port_write[y], ports) && curves_alike(p, a, b);
}

/* Pages in these proportions, the same for both: is the way there? */
static bool ways_alike(const struct cost_params *p, uint32_t a, uint32_t b, const double *share)
{
	const double *x = &p->latency_ns[a * p->nr_nodes], *y = &p->latency_ns[b * p->nr_nodes];
	const double *s = &p->path[a * p->nr_nodes], *t = &p->path[b * p->nr_nodes];
	double idle[2] = {0};

	for (uint32_t m = 0; m < p->nr_nodes; m++) {
		if (!(share[m] > 0))
			continue;
		/* a path is one node's own */
		if ((m != a && !isinf(s[m])) || (m != b && !isinf(t[m])))
			return false;
		if (p->socket[m] != p->socket[a] && x[m] != y[m])
			return false;
		idle[0] += share[m] * x[m];
		idle[1] += share[m] * y[m];
	}
	return idle[0] == idle[1];
}

static bool flows_alike(const struct flow *a, const struct flow *b, size_t row)
{
	return a->lines == b->lines && a->demand == b->demand && a->reads == b->reads &&
	       !memcmp(a->share, b->share, row);
}

static bool crowds_alike(const struct flows *f, const struct cost_params *p, const struct crowd *a,
			 const struct crowd *b)
{
	const struct flow *x = &f->flow[a->first], *y = &f->flow[b->first];
	size_t row = p->nr_nodes * sizeof(double);

	if (a->nr != b->nr || !nodes_alike(p, a->node, b->node))
		return false;
	for (uint32_t i = 0; i < a->nr; i++) {
		if (!flows_alike(&x[i], &y[i], row))
			return false;
		if ((!i || memcmp(x[i].share, x[i - 1].share, row)) &&
		    !ways_alike(p, a->node, b->node, x[i].share))
			return false;
	}
	return true;
}

void flows_doubles(const struct flows *f, const struct cost_params *p, uint32_t *of)
{
	struct crowd crowd[NODES_MAX];
	uint32_t nr = find_crowds(f, crowd);

	flows_apart(f, of);
	for (uint32_t b = 1; b < nr; b++) {
		for (uint32_t a = 0; a < b; a++) {
			if (of[crowd[a].first] != crowd[a].first ||
			    !crowds_alike(f, p, &crowd[a], &crowd[b]))
				continue;
			for (uint32_t i = 0; i < crowd[b].nr; i++)
				of[crowd[b].first + i] = crowd[a].first + i;
			break;
		}
	}
}
