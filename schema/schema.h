/*
 * What the columns of results mean: one table a file that a run leaves, and one a
 * command that answers in rows. bench and cli write by it, report reads by it, `homenode
 * list columns` and docs/formats.md print it. A column exists where it stands here.
 *
 * Figures are whole numbers, with their unit at the end of the column's name, so that
 * equal inputs give equal bytes on every machine. What is not known is FIGURE_UNKNOWN in
 * a program, an empty cell in CSV, null in JSON and "-" in a table: 0 is a value.
 *
 * A column has one source. What the cost model says stands in predicted columns, on a
 * real machine too; what a machine was asked for, in measured ones.
 */
#ifndef SCHEMA_SCHEMA_H
#define SCHEMA_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define FIGURE_UNKNOWN INT64_MIN

enum role {
	ROLE_FIGURE, /* a whole number */
	ROLE_KEY, /* says which row it is */
	ROLE_TEXT, /* words, or several numbers in one cell */
	ROLE_FORMAT, /* the version of the file, first in it */
};

/* Of the whole number; in brackets what people are shown. */
enum unit {
	UNIT_NONE, /* not a figure */
	UNIT_COUNT,
	UNIT_BYTES, /* (GiB) */
	UNIT_BYTES_PER_S, /* (GB/s, decimal) */
	UNIT_SECONDS,
	UNIT_NS,
	UNIT_PS, /* (ns) */
	UNIT_SHARE, /* ppm of a whole (%) */
	UNIT_FACTOR, /* ppm: 1,000,000 is 1 (times) */
	UNIT_SLIT, /* hundredths of the SLIT's unit (SLIT) */
	UNIT_MILLI, /* thousandths of a count, where it is a mean */
	UNIT_EUR, /* millionths of a euro, or of whatever prices were given in (EUR) */
	NR_UNITS
};

enum better { BETTER_NEITHER, BETTER_HIGHER, BETTER_LOWER };

enum source {
	SOURCE_COUNTED, /* what happened, exactly: follows from the rules of policy and machine */
	SOURCE_PREDICTED, /* what the cost model says of it */
	SOURCE_MEASURED, /* what a machine was found to give */
};

struct column {
	const char *name;
	const char *title; /* in words, without the unit: "local memory"; NULL: as the name */
	const char *brief; /* the same where there is little room: "local"; NULL: as the title */
	const char *meaning; /* a sentence without its full stop */
	enum role role;
	enum unit unit;
	enum better better;
	enum source source;
	bool wide; /* too long for a table in a terminal */
};

struct schema {
	const char *name; /* "summary", "size" */
	const char *where; /* "summary.csv", "homenode size" */
	const char *summary; /* what a row is */
	const struct column *column;
	size_t nr;
};

extern const struct schema schema_summary, schema_timeline, schema_zones, schema_probes,
	schema_measured, schema_contention, schema_capacity, schema_size, schema_around,
	schema_compare, schema_launches, schema_figures, schema_guests, schema_watch,
	schema_watch_nodes, schema_watch_pages, schema_watch_samples, schema_advice_zones,
	schema_advice_steps;

/* All of them; NULL ends the list. */
extern const struct schema *const schemas[];

/* By its name, with or without ".csv"; NULL: there is none. */
const struct schema *schema_find(const char *name);
/* The column of this name, or NULL. */
const struct column *schema_column(const struct schema *s, const char *name);
/* What people read above a column. */
const char *column_heading(const struct column *c);

/* Names as `homenode list columns` has them; source_name of no figure is "". */
const char *role_name(enum role r);
const char *unit_name(enum unit u);
const char *better_name(enum better b);
const char *source_name(enum source s);

/* The header of a CSV file, with its line end. */
void schema_print_header(const struct schema *s, FILE *out);

/* --- text.c: a figure in its unit -------------------------------------------------- */

static inline bool is_known(int64_t figure)
{
	return figure != FIGURE_UNKNOWN;
}

/* A cell of CSV: the number, or nothing. */
void figure_print(int64_t figure, FILE *out);
/* The same with a comma before it. */
void figure_print_next(int64_t figure, FILE *out);

/*
 * A figure as people read it, in the unit of `unit_sign`: "85.64", "1.042", "-0.3"; "-"
 * when it is not known. The one rounding of the house: to the nearest, ties away from
 * zero (base/units.h). `decimals` below 0: as many as the unit has everywhere else.
 */
const char *unit_text(enum unit u, int64_t figure, int decimals, char *buf, size_t size);
/* The same with its sign behind, "85.64 %", and bytes in the size that suits them, "8.39 TiB". */
const char *unit_text_signed(enum unit u, int64_t figure, int decimals, char *buf, size_t size);
/* "%", "ns", "GB/s", "GiB", "times", "SLIT", "s"; "" of a count. */
const char *unit_sign(enum unit u);
/* One of what is shown, in figures: 10000 ppm are 1 %. */
int64_t unit_one(enum unit u);
/* How many decimals people are shown of it. */
int unit_decimals(enum unit u);

#endif
