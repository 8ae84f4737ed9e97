/* Prediction against measurement, for gnuplot: a point a zone, with its interval. */
#include <stdlib.h>

#include "base/alloc.h"
#include "report/measured_pairs.h"
#include "report/pictures.h"

#define POINTS_MAX 500 /* of more zones the first */

struct points {
	FILE *script;
	size_t nr;
	double one, most; /* figures in what is shown as 1; the highest of what is drawn */
};

static void take_pair(void *context, const struct csv *csv, const struct measured_pair *pair)
{
	struct points *p = context;
	int64_t half = is_known(pair->half) ? pair->half : 0, found = pair->found;
	double top;

	(void)csv;
	if (p->nr == POINTS_MAX)
		return;
	fprintf(p->script, "%.6g %.6g %.6g\n", (double)pair->predicted / p->one,
		(double)found / p->one, (double)half / p->one);
	top = (double)(pair->predicted > found + half ? pair->predicted : found + half) / p->one;
	p->most = top > p->most ? top : p->most;
	p->nr++;
}

static int draw(const char *path, const char *directory, const struct measured_quantity *q,
		struct error *err)
{
	enum unit unit = summary_column(q->found)->unit;
	struct points p = {.one = (double)unit_one(unit)};
	struct picture picture = {.name = q->picture, .height = 420, .directory = directory};
	char *script = NULL;
	size_t n;
	int rc;

	p.script = xmemstream(&script, &n);
	fputs("$p << END\n", p.script);
	rc = measured_pairs(path, q, take_pair, &p, err);
	fprintf(p.script,
		"END\nset xlabel 'predicted, %s'\nset ylabel 'measured, %s'\nunset key\n"
		"set grid lc rgb '#d0d0d0'\nset xrange [0:%.6g]\nset yrange [0:%.6g]\n"
		"plot x with lines lc rgb '#808080', $p using 1:2:3 with yerrorbars pt 7 ps 0.6 "
		"lc rgb '%s'\n",
		unit_sign(unit), unit_sign(unit), p.most * 1.05, p.most * 1.05, picture_colour(0));
	xmemstream_close(p.script);
	picture.script = script;
	if (!rc && p.nr)
		rc = picture_write(&picture, err);
	free(script);
	return rc;
}

int measured_pictures(const char *path, const char *directory, struct error *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < NR_MEASURED_QUANTITIES; i++)
		rc = draw(path, directory, &measured_quantities[i], err);
	return rc;
}
