/*
 * Rows that come out of a command as text, JSON or CSV: columns first, then
 * cells row by row. Zero-initialise; release frees the cells.
 */
#ifndef CLI_ROWS_H
#define CLI_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/alloc.h"
#include "cli/command.h"

enum column_kind {
	COLUMN_TEXT,
	COLUMN_WIDE, /* text that only JSON and CSV print */
	COLUMN_COUNT,
	/* Text prints a heading without the unit that the name ends in, and a value with one: */
	COLUMN_BYTES, /* "_bytes": "16 GiB" */
	COLUMN_RATE, /* "_bytes_per_s": "12.3 GB/s" */
	COLUMN_PS, /* "_ps": "98.7 ns" */
	COLUMN_PPM, /* "_ppm": "93.22 %" */
};

struct column {
	const char *name; /* NULL ends the array */
	enum column_kind kind;
};

struct cell {
	const char *text; /* COLUMN_TEXT, COLUMN_WIDE */
	int64_t number;
	bool unknown; /* "-" in text, null in JSON, empty in CSV */
};

struct rows {
	const char *name; /* of the JSON array: {"name": [...]} */
	const struct column *column;
	struct cell *cell;
	size_t nr, cap;
	struct arena arena;
};

void rows_text(struct rows *r, const char *text); /* copied; NULL is "" */
void rows_number(struct rows *r, int64_t number);
void rows_unknown(struct rows *r);
void rows_print(const struct rows *r, enum output_format format, FILE *out);
void rows_print_json(const struct rows *r, FILE *out); /* rows_json.c */
void rows_release(struct rows *r);

#endif
