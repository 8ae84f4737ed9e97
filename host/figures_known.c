#include "host/figures_known.h"

#include <math.h>
#include <stdlib.h>

#include "host/figures.h"

#define MIB_PER_S_IN_BYTES_PER_NS (1048576.0 / 1e9)
#define IDLE_LOAD 0.1 /* below it, a point is as good as idle */
#define SHARE_SAME 0.01 /* of reads: one curve */

/* --- curves -------------------------------------------------------------------------- */

struct point {
	double load, ns;
};

static int by_load(const void *a, const void *b)
{
	const struct point *x = a, *y = b;

	if (x->load < y->load || x->load > y->load)
		return x->load < y->load ? -1 : 1;
	return (x->ns > y->ns) - (x->ns < y->ns);
}

bool figures_curve(struct host_curve *c, uint32_t nr, const double *load, const double *ns,
		   double most, double idle_ns)
{
	struct point p[HOST_CURVE_POINTS];
	double idle = INFINITY, highest = 1;

	nr = nr < HOST_CURVE_POINTS ? nr : HOST_CURVE_POINTS;
	for (uint32_t i = 0; i < nr; i++) {
		p[i] = (struct point){load[i], ns[i]};
		most = load[i] > most ? load[i] : most;
		idle = ns[i] < idle ? ns[i] : idle;
	}
	*c = (struct host_curve){0};
	if (!nr || !(most > 0))
		return false;
	qsort(p, nr, sizeof(p[0]), by_load);
	if (p[0].load > IDLE_LOAD * most && idle_ns > 0 && idle_ns < idle)
		idle = idle_ns;
	for (uint32_t i = 0; i < nr; i++) {
		double factor = p[i].ns / idle, at = p[i].load / most;

		highest = factor > highest ? factor : highest;
		if (!(at > 0))
			continue;
		if (c->nr && !(at > c->load[c->nr - 1]))
			c->nr--; /* at one load: the higher one, which comes later */
		c->load[c->nr] = at;
		c->factor[c->nr++] = highest;
	}
	return c->nr > 0;
}

static bool is_point(const struct figure *f, uint32_t node)
{
	return f->kind == FIGURE_LOADED && f->from == node && f->to == node;
}

/* The read share with the most points, the higher one of two. */
static uint32_t best_share(const struct figures *f, uint32_t node, double *share)
{
	uint32_t best = 0;

	for (size_t i = 0; i < f->nr; i++) {
		double of = f->figure[i].read_share;
		uint32_t nr = 0;

		if (!is_point(&f->figure[i], node))
			continue;
		for (size_t k = 0; k < f->nr; k++)
			nr += is_point(&f->figure[k], node) &&
			      fabs(f->figure[k].read_share - of) < SHARE_SAME;
		if (nr < best || (nr == best && of < *share))
			continue;
		best = nr;
		*share = of;
	}
	return best;
}

static double cell(const struct host *h, enum host_matrix_kind k, unsigned n)
{
	double v = h->matrix[k].value ? h->matrix[k].value[n * h->nr_nodes + n] : MATRIX_UNKNOWN;

	return v >= MATRIX_UNKNOWN ? 0 : k == MATRIX_LATENCY ? v : v * MIB_PER_S_IN_BYTES_PER_NS;
}

/* What a node gives at this share of reads; 0: not known. */
static double node_most(const struct host *h, unsigned n, double share)
{
	double reads = cell(h, MATRIX_BANDWIDTH, n), writes = cell(h, MATRIX_WRITE_BANDWIDTH, n);

	if (!(reads > 0) || (share < 1 - SHARE_SAME && !(writes > 0)))
		return 0;
	return share < 1 - SHARE_SAME ? 1 / (share / reads + (1 - share) / writes) : reads;
}

/* Of one node, or of all (FIGURE_ALL) together. */
static double most_of(const struct host *h, uint32_t node, double share)
{
	double sum = 0;

	for (unsigned n = 0; n < h->nr_nodes; n++) {
		double most = node_most(h, n, share);

		if (node == FIGURE_ALL ? !nodeset_has(h->usable_nodes, n)
				       : h->node[n].os_index != node)
			continue;
		if (!(most > 0))
			return 0;
		sum += most;
	}
	return sum;
}

static double idle_of(const struct host *h, uint32_t node)
{
	int n = node == FIGURE_ALL ? (int)(h->usable_nodes ? nodeset_lowest(h->usable_nodes) : 0)
				   : host_find_node(h, node);

	return n < 0 ? 0 : cell(h, MATRIX_LATENCY, (unsigned)n);
}

/* Through the points of a node, or of the machine; NULL: there are none. The caller frees. */
static struct host_curve *curve_of(const struct host *h, uint32_t node)
{
	const struct figures *f = h->figures;
	double share = 0, load[HOST_CURVE_POINTS], ns[HOST_CURVE_POINTS], most;
	uint32_t nr = 0;
	struct host_curve *c;

	if (!best_share(f, node, &share))
		return NULL;
	most = most_of(h, node, share);
	for (size_t i = 0; i < f->nr && nr < HOST_CURVE_POINTS; i++) {
		const struct figure *x = &f->figure[i];

		/* what was asked for and cannot have got through says nothing */
		if (!is_point(x, node) || !(fabs(x->read_share - share) < SHARE_SAME) ||
		    (x->offered && most > 0 && x->load > most))
			continue;
		load[nr] = x->load;
		ns[nr++] = x->value;
	}
	c = xcalloc(1, sizeof(*c));
	if (figures_curve(c, nr, load, ns, most, idle_of(h, node)))
		return c;
	free(c);
	return NULL;
}

static void make_curves(struct host *h, struct host_known *k)
{
	struct host_curve *all = curve_of(h, FIGURE_ALL);
	bool taken = false;

	for (unsigned n = 0; n < h->nr_nodes; n++) {
		k->curve[n] = curve_of(h, h->node[n].os_index);
		if (k->curve[n] || !all)
			continue;
		k->curve[n] = all;
		taken = true;
	}
	if (!taken)
		free(all);
}

/* --- ports, links, lines --------------------------------------------------------------- */

static unsigned own_l3s(const struct host *h, unsigned n)
{
	unsigned nr = 0;

	for (unsigned i = 0; i < h->nr_l3s; i++)
		nr += h->l3[i].nodes == nodeset_of(n);
	return nr;
}

/* Where half of what passes or more is written, the ports' writes are what holds it up:
 * each port takes its part of the most that was seen. */
static double writes_of_mixes(const struct host *h, unsigned n)
{
	unsigned ports = own_l3s(h, n), nodes = nodeset_count(h->usable_nodes);
	double best = 0;

	for (size_t i = 0; i < h->figures->nr && ports > 1; i++) {
		const struct figure *f = &h->figures->figure[i];
		bool all = f->from == FIGURE_ALL && f->to == FIGURE_ALL;
		double writes = f->value * (1 - f->read_share) / ports / (all ? nodes : 1);

		if (f->kind == FIGURE_MIX && f->read_share <= 0.5 && writes > best &&
		    (all || (f->from == f->to && f->from == h->node[n].os_index)))
			best = writes;
	}
	return best;
}

static void take(struct host *h, struct host_known *k, const struct figure *f)
{
	int n = host_find_node(h, f->from);

	if (f->kind == FIGURE_LINES)
		k->lines = f->value;
	else if (f->kind == FIGURE_LINK)
		k->link[f->from * h->nr_packages + f->to] = f->value;
	else if (f->kind == FIGURE_PORT_READ && n >= 0)
		k->port_read[n] = f->value;
	else if (f->kind == FIGURE_PORT_WRITE && n >= 0)
		k->port_write[n] = f->value;
}

/* --- what is not used ------------------------------------------------------------------- */

static bool on_curve(const struct host *h, const struct figure *f)
{
	double share = 0;

	return f->from == f->to && best_share(h->figures, f->from, &share) &&
	       fabs(f->read_share - share) < SHARE_SAME;
}

static void warn_unused(struct host *h)
{
	unsigned curves = 0, totals = 0, mixes = 0;

	for (size_t i = 0; i < h->figures->nr; i++) {
		const struct figure *f = &h->figures->figure[i];
		bool all = f->from == FIGURE_ALL;

		curves += f->kind == FIGURE_LOADED && !on_curve(h, f);
		totals += (f->kind == FIGURE_READ || f->kind == FIGURE_WRITE ||
			   f->kind == FIGURE_LATENCY || f->kind == FIGURE_PORT_READ ||
			   f->kind == FIGURE_PORT_WRITE) &&
			  all;
		mixes += f->kind == FIGURE_MIX && f->from != f->to;
	}
	if (curves)
		host_warn(
			h,
			"figures: %u points of latency under load are not used: of one read share, "
			"on own memory, they are",
			curves);
	if (totals)
		host_warn(h,
			  "figures: those of all nodes at once that are not used: %u; mixes are "
			  "(reads "
			  "alone: a mix of read_share 1)",
			  totals);
	if (mixes)
		host_warn(h, "figures: mixes of another node's memory, which are not used: %u",
			  mixes);
}

/* --- all of it -------------------------------------------------------------------------- */

void figures_free_known(struct host *h)
{
	struct host_known *k = h->known;

	for (unsigned n = 0; k && n < h->nr_nodes; n++) {
		bool again = false;

		for (unsigned m = 0; m < n && !again; m++)
			again = k->curve[m] == k->curve[n];
		if (!again)
			free(k->curve[n]);
	}
	if (k) {
		free(k->curve);
		free(k->port_read);
		free(k->port_write);
		free(k->link);
	}
	free(k);
	h->known = NULL;
}

void figures_make_known(struct host *h)
{
	size_t nr = h->nr_nodes + 1, packages = h->nr_packages;
	struct host_known *k = xcalloc(1, sizeof(*k));

	figures_free_known(h);
	k->curve = xcalloc(nr, sizeof(struct host_curve *));
	k->port_read = xcalloc(nr, sizeof(double));
	k->port_write = xcalloc(nr, sizeof(double));
	k->link = xcalloc(packages * packages + 1, sizeof(double));
	for (size_t i = 0; i < h->figures->nr; i++)
		take(h, k, &h->figures->figure[i]);
	for (unsigned n = 0; n < h->nr_nodes; n++)
		if (!(k->port_write[n] > 0))
			k->port_write[n] = writes_of_mixes(h, n);
	make_curves(h, k);
	warn_unused(h);
	h->known = k;
}
