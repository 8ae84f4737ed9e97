/* The table that policies are compared by, in the words and units of the page. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "report/figures.h"
#include "report/html.h"
#include "report/html_page.h"
#include "report/text.h"

/* Rows of the same topology, workload and seed are compared with each other. */
static bool comparable(const struct sheet *s, size_t a, size_t b)
{
	return sheet_same(s, a, b, "topology") && sheet_same(s, a, b, "workload") &&
	       sheet_same(s, a, b, "seed");
}

/* "best", "worst" or NULL. What more than half of the rows have is nothing to mark. */
static const char *mark(const struct sheet *s, size_t row, const struct column *f, int64_t mine)
{
	int64_t other, low = mine, high = mine;
	size_t nr = 0, alike = 0;

	for (size_t r = 0; r < s->nr; r++) {
		if (!comparable(s, row, r) || !sheet_figure(s, r, f, &other))
			continue;
		low = other < low ? other : low;
		high = other > high ? other : high;
		alike += figure_alike(f, other, mine);
		nr++;
	}
	if (figure_alike(f, low, high) || alike * 2 > nr)
		return NULL;
	if (figure_alike(f, mine, f->better == BETTER_HIGHER ? high : low))
		return "best";
	return figure_alike(f, mine, f->better == BETTER_HIGHER ? low : high) ? "worst" : NULL;
}

/* What tells the rows apart; the policy always. */
static bool is_shown_key(const struct sheet *s, unsigned c)
{
	return strcmp(s->column[c], "policy") == 0 || sheet_varies(s, s->column[c]);
}

static bool is_column(const struct sheet *s, const struct column *f)
{
	int64_t v;

	return !figure_absent(s, f) && !figure_same(s, f, &v);
}

static void print_row(const struct sheet *s, size_t r, FILE *out)
{
	char text[40];
	int64_t v;

	fputs("<tr>", out);
	for (unsigned c = 0; c < s->nr_keys; c++)
		if (strcmp(s->column[c], "policy") == 0)
			html_text_cell(sheet_text(s, r, (int)c), true, out);
	for (unsigned c = 0; c < s->nr_keys; c++)
		if (strcmp(s->column[c], "policy") != 0 && is_shown_key(s, c))
			html_text_cell(sheet_text(s, r, (int)c), false, out);
	for (size_t i = 0; i < nr_page_figures; i++) {
		if (!is_column(s, page_figure(i)))
			continue;
		if (sheet_figure(s, r, page_figure(i), &v))
			html_marked_cell(v, figure_text(page_figure(i), v, text, sizeof(text)),
					 mark(s, r, page_figure(i), v), out);
		else
			html_text_cell("not known", false, out);
	}
	fputs("</tr>\n", out);
}

static void print_rows(const struct sheet *s, FILE *out)
{
	char text[64];

	html_begin_table("What policies are compared by", out);
	html_heading("policy", true, out);
	for (unsigned c = 0; c < s->nr_keys; c++)
		if (strcmp(s->column[c], "policy") != 0 && is_shown_key(s, c))
			html_heading(s->column[c], true, out);
	for (size_t i = 0; i < nr_page_figures; i++)
		if (is_column(s, page_figure(i)))
			html_heading(figure_title(page_figure(i), text, sizeof(text)), false, out);
	html_begin_rows("policies", out);
	for (size_t r = 0; r < s->nr; r++)
		print_row(s, r, out);
	html_end_table(out);
}

/* Figures that do not tell the rows apart, in a sentence. */
static void print_same(const struct sheet *s, FILE *out)
{
	const char *gap = "<p>The same in all rows: ";
	char title[64], text[40];
	int64_t v;

	for (size_t i = 0; i < nr_page_figures; i++) {
		if (!figure_same(s, page_figure(i), &v))
			continue;
		fprintf(out, "%s%s <b>%s</b>", gap,
			figure_title(page_figure(i), title, sizeof(title)),
			figure_text(page_figure(i), v, text, sizeof(text)));
		gap = "; ";
	}
	fputs(strcmp(gap, "; ") == 0 ? ".</p>\n" : "", out);
}

/* What no row knows is not 0. */
static void print_unknown(const struct sheet *s, FILE *out)
{
	const char *gap = "<p>Not known in this run: ";

	for (size_t i = 0; i < nr_page_figures; i++) {
		if (!figure_absent(s, page_figure(i)))
			continue;
		fprintf(out, "%s%s", gap, page_figure(i)->title);
		gap = ", ";
	}
	fputs(strcmp(gap, ", ") == 0 ? ".</p>\n" : "", out);
}

static void print_meanings(const struct sheet *s, FILE *out)
{
	char title[64];

	html_begin_fold("What the columns mean", out);
	fputs("<dl>\n", out);
	for (size_t i = 0; i < nr_page_figures; i++) {
		const struct column *f = page_figure(i);

		if (figure_absent(s, f))
			continue;
		fprintf(out, "<dt>%s</dt><dd>", figure_title(f, title, sizeof(title)));
		print_xml_text(f->meaning, out);
		fprintf(out, "; %s; %s is better (<code>%s</code>)</dd>\n", source_name(f->source),
			f->better == BETTER_HIGHER ? "more" : "less", f->name);
	}
	fputs("</dl>\n", out);
	html_end_fold(out);
}

/* One row: figures below each other, each with what it means. */
static void print_single(const struct sheet *s, FILE *out)
{
	char title[64], text[40];
	int64_t v;

	html_begin_table("Figures of the run", out);
	html_heading("figure", true, out);
	html_heading("value", false, out);
	html_heading("meaning", true, out);
	html_begin_rows("policies", out);
	for (size_t i = 0; i < nr_page_figures; i++) {
		const struct column *f = page_figure(i);

		if (!sheet_figure(s, 0, f, &v))
			continue;
		fputs("<tr>", out);
		html_text_cell(figure_title(f, title, sizeof(title)), true, out);
		html_shown_cell(v, figure_text(f, v, text, sizeof(text)), out);
		fputs("<td class=\"t say\">", out);
		print_xml_text(f->meaning, out);
		fputs("</td></tr>\n", out);
	}
	html_end_table(out);
}

void page_print_policies(const struct run_dir *run, FILE *out)
{
	const struct sheet *s = &run->summary;

	if (s->nr == 1) {
		fputs("<section>\n<h2>Figures</h2>\n", out);
		print_single(s, out);
		print_unknown(s, out);
		fputs("</section>\n", out);
		return;
	}
	fputs("<section>\n<h2>Policies</h2>\n<p>Among rows of one topology, workload and seed the "
	      "best (&#9650;) and the worst (&#9660;) are marked, unless more than half are alike. "
	      "Headings sort.</p>\n",
	      out);
	print_rows(s, out);
	print_same(s, out);
	print_unknown(s, out);
	print_meanings(s, out);
	fputs("</section>\n", out);
}
