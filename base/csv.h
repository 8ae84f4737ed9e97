/*
 * Reading tables of text: a header line, then rows of fields separated by
 * commas, or by semicolons when the header holds no comma (blanks and tabs after
 * a semicolon do not count), or by bars when it holds neither (quotes then are
 * characters like others). What is packed is unpacked
 * on the way (base/input.h), UTF-16 is decoded (base/text_encoding.h). A field may stand in double
 * quotes ("" inside is one quote); it cannot contain a line break. Lines end in LF or CRLF, blank
 * lines are skipped, a byte order mark and lines that begin with # before the header are ignored.
 *
 * The file is read in blocks of 1 MiB; memory does not grow with its length and
 * no row allocates. Rows are lent: they are valid until the next call.
 */
#ifndef BASE_CSV_H
#define BASE_CSV_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/compiler.h"
#include "base/error.h"
#include "base/sorter.h"
#include "base/text_encoding.h"

#define CSV_LINE_MAX ((size_t)64 * 1024)
#define CSV_FIELDS_MAX 192

struct csv_field {
	const char *text; /* not NUL-terminated */
	size_t n;
};

/* Rows may be JSON objects, one a line: then columns are the names of the first row's values,
 * with dots between those of objects in objects (resource_request.cpus), and those that
 * csv_take_names() adds; other names are ignored, what a row lacks is empty. */
/* Fields up to `lost` may be read, the rest is private. */
struct csv {
	char *path; /* as given, for messages */
	unsigned long line; /* of the current row, from 1 */
	unsigned nr_fields; /* of the current row */
	struct csv_field field[CSV_FIELDS_MAX];
	unsigned nr_columns; /* of the header */
	char *column[CSV_FIELDS_MAX];
	uint64_t done, total; /* bytes; total 0 when unknown (a pipe) */
	bool lost; /* the file itself failed: no row behind it can be had */
	/* The caller's, or NULL: once true, the next row is ERR_INTERRUPTED. */
	const atomic_bool *stop;

	FILE *file;
	struct input *input; /* base/input.h */
	char separator;
	char *buf;
	size_t begin, end; /* what is read and not yet handed out */
	bool at_end, looked; /* looked: the encoding is known */
	bool has_nul; /* somewhere: lines are looked through */
	struct text_decoder decoder;
	const char *row;
	struct sorter *sorting, *sorter; /* rows go into it, and come from it: csv_sort_more() */
	char **sorted_path; /* of the tables that were sorted; `path` is one of them */
	size_t nr_sorted, cap_sorted;
	size_t sorted_from; /* which of them the row is from */
	uint64_t sorted_bytes;
	bool held; /* the first line is a row, and not yet handed out */
	bool json; /* rows are JSON objects */
	size_t row_bytes; /* of JSON */
};

/* The eight bytes at `p`, its first the lowest. There are so many behind every field. */
static inline uint64_t csv_word(const char *p)
{
	const unsigned char *b = (const unsigned char *)p;

	return (uint64_t)b[0] | (uint64_t)b[1] << 8 | (uint64_t)b[2] << 16 | (uint64_t)b[3] << 24 |
	       (uint64_t)b[4] << 32 | (uint64_t)b[5] << 40 | (uint64_t)b[6] << 48 |
	       (uint64_t)b[7] << 56;
}

/* Opens and reads the header. "-" is standard input. An empty file, a column
 * without a name or named twice is ERR_INPUT. On failure nothing is left open. */
int csv_open(struct csv *out, const char *path, struct error *err) MUST_USE;
/* The same for a stream; `file` is closed by csv_close(), on failure too. */
int csv_attach(struct csv *out, FILE *file, const char *path, struct error *err) MUST_USE;
/* The same in two steps, for files that may have no header: the first line is in field[]
 * and nobody knows yet what it is. Then it is the header, or it is the first row, which
 * csv_next() hands out once more, and the columns are called `name` (NULL-terminated). */
int csv_open_first(struct csv *out, const char *path, struct error *err) MUST_USE;
int csv_attach_first(struct csv *out, FILE *file, const char *path, struct error *err) MUST_USE;
int csv_take_header(struct csv *c, struct error *err) MUST_USE;
void csv_take_names(struct csv *c, const char *const *name);
void csv_close(struct csv *c); /* zeroed is fine */

/*
 * The next row, or *more = false. ERR_INPUT with file:line when the line is
 * longer than CSV_LINE_MAX, holds a NUL byte, an unfinished quote, or not as
 * many fields as the header; the next call goes on behind that line. ERR_MACHINE
 * when reading fails.
 */
int csv_next(struct csv *c, bool *more, struct error *err) MUST_USE;

/* What a field means as a key to sort by. False, and *out stays: nothing. */
typedef bool csv_key_of(const struct csv_field *f, struct sort_key *out);
/* A decimal number, also below 0. */
csv_key_of csv_sort_key;
/* Any number a double can hold, as 5.7e-05, in the order of doubles. */
csv_key_of csv_sort_key_real;

/*
 * Read what is left of a table now, and hand it out, after csv_sort_end(), in the order of the
 * keys in this field, rows of equal keys in the order of the file, with their own line numbers. A
 * row whose field has no key stays behind the one above it. Rows that do not fit into 64 MiB go
 * through a file without a name in $TMPDIR.
 *
 * First c's own rows (`other` NULL), then perhaps those of other tables, as if they stood behind;
 * their owners then close them. `field` is that of the table they are from. ERR_INPUT when
 * other columns stand there; objects (JSON) may name theirs in any order.
 */
int csv_sort_more(struct csv *c, struct csv *other, unsigned field, csv_key_of *key_of,
		  struct error *err) MUST_USE;
int csv_sort_end(struct csv *c, struct error *err) MUST_USE;

/* Column of this name, or -1. */
int csv_column(const struct csv *c, const char *name);

/* ERR_INPUT, "file:line:column: " + sentence, at this field of the current row. */
int csv_error(const struct csv *c, unsigned field, struct error *err, const char *fmt, ...)
	PRINTF_LIKE(4, 5);

/* The field as a whole number in [min, max]; a minus where min is below 0. */
int csv_int(const struct csv *c, unsigned field, int64_t min, int64_t max, int64_t *out,
	    struct error *err) MUST_USE;
/* The field as seconds with decimals, exactly to the nanosecond (further digits are
 * cut), no floating point. */
int csv_seconds(const struct csv *c, unsigned field, int64_t *out_ns, struct error *err) MUST_USE;
/* The field as a decimal number of `unit`s (nine decimals count), rounded up to a whole
 * number; 0 <= out <= max. */
int csv_decimal(const struct csv *c, unsigned field, int64_t unit, int64_t max, int64_t *out,
		struct error *err) MUST_USE;

/* Writing: a text field, in quotes when it holds a comma, a quote or a line break
 * (RFC 4180). One that a spreadsheet would take for a formula has "'" in front, as OWASP, "CSV
 * Injection", has it: what begins with = @, a tab or a carriage return, or with + or - and has an
 * operator or a quote behind it; numbers are none. */
void csv_print_field(const char *text, FILE *out);

#endif
