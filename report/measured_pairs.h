/*
 * measured.csv as pairs: zone by zone what the model said and the mean of what was measured, with
 * half the width of its 95 % interval. What the page and the pictures draw.
 */
#ifndef REPORT_MEASURED_PAIRS_H
#define REPORT_MEASURED_PAIRS_H

#include "base/csv.h"
#include "base/error.h"
#include "schema/summary.h"

struct measured_quantity {
	const char *title;
	const char *picture; /* name of its file, without suffix */
	const char *half; /* column of measured.csv */
	enum summary_figure found, predicted;
};

#define NR_MEASURED_QUANTITIES 2
extern const struct measured_quantity measured_quantities[NR_MEASURED_QUANTITIES];

/* In the unit of the quantity; FIGURE_UNKNOWN as half where a mean has no interval. */
struct measured_pair {
	int64_t predicted, found, half;
};

/* Calls `take` for each line that has both, in the order of the file; `csv` stands on the line. */
int measured_pairs(const char *path, const struct measured_quantity *q,
		   void (*take)(void *context, const struct csv *csv,
				const struct measured_pair *p),
		   void *context, struct error *err) MUST_USE;

#endif
