/*
 * A summary held in memory: a table whose first columns, up to "seed", say which
 * row it is (topology, workload, policy, memory policy, ...) and whose other
 * columns are whole numbers. Columns are found by name, so that a file with more columns
 * than today's reads the same; a cell may be empty: that figure is not known. The version
 * of the file, its first column, is checked and not kept.
 */
#ifndef REPORT_SHEET_H
#define REPORT_SHEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/alloc.h"
#include "base/error.h"
#include "schema/summary.h"

struct sheet_key {
	const char *text;
	size_t row;
};

struct sheet {
	const char *path;
	unsigned nr_columns, nr_keys; /* the first nr_keys columns are the key */
	const char **column;
	size_t nr, cap, cap_lines; /* rows */
	const char **cell; /* nr x nr_columns */
	unsigned long *line; /* of each row in the file */
	struct sheet_key *by_key; /* ascending */
	struct arena arena;
};

/*
 * Reads a whole summary. ERR_INPUT with file:line:column: the file is of an older or a
 * newer format (`renew` is what to do about an older one), a key column is
 * missing, a figure is no whole number, two rows have the same key; else as
 * csv_open() and csv_next(). On failure `out` is released.
 */
int sheet_load(struct sheet *out, const char *path, const char *renew, struct error *err) MUST_USE;
void sheet_release(struct sheet *s); /* zeroed is fine */

int sheet_column(const struct sheet *s, const char *name); /* -1: there is none */
const char *sheet_text(const struct sheet *s, size_t row, int column); /* "" for column -1 */
/* Do two rows have the same there? Yes where there is no such column. */
bool sheet_same(const struct sheet *s, size_t a, size_t b, const char *column);
/* Rows that have all keys but the seed alike are repeats; is this the first of its repeats? */
bool sheet_repeats(const struct sheet *s, size_t a, size_t b);
bool sheet_is_first(const struct sheet *s, size_t row);
/* Are there two rows that have not? */
bool sheet_varies(const struct sheet *s, const char *column);
/* False where the cell is empty or there is no such column. */
bool sheet_known(const struct sheet *s, size_t row, enum summary_figure f, int64_t *out);
bool sheet_figure_at(const struct sheet *s, size_t row, int column, int64_t *out);
/* The row of `s` with the key of `other`'s row, or SHEET_NO_ROW. A key column that
 * `other` lacks is empty there. */
#define SHEET_NO_ROW SIZE_MAX
size_t sheet_find(const struct sheet *s, const struct sheet *other, size_t row);
/* "epyc-nps4-8n week edera-compact static seed 1", in the sheet's arena. */
const char *sheet_row_name(struct sheet *s, size_t row);

#endif
