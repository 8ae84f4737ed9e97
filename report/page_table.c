/* The tables of the page. Figures are those of summary.csv, digit by digit. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/output.h"
#include "base/units.h"
#include "report/html.h"
#include "report/page.h"
#include "report/text.h"

/* Columns of which less or more is better whoever looks at them. */
static const struct {
	const char *column;
	bool higher;
} better[] = {
	{"zones_placed", true},
	{"zones_refused", false},
	{"queue_wait_s", false},
	{"peak_live_zones", true},
	{"zones_spilled", false},
	{"spilled_bytes", false},
	{"local_page_ppm", true},
	{"own_page_ppm", true},
	{"mean_distance_centi", false},
	{"wrong_vnode_page_ppm", false},
	{"off_node_page_ppm", false},
	{"balloon_failures", false},
	{"zones_below_90", false},
	{"stranded_vcpu_ppm", false},
	{"stranded_memory_ppm", false},
	{"fr16_ppm", false},
	{"bandwidth_bytes_per_s", true},
	{"memory_latency_ps", false},
	{"slowdown_ppm", false},
	{"swing_ppm", false},
	{"remote_traffic_ppm", false},
	{"triad_bytes_per_s", true},
	{"chase_ps", false},
};

static bool same_in(const struct sheet *s, size_t a, size_t b, const char *name)
{
	int c = sheet_column(s, name);

	return strcmp(sheet_text(s, a, c), sheet_text(s, b, c)) == 0;
}

/* Rows of the same topology, workload and seed are compared with each other. */
static bool comparable(const struct sheet *s, size_t a, size_t b)
{
	return same_in(s, a, b, "topology") && same_in(s, a, b, "workload") &&
	       same_in(s, a, b, "seed");
}

/* "best", "worst" or NULL. */
static const char *mark(const struct sheet *s, size_t row, int column)
{
	int64_t mine, other, low, high;
	size_t i = 0;

	while (i < sizeof(better) / sizeof(better[0]) &&
	       strcmp(better[i].column, s->column[column]) != 0)
		i++;
	if (i == sizeof(better) / sizeof(better[0]) || !sheet_figure_at(s, row, column, &mine))
		return NULL;
	low = high = mine;
	for (size_t r = 0; r < s->nr; r++) {
		if (!comparable(s, row, r) || !sheet_figure_at(s, r, column, &other))
			continue;
		low = other < low ? other : low;
		high = other > high ? other : high;
	}
	if (low == high)
		return NULL;
	if (mine == (better[i].higher ? high : low))
		return "best";
	return mine == (better[i].higher ? low : high) ? "worst" : NULL;
}

/* Does a key column tell rows of this run apart? */
static bool varies(const struct sheet *s, const char *column)
{
	for (size_t r = 1; r < s->nr; r++)
		if (!same_in(s, 0, r, column))
			return true;
	return false;
}

static bool judged(const char *column)
{
	for (size_t i = 0; i < sizeof(better) / sizeof(better[0]); i++)
		if (strcmp(better[i].column, column) == 0)
			return true;
	return false;
}

/* Every column, or what a person compares first. */
static bool shown(const struct sheet *s, const char *column, bool all)
{
	if (all || strcmp(column, "policy") == 0)
		return true;
	return is_key_column(s, column) ? varies(s, column) : judged(column);
}

static void print_rows(const struct sheet *s, const char *id, bool all, FILE *out)
{
	for (unsigned c = 0; c < s->nr_columns; c++)
		if (shown(s, s->column[c], all))
			html_heading(s->column[c], (c < s->nr_keys), out);
	fprintf(out, "</tr></thead>\n<tbody id=\"%s\">\n", id);
	for (size_t r = 0; r < s->nr; r++) {
		fputs("<tr>", out);
		for (unsigned c = 0; c < s->nr_columns; c++) {
			int64_t v;

			if (!shown(s, s->column[c], all))
				continue;
			if (!(c < s->nr_keys) && sheet_figure_at(s, r, (int)c, &v))
				html_figure_cell(v, mark(s, r, (int)c), out);
			else
				html_text_cell(sheet_text(s, r, (int)c),
					       strcmp(s->column[c], "policy") == 0, out);
		}
		fputs("</tr>\n", out);
	}
	html_end_table(out);
}

void page_print_policies(const struct run_dir *run, FILE *out)
{
	html_begin_table("What policies are compared by", out);
	print_rows(&run->summary, "policies", false, out);
}

void page_print_summary(const struct run_dir *run, FILE *out)
{
	html_begin_table("Figures of summary.csv, a row for each policy, memory policy and seed",
			 out);
	print_rows(&run->summary, "summary", true, out);
}

void page_print_refusals(const struct run_dir *run, FILE *out)
{
	const struct sheet *s = &run->summary;
	int64_t v;

	html_begin_table("Refused zones by reason", out);
	for (unsigned i = 0; i < s->nr_keys; i++)
		html_heading(s->column[i], true, out);
	for (unsigned c = 0; c < s->nr_columns; c++)
		if (strstr(s->column[c], "refus"))
			html_heading(s->column[c], false, out);
	fputs("</tr></thead>\n<tbody>\n", out);
	for (size_t r = 0; r < s->nr; r++) {
		fputs("<tr>", out);
		for (unsigned i = 0; i < s->nr_keys; i++)
			html_text_cell(sheet_text(s, r, sheet_column(s, s->column[i])), i == 2,
				       out);
		for (unsigned c = 0; c < s->nr_columns; c++) {
			if (!strstr(s->column[c], "refus"))
				continue;
			if (sheet_figure_at(s, r, (int)c, &v))
				html_figure_cell(v, NULL, out);
			else
				html_text_cell("", false, out);
		}
		fputs("</tr>\n", out);
	}
	html_end_table(out);
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
				same_in(s, row, r, s->column[i]);
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

static bool differs(const struct sheet *s, size_t a, size_t b, size_t i, int64_t *x, int64_t *y)
{
	return sheet_figure(s, a, better[i].column, x) && sheet_figure(s, b, better[i].column, y) &&
	       *x != *y;
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

		if ((int)i == c || !varies(s, s->column[i]))
			continue;
		more = xasprintf("%s%s %s", text, gap, sheet_text(s, a, (int)i));
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
	int64_t x, y;

	fputs("<div class=\"pair\">\n", out);
	html_begin_table(caption, out);
	html_heading("figure", true, out);
	html_heading(sheet_text(s, a, c), false, out);
	html_heading(sheet_text(s, b, c), false, out);
	html_begin_rows(NULL, out);
	for (size_t i = 0; i < sizeof(better) / sizeof(better[0]); i++) {
		if (!differs(s, a, b, i, &x, &y))
			continue;
		fputs("<tr>", out);
		html_text_cell(better[i].column, true, out);
		html_figure_cell(x, (x > y) == better[i].higher ? "best" : NULL, out);
		html_figure_cell(y, (y > x) == better[i].higher ? "best" : NULL, out);
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
