/* Facts of a machine's memory become the matrices of a host. */
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "host/figures.h"
#include "host/figures_known.h"

#define MIB_PER_S_IN_BYTES_PER_NS (1048576.0 / 1e9)
#define ODD_BELOW 0.98 /* of what it should be at least: more than noise */

static const struct {
	enum figure_kind kind;
	enum host_matrix_kind matrix;
} cells[] = {
	{FIGURE_LATENCY, MATRIX_LATENCY},
	{FIGURE_READ, MATRIX_BANDWIDTH},
	{FIGURE_WRITE, MATRIX_WRITE_BANDWIDTH},
};

static double in_matrix(enum host_matrix_kind k)
{
	return k == MATRIX_LATENCY ? 1 : MIB_PER_S_IN_BYTES_PER_NS;
}

static uint32_t rounded(double v)
{
	return v < 1 ? 1 : v >= 4e9 ? 4000000000u : (uint32_t)(v + 0.5);
}

static const char *tool_of(const struct figures *all, const struct figure *f)
{
	return f->tool && *f->tool ? f->tool : all->tool && *all->tool ? all->tool : "figures";
}

static int refuse(const struct figure *f, struct error *err, const char *what, uint32_t number,
		  const char *why)
{
	if (f->path)
		return error_at(err, ERR_INPUT, f->path, f->line, f->column, "%s: %s %u %s",
				figure_kind_name(f->kind), what, number, why);
	return error_set(err, ERR_INPUT, "%s: %s %u %s", figure_kind_name(f->kind), what, number,
			 why);
}

static int check_nodes(const struct host *h, const struct figure *f, struct error *err)
{
	int from = host_find_node(h, f->from), to = host_find_node(h, f->to);

	if (from < 0 && f->from != FIGURE_ALL)
		return refuse(f, err, "node", f->from, "is not in this host");
	if (to < 0 && f->to != FIGURE_ALL)
		return refuse(f, err, "node", f->to, "is not in this host");
	if (f->kind == FIGURE_DISTANCE)
		return 0;
	if (from >= 0 && !h->node[from].nr_cpus)
		return refuse(f, err, "node", f->from, "has no CPUs, which start an access");
	if (to >= 0 && !h->node[to].memory_bytes)
		return refuse(f, err, "node", f->to, "has no memory that could be read");
	return 0;
}

static int check_place(const struct host *h, const struct figure *f, struct error *err)
{
	if (f->kind != FIGURE_LINK)
		return check_nodes(h, f, err);
	if (f->from >= h->nr_packages || f->to >= h->nr_packages)
		return refuse(f, err, "package", f->from >= h->nr_packages ? f->from : f->to,
			      "is not in this host");
	if (f->from == f->to)
		return refuse(f, err, "package", f->from, "has no link to itself");
	return 0;
}

static void set_cell(struct host *h, const struct figure *f, enum host_matrix_kind matrix)
{
	unsigned from = (unsigned)host_find_node(h, f->from),
		 to = (unsigned)host_find_node(h, f->to);
	enum host_grade grade = f->firmware ? GRADE_FIRMWARE : GRADE_MEASURED;

	if (host_cell_grade(h, matrix, from, to) > grade)
		return;
	host_set_cell(h, matrix, from, to, rounded(f->value / in_matrix(matrix)), grade,
		      tool_of(h->figures, f));
}

static void set_cells(struct host *h)
{
	for (size_t i = 0; i < h->figures->nr; i++) {
		const struct figure *f = &h->figures->figure[i];

		for (size_t c = 0; c < sizeof(cells) / sizeof(cells[0]); c++)
			if (cells[c].kind == f->kind && f->from != FIGURE_ALL)
				set_cell(h, f, cells[c].matrix);
	}
}

/* --- distances ------------------------------------------------------------------------ */

static const struct figure *distance_of(const struct host *h, unsigned from, unsigned to)
{
	return host_figure(h, FIGURE_DISTANCE, h->node[from].os_index, h->node[to].os_index);
}

/* All of them, where the host has none of its own; else they are compared. */
static void set_distances(struct host *h)
{
	const struct host_matrix *m = &h->matrix[MATRIX_DISTANCE];
	unsigned known = 0, other = 0;
	uint32_t *value;

	for (unsigned i = 0; i < h->nr_nodes * h->nr_nodes; i++) {
		const struct figure *f = distance_of(h, i / h->nr_nodes, i % h->nr_nodes);

		known += f != NULL;
		other += f && m->value && m->value[i] != (uint32_t)f->value;
	}
	if (m->grade > GRADE_ASSUMED) {
		if (other)
			host_warn(h, "%u distances of the figures are not the host's, which stay",
				  other);
		return;
	}
	if (known < h->nr_nodes * h->nr_nodes)
		return;
	value = host_matrix_new(h, MATRIX_DISTANCE, GRADE_FIRMWARE, "numactl -H");
	for (unsigned i = 0; i < h->nr_nodes * h->nr_nodes; i++)
		value[i] = (uint32_t)distance_of(h, i / h->nr_nodes, i % h->nr_nodes)->value;
}

/* --- writes from mixes --------------------------------------------------------------- */

/* Part of what all nodes do at once that is this node's, by their reads or else cores. */
static double part_of(const struct host *h, unsigned node)
{
	const uint32_t *read = h->matrix[MATRIX_BANDWIDTH].value;
	double sum = 0, own = 0;
	bool known = read != NULL;

	for (unsigned n = 0; n < h->nr_nodes && known; n++)
		known = !nodeset_has(h->usable_nodes, n) ||
			read[n * h->nr_nodes + n] != MATRIX_UNKNOWN;
	for (unsigned n = 0; n < h->nr_nodes; n++) {
		double weight = known ? read[n * h->nr_nodes + n] : h->node[n].nr_cores;

		if (!nodeset_has(h->usable_nodes, n))
			continue;
		sum += weight;
		own = n == node ? weight : own;
	}
	return sum > 0 ? own / sum : 0;
}

/* Least squares of 1 = rate (share / reads + (1 - share) / writes) over the node's mixes. */
struct fit {
	double xx, xy, yy, x, y;
	unsigned nr;
};

static void fit_add(struct fit *s, double rate, double share)
{
	double a = rate * share, b = rate * (1 - share);

	s->xx += a * a;
	s->xy += a * b;
	s->yy += b * b;
	s->x += a;
	s->y += b;
	s->nr++;
}

static struct fit fit_of(const struct host *h, unsigned node)
{
	uint32_t number = h->node[node].os_index;
	struct fit own = {0}, all = {0};

	for (size_t i = 0; i < h->figures->nr; i++) {
		const struct figure *f = &h->figures->figure[i];

		if (f->kind != FIGURE_MIX || f->firmware)
			continue;
		if (f->from == number && f->to == number)
			fit_add(&own, f->value, f->read_share);
		else if (f->from == FIGURE_ALL && f->to == FIGURE_ALL)
			fit_add(&all, f->value * part_of(h, node), f->read_share);
	}
	return own.nr ? own : all;
}

static bool known_cell(const struct host *h, enum host_matrix_kind kind, unsigned n, double *out)
{
	if (host_cell_grade(h, kind, n, n) != GRADE_MEASURED)
		return false;
	*out = h->matrix[kind].value[n * h->nr_nodes + n] * in_matrix(kind);
	return true;
}

/* What the node's mixes say of its reads and writes alone; 0: nothing. */
static void solve(const struct fit *s, double *reads, double *writes)
{
	double determinant = s->xx * s->yy - s->xy * s->xy, x, y;

	if (*reads > 0) {
		x = 1 / *reads;
		y = s->yy > 0 ? (s->y - x * s->xy) / s->yy : 0;
	} else if (determinant > 1e-6 * s->xx * s->yy) {
		x = (s->x * s->yy - s->y * s->xy) / determinant;
		y = (s->y * s->xx - s->x * s->xy) / determinant;
	} else {
		x = s->yy > 0 ? 0 : s->x / s->xx; /* reads alone, or nothing that tells */
		y = 0;
	}
	*reads = x > 0 ? 1 / x : 0;
	*writes = y > 0 ? 1 / y : 0;
}

static void mixes_of_node(struct host *h, unsigned n)
{
	struct fit fit = fit_of(h, n);
	double reads = 0, writes = 0, old;
	bool has_reads = known_cell(h, MATRIX_BANDWIDTH, n, &reads);

	if (!fit.nr)
		return;
	solve(&fit, &reads, &writes);
	if (!has_reads && reads > 0)
		host_set_cell(h, MATRIX_BANDWIDTH, n, n,
			      rounded(reads / in_matrix(MATRIX_BANDWIDTH)), GRADE_MEASURED,
			      "mixes");
	if (!known_cell(h, MATRIX_WRITE_BANDWIDTH, n, &old) && writes > 0)
		host_set_cell(h, MATRIX_WRITE_BANDWIDTH, n, n,
			      rounded(writes / in_matrix(MATRIX_WRITE_BANDWIDTH)), GRADE_MEASURED,
			      "mixes");
}

/* --- what looks odd -------------------------------------------------------------------- */

static double cell(const struct host *h, enum host_matrix_kind k, unsigned from, unsigned to)
{
	return host_cell_grade(h, k, from, to) == GRADE_NONE
		       ? 0
		       : h->matrix[k].value[from * h->nr_nodes + to] * in_matrix(k);
}

/* The node's own memory against others'. */
static void warn_local(struct host *h, unsigned n)
{
	double ns = cell(h, MATRIX_LATENCY, n, n), rate = cell(h, MATRIX_BANDWIDTH, n, n);

	for (unsigned m = 0; m < h->nr_nodes; m++) {
		double far_ns = cell(h, MATRIX_LATENCY, n, m);
		double far_rate = cell(h, MATRIX_BANDWIDTH, n, m);

		if (m != n && far_ns > 0 && far_ns < ODD_BELOW * ns)
			host_warn(h,
				  "figures: node %u reaches its own memory in %.0f ns and node "
				  "%u's in %.0f: are rows and columns exchanged?",
				  h->node[n].os_index, ns, h->node[m].os_index, far_ns);
		if (m != n && rate > 0 && rate < ODD_BELOW * far_rate)
			host_warn(h,
				  "figures: node %u reads its own memory at %.1f GB/s and node "
				  "%u's at %.1f",
				  h->node[n].os_index, rate, h->node[m].os_index, far_rate);
	}
}

static void warn_sizes(struct host *h, unsigned n)
{
	double ns = cell(h, MATRIX_LATENCY, n, n), reads = cell(h, MATRIX_BANDWIDTH, n, n);
	double writes = cell(h, MATRIX_WRITE_BANDWIDTH, n, n);

	if (ns > 0 && (ns < 20 || ns > 1000))
		host_warn(h,
			  "figures: %.0f ns to node %u's own memory is %s of any machine's: is "
			  "the unit right?",
			  ns, h->node[n].os_index,
			  ns < 20 ? "a cache's latency, not that" : "beyond that");
	if (reads > 0 && (reads < 0.5 || reads > 5000))
		host_warn(h, "figures: %.2f GB/s from node %u's own memory: is the unit right?",
			  reads, h->node[n].os_index);
	if (reads > 0 && reads < ODD_BELOW * writes && h->nr_l3s < 2 * h->nr_nodes)
		host_warn(h,
			  "figures: node %u writes at %.1f GB/s and reads at %.1f: memory that "
			  "writes faster than it reads is rare",
			  h->node[n].os_index, writes, reads);
}

/* A point that is idle beside one of more load. */
static void warn_curves(struct host *h)
{
	const struct figures *f = h->figures;

	for (size_t i = 0; i < f->nr; i++) {
		for (size_t k = 0; k < f->nr; k++) {
			const struct figure *a = &f->figure[i], *b = &f->figure[k];

			if (a->kind != FIGURE_LOADED || b->kind != FIGURE_LOADED ||
			    a->from != b->from || a->to != b->to || a->load >= b->load ||
			    a->value * 0.8 <= b->value)
				continue;
			host_warn(h,
				  "figures: latency falls from %.0f ns at %.1f GB/s to %.0f at "
				  "%.1f: are load and latency exchanged?",
				  a->value, a->load, b->value, b->load);
			return;
		}
	}
}

/* The matrix's source, where all of its cells are figures: their tools. */
static void name_source(struct host *h, enum host_matrix_kind kind, enum figure_kind fact)
{
	struct host_matrix *m = &h->matrix[kind];
	char text[sizeof(m->source)] = "";

	for (unsigned i = 0; m->value && i < h->nr_nodes * h->nr_nodes; i++) {
		unsigned from = i / h->nr_nodes, to = i % h->nr_nodes;
		const struct figure *f =
			host_figure(h, fact, h->node[from].os_index, h->node[to].os_index);
		bool mixed = !f && from == to && fit_of(h, from).nr;
		const char *tool = f ? tool_of(h->figures, f) : "mixes";

		if (m->value[i] == MATRIX_UNKNOWN)
			continue;
		if (!f && !mixed)
			return;
		host_add_sources(text, sizeof(text), tool);
	}
	if (*text)
		memcpy(m->source, text, sizeof(text));
}

/* Two sources that do not agree; the later one is what the matrices have. */
static void warn_disagreement(struct host *h)
{
	const struct figures *f = h->figures;

	for (size_t i = 0; i < f->nr; i++) {
		for (size_t k = i + 1; k < f->nr; k++) {
			const struct figure *a = &f->figure[i], *b = &f->figure[k];

			if (a->kind > FIGURE_WRITE || a->kind != b->kind || a->from != b->from ||
			    a->to != b->to || a->firmware != b->firmware ||
			    (a->value < 1.1 * b->value && b->value < 1.1 * a->value))
				continue;
			host_warn(h,
				  "figures: %s from node %u to node %u is %.1f by %s and %.1f by "
				  "%s, which is taken",
				  figure_kind_name(a->kind), a->from, a->to, a->value,
				  tool_of(f, a), b->value, tool_of(f, b));
			return;
		}
	}
}

int figures_apply(struct host *h, struct error *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < h->figures->nr; i++)
		rc = check_place(h, &h->figures->figure[i], err);
	if (rc)
		return rc;
	set_distances(h);
	set_cells(h);
	for (unsigned n = 0; n < h->nr_nodes; n++) {
		if (!nodeset_has(h->usable_nodes, n))
			continue;
		mixes_of_node(h, n);
		warn_local(h, n);
		warn_sizes(h, n);
	}
	for (size_t c = 0; c < sizeof(cells) / sizeof(cells[0]); c++)
		name_source(h, cells[c].matrix, cells[c].kind);
	warn_curves(h);
	warn_disagreement(h);
	figures_make_known(h);
	return 0;
}

/* --- taking them ------------------------------------------------------------------------- */

/* Said of the same thing, so that the newer one takes its place; points of a curve do all
 * together. */
static bool replaces(const struct figure *new, const struct figure *old)
{
	return new->kind == old->kind &&new->from == old->from &&new->to ==
		       old->to &&new->firmware == old->firmware &&
	       (new->kind != FIGURE_MIX ||
		!(new->read_share < old->read_share || new->read_share > old->read_share));
}

static void drop_replaced(struct figures *f, const struct figures *from)
{
	size_t kept = 0;

	for (size_t i = 0; i < f->nr; i++) {
		bool replaced = false;

		for (size_t k = 0; k < from->nr && !replaced; k++)
			replaced = replaces(&from->figure[k], &f->figure[i]);
		if (!replaced)
			f->figure[kept++] = f->figure[i];
	}
	f->nr = kept;
}

int host_take_figures(struct host *h, struct figures *from, struct error *err)
{
	int rc = 0;

	if (!h->figures) {
		h->figures = xcalloc(1, sizeof(*h->figures));
		*h->figures = *from;
	} else {
		drop_replaced(h->figures, from);
		rc = figures_join(h->figures, from, err);
		if (!rc)
			figures_release(from);
	}
	if (rc)
		return rc;
	*from = (struct figures){0};
	return figures_apply(h, err);
}

const struct figure *host_figure(const struct host *h, enum figure_kind kind, uint32_t from,
				 uint32_t to)
{
	const struct figure *found = NULL;

	for (size_t i = 0; h->figures && i < h->figures->nr; i++) {
		const struct figure *f = &h->figures->figure[i];

		if (f->kind == kind && f->from == from && f->to == to &&
		    (!found || found->firmware))
			found = f;
	}
	return found;
}

void figures_of_matrices(struct figures *f, const struct host *h)
{
	for (size_t c = 0; c < sizeof(cells) / sizeof(cells[0]); c++) {
		const struct host_matrix *m = &h->matrix[cells[c].matrix];

		for (unsigned i = 0; m->value && i < h->nr_nodes * h->nr_nodes; i++) {
			unsigned from = i / h->nr_nodes, to = i % h->nr_nodes;
			struct figure one = {.kind = cells[c].kind,
					     .from = h->node[from].os_index,
					     .to = h->node[to].os_index,
					     .value = m->value[i] * in_matrix(cells[c].matrix),
					     .tool = m->source};
			struct error err;

			if (host_cell_grade(h, cells[c].matrix, from, to) != GRADE_MEASURED ||
			    host_figure(h, one.kind, one.from, one.to))
				continue;
			/* what is out of a fact's bounds stays in the matrix alone */
			if (figures_add(f, &one, &err))
				continue;
		}
	}
}
