/*
 * Prediction against measurement. Zone by zone from measured.csv, which a run with
 * probes writes: mean of repeats and half the width of its 95 % interval beside what
 * the model said. Row by row from a second run of the same workload and policies on a
 * machine.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "base/units.h"
#include "report/html.h"
#include "report/html_page.h"
#include "report/picture.h"
#include "report/text.h"

#define POINTS_MAX 500 /* zones listed and drawn; of more the first */

struct pair {
	const char *name, *policy, *nodes;
	bool measured;
	int64_t found, half, predicted;
};

static const struct quantity {
	const char *title, *name, *found, *half, *predicted, *unit;
	double scale;
} quantities[] = {
	{"Bandwidth of zones (triad)", "bandwidth", "triad_bytes_per_s",
	 "triad_half_95_bytes_per_s", "predicted_triad_bytes_per_s", "GB/s", 1e-9},
	{"Latency of zones (pointer chase)", "latency", "chase_ps", "chase_half_95_ps",
	 "predicted_chase_ps", "ns", 1e-3},
};

static int optional(const struct csv *csv, const char *name, bool *known, int64_t *out,
		    struct error *err)
{
	int column = csv_column(csv, name);

	*known = column >= 0 && csv->field[column].n > 0;
	*out = 0;
	return *known ? csv_int(csv, (unsigned)column, 0, INT64_MAX, out, err) : 0;
}

static const char *text_of(struct arena *a, const struct csv *csv, const char *name)
{
	int column = csv_column(csv, name);

	return column < 0 ? "" : arena_strndup(a, csv->field[column].text, csv->field[column].n);
}

/* Up to POINTS_MAX rows that have both; *nr is how many there are in all. */
static int read_pairs(const char *path, const struct quantity *q, struct pair *pair, size_t *nr,
		      struct arena *a, struct error *err)
{
	struct csv csv;
	bool more = true, known;
	int rc = csv_open(&csv, path, err);

	*nr = 0;
	if (rc)
		return rc;
	while (!rc && more) {
		struct pair p = {0};

		rc = csv_next(&csv, &more, err);
		if (rc || !more)
			break;
		rc = optional(&csv, q->found, &p.measured, &p.found, err);
		if (!rc)
			rc = optional(&csv, q->half, &known, &p.half, err);
		if (!rc)
			rc = optional(&csv, q->predicted, &known, &p.predicted, err);
		if (rc || !p.measured || !known || !p.predicted)
			continue;
		if (*nr < POINTS_MAX) {
			p.name = text_of(a, &csv, "name");
			p.nodes = text_of(a, &csv, "nodes");
			p.policy = arena_printf(a, "%s %s", text_of(a, &csv, "policy"),
						text_of(a, &csv, "memory_policy"));
			pair[*nr] = p;
		}
		++*nr;
	}
	csv_close(&csv);
	return rc;
}

static double error_of(const struct pair *p)
{
	return ((double)p->predicted - (double)p->found) * 100 / (double)p->found;
}

static void print_pairs(const struct quantity *q, const struct pair *pair, size_t nr, FILE *out)
{
	char text[64];

	html_begin_table(q->title, out);
	html_heading("zone", true, out);
	html_heading("policy", true, out);
	html_heading("nodes", true, out);
	snprintf(text, sizeof(text), "predicted, %s", q->unit);
	html_heading(text, false, out);
	snprintf(text, sizeof(text), "measured, %s", q->unit);
	html_heading(text, false, out);
	html_heading("95 % interval, either side", false, out);
	html_heading("error of the prediction, %", false, out);
	html_begin_rows(q->name, out);
	for (size_t i = 0; i < nr; i++) {
		const struct pair *p = &pair[i];

		fputs("<tr>", out);
		html_text_cell(p->name, true, out);
		html_text_cell(p->policy, false, out);
		html_text_cell(p->nodes, false, out);
		snprintf(text, sizeof(text), "%.1f", (double)p->predicted * q->scale);
		html_shown_cell(p->predicted, text, out);
		snprintf(text, sizeof(text), "%.1f", (double)p->found * q->scale);
		html_shown_cell(p->found, text, out);
		snprintf(text, sizeof(text), "%.1f", (double)p->half * q->scale);
		html_shown_cell(p->half, text, out);
		snprintf(text, sizeof(text), "%+.1f", error_of(p));
		html_shown_cell((int64_t)(error_of(p) * 1000), text, out);
		fputs("</tr>\n", out);
	}
	html_end_table(out);
}

static int draw_pairs(const struct quantity *q, const struct pair *pair, size_t nr,
		      const struct page_options *o, FILE *out, struct error *err)
{
	char *script = NULL, *name = xasprintf("measured%s", q->name);
	struct picture p = {.name = name,
			    .title = q->title,
			    .description = "A point for each zone: predicted against measured, "
					   "with the interval; on the line they are equal",
			    .height = 420,
			    .directory = o->pictures};
	double most = 0;
	size_t n;
	FILE *f = open_memstream(&script, &n);
	int rc;

	BUG_ON(!f);
	fputs("$p << END\n", f);
	for (size_t i = 0; i < nr; i++) {
		double x = (double)pair[i].predicted * q->scale;
		double y = (double)pair[i].found * q->scale, half = (double)pair[i].half * q->scale;

		fprintf(f, "%.6g %.6g %.6g\n", x, y, half);
		most = x > most ? x : most;
		most = y + half > most ? y + half : most;
	}
	fprintf(f,
		"END\nset xlabel 'predicted, %s'\nset ylabel 'measured, %s'\nunset key\n"
		"set grid lc rgb '#d0d0d0'\nset xrange [0:%.6g]\nset yrange [0:%.6g]\n"
		"plot x with lines lc rgb '#808080', $p using 1:2:3 with yerrorbars pt 7 ps 0.6 "
		"lc rgb '%s'\n",
		q->unit, q->unit, most * 1.05, most * 1.05, picture_colour(0));
	fclose(f);
	p.script = script;
	rc = page_print_figure(&p, q->title, out, err);
	free(script);
	free(name);
	return rc;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void print_verdict(const struct pair *pair, size_t nr, size_t all, FILE *out)
{
	double error[POINTS_MAX];
	size_t within = 0;

	for (size_t i = 0; i < nr; i++) {
		int64_t off = pair[i].predicted - pair[i].found;

		error[i] = error_of(&pair[i]);
		error[i] = error[i] < 0 ? -error[i] : error[i];
		within += (off < 0 ? -off : off) <= pair[i].half;
	}
	qsort(error, nr, sizeof(error[0]), by_size);
	fprintf(out,
		"<p>%zu zones: the prediction is off by %.1f %% in the median, %.1f %% at worst; "
		"%zu lie within their measurement's 95 %% interval.",
		nr, error[(nr - 1) / 2], error[nr - 1], within);
	if (all > nr)
		fprintf(out, " The first of %zu zones.", all);
	fputs("</p>\n", out);
}

static int print_zones(const char *path, const struct page_options *o, FILE *out, struct error *err)
{
	struct pair *pair = xcalloc(POINTS_MAX, sizeof(*pair));
	struct arena a = {0};
	int rc = 0;

	for (size_t i = 0; !rc && i < sizeof(quantities) / sizeof(quantities[0]); i++) {
		size_t all, nr;

		rc = read_pairs(path, &quantities[i], pair, &all, &a, err);
		nr = all < POINTS_MAX ? all : POINTS_MAX;
		if (rc || !nr)
			continue;
		fprintf(out, "<h3>%s</h3>\n", quantities[i].title);
		print_verdict(pair, nr, all, out);
		if (have_gnuplot())
			rc = draw_pairs(&quantities[i], pair, nr, o, out, err);
		print_pairs(&quantities[i], pair, nr, out);
	}
	free(pair);
	arena_release(&a);
	return rc;
}

/* Mean over the rows like `row` in what both runs have in common: the topology's name
 * and the allocator are the machine's, seeds are repeats. */
struct mean {
	int64_t nr, low, high;
	double sum;
};

static struct mean mean_of(const struct sheet *s, const struct sheet *like, size_t row,
			   const char *column)
{
	static const char *const common[] = {"workload", "policy", "memory_policy"};
	struct mean m = {.low = INT64_MAX, .high = INT64_MIN};

	for (size_t r = 0; r < s->nr; r++) {
		bool same = true;
		int64_t v;

		for (size_t i = 0; same && i < 3; i++)
			same = strcmp(sheet_text(s, r, sheet_column(s, common[i])),
				      sheet_text(like, row, sheet_column(like, common[i]))) == 0;
		if (!same || !sheet_figure(s, r, column, &v))
			continue;
		m.nr++;
		m.sum += (double)v;
		m.low = v < m.low ? v : m.low;
		m.high = v > m.high ? v : m.high;
	}
	return m;
}

static bool first_of_kind(const struct sheet *s, size_t row)
{
	static const char *const common[] = {"workload", "policy", "memory_policy"};

	for (size_t r = 0; r < row; r++) {
		size_t i = 0;

		while (i < 3 && strcmp(sheet_text(s, r, sheet_column(s, common[i])),
				       sheet_text(s, row, sheet_column(s, common[i]))) == 0)
			i++;
		if (i == 3)
			return false;
	}
	return true;
}

static void compare_cells(const char *name, const char *column, const struct mean *p,
			  const struct mean *m, FILE *out)
{
	double predicted = p->sum / (double)p->nr, found = m->sum / (double)m->nr;
	char text[80];

	fputs("<tr>", out);
	html_text_cell(name, true, out);
	html_text_cell(column, false, out);
	snprintf(text, sizeof(text), "%.0f", predicted);
	html_shown_cell((int64_t)predicted, text, out);
	snprintf(text, sizeof(text), "%.0f", found);
	html_shown_cell((int64_t)found, text, out);
	snprintf(text, sizeof(text), "%" PRId64 " to %" PRId64 " in %" PRId64, m->low, m->high,
		 m->nr);
	html_shown_cell(m->high - m->low, text, out);
	if (found == 0 && predicted != 0) {
		html_text_cell("", false, out);
	} else {
		double error = found == 0 ? 0 : (predicted - found) * 100 / found;

		snprintf(text, sizeof(text), "%+.1f", error);
		html_shown_cell((int64_t)(error * 1000), text, out);
	}
	fputs("</tr>\n", out);
}

static void print_rows(const struct run_dir *run, const struct run_dir *measured, FILE *out)
{
	static const char *const columns[] = {
		"zones_placed",		 "zones_refused",     "zones_spilled",
		"spilled_bytes",	 "local_page_ppm",    "own_page_ppm",
		"mean_distance_centi",	 "triad_bytes_per_s", "chase_ps",
		"bandwidth_bytes_per_s", "memory_latency_ps", "slowdown_ppm"};
	const struct sheet *s = &run->summary, *t = &measured->summary;

	html_begin_table("Rows of both runs: means over their repeats", out);
	html_heading("policy and memory", true, out);
	html_heading("column", true, out);
	html_heading("predicted", false, out);
	html_heading("measured", false, out);
	html_heading("repeats measured", false, out);
	html_heading("error of the prediction, %", false, out);
	html_begin_rows("measured-rows", out);
	for (size_t r = 0; r < s->nr; r++) {
		char *name = xasprintf("%s %s %s", sheet_text(s, r, sheet_column(s, "workload")),
				       sheet_text(s, r, sheet_column(s, "policy")),
				       sheet_text(s, r, sheet_column(s, "memory_policy")));

		for (size_t c = 0; first_of_kind(s, r) && c < sizeof(columns) / sizeof(columns[0]);
		     c++) {
			struct mean p = mean_of(s, s, r, columns[c]),
				    m = mean_of(t, s, r, columns[c]);

			/* 0 stands for "was not measured" in the last five */
			if (p.nr && m.nr && (c < 7 || m.sum > 0))
				compare_cells(name, columns[c], &p, &m, out);
		}
		free(name);
	}
	html_end_table(out);
}

int page_print_measured(const struct run_dir *run, const struct page_options *o, FILE *out,
			struct error *err)
{
	const char *zones =
		o->measured && o->measured->measured ? o->measured->measured : run->measured;
	int rc = 0;

	if (!zones && !o->measured)
		return 0;
	fputs("<section>\n<h2>Prediction against measurement</h2>\n", out);
	if (o->measured) {
		fputs("<p>Measured: ", out);
		print_xml_text(last_part(o->measured->path), out);
		fputs(", backend ", out);
		print_xml_text(*o->measured->backend ? o->measured->backend : "unknown", out);
		fputs("</p>\n", out);
		print_rows(run, o->measured, out);
	}
	if (zones)
		rc = print_zones(zones, o, out, err);
	fputs("</section>\n", out);
	return rc;
}
