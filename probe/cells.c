#include "probe/cells.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/stats.h"
#include "probe/machine.h"
#include "probe/stream.h"

static const char *const figure_names[] = {
	[CELL_LATENCY] = "latency", [CELL_READ] = "read",     [CELL_WRITE] = "write",
	[CELL_MIX] = "mix",	    [CELL_LINK] = "link",     [CELL_HOT] = "hot",
	[CELL_PORT] = "port",	    [CELL_LOADED] = "loaded", [CELL_LINES] = "lines",
	[CELL_STREAM] = "stream"};

static const int64_t levels_ppm[] = {0, 100000, 300000, 500000, 700000, 850000, 950000, 1000000};
static const uint32_t chains[] = {1, 2, 4, 6, 8, 10, 12, 16, 20, 24, 32};

#define LENGTH(x) (sizeof(x) / sizeof((x)[0]))

const char *cell_figure_name(enum cell_figure f)
{
	return figure_names[f];
}

bool cell_figure_parse(enum cell_figure *out, const char *name, size_t length)
{
	for (unsigned f = 0; f < CELL_FIGURES; f++)
		if (strlen(figure_names[f]) == length &&
		    memcmp(figure_names[f], name, length) == 0) {
			*out = (enum cell_figure)f;
			return true;
		}
	return false;
}

const char *cell_kind(const struct survey_cell *c)
{
	static const char *const stream[] = {"stream-copy", "stream-scale", "stream-add",
					     "stream-triad"};

	if (c->figure == CELL_STREAM)
		return stream[c->count];
	if (c->figure == CELL_LATENCY || c->figure == CELL_LINES)
		return "chase";
	return kernel_name(c->op);
}

bool cell_is_time(const struct survey_cell *c)
{
	return c->figure == CELL_LATENCY || c->figure == CELL_LOADED || c->figure == CELL_LINES;
}

struct list {
	const struct survey_machine *m;
	struct survey_cell *cell;
	uint32_t nr;
	size_t cap;
};

static void add(struct list *l, struct survey_cell c)
{
	l->cell = grow(l->cell, &l->cap, l->nr, sizeof(*l->cell));
	l->cell[l->nr++] = c;
}

static bool has_cpus(const struct list *l, uint32_t n)
{
	return !cpuset_empty(&l->m->node[n].cpus);
}

static bool is_pair(const struct list *l, uint32_t from, uint32_t to)
{
	return has_cpus(l, from) && l->m->node[to].memory;
}

static void add_pairs(struct list *l, enum cell_figure figure, enum kernel_op op)
{
	for (uint32_t from = 0; from < l->m->nr; from++)
		for (uint32_t to = 0; to < l->m->nr; to++)
			if (is_pair(l, from, to))
				add(l, (struct survey_cell){
					       .figure = figure, .op = op, .from = from, .to = to});
}

static void add_latency(struct list *l)
{
	add_pairs(l, CELL_LATENCY, KERNEL_READ);
}

static void add_read(struct list *l)
{
	add_pairs(l, CELL_READ, KERNEL_READ);
}

static void add_own(struct list *l, enum cell_figure figure, const enum kernel_op *op, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		for (uint32_t n = 0; n < l->m->nr; n++)
			if (is_pair(l, n, n))
				add(l, (struct survey_cell){
					       .figure = figure, .op = op[i], .from = n, .to = n});
}

static void add_write(struct list *l)
{
	static const enum kernel_op own[] = {KERNEL_WRITE};

	add_pairs(l, CELL_WRITE, KERNEL_WRITE_NT);
	add_own(l, CELL_WRITE, own, LENGTH(own));
}

static void add_mix(struct list *l)
{
	static const enum kernel_op own[] = {KERNEL_MIX_3_1, KERNEL_MIX_2_1, KERNEL_MIX_1_1,
					     KERNEL_COPY,    KERNEL_COPY_NT, KERNEL_TRIAD,
					     KERNEL_TRIAD_NT};

	add_own(l, CELL_MIX, own, LENGTH(own));
}

static void add_link(struct list *l)
{
	uint32_t nr = l->m->nr_packages;

	if (nr < 2)
		add(l, (struct survey_cell){.figure = CELL_LINK,
					    .why = "the machine has one package, and so no link"});
	for (uint32_t s = 0; nr > 1 && s < nr; s++)
		for (uint32_t t = 0; t < nr; t++) {
			struct survey_cell c = {
				.figure = CELL_LINK, .op = KERNEL_READ, .from = s, .to = t};

			if (s == t)
				continue;
			add(l, c);
			c.op = KERNEL_MIX_1_1;
			add(l, c);
			c.op = KERNEL_READ;
			c.both = true;
			if (s < t)
				add(l, c);
		}
}

static void add_hot(struct list *l)
{
	uint32_t sources = 0;

	for (uint32_t n = 0; n < l->m->nr; n++)
		sources += has_cpus(l, n);
	for (uint32_t n = 0; n < l->m->nr; n++)
		if (l->m->node[n].memory && sources > 1) {
			add(l, (struct survey_cell){.figure = CELL_HOT,
						    .op = KERNEL_READ,
						    .from = CELL_ALL,
						    .to = n});
			break;
		}
	if (sources < 2)
		add(l, (struct survey_cell){.figure = CELL_HOT,
					    .why = "one node alone has CPUs: that is its read"});
}

static uint32_t count_workers(const struct survey_machine *m, const struct cpuset *cpus)
{
	struct cpuset seen = {{0}}, siblings;
	uint32_t nr = 0;

	for (unsigned c = cpuset_next(cpus, 0); c != CPUSET_NONE; c = cpuset_next(cpus, c + 1)) {
		nr += m->smt || !cpuset_has(&seen, c);
		machine_siblings(m->sysfs, c, &siblings);
		cpuset_or(&seen, &siblings);
	}
	return nr;
}

/* 1, 2, 4, ... cores and all; writes by all. */
static void add_port_of(struct list *l, uint32_t l3, uint32_t node)
{
	struct cpuset cpus = l->m->l3[l3];
	struct survey_cell c = {
		.figure = CELL_PORT, .op = KERNEL_READ, .from = node, .to = node, .l3 = l3};
	uint32_t most;

	cpuset_and(&cpus, &l->m->node[node].cpus);
	most = count_workers(l->m, &cpus);
	for (uint32_t n = 1; n < most; n *= 2) {
		c.count = n;
		add(l, c);
	}
	c.count = most;
	add(l, c);
	c.op = KERNEL_WRITE_NT;
	add(l, c);
}

static void add_port(struct list *l)
{
	uint32_t before = l->nr;

	for (uint32_t i = 0; i < l->m->nr_l3; i++)
		for (uint32_t n = 0; n < l->m->nr; n++)
			if (is_pair(l, n, n) &&
			    cpuset_intersects(&l->m->l3[i], &l->m->node[n].cpus))
				add_port_of(l, i, n);
	if (l->nr == before)
		add(l, (struct survey_cell){.figure = CELL_PORT,
					    .why = "the kernel tells of no L3 cache"});
}

/* Idle is idle, whatever the load would be: once is enough. */
static void add_curve(struct list *l, enum kernel_op op, uint32_t from, uint32_t to)
{
	bool alone = cpuset_count(&l->m->node[from].cpus) < 2;

	for (size_t i = op != KERNEL_READ; i < LENGTH(levels_ppm); i++)
		add(l, (struct survey_cell){
			       .figure = CELL_LOADED,
			       .op = op,
			       .from = from,
			       .to = to,
			       .level_ppm = levels_ppm[i],
			       .why = alone ? "the node has one CPU, and none is left to load it"
					    : NULL});
}

static uint32_t distance(const struct survey_machine *m, uint32_t from, uint32_t to)
{
	return m->distance ? m->distance[from * m->nr + to] : from == to ? 10 : 20;
}

/* The same way back, which is another direction of the link. */
static void add_curves_between(struct list *l, uint32_t a, uint32_t b)
{
	add_curve(l, KERNEL_READ, a, b);
	if (is_pair(l, b, a))
		add_curve(l, KERNEL_READ, b, a);
}

/* Every node's own, by reads and where a third is written; then between the first node and
 * one at each distance that there is. */
static void add_loaded(struct list *l)
{
	static const enum kernel_op own[] = {KERNEL_READ, KERNEL_MIX_2_1};
	const struct survey_machine *m = l->m;

	for (size_t i = 0; i < LENGTH(own); i++)
		for (uint32_t n = 0; n < m->nr; n++)
			if (is_pair(l, n, n))
				add_curve(l, own[i], n, n);
	for (uint32_t from = 0; from < m->nr; from++) {
		if (!has_cpus(l, from))
			continue;
		for (uint32_t to = 0; to < m->nr; to++) {
			bool seen = from == to || !m->node[to].memory;

			for (uint32_t x = 0; !seen && x < to; x++)
				seen = x != from && m->node[x].memory &&
				       distance(m, from, x) == distance(m, from, to);
			if (!seen)
				add_curves_between(l, from, to);
		}
		return;
	}
}

static void add_lines(struct list *l)
{
	for (uint32_t n = 0; n < l->m->nr; n++) {
		if (!is_pair(l, n, n))
			continue;
		for (size_t i = 0; i < LENGTH(chains); i++)
			add(l,
			    (struct survey_cell){
				    .figure = CELL_LINES, .from = n, .to = n, .count = chains[i]});
		return;
	}
}

static void add_stream(struct list *l)
{
	for (uint32_t n = 0; n < l->m->nr; n++)
		for (uint32_t k = 0; is_pair(l, n, n) && k < STREAM_KERNELS; k++)
			add(l, (struct survey_cell){.figure = CELL_STREAM,
						    .from = n,
						    .to = n,
						    .count = k,
						    .rides = k > 0});
}

uint32_t cells_list(struct survey_cell **out, const struct survey_machine *m, unsigned figures)
{
	static void (*const adds[])(struct list * l) = {
		[CELL_LATENCY] = add_latency, [CELL_READ] = add_read,	  [CELL_WRITE] = add_write,
		[CELL_MIX] = add_mix,	      [CELL_LINK] = add_link,	  [CELL_HOT] = add_hot,
		[CELL_PORT] = add_port,	      [CELL_LOADED] = add_loaded, [CELL_LINES] = add_lines,
		[CELL_STREAM] = add_stream};
	struct list l = {.m = m};

	for (unsigned f = 0; f < CELL_FIGURES; f++)
		if (figures & 1U << f)
			adds[f](&l);
	*out = l.cell;
	return l.nr;
}

void cells_free(struct survey_cell *cell, uint32_t nr)
{
	for (uint32_t i = 0; i < nr; i++) {
		free(cell[i].sample);
		free(cell[i].load);
	}
	free(cell);
}

static int ascending(const void *x, const void *y)
{
	double a = *(const double *)x, b = *(const double *)y;

	return (a > b) - (a < b);
}

static double *sorted(const double *value, uint32_t nr)
{
	double *copy = xcalloc(nr, sizeof(*copy));

	memcpy(copy, value, nr * sizeof(*copy));
	qsort(copy, nr, sizeof(*copy), ascending);
	return copy;
}

struct cell_value cell_value(const struct survey_cell *c)
{
	double *v = sorted(c->sample, c->nr);
	bool time = cell_is_time(c);
	struct cell_value out = {
		/* of an even number the worse one: never better than it was */
		.median = v[time ? c->nr / 2 : (c->nr - 1) / 2],
		.best = v[time ? 0 : c->nr - 1],
		.worst = v[time ? c->nr - 1 : 0],
		.half = c->nr > 1 ? interval_of(c->sample, c->nr).half : 0,
	};

	free(v);
	return out;
}

double cell_load(const struct survey_cell *c)
{
	double *v = sorted(c->load, c->nr), median = v[c->nr / 2];

	free(v);
	return median;
}

bool cell_alike(const struct survey_machine *m, const struct survey_cell *a,
		const struct survey_cell *b)
{
	if (a->figure != b->figure || a->op != b->op || a->count != b->count ||
	    a->level_ppm != b->level_ppm || a->both != b->both)
		return false;
	if (a->figure == CELL_LINK || a->figure == CELL_HOT)
		return true;
	return distance(m, a->from, a->to) == distance(m, b->from, b->to);
}
