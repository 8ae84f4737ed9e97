/* Parts of the page's model: one file each, written as members of the run's object. */
#ifndef REPORT_MODEL_H
#define REPORT_MODEL_H

#include "base/csv.h"
#include "report/model_out.h"
#include "report/page.h"

/* model_schema.c: units and columns, in words. */
void model_schema(struct model_out *m);
/* model_timeline.c: timeline.csv, thinned so that extremes stay. */
int model_timeline(struct model_out *m, const struct run_dir *run, struct error *err) MUST_USE;
/* model_zones.c: zones.csv, packed column by column, as far as MODEL_ZONES_MAX goes. */
#define MODEL_ZONES_MAX ((size_t)3400000) /* characters, of all rows */
int model_zones(struct model_out *m, const struct page_run *run, const char *policies,
		struct error *err) MUST_USE;
/* model_measured.c: measured.csv. */
int model_measured(struct model_out *m, const char *path, struct error *err) MUST_USE;

/* model_recording.c: a recording of a host, which takes the place of runs. */
void model_recording(struct model_out *m, const struct page_recording *r);

/* Lines of result files that begin with a row's key: whose are they? Zero-initialise but for
 * `sheet`. */
struct model_row {
	const struct sheet *sheet;
	size_t row; /* of the line before */
	bool known;
};
/* The row, or SHEET_NO_ROW. Most lines are of the row of the line before. */
size_t model_row_of(struct model_row *r, const struct csv *csv);
/* ERR_INPUT: no such column. */
int model_column(const struct csv *csv, const char *name, int *out, struct error *err) MUST_USE;
/* The field as a whole number; empty, or column -1: FIGURE_UNKNOWN. */
int model_field(const struct csv *csv, int column, int64_t *out, struct error *err) MUST_USE;

#endif
