/* Curves of a survey, by gnuplot. */
#include <stdlib.h>

#include "base/alloc.h"
#include "cli/probe_out.h"
#include "report/picture.h"

struct curve {
	enum cell_figure figure;
	const char *name, *x, *y;
};

static const struct curve curves[] = {
	{CELL_LOADED, "loaded", "load, GB/s", "latency of a load, ns"},
	{CELL_PORT, "port", "cores of the L3 that read", "GB/s"},
	{CELL_LINES, "lines", "chains of one core", "loads in flight"},
};

static bool belongs(const struct curve *v, const struct survey_cell *c)
{
	return c->figure == v->figure && c->nr && (v->figure != CELL_PORT || c->op == KERNEL_READ);
}

static bool same_line(const struct survey_cell *a, const struct survey_cell *b)
{
	return a->from == b->from && a->to == b->to && a->l3 == b->l3 && a->op == b->op;
}

static void print_point(const struct survey *s, const struct survey_cell *c, FILE *f)
{
	struct cell_value v = cell_value(c);

	if (c->figure == CELL_LOADED)
		fprintf(f, "%.6g %.6g %.6g\n", c->level_ppm ? cell_load(c) / 1e9 : 0.0,
			v.median / 1000, v.half / 1000);
	else if (c->figure == CELL_PORT)
		fprintf(f, "%u %.6g %.6g\n", c->count, v.median / 1e9, v.half / 1e9);
	else
		fprintf(f, "%u %.6g 0\n", c->count, probe_lines(s, c));
}

static char *title_of(const struct host *h, const struct survey_cell *c)
{
	unsigned from = h->node[c->from].os_index, to = h->node[c->to].os_index;
	const char *mixed = c->op == KERNEL_READ ? "" : ", a third written";

	if (c->figure == CELL_PORT)
		return xasprintf("node %u, L3 %u", from, c->l3);
	return from == to ? xasprintf("node %u%s", from, mixed)
			  : xasprintf("node %u, memory of node %u", from, to);
}

/* The data of each line, then the plot; returns how many lines. */
static size_t print_script(const struct curve *v, const struct host *h, const struct survey *s,
			   FILE *f)
{
	size_t nr = 0;

	for (uint32_t i = 0; i < s->nr; i++) {
		bool first = belongs(v, &s->cell[i]);

		for (uint32_t b = 0; first && b < i; b++)
			first = !belongs(v, &s->cell[b]) || !same_line(&s->cell[b], &s->cell[i]);
		if (!first)
			continue;
		fprintf(f, "$d%zu << END\n", nr++);
		for (uint32_t x = i; x < s->nr; x++)
			if (belongs(v, &s->cell[x]) && same_line(&s->cell[x], &s->cell[i]))
				print_point(s, &s->cell[x], f);
		fprintf(f, "END\n");
		char *title = title_of(h, &s->cell[i]);

		fprintf(f, "t%zu = ", nr - 1);
		print_gnuplot_text(title, f);
		fputc('\n', f);
		free(title);
	}
	fprintf(f,
		"set xlabel '%s'\nset ylabel '%s'\nset yrange [0:*]\nset xrange [0:*]\n"
		"set key outside below\nset grid lc rgb '#d0d0d0'\nplot ",
		v->x, v->y);
	for (size_t i = 0; i < nr; i++)
		fprintf(f,
			"%s$d%zu using 1:2:3 with yerrorlines lw 1.5 pt 7 ps 0.5 lc rgb '%s' "
			"title t%zu",
			i ? ", " : "", i, picture_colour(i), i);
	fputc('\n', f);
	return nr;
}

static int draw(const struct curve *v, const struct host *h, const struct survey *s,
		const char *directory, struct error *err)
{
	struct picture picture = {.name = v->name, .height = 420, .directory = directory};
	char *script = NULL;
	size_t size, nr;
	FILE *f = xmemstream(&script, &size);
	int rc = 0;

	nr = print_script(v, h, s, f);
	xmemstream_close(f);
	picture.script = script;
	if (nr)
		rc = picture_write(&picture, err);
	free(script);
	return rc;
}

int probe_curves(const struct host *h, const struct survey *s, const char *directory,
		 struct error *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < sizeof(curves) / sizeof(curves[0]); i++)
		rc = draw(&curves[i], h, s, directory, err);
	return rc;
}
