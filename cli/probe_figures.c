/* What was measured, as facts that a host takes. */
#include <math.h>
#include <string.h>

#include "cli/probe_out.h"
#include "probe/stream.h"

#define PS_PER_NS 1000.0
#define B_PER_GB 1e9

struct facts {
	const struct host *h;
	const struct survey *s;
	struct figures *out;
	struct error *err;
};

/* To so many digits as a measurement has. */
static double rounded(double x)
{
	return round(x * 1000) / 1000;
}

static double best_rate(const struct survey_cell *c)
{
	return rounded(cell_value(c).best / B_PER_GB);
}

static double median_ns(const struct survey_cell *c)
{
	return rounded(cell_value(c).median / PS_PER_NS);
}

/* From the cell's nodes to its nodes. */
static int add(const struct facts *f, const struct survey_cell *c, struct figure what)
{
	what.from = c->from == CELL_ALL ? FIGURE_ALL : f->h->node[c->from].os_index;
	what.to = f->h->node[c->to].os_index;
	return figures_add(f->out, &what, f->err);
}

static int add_rate(const struct facts *f, const struct survey_cell *c, enum figure_kind kind)
{
	return add(f, c, (struct figure){.kind = kind, .value = best_rate(c)});
}

static int add_latency(const struct facts *f, const struct survey_cell *c)
{
	return add(f, c, (struct figure){.kind = FIGURE_LATENCY, .value = median_ns(c)});
}

static int add_read(const struct facts *f, const struct survey_cell *c)
{
	return add_rate(f, c, FIGURE_READ);
}

/* Ordinary stores read lines that nobody counts: no write bandwidth of the memory. */
static int add_write(const struct facts *f, const struct survey_cell *c)
{
	return c->op == KERNEL_WRITE_NT ? add_rate(f, c, FIGURE_WRITE) : 0;
}

/* Copy and triad have their share of reads too, but one known mix a share is enough. */
static int add_mix(const struct facts *f, const struct survey_cell *c)
{
	if (c->op != KERNEL_MIX_3_1 && c->op != KERNEL_MIX_2_1 && c->op != KERNEL_MIX_1_1)
		return 0;
	return add(f, c,
		   (struct figure){.kind = FIGURE_MIX,
				   .value = best_rate(c),
				   .read_share = (double)kernel_read_ppm(c->op) / 1e6});
}

/* Of packages, not nodes. */
static int add_link(const struct facts *f, const struct survey_cell *c)
{
	if (c->op != KERNEL_READ || c->both)
		return 0;
	return figures_add(
		f->out,
		&(struct figure){
			.kind = FIGURE_LINK, .from = c->from, .to = c->to, .value = best_rate(c)},
		f->err);
}

static int add_hot(const struct facts *f, const struct survey_cell *c)
{
	return add_rate(f, c, FIGURE_HOT);
}

/* By all cores of an L3 that is not the node's only one: else it is the node that limits.
 * The first L3 of a node speaks for it. */
static int add_port(const struct facts *f, const struct survey_cell *c)
{
	const struct survey *s = f->s;
	uint32_t at = (uint32_t)(c - s->cell);
	bool all = c->op == KERNEL_WRITE_NT || (at + 1 < s->nr && c[1].op == KERNEL_WRITE_NT);

	if (!all || cpuset_subset(&f->h->node[c->from].cpus, &f->h->l3[c->l3].cpus))
		return 0;
	for (uint32_t i = 0; i < at; i++)
		if (s->cell[i].figure == CELL_PORT && s->cell[i].from == c->from &&
		    s->cell[i].l3 != c->l3)
			return 0;
	return add_rate(f, c, c->op == KERNEL_WRITE_NT ? FIGURE_PORT_WRITE : FIGURE_PORT_READ);
}

static int add_loaded(const struct facts *f, const struct survey_cell *c)
{
	if (!c->level_ppm)
		return 0;
	return add(f, c,
		   (struct figure){.kind = FIGURE_LOADED,
				   .value = median_ns(c),
				   .read_share = rounded((double)kernel_read_ppm(c->op) / 1e6),
				   .load = round(cell_load(c) / 1000) / 1e6});
}

/* The most that any number of chains brought. */
static int add_lines(const struct facts *f, const struct survey_cell *c)
{
	double most = 0;

	if (c > f->s->cell && c[-1].figure == CELL_LINES)
		return 0;
	for (const struct survey_cell *x = c; x < f->s->cell + f->s->nr && x->figure == CELL_LINES;
	     x++)
		most = fmax(most, probe_lines(f->s, x));
	if (most < 1)
		return 0;
	return add(f, c, (struct figure){.kind = FIGURE_LINES, .value = rounded(most)});
}

static int add_stream(const struct facts *f, const struct survey_cell *c)
{
	static const enum figure_kind kind[STREAM_KERNELS] = {
		FIGURE_STREAM_COPY, FIGURE_STREAM_SCALE, FIGURE_STREAM_ADD, FIGURE_STREAM_TRIAD};

	return add_rate(f, c, kind[c->count]);
}

int probe_figures(const struct host *h, const struct survey *s, const char *date,
		  struct figures *out, struct error *err)
{
	static int (*const adds[])(const struct facts *f, const struct survey_cell *c) = {
		[CELL_LATENCY] = add_latency, [CELL_READ] = add_read,	  [CELL_WRITE] = add_write,
		[CELL_MIX] = add_mix,	      [CELL_LINK] = add_link,	  [CELL_HOT] = add_hot,
		[CELL_PORT] = add_port,	      [CELL_LOADED] = add_loaded, [CELL_LINES] = add_lines,
		[CELL_STREAM] = add_stream};
	struct facts f = {.h = h, .s = s, .out = out, .err = err};
	int rc = 0;

	figures_begin(out, "homenode probe", h->source);
	out->date = arena_strdup(&out->arena, date);
	for (uint32_t i = 0; !rc && i < s->nr; i++)
		if (s->cell[i].nr)
			rc = adds[s->cell[i].figure](&f, &s->cell[i]);
	return rc;
}
