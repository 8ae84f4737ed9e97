/*
 * timeline.csv on the page: curves that keep their extremes however much they are thinned.
 * Samples are held in buckets; where there are too many, neighbours become one bucket with
 * the lowest and the highest of both, in the order in which they came. So memory does not
 * grow with the file, and a spike of one sample stays.
 */
#include <stdlib.h>

#include "base/units.h"
#include "report/model.h"
#include "schema/schema.h"

#define BUCKETS_MOST 720 /* of a row */
#define BUCKETS_LEAST 120
#define BUCKETS_ALL 40000 /* of all rows */

enum curve { CURVE_LOCAL, CURVE_LIVE, CURVE_REFUSED, NR_CURVES };

static const char *const curve_column[NR_CURVES] = {
	[CURVE_LOCAL] = "local_page_ppm",
	[CURVE_LIVE] = "live_zones",
	[CURVE_REFUSED] = "zones_refused",
};

/* The lowest and highest of some samples; FIGURE_UNKNOWN where none says anything. */
struct extent {
	int64_t low, high;
	bool high_first;
};

struct bucket {
	int64_t time_s; /* of its first sample */
	struct extent of[NR_CURVES];
};

struct row_curves {
	struct bucket *bucket; /* NULL: no sample */
	size_t nr, samples; /* samples in the last bucket */
	int64_t last_s;
	/* the zones' own local shares: sums over samples in which zones lived */
	int64_t spread_samples, sum_ppm[3], lowest_ppm, lowest_s;
};

struct timeline {
	struct csv csv;
	int time, column[NR_CURVES], percentile[3];
	size_t most; /* buckets of a row, even */
	size_t *width; /* samples of a full bucket, by row */
	struct row_curves *row;
};

static void join(struct extent *to, const struct extent *next)
{
	if (!is_known(next->low))
		return;
	if (!is_known(to->low)) {
		*to = *next;
		return;
	}
	if (next->low < to->low && next->high > to->high) {
		*to = *next;
		return;
	}
	if (next->low < to->low) {
		to->low = next->low;
		to->high_first = true;
	} else if (next->high > to->high) {
		to->high = next->high;
		to->high_first = false;
	}
}

static void halve(struct row_curves *r)
{
	for (size_t i = 0; i + 1 < r->nr; i += 2) {
		struct bucket *to = &r->bucket[i / 2];

		*to = r->bucket[i];
		for (int c = 0; c < NR_CURVES; c++)
			join(&to->of[c], &r->bucket[i + 1].of[c]);
	}
	r->nr /= 2;
}

static void take_sample(struct timeline *t, size_t row, const struct bucket *sample)
{
	struct row_curves *r = &t->row[row];

	if (!r->bucket) {
		r->bucket = xcalloc(t->most, sizeof(*r->bucket));
		r->samples = t->width[row] = 1;
	}
	if (r->nr && r->samples < t->width[row]) {
		for (int c = 0; c < NR_CURVES; c++)
			join(&r->bucket[r->nr - 1].of[c], &sample->of[c]);
		r->samples++;
	} else {
		if (r->nr == t->most) {
			halve(r);
			t->width[row] *= 2;
		}
		r->bucket[r->nr++] = *sample;
		r->samples = 1;
	}
	r->last_s = sample->time_s;
}

static int take_spread(struct timeline *t, struct row_curves *r, int64_t time_s, struct error *err)
{
	int64_t ppm[3];
	int rc = 0;

	for (int i = 0; !rc && i < 3; i++)
		rc = model_field(&t->csv, t->percentile[i], &ppm[i], err);
	if (rc || !is_known(ppm[0]) || !is_known(ppm[1]) || !is_known(ppm[2]))
		return rc;
	for (int i = 0; i < 3; i++)
		r->sum_ppm[i] += ppm[i];
	if (!r->spread_samples++ || ppm[0] < r->lowest_ppm) {
		r->lowest_ppm = ppm[0];
		r->lowest_s = time_s;
	}
	return 0;
}

static int take_line(struct timeline *t, size_t row, struct error *err)
{
	struct bucket sample = {0};
	int rc = csv_int(&t->csv, (unsigned)t->time, 0, INT64_MAX / NS_PER_S, &sample.time_s, err);

	for (int c = 0; !rc && c < NR_CURVES; c++) {
		rc = model_field(&t->csv, t->column[c], &sample.of[c].low, err);
		sample.of[c].high = sample.of[c].low;
	}
	if (rc)
		return rc;
	/* an older file says 0 where nothing lives */
	if (sample.of[CURVE_LIVE].low == 0)
		sample.of[CURVE_LOCAL].low = sample.of[CURVE_LOCAL].high = FIGURE_UNKNOWN;
	else if (t->percentile[0] >= 0)
		rc = take_spread(t, &t->row[row], sample.time_s, err);
	if (!rc)
		take_sample(t, row, &sample);
	return rc;
}

static int read_lines(struct timeline *t, const struct sheet *sheet, struct error *err)
{
	struct model_row which = {.sheet = sheet};
	bool more = true;
	int rc = model_column(&t->csv, "time_s", &t->time, err);

	for (int c = 0; c < NR_CURVES; c++)
		t->column[c] = csv_column(&t->csv, curve_column[c]);
	t->percentile[0] = csv_column(&t->csv, "zone_local_p5_ppm");
	t->percentile[1] = csv_column(&t->csv, "zone_local_p50_ppm");
	t->percentile[2] = csv_column(&t->csv, "zone_local_p95_ppm");
	while (!rc && more) {
		size_t row;

		rc = csv_next(&t->csv, &more, err);
		if (rc || !more)
			break;
		row = model_row_of(&which, &t->csv);
		if (row != SHEET_NO_ROW)
			rc = take_line(t, row, err);
	}
	return rc;
}

/* Thinned buckets are two points, the second in the middle of its bucket. */
static void write_times(struct model_out *m, const struct row_curves *r, bool thinned)
{
	model_open(m, "time_s", '[');
	for (size_t i = 0; i < r->nr; i++) {
		int64_t next = i + 1 < r->nr ? r->bucket[i + 1].time_s : r->last_s;

		model_int(m, NULL, r->bucket[i].time_s);
		if (thinned)
			model_int(m, NULL, (r->bucket[i].time_s + next) / 2);
	}
	model_close(m, ']');
}

static void write_curve(struct model_out *m, const struct row_curves *r, enum curve c, bool thinned)
{
	model_open(m, curve_column[c], '[');
	for (size_t i = 0; i < r->nr; i++) {
		const struct extent *e = &r->bucket[i].of[c];

		model_figure(m, NULL, thinned && e->high_first ? e->high : e->low);
		if (thinned)
			model_figure(m, NULL, e->high_first ? e->low : e->high);
	}
	model_close(m, ']');
}

static void write_spread(struct model_out *m, const struct row_curves *r)
{
	static const char *const name[] = {"p5_ppm", "p50_ppm", "p95_ppm"};

	if (!r->spread_samples)
		return;
	model_open(m, "spread", '{');
	for (int i = 0; i < 3; i++)
		model_int(m, name[i], r->sum_ppm[i] / r->spread_samples);
	model_int(m, "lowest_ppm", r->lowest_ppm);
	model_int(m, "lowest_s", r->lowest_s);
	model_close(m, '}');
}

static void write_rows(struct model_out *m, const struct timeline *t, size_t nr_rows)
{
	model_open(m, "timeline", '[');
	for (size_t i = 0; i < nr_rows; i++) {
		const struct row_curves *r = &t->row[i];
		bool thinned = t->width[i] > 1;

		if (!r->nr)
			continue;
		model_open(m, NULL, '{');
		model_int(m, "row", (int64_t)i);
		model_int(m, "samples", (int64_t)t->width[i]);
		write_times(m, r, thinned);
		for (enum curve c = 0; c < NR_CURVES; c++)
			if (t->column[c] >= 0)
				write_curve(m, r, c, thinned);
		write_spread(m, r);
		model_close(m, '}');
	}
	model_close(m, ']');
}

int model_timeline(struct model_out *m, const struct run_dir *run, struct error *err)
{
	size_t nr = run->summary.nr, most = nr ? BUCKETS_ALL / nr : 0;
	struct timeline t = {0};
	int rc = csv_open(&t.csv, run->timeline, err);

	if (rc)
		return rc;
	most = most < BUCKETS_LEAST ? BUCKETS_LEAST : most > BUCKETS_MOST ? BUCKETS_MOST : most;
	t.most = most / 2 * 2;
	t.row = xcalloc(nr + 1, sizeof(*t.row));
	t.width = xcalloc(nr + 1, sizeof(*t.width));
	rc = read_lines(&t, &run->summary, err);
	if (!rc)
		write_rows(m, &t, nr);
	for (size_t i = 0; i < nr; i++)
		free(t.row[i].bucket);
	free(t.width);
	free(t.row);
	csv_close(&t.csv);
	return rc;
}
