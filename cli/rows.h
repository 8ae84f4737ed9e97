/*
 * Rows that come out of a command as text, JSON or CSV: columns first (those of results are
 * in schema/), then cells row by row. Zero-initialise; release frees the cells.
 */
#ifndef CLI_ROWS_H
#define CLI_ROWS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/alloc.h"
#include "cli/command.h"
#include "cli/view.h"
#include "schema/schema.h"

struct cell {
	const char *text; /* NULL: a figure */
	int64_t figure;
};

struct rows {
	const char *name; /* of the JSON array: {"name": [...]} */
	const struct column *column;
	size_t nr_columns;
	struct cell *cell;
	size_t nr, cap;
	bool headless; /* CSV goes on below rows whose header is there */
	/* Of a table in a terminal: names of columns, what matters most first; NULL ends them.
	 * NULL: those that are not wide. */
	const char *const *shown;
	struct arena arena;
};

void rows_text(struct rows *r, const char *text); /* copied; NULL is "" */
void rows_number(struct rows *r, int64_t figure); /* may be FIGURE_UNKNOWN */
/* FORMAT_TEXT: with `view`, or as much as fits the terminal where it is NULL. */
void rows_print(const struct rows *r, enum output_format format, const struct view *view,
		FILE *out);
void rows_print_table(const struct rows *r, const struct view *view, FILE *out); /* rows_table.c */
/* In so many columns of the screen; TABLE_ANY_WIDTH: all that it takes. */
void rows_print_table_within(const struct rows *r, const struct view *view, unsigned width,
			     FILE *out);
/* The same of zones, whose names have no end of their own: 24 columns unless all was asked for. */
void rows_print_zones(const struct rows *zones, const struct view *view, unsigned width, FILE *out);
/* Families of OpenMetrics, PREFIX_column; without an end, so that others may follow. */
void rows_print_metrics(const struct rows *r, const char *prefix, FILE *out); /* rows_metrics.c */
void rows_print_json(const struct rows *r, FILE *out); /* rows_json.c */
void rows_print_jsonl(const struct rows *r, FILE *out); /* one object a row, each on its line */
/* Several in one object; `line`: on one line. */
void rows_print_json_all(const struct rows *r, size_t nr, bool line, FILE *out);
void rows_release(struct rows *r);

#endif
