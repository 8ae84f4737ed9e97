/* Points of latency under load become curves: of nodes and of links. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "host/figures.h"
#include "host/figures_known.h"

#define MIB_PER_S_IN_BYTES_PER_NS (1048576.0 / 1e9)
#define IDLE_LOAD 0.1 /* below it, a point is as good as idle */
#define SHARE_SAME 0.01 /* of reads: one curve */
#define POINTS_MIN 3 /* of a second curve, or a link's */

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

double figures_curve_at(const struct host_curve *c, double load)
{
	double before = 0, from = 1;
	uint32_t i = 0;

	while (i < c->nr && c->load[i] < load) {
		before = c->load[i];
		from = c->factor[i++];
	}
	return i == c->nr ? from
			  : from + (c->factor[i] - from) * (load - before) / (c->load[i] - before);
}

static bool is_point(const struct figure *f, uint32_t from, uint32_t to)
{
	return f->kind == FIGURE_LOADED && f->from == from && f->to == to;
}

static bool same_share(double a, double b)
{
	return fabs(a - b) < SHARE_SAME;
}

static uint32_t count_points(const struct figures *f, uint32_t from, uint32_t to, double share)
{
	uint32_t nr = 0;

	for (size_t i = 0; i < f->nr; i++)
		nr += is_point(&f->figure[i], from, to) &&
		      same_share(f->figure[i].read_share, share);
	return nr;
}

/* The read share with the most points, the higher one of two; -1: there are none. */
static double best_share(const struct figures *f, uint32_t node)
{
	uint32_t best = 0;
	double share = -1;

	for (size_t i = 0; i < f->nr; i++) {
		double of = f->figure[i].read_share;
		uint32_t nr;

		if (!is_point(&f->figure[i], node, node))
			continue;
		nr = count_points(f, node, node, of);
		if (nr < best || (nr == best && of < share))
			continue;
		best = nr;
		share = of;
	}
	return share;
}

/* A cell of a matrix: ns, or bytes a ns; 0: not known. */
static double between(const struct host *h, enum host_matrix_kind k, unsigned from, unsigned to)
{
	uint32_t v =
		h->matrix[k].value ? h->matrix[k].value[from * h->nr_nodes + to] : MATRIX_UNKNOWN;

	return v == MATRIX_UNKNOWN ? 0 : k == MATRIX_LATENCY ? v : v * MIB_PER_S_IN_BYTES_PER_NS;
}

/* Of a node's own memory. */
static double cell(const struct host *h, enum host_matrix_kind k, unsigned n)
{
	return between(h, k, n, n);
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

/* The next share of reads below `below` that there are points of; -1: none. */
static double share_below(const struct figures *f, uint32_t node, double below)
{
	double share = -1;

	for (size_t i = 0; i < f->nr; i++)
		if (is_point(&f->figure[i], node, node) && f->figure[i].read_share < below &&
		    f->figure[i].read_share > share)
			share = f->figure[i].read_share;
	return share;
}

/* Through the points at one share of reads; NULL: they are no curve. */
static struct host_curve *curve_at_share(const struct host *h, uint32_t node, double share)
{
	const struct figures *f = h->figures;
	double load[HOST_CURVE_POINTS], ns[HOST_CURVE_POINTS], most = most_of(h, node, share);
	struct host_curve *c = xcalloc(1, sizeof(*c));
	uint32_t nr = 0;

	for (size_t i = 0; i < f->nr && nr < HOST_CURVE_POINTS; i++) {
		const struct figure *x = &f->figure[i];

		/* what was asked for and cannot have got through says nothing */
		if (!is_point(x, node, node) || !same_share(x->read_share, share) ||
		    (x->offered && most > 0 && x->load > most))
			continue;
		load[nr] = x->load;
		ns[nr++] = x->value;
	}
	if (figures_curve(c, nr, load, ns, most, idle_of(h, node))) {
		c->read_share = share;
		return c;
	}
	free(c);
	return NULL;
}

/* Through the points of a node, or of the machine, by shares of reads; NULL: there are none.
 * Of the share with the most points any will do; others stand beside it where there are
 * enough, and what the memory gives at their share is known. */
static struct host_curve *curve_of(const struct host *h, uint32_t node)
{
	const struct figures *f = h->figures;
	struct host_curve *first = NULL, **last = &first;
	double best = best_share(f, node);

	for (double share = share_below(f, node, 2); share >= 0;
	     share = share_below(f, node, share - SHARE_SAME)) {
		if (!same_share(share, best) && (count_points(f, node, node, share) < POINTS_MIN ||
						 !(most_of(h, node, share) > 0)))
			continue;
		*last = curve_at_share(h, node, share);
		if (*last)
			last = &(*last)->fewer;
	}
	return first;
}

static void free_curve(struct host_curve *c)
{
	while (c) {
		struct host_curve *next = c->fewer;

		free(c);
		c = next;
	}
}

static void make_curves(const struct host *h, struct host_known *k)
{
	k->all = curve_of(h, FIGURE_ALL);
	for (unsigned n = 0; n < h->nr_nodes; n++) {
		k->curve[n] = curve_of(h, h->node[n].os_index);
		if (!k->curve[n])
			k->curve[n] = k->all;
	}
}

/* --- curves of links ------------------------------------------------------------------- */

/* What CPUs of one package can read of another's memory: measured so, or the best cell. */
static double link_most(const struct host *h, const struct host_known *k, unsigned from,
			unsigned to)
{
	unsigned reader = h->node[from].package, memory = h->node[to].package;
	double most = k->link[reader * h->nr_packages + memory];

	for (unsigned i = 0; !(k->link[reader * h->nr_packages + memory] > 0) && i < h->nr_nodes;
	     i++)
		for (unsigned m = 0; h->node[i].package == reader && m < h->nr_nodes; m++)
			if (h->node[m].package == memory)
				most = fmax(most, between(h, MATRIX_BANDWIDTH, i, m));
	return most;
}

/* Can the points of this pair of nodes say what their link adds? */
static bool link_is_measured(const struct host *h, const struct host_known *k, unsigned from,
			     unsigned to)
{
	return h->node[from].package != h->node[to].package &&
	       h->node[from].package < h->nr_packages && h->node[to].package < h->nr_packages &&
	       count_points(h->figures, h->node[from].os_index, h->node[to].os_index, 1) >=
		       POINTS_MIN &&
	       k->curve[to] && node_most(h, to, 1) > 0 && cell(h, MATRIX_LATENCY, to) > 0 &&
	       between(h, MATRIX_LATENCY, from, to) > 0 && link_most(h, k, from, to) > 0;
}

/* What the memory's own queue adds at that load is taken off: the rest is the link's. */
static struct host_curve *curve_of_link(const struct host *h, const struct host_known *k,
					unsigned from, unsigned to)
{
	double load[HOST_CURVE_POINTS], ns[HOST_CURVE_POINTS], most = node_most(h, to, 1);
	struct host_curve *c = xcalloc(1, sizeof(*c));
	uint32_t nr = 0;

	for (size_t i = 0; i < h->figures->nr && nr < HOST_CURVE_POINTS; i++) {
		const struct figure *x = &h->figures->figure[i];

		if (!is_point(x, h->node[from].os_index, h->node[to].os_index) ||
		    !same_share(x->read_share, 1))
			continue;
		load[nr] = x->load;
		ns[nr++] = fmax(
			between(h, MATRIX_LATENCY, from, to),
			x->value - cell(h, MATRIX_LATENCY, to) *
					   (figures_curve_at(k->curve[to], x->load / most) - 1));
	}
	if (figures_curve(c, nr, load, ns, link_most(h, k, from, to),
			  between(h, MATRIX_LATENCY, from, to))) {
		c->read_share = 1;
		c->from = from;
		c->to = to;
		return c;
	}
	free(c);
	return NULL;
}

/* Of the pairs of nodes between two packages, the one with the most points speaks. */
static void make_link_curves(const struct host *h, struct host_known *k)
{
	uint32_t *best = xcalloc((size_t)h->nr_packages * h->nr_packages + 1, sizeof(*best));

	for (unsigned from = 0; from < h->nr_nodes; from++) {
		for (unsigned to = 0; to < h->nr_nodes; to++) {
			uint32_t link = h->node[from].package * h->nr_packages +
					h->node[to].package,
				 nr;

			if (!link_is_measured(h, k, from, to))
				continue;
			nr = count_points(h->figures, h->node[from].os_index, h->node[to].os_index,
					  1);
			if (nr <= best[link])
				continue;
			best[link] = nr;
			free(k->link_curve[link]);
			k->link_curve[link] = curve_of_link(h, k, from, to);
		}
	}
	free(best);
}

/* --- what is not used ------------------------------------------------------------------- */

enum unused { USED, OTHER_SHARE, EVERY_NODE, SAME_PACKAGE, NOT_THE_LINK, UNUSED_KINDS };

static bool all_is_used(const struct host *h, const struct host_known *k)
{
	for (unsigned n = 0; n < h->nr_nodes; n++)
		if (k->curve[n] == k->all)
			return true;
	return false;
}

static enum unused why_own_unused(const struct host *h, const struct host_known *k,
				  const struct figure *f)
{
	int n = host_find_node(h, f->from);
	const struct host_curve *c = n < 0 ? k->all : k->curve[n];

	if (f->from == FIGURE_ALL && !all_is_used(h, k))
		return EVERY_NODE;
	for (; c; c = c->fewer)
		if (same_share(c->read_share, f->read_share))
			return USED;
	return OTHER_SHARE;
}

static enum unused why_unused(const struct host *h, const struct host_known *k,
			      const struct figure *f)
{
	int a = host_find_node(h, f->from), b = host_find_node(h, f->to);
	const struct host_curve *link = NULL;

	if (f->from == f->to)
		return why_own_unused(h, k, f);
	if (a < 0 || b < 0 || h->node[a].package == h->node[b].package)
		return SAME_PACKAGE;
	if (h->node[a].package < h->nr_packages && h->node[b].package < h->nr_packages)
		link = k->link_curve[h->node[a].package * h->nr_packages + h->node[b].package];
	return link && link->from == (unsigned)a && link->to == (unsigned)b &&
			       same_share(f->read_share, 1)
		       ? USED
		       : NOT_THE_LINK;
}

/* Points that say nothing to the model, by reason. */
static void warn_unused(struct host *h, const struct host_known *k)
{
	static const char *const why[UNUSED_KINDS] = {
		[OTHER_SHARE] = "a second share of reads takes three points, and the node's reads "
				"and writes",
		[EVERY_NODE] = "every node has points of its own",
		[SAME_PACKAGE] = "between nodes of one package there is no link that they could "
				 "be of",
		[NOT_THE_LINK] = "a link takes three points of reads alone between one pair of "
				 "nodes, that memory's own points, and bandwidths and latencies "
				 "of both"};
	const struct figure *first[UNUSED_KINDS] = {NULL};
	unsigned nr[UNUSED_KINDS] = {0};

	for (size_t i = 0; i < h->figures->nr; i++) {
		const struct figure *f = &h->figures->figure[i];
		enum unused u = f->kind == FIGURE_LOADED ? why_unused(h, k, f) : USED;

		nr[u]++;
		first[u] = first[u] ? first[u] : f;
	}
	for (unsigned u = USED + 1; u < UNUSED_KINDS; u++) {
		char nodes[64] = "all nodes";

		if (nr[u] && first[u]->from != FIGURE_ALL)
			snprintf(nodes, sizeof(nodes), "node %u on memory of node %u",
				 first[u]->from, first[u]->to);
		if (nr[u])
			host_warn(h,
				  "figures: %u point%s of latency under load %s not used (%s, "
				  "read share %.3g): %s",
				  nr[u], nr[u] == 1 ? "" : "s", nr[u] == 1 ? "is" : "are", nodes,
				  first[u]->read_share, why[u]);
	}
}

void figures_make_curves(struct host *h, struct host_known *k)
{
	k->curve = xcalloc(h->nr_nodes + (size_t)1, sizeof(struct host_curve *));
	k->link_curve =
		xcalloc((size_t)h->nr_packages * h->nr_packages + 1, sizeof(struct host_curve *));
	make_curves(h, k);
	make_link_curves(h, k);
	warn_unused(h, k);
}

void figures_free_curves(const struct host *h, struct host_known *k)
{
	for (unsigned n = 0; n < h->nr_nodes; n++)
		if (k->curve[n] != k->all)
			free_curve(k->curve[n]);
	free_curve(k->all);
	for (unsigned i = 0; i < h->nr_packages * h->nr_packages; i++)
		free(k->link_curve[i]);
	free(k->curve);
	free(k->link_curve);
}
