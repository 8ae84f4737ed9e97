/*
 * Two summaries side by side: the rows both have, with the figures that differ;
 * rows and columns that only one has. Order: rows as the first summary lists
 * them, then rows of the second alone; columns as the first lists them.
 */
#ifndef REPORT_COMPARE_H
#define REPORT_COMPARE_H

#include "report/sheet.h"

struct change {
	size_t row_a, row_b;
	const char *column;
	int64_t a, b; /* FIGURE_UNKNOWN: on that side; never on both */
};

struct comparison {
	struct change *change;
	size_t nr, cap;
	size_t *only_a, *only_b; /* rows */
	size_t nr_only_a, nr_only_b, cap_a, cap_b;
	const char **column_a, **column_b; /* names that only one has */
	size_t nr_column_a, nr_column_b;
	size_t nr_rows, nr_same; /* rows in both; of those, rows without a difference */
};

void compare(struct comparison *out, const struct sheet *a, const struct sheet *b);
void comparison_release(struct comparison *c); /* zeroed is fine */

/*
 * |b - a| in millionths of |a|; where a is 0 and b is not, a change without a
 * measure, FIGURE_UNKNOWN.
 */
int64_t change_ppm(int64_t a, int64_t b);
/* b - a, held at the ends of what an int64_t can be. */
int64_t change_of(int64_t a, int64_t b);

#endif
