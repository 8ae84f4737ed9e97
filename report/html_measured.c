/*
 * Prediction against measurement. Zone by zone from measured.csv, which a run with
 * probes writes: mean of repeats and half the width of its 95 % interval beside what
 * the model said. Row by row from a second run of the same workload and policies on a
 * machine.
 */
#include <inttypes.h>
#include <math.h>
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
	bool measured, repeated; /* `half` is known */
	int64_t found, half, predicted;
};

static const struct quantity {
	const char *title, *name, *half; /* `half`: column of measured.csv */
	enum summary_figure found, predicted; /* columns there and in the summary */
} quantities[] = {
	{"Bandwidth of zones (triad)", "bandwidth", "triad_half_95_bytes_per_s",
	 SUMMARY_triad_bytes_per_s, SUMMARY_predicted_triad_bytes_per_s},
	{"Latency of zones (pointer chase)", "latency", "chase_half_95_ps", SUMMARY_chase_ps,
	 SUMMARY_predicted_chase_ps},
};

static enum unit unit_of(const struct quantity *q)
{
	return summary_column(q->found)->unit;
}

/* In what people are shown. */
static double shown(const struct quantity *q, int64_t figure)
{
	return (double)figure / (double)unit_one(unit_of(q));
}

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
		rc = optional(&csv, summary_column(q->found)->name, &p.measured, &p.found, err);
		if (!rc)
			rc = optional(&csv, q->half, &p.repeated, &p.half, err);
		if (!rc)
			rc = optional(&csv, summary_column(q->predicted)->name, &known,
				      &p.predicted, err);
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

/* Of the prediction, in ppm of what was found (not 0). */
static int64_t error_ppm(double predicted, double found)
{
	return (int64_t)llround((predicted - found) * 1e6 / found);
}

static int64_t error_of(const struct pair *p)
{
	return error_ppm((double)p->predicted, (double)p->found);
}

static void error_cell(int64_t ppm, FILE *out)
{
	char number[40], text[48];

	unit_text(UNIT_SHARE, ppm, 1, number, sizeof(number));
	snprintf(text, sizeof(text), "%s%s", *number == '-' ? "" : "+", number);
	html_shown_cell(ppm, text, out);
}

static void figure_cell(const struct quantity *q, int64_t figure, FILE *out)
{
	char text[40];

	html_shown_cell(figure, unit_text(unit_of(q), figure, -1, text, sizeof(text)), out);
}

static void print_pairs(const struct quantity *q, const struct pair *pair, size_t nr, FILE *out)
{
	char text[64];

	html_begin_table(q->title, out);
	html_heading("zone", true, out);
	html_heading("policy", true, out);
	html_heading("nodes", true, out);
	snprintf(text, sizeof(text), "predicted, %s", unit_sign(unit_of(q)));
	html_heading(text, false, out);
	snprintf(text, sizeof(text), "measured, %s", unit_sign(unit_of(q)));
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
		figure_cell(q, p->predicted, out);
		figure_cell(q, p->found, out);
		if (p->repeated)
			figure_cell(q, p->half, out);
		else
			html_text_cell("not known", false, out);
		error_cell(error_of(p), out);
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
		double x = shown(q, pair[i].predicted);
		double y = shown(q, pair[i].found), half = shown(q, pair[i].half);

		fprintf(f, "%.6g %.6g %.6g\n", x, y, half);
		most = x > most ? x : most;
		most = y + half > most ? y + half : most;
	}
	fprintf(f,
		"END\nset xlabel 'predicted, %s'\nset ylabel 'measured, %s'\nunset key\n"
		"set grid lc rgb '#d0d0d0'\nset xrange [0:%.6g]\nset yrange [0:%.6g]\n"
		"plot x with lines lc rgb '#808080', $p using 1:2:3 with yerrorbars pt 7 ps 0.6 "
		"lc rgb '%s'\n",
		unit_sign(unit_of(q)), unit_sign(unit_of(q)), most * 1.05, most * 1.05,
		picture_colour(0));
	fclose(f);
	p.script = script;
	rc = page_print_figure(&p, q->title, out, err);
	free(script);
	free(name);
	return rc;
}

static int by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void print_verdict(const struct pair *pair, size_t nr, size_t all, FILE *out)
{
	int64_t error[POINTS_MAX];
	size_t within = 0;
	char middle[40], worst[40];

	for (size_t i = 0; i < nr; i++) {
		int64_t off = pair[i].predicted - pair[i].found;

		error[i] = error_of(&pair[i]);
		error[i] = error[i] < 0 ? -error[i] : error[i];
		within += (off < 0 ? -off : off) <= pair[i].half;
	}
	qsort(error, nr, sizeof(error[0]), by_size);
	fprintf(out,
		"<p>%zu zones: the prediction is off by %s %% in the median, %s %% at worst; "
		"%zu lie within their measurement's 95 %% interval.",
		nr, unit_text(UNIT_SHARE, error[(nr - 1) / 2], 1, middle, sizeof(middle)),
		unit_text(UNIT_SHARE, error[nr - 1], 1, worst, sizeof(worst)), within);
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
			   const struct column *column)
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

static void mean_cell(double mean, FILE *out)
{
	char text[40];

	snprintf(text, sizeof(text), "%" PRId64, (int64_t)llround(mean));
	html_shown_cell((int64_t)llround(mean), text, out);
}

static void compare_cells(const char *name, const struct column *c, const struct mean *p,
			  const struct mean *m, FILE *out)
{
	double predicted = p->sum / (double)p->nr, found = m->sum / (double)m->nr;
	char text[80];

	fputs("<tr>", out);
	html_text_cell(name, true, out);
	html_text_cell(c->name, false, out);
	mean_cell(predicted, out);
	mean_cell(found, out);
	snprintf(text, sizeof(text), "%" PRId64 " to %" PRId64 " in %" PRId64, m->low, m->high,
		 m->nr);
	html_shown_cell(m->high - m->low, text, out);
	if (found == 0 && predicted != 0)
		html_text_cell("", false, out);
	else
		error_cell(found == 0 ? 0 : error_ppm(predicted, found), out);
	fputs("</tr>\n", out);
}

/* What the simulator counts beside what was counted on the machine, and what the cost model
 * predicts beside what was measured. */
static const struct {
	enum summary_figure predicted, found;
} compared[] = {
	{SUMMARY_zones_placed, SUMMARY_zones_placed},
	{SUMMARY_zones_refused, SUMMARY_zones_refused},
	{SUMMARY_zones_spilled, SUMMARY_zones_spilled},
	{SUMMARY_spilled_bytes, SUMMARY_spilled_bytes},
	{SUMMARY_local_page_ppm, SUMMARY_local_page_ppm},
	{SUMMARY_own_page_ppm, SUMMARY_own_page_ppm},
	{SUMMARY_mean_distance_centi, SUMMARY_mean_distance_centi},
	{SUMMARY_predicted_triad_bytes_per_s, SUMMARY_triad_bytes_per_s},
	{SUMMARY_predicted_chase_ps, SUMMARY_chase_ps},
};

static void compare_rows(const struct sheet *s, const struct sheet *t, size_t row, FILE *out)
{
	char *name = xasprintf("%s %s %s", sheet_text(s, row, sheet_column(s, "workload")),
			       sheet_text(s, row, sheet_column(s, "policy")),
			       sheet_text(s, row, sheet_column(s, "memory_policy")));

	for (size_t i = 0; i < sizeof(compared) / sizeof(compared[0]); i++) {
		const struct column *said = summary_column(compared[i].predicted);
		const struct column *found = summary_column(compared[i].found);
		struct mean p = mean_of(s, s, row, said), m = mean_of(t, s, row, found);

		/* probed on the machine alone: it has the prediction beside */
		if (!p.nr && said != found)
			p = mean_of(t, s, row, said);
		if (p.nr && m.nr)
			compare_cells(name, found, &p, &m, out);
	}
	free(name);
}

static void print_rows(const struct run_dir *run, const struct run_dir *measured, FILE *out)
{
	const struct sheet *s = &run->summary;

	html_begin_table("Rows of both runs: means over their repeats", out);
	html_heading("policy and memory", true, out);
	html_heading("column", true, out);
	html_heading("predicted", false, out);
	html_heading("measured", false, out);
	html_heading("repeats measured", false, out);
	html_heading("error of the prediction, %", false, out);
	html_begin_rows("measured-rows", out);
	for (size_t r = 0; r < s->nr; r++)
		if (first_of_kind(s, r))
			compare_rows(s, &measured->summary, r, out);
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
