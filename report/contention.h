/*
 * contention.csv read again: points of zones among neighbours, measured beside predicted, as
 * a table, and what that says of the model in sentences. Repeats (seeds) are taken together:
 * a figure is the mean of those that are known.
 */
#ifndef REPORT_CONTENTION_H
#define REPORT_CONTENTION_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/alloc.h"
#include "base/error.h"

/* Latencies are ps, the rest bytes a second; FIGURE_UNKNOWN. Strings are of the file's arena. */
struct contention_row {
	const char *key; /* topology, workload, policy, memory policy, allocator */
	const char *zone, *name, *nodes, *point;
	int64_t level_percent;
	bool time; /* a latency */
	int64_t neighbours, found, predicted, found_load, predicted_load;
	int64_t stated_error_ppm;
	const char *reason; /* "": it was measured */
	size_t repeats, load_repeats; /* that the means are of */
};

struct contention_file {
	struct contention_row *row; /* by key, zone, point and level, as in the file */
	size_t nr;
	struct arena arena;
};

/* ERR_INPUT with file:line:column, as csv_open() and csv_next(). On failure it is released. */
int contention_load(struct contention_file *out, const char *path, struct error *err) MUST_USE;
void contention_file_release(struct contention_file *f); /* zeroed is fine */

/* Measured beside predicted, point by point, and the verdict. */
void contention_print_text(const struct contention_file *f, FILE *out);

/* Cells of such tables: which point it is; a figure of it; of b against a, in percent with its
 * sign. */
struct table;
void contention_point_cells(struct table *t, const struct contention_row *r);
void contention_figure_cell(struct table *t, const struct contention_row *r, int64_t figure);
void contention_change_cell(struct table *t, int64_t a, int64_t b);

/* contention_verdict.c: how near the model is, whether that is as near as it says, and which
 * points are not known. */
void contention_print_verdict(const struct contention_file *f, FILE *out);

/* The row of the same zone, point and level; NULL: there is none. */
struct contention_row *contention_find(const struct contention_file *f,
				       const struct contention_row *like);
/* Does the file at this path look like one? */
bool contention_recognise(const char *path);

/*
 * contention_diff.c: two runs, point by point: what each was measured to give, or else
 * predicted. Rows are matched by all but the seed.
 */
struct contention_diff {
	const struct contention_file *a, *b;
	size_t both, differ, only_a, only_b; /* points */
};
void contention_compare(struct contention_diff *out, const struct contention_file *a,
			const struct contention_file *b);
void contention_diff_text(const struct contention_diff *d, FILE *out);
/* One line, or object, a difference: what is it (changed, only_a, only_b), point, figures. */
void contention_diff_csv(const struct contention_diff *d, FILE *out);
void contention_diff_json(const struct contention_diff *d, FILE *out); /* contention_json.c */

/* Of the row what was measured, or else predicted, and which of them it is. */
int64_t contention_best(const struct contention_row *r);
const char *contention_source(const struct contention_row *r); /* NULL: "" */
/* Each difference in the order of the first, then what only the second has. */
typedef void contention_taker(void *context, const char *what, const struct contention_row *a,
			      const struct contention_row *b);
void contention_each(const struct contention_diff *d, contention_taker *take, void *context);

static inline bool contention_same(const struct contention_diff *d)
{
	return !d->differ && !d->only_a && !d->only_b;
}

#endif
