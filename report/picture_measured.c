/* Prediction against measurement, for gnuplot: a point a zone, with its interval. */
#include <stdlib.h>

#include "report/model.h"
#include "report/pictures.h"
#include "schema/schema.h"

#define POINTS_MAX 500 /* of more zones the first */

static const struct quantity {
	const char *name, *half; /* `half`: column of measured.csv */
	enum summary_figure found, predicted;
} quantities[] = {
	{"measuredbandwidth", "triad_half_95_bytes_per_s", SUMMARY_triad_bytes_per_s,
	 SUMMARY_predicted_triad_bytes_per_s},
	{"measuredlatency", "chase_half_95_ps", SUMMARY_chase_ps, SUMMARY_predicted_chase_ps},
};

struct points {
	FILE *script;
	size_t nr;
	double one, most; /* figures in what is shown as 1; the highest of what is drawn */
};

static int take_line(struct points *p, const struct csv *csv, const struct quantity *q,
		     struct error *err)
{
	int64_t found, half, predicted;
	int rc = model_field(csv, csv_column(csv, summary_column(q->found)->name), &found, err);
	double top;

	if (!rc)
		rc = model_field(csv, csv_column(csv, q->half), &half, err);
	if (!rc)
		rc = model_field(csv, csv_column(csv, summary_column(q->predicted)->name),
				 &predicted, err);
	if (rc || !is_known(found) || !is_known(predicted) || !predicted || p->nr == POINTS_MAX)
		return rc;
	half = is_known(half) ? half : 0;
	fprintf(p->script, "%.6g %.6g %.6g\n", (double)predicted / p->one, (double)found / p->one,
		(double)half / p->one);
	top = (double)(predicted > found + half ? predicted : found + half) / p->one;
	p->most = top > p->most ? top : p->most;
	p->nr++;
	return 0;
}

static int read_points(struct points *p, const char *path, const struct quantity *q,
		       struct error *err)
{
	struct csv csv;
	bool more = true;
	int rc = csv_open(&csv, path, err);

	if (rc)
		return rc;
	while (!rc && more) {
		rc = csv_next(&csv, &more, err);
		if (!rc && more)
			rc = take_line(p, &csv, q, err);
	}
	csv_close(&csv);
	return rc;
}

static int draw(const char *path, const char *directory, const struct quantity *q,
		struct error *err)
{
	enum unit unit = summary_column(q->found)->unit;
	struct points p = {.one = (double)unit_one(unit)};
	struct picture picture = {.name = q->name, .height = 420, .directory = directory};
	char *script = NULL;
	size_t n;
	int rc;

	p.script = open_memstream(&script, &n);
	BUG_ON(!p.script);
	fputs("$p << END\n", p.script);
	rc = read_points(&p, path, q, err);
	fprintf(p.script,
		"END\nset xlabel 'predicted, %s'\nset ylabel 'measured, %s'\nunset key\n"
		"set grid lc rgb '#d0d0d0'\nset xrange [0:%.6g]\nset yrange [0:%.6g]\n"
		"plot x with lines lc rgb '#808080', $p using 1:2:3 with yerrorbars pt 7 ps 0.6 "
		"lc rgb '%s'\n",
		unit_sign(unit), unit_sign(unit), p.most * 1.05, p.most * 1.05, picture_colour(0));
	fclose(p.script);
	picture.script = script;
	if (!rc && p.nr)
		rc = picture_write(&picture, err);
	free(script);
	return rc;
}

int measured_pictures(const char *path, const char *directory, struct error *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < sizeof(quantities) / sizeof(quantities[0]); i++)
		rc = draw(path, directory, &quantities[i], err);
	return rc;
}
