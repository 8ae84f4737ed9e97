/*
 * The columns of a summary that have a better and a worse whoever looks at them, in the
 * words and units of the page. summary.csv itself keeps whole numbers.
 */
#ifndef REPORT_FIGURES_H
#define REPORT_FIGURES_H

#include "report/sheet.h"

enum figure_unit {
	UNIT_COUNT,
	UNIT_SECONDS,
	UNIT_GIB, /* of bytes */
	UNIT_PERCENT, /* of ppm */
	UNIT_CENTI, /* hundredths, as a whole with decimals */
	UNIT_FACTOR, /* of ppm: 1,000,000 is 1 */
	UNIT_GB_A_SECOND, /* of bytes a second, decimal */
	UNIT_NS /* of picoseconds */
};

struct figure {
	const char *column, *title, *meaning; /* the title says the unit */
	enum figure_unit unit;
	bool higher; /* is better */
	bool zero_unknown; /* 0 stands for "was not found out" */
};

extern const struct figure figures[];
extern const size_t nr_figures;

const struct figure *figure_of(const char *column); /* or NULL */
/* The value in the figure's unit; buf is returned. */
const char *figure_text(const struct figure *f, int64_t value, char *buf, size_t size);
/* Are both the same text? What nobody can tell apart is not called better. */
bool figure_alike(const struct figure *f, int64_t a, int64_t b);
/* False where there is none, or it stands for one that is unknown. */
bool figure_known(const struct sheet *s, size_t row, const struct figure *f, int64_t *out);
/* Is the figure known somewhere, and is it the same in all rows that have it? */
bool figure_same(const struct sheet *s, const struct figure *f, int64_t *out);
bool figure_absent(const struct sheet *s, const struct figure *f);

/* Does a key column tell rows of this sheet apart? */
bool sheet_varies(const struct sheet *s, const char *column);
/* The policy and what else tells the row apart: "edera-compact dynamic seed 2". */
const char *sheet_short_name(const struct sheet *s, size_t row, struct arena *a);
/* The same by the fields of the key with `between` behind each; `otherwise` when there is
 * no such row. */
const char *sheet_name_of(const struct sheet *s, const char *key, char between,
			  const char *otherwise, struct arena *a);

#endif
