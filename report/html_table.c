/* The tables of the page. Figures are those of summary.csv, digit by digit. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/output.h"
#include "base/units.h"
#include "report/figures.h"
#include "report/html.h"
#include "report/html_page.h"
#include "report/text.h"

void page_print_summary(const struct run_dir *run, FILE *out)
{
	const struct sheet *s = &run->summary;

	html_begin_table("Figures of summary.csv, a row for each policy, memory policy and seed",
			 out);
	for (unsigned c = 0; c < s->nr_columns; c++)
		html_heading(s->column[c], c < s->nr_keys, out);
	html_begin_rows("summary", out);
	for (size_t r = 0; r < s->nr; r++) {
		fputs("<tr>", out);
		for (unsigned c = 0; c < s->nr_columns; c++) {
			int64_t v;

			if (c >= s->nr_keys && sheet_figure_at(s, r, (int)c, &v))
				html_figure_cell(v, NULL, out);
			else
				html_text_cell(sheet_text(s, r, (int)c),
					       strcmp(s->column[c], "policy") == 0, out);
		}
		fputs("</tr>\n", out);
	}
	html_end_table(out);
}

static const struct {
	enum summary_figure figure;
	const char *title;
} refusal_columns[] = {
	{SUMMARY_zones_refused, "refused"},
	{SUMMARY_refused_no_room, "no room: memory or CPUs"},
	{SUMMARY_refused_infeasible, "node count cannot be met"},
	{SUMMARY_refused_no_device, "device missing or taken"},
	{SUMMARY_first_refusal_zone, "first refused, by arrival"},
};
#define NR_REFUSAL_COLUMNS (sizeof(refusal_columns) / sizeof(refusal_columns[0]))

bool page_print_refusals(const struct run_dir *run, FILE *out)
{
	const struct sheet *s = &run->summary;
	size_t with = 0;
	int64_t v;

	for (size_t r = 0; r < s->nr; r++)
		with += sheet_known(s, r, SUMMARY_zones_refused, &v) && v > 0;
	if (!with) {
		fputs("<p>No zone was refused.</p>\n", out);
		return false;
	}
	html_begin_table("Refused zones by reason", out);
	html_heading("policy", true, out);
	for (size_t i = 0; i < NR_REFUSAL_COLUMNS; i++)
		html_heading(refusal_columns[i].title, false, out);
	html_begin_rows("refused", out);
	for (size_t r = 0; r < s->nr; r++) {
		struct arena a = {0};

		if (!sheet_known(s, r, SUMMARY_zones_refused, &v) || v == 0)
			continue;
		fputs("<tr>", out);
		html_text_cell(sheet_short_name(s, r, &a), true, out);
		for (size_t i = 0; i < NR_REFUSAL_COLUMNS; i++) {
			if (sheet_known(s, r, refusal_columns[i].figure, &v))
				html_figure_cell(v, NULL, out);
			else
				html_text_cell("", false, out);
		}
		fputs("</tr>\n", out);
		arena_release(&a);
	}
	html_end_table(out);
	if (with < s->nr)
		fprintf(out, "<p>The other %zu row%s refused none.</p>\n", s->nr - with,
			s->nr - with == 1 ? "" : "s");
	return true;
}

/* The row like `row`, but with `with` in the place of `what` in this column. */
static size_t partner(const struct sheet *s, size_t row, const char *column, const char *what,
		      const char *with)
{
	int c = sheet_column(s, column);
	const char *mine = sheet_text(s, row, c), *at = strstr(mine, what);

	for (size_t r = 0; at && r < s->nr; r++) {
		const char *text = sheet_text(s, r, c);
		size_t n = (size_t)(at - mine);
		bool other = strncmp(text, mine, n) == 0 &&
			     strncmp(text + n, with, strlen(with)) == 0 &&
			     strcmp(text + n + strlen(with), at + strlen(what)) == 0;

		for (unsigned i = 0; other && i < s->nr_keys; i++)
			other = strcmp(s->column[i], column) == 0 ||
				sheet_same(s, row, r, s->column[i]);
		if (other)
			return r;
	}
	return SHEET_NO_ROW;
}

static const struct {
	const char *title, *column, *a, *b;
} pairs[] = {
	{"Compact against scatter", "policy", "compact", "scatter"},
	{"Static against dynamic memory", "memory_policy", "static", "dynamic"},
};

static bool differs(const struct sheet *s, size_t a, size_t b, const struct column *f, int64_t *x,
		    int64_t *y)
{
	return sheet_figure(s, a, f, x) && sheet_figure(s, b, f, y) && !figure_alike(f, *x, *y);
}

/* "edera-compact against edera-scatter, dynamic xen": what is compared, then what else
 * tells rows of this run apart. The caller frees. */
static char *pair_caption(const struct sheet *s, size_t a, size_t b, const char *column)
{
	int c = sheet_column(s, column);
	char *text = xasprintf("%s against %s", sheet_text(s, a, c), sheet_text(s, b, c));
	const char *gap = ",";

	for (unsigned i = 0; i < s->nr_keys; i++) {
		char *more;

		if ((int)i == c || !sheet_varies(s, s->column[i]))
			continue;
		more = xasprintf("%s%s %s%s", text, gap,
				 strcmp(s->column[i], "seed") == 0 ? "seed " : "",
				 sheet_text(s, a, (int)i));
		free(text);
		text = more;
		gap = "";
	}
	return text;
}

static void print_pair(const struct sheet *s, size_t a, size_t b, const char *column, FILE *out)
{
	char *caption = pair_caption(s, a, b, column);
	int c = sheet_column(s, column);
	bool equal = true;
	char text[64];
	int64_t x, y;

	fputs("<div class=\"pair\">\n", out);
	html_begin_table(caption, out);
	html_heading("figure", true, out);
	html_heading(sheet_text(s, a, c), false, out);
	html_heading(sheet_text(s, b, c), false, out);
	html_begin_rows(NULL, out);
	for (size_t i = 0; i < nr_page_figures; i++) {
		const struct column *f = page_figure(i);
		bool first;

		if (!differs(s, a, b, f, &x, &y))
			continue;
		first = (x > y) == (f->better == BETTER_HIGHER);
		fputs("<tr>", out);
		html_text_cell(figure_title(f, text, sizeof(text)), true, out);
		html_marked_cell(x, figure_text(f, x, text, sizeof(text)), first ? "best" : NULL,
				 out);
		html_marked_cell(y, figure_text(f, y, text, sizeof(text)), first ? NULL : "best",
				 out);
		fputs("</tr>\n", out);
		equal = false;
	}
	html_end_table(out);
	fputs(equal ? "<p>Equal in all that has a better and a worse.</p>\n</div>\n" : "</div>\n",
	      out);
	free(caption);
}

void page_print_compact_scatter(struct sheet *s, FILE *out)
{
	for (size_t p = 0; p < sizeof(pairs) / sizeof(pairs[0]); p++) {
		bool begun = false;

		for (size_t a = 0; a < s->nr; a++) {
			size_t b = partner(s, a, pairs[p].column, pairs[p].a, pairs[p].b);

			if (b == SHEET_NO_ROW)
				continue;
			if (!begun)
				fprintf(out,
					"<section>\n<h2>%s</h2>\n<p>Figures that differ; the "
					"better one is marked.</p>\n<div class=\"pairs\">\n",
					pairs[p].title);
			begun = true;
			print_pair(s, a, b, pairs[p].column, out);
		}
		fputs(begun ? "</div>\n</section>\n" : "", out);
	}
}

/* A cell's value between the lowest and the highest, 0 to 45: its shade in per cent. */
static unsigned shade(const struct page_host *h, const struct page_matrix *m, uint32_t value)
{
	uint32_t low = UINT32_MAX, high = 0;

	for (unsigned i = 0; i < h->nr_nodes * h->nr_nodes; i++) {
		low = m->value[i] < low ? m->value[i] : low;
		high = m->value[i] != UINT32_MAX && m->value[i] > high ? m->value[i] : high;
	}
	return high > low ? (unsigned)((uint64_t)(value - low) * 45 / (high - low)) : 0;
}

static void print_matrix(const struct page_host *h, const struct page_matrix *m, FILE *out)
{
	fputs("<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"", out);
	print_xml_text(m->name, out);
	fprintf(out, "\">\n<table class=\"matrix\">\n<caption><span>%s in %s (%s: ", m->name,
		m->unit, m->grade);
	print_xml_text(m->source, out);
	fputs(")</span></caption>\n<thead><tr><th scope=\"col\">from \\ to</th>", out);
	for (unsigned n = 0; n < h->nr_nodes; n++)
		fprintf(out, "<th scope=\"col\">%u</th>", h->node[n].number);
	fputs("</tr></thead>\n<tbody>\n", out);
	for (unsigned a = 0; a < h->nr_nodes; a++) {
		fprintf(out, "<tr><th scope=\"row\">%u</th>", h->node[a].number);
		for (unsigned b = 0; b < h->nr_nodes; b++) {
			uint32_t v = m->value[a * h->nr_nodes + b];

			if (v == UINT32_MAX)
				fputs("<td>unknown</td>", out);
			else
				fprintf(out, "<td style=\"--q:%u%%\">%" PRIu32 "</td>",
					shade(h, m, v), v);
		}
		fputs("</tr>\n", out);
	}
	fputs("</tbody>\n</table>\n</div>\n", out);
}

static int write_topology(const struct page_host *h, const char *name, const char *directory,
			  struct error *err)
{
	char *path = xasprintf("%s/%s.svg", directory, name);
	struct output out;
	int rc = output_open(&out, path, err);

	if (!rc) {
		topology_print(h, name, true, out.file);
		rc = output_commit(&out, err);
	}
	if (!rc)
		rc = topology_write_png(h, name, directory, err);
	free(path);
	return rc;
}

int page_print_host(const struct page_host *h, size_t number, const char *pictures, FILE *out,
		    struct error *err)
{
	char *name = xasprintf("topology%zu", number + 1);
	int rc = pictures ? write_topology(h, name, pictures, err) : 0;

	fputs("<h3>", out);
	print_xml_text(h->name, out);
	fputs("</h3>\n<p>", out);
	print_xml_text(h->source, out);
	fputs("</p>\n<div class=\"host\">\n<div>\n", out);
	topology_print(h, name, false, out);
	if (*h->adrift) {
		fputs("<p>On no known node: ", out);
		print_xml_text(h->adrift, out);
		fputs("</p>\n", out);
	}
	topology_print_table(h, out);
	fputs("</div>\n<div>\n", out);
	for (unsigned m = 0; m < h->nr_matrices; m++)
		print_matrix(h, &h->matrix[m], out);
	fputs("</div>\n</div>\n", out);
	free(name);
	return rc;
}
