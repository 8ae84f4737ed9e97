/* What the cost model says of figures that it is not made of: STREAM's four, and all CPUs of
 * the machine on one node's memory. */
#include <math.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "cli/probe_out.h"
#include "cost/flows/equilibrium.h"
#include "probe/stream.h"
#include "schema/schema.h"

struct model {
	const struct host *host;
	struct cost_params params;
	struct equilibrium_work work;
};

static bool is_measured(const struct host *h, enum host_matrix_kind kind, uint32_t from,
			uint32_t to)
{
	return host_cell_grade(h, kind, from, to) == GRADE_MEASURED;
}

/* All cores of a node, each with as many lines in flight as it can have, on one node's memory. */
static struct flow all_of_node(const struct model *m, uint32_t node, double reads, double *share)
{
	double cores = m->host->node[node].nr_cores;

	return (struct flow){.node = node,
			     .nr_nodes = m->params.nr_nodes,
			     .vcpus = cores,
			     .lines = cores * m->params.lines_per_core,
			     .demand = INFINITY,
			     .reads = reads,
			     .share = share};
}

/* Bytes a ns of the flows together. */
static double rate_of(struct model *m, struct flow *flow, uint32_t nr)
{
	struct flows flows = {.flow = flow, .nr = nr};
	double sum = 0;

	(void)flows_equilibrium(&flows, &m->params, &m->work);
	for (uint32_t i = 0; i < nr; i++)
		sum += flow[i].now.rate;
	return sum;
}

/* An ordinary store fetches its line first, which STREAM does not count: of copy and scale
 * two of three lines on the bus are read, and two are counted; of add and triad three of four. */
static double predict_stream(struct model *m, const struct survey_cell *c)
{
	bool two = c->count == STREAM_COPY || c->count == STREAM_SCALE;
	double counted = two ? 2.0 / 3 : 3.0 / 4, *share;
	struct flow flow;

	if (!is_measured(m->host, MATRIX_BANDWIDTH, c->from, c->from) ||
	    !is_measured(m->host, MATRIX_WRITE_BANDWIDTH, c->from, c->from) ||
	    !is_measured(m->host, MATRIX_LATENCY, c->from, c->from))
		return 0;
	share = xcalloc(m->params.nr_nodes, sizeof(*share));
	share[c->to] = 1;
	flow = all_of_node(m, c->from, counted, share);
	counted *= rate_of(m, &flow, 1);
	free(share);
	return counted;
}

static double predict_hot(struct model *m, const struct survey_cell *c)
{
	const struct host *h = m->host;
	struct flow *flow = xcalloc(h->nr_nodes, sizeof(*flow));
	double *share = xcalloc(h->nr_nodes, sizeof(*share)), rate = 0;
	bool known = true;
	uint32_t nr = 0;

	share[c->to] = 1;
	for (uint32_t n = 0; n < h->nr_nodes; n++) {
		if (!h->node[n].nr_cpus)
			continue;
		known &= is_measured(h, MATRIX_BANDWIDTH, n, c->to) &&
			 is_measured(h, MATRIX_LATENCY, n, c->to);
		flow[nr++] = all_of_node(m, n, 1, share);
	}
	if (known && nr)
		rate = rate_of(m, flow, nr);
	free(share);
	free(flow);
	return rate;
}

int64_t *probe_predicted(const struct host *h, const struct survey *s)
{
	int64_t *out = xcalloc(s->nr + (size_t)1, sizeof(*out));
	struct model m = {.host = h};

	cost_params_init(&m.params, h, NULL);
	for (uint32_t i = 0; i < s->nr; i++) {
		const struct survey_cell *c = &s->cell[i];
		double rate = 0;

		if (c->nr && c->figure == CELL_STREAM)
			rate = predict_stream(&m, c);
		if (c->nr && c->figure == CELL_HOT)
			rate = predict_hot(&m, c);
		out[i] = rate > 0 ? (int64_t)(rate * 1e9 + 0.5) : FIGURE_UNKNOWN;
	}
	equilibrium_work_release(&m.work);
	cost_params_release(&m.params);
	return out;
}
