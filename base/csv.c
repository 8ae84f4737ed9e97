#include "base/csv.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/csv_json.h"
#include "base/input.h"
#include "base/sorter.h"
#include "base/text.h"
#include "base/text_encoding.h"

#define BLOCK ((size_t)1 << 20)
/* One line that is a byte too long, one block, and room for a terminator and csv_word(). */
#define BUFFER (CSV_LINE_MAX + 2 + BLOCK + 1 + 8)

/* Of rows to be sorted at a time. */
#define SORT_MEMORY ((size_t)64 << 20)

/* UTF-16 at `text` becomes UTF-8; *size follows. */
static int decode(struct csv *c, char *text, size_t *size, struct error *err)
{
	char *raw = xmalloc(*size + 1);
	bool at_end = *size == 0;

	memcpy(raw, text, *size);
	*size = text_decode(&c->decoder, raw, *size, text);
	free(raw);
	if (*size != SIZE_MAX && (!at_end || text_decoder_done(&c->decoder)))
		return 0;
	*size = 0;
	return error_at(err, ERR_INPUT, c->path, c->line, 0,
			"begins as %s, but is not all of it; is it cut?",
			text_encoding_name(c->decoder.encoding));
}

/* The first bytes tell the encoding; a byte order mark is left out. */
static int look(struct csv *c, size_t *size, struct error *err)
{
	/* one character that went wrong is the row's to say */
	const char *name = text_content_name(c->buf, *size, 1);
	size_t mark;

	c->looked = true;
	if (name) {
		*size = 0;
		return error_at(err, ERR_INPUT, c->path, 0, 0, "is %s", name);
	}
	c->decoder.encoding = text_encoding_of(c->buf, *size, &mark);
	*size -= mark;
	memmove(c->buf, c->buf + mark, *size);
	if (c->decoder.encoding == TEXT_UTF32)
		return error_at(err, ERR_INPUT, c->path, 1, 0, "is UTF-32; save it as UTF-8");
	return 0;
}

/* Somebody asked for an end, perhaps while a pipe was waited for. */
static int stopped(struct csv *c, struct error *err)
{
	if (!c->stop || !atomic_load_explicit(c->stop, memory_order_relaxed))
		return 0;
	c->lost = true;
	return error_set(err, ERR_INTERRUPTED, "stopped by a signal");
}

static int fill(struct csv *c, struct error *err)
{
	size_t rest = c->end - c->begin, got = 0;
	int rc = stopped(c, err);

	if (rc)
		return rc;
	memmove(c->buf, c->buf + c->begin, rest);
	c->begin = 0;
	c->end = rest;
	/* what is decoded may be half as long again */
	rc = input_read(c->input, c->buf + rest,
			c->looked && c->decoder.encoding == TEXT_UTF8 ? BLOCK : BLOCK / 2, &got,
			err);
	c->lost = rc != 0;
	if (rc && stopped(c, err))
		return ERR_INTERRUPTED;
	if (rc)
		return error_at(err, rc, c->path, c->line, 0, "cannot read on: %s",
				input_problem(c->input));
	c->at_end = got == 0;
	if (!c->looked)
		rc = look(c, &got, err);
	if (!rc && c->decoder.encoding != TEXT_UTF8)
		rc = decode(c, c->buf + rest, &got, err);
	c->lost = rc != 0;
	c->end += got;
	if (!rc && memchr(c->buf + rest, '\0', got))
		c->has_nul = true;
	return rc;
}

/* The line is too long: drop what there is of it, up to its end. *row may move. */
static int drop_line(struct csv *c, char **row, struct error *err)
{
	*row = c->buf;
	for (;;) {
		char *end = memchr(c->buf + c->begin, '\n', c->end - c->begin);
		size_t n = end ? (size_t)(end - c->buf) + 1 : c->end;
		int rc;

		c->done += n - c->begin;
		c->begin = n;
		if (end || c->at_end)
			return 0;
		rc = fill(c, err);
		if (rc)
			return rc;
	}
}

/* *row is NULL at the end of the file; else row[n] may be overwritten. Of a line that is
 * too long there is a byte more than is allowed. */
static int next_line_of_file(struct csv *c, char **row, size_t *n, struct error *err)
{
	char *end;
	int rc;

	*row = NULL;
	for (;;) {
		end = memchr(c->buf + c->begin, '\n', c->end - c->begin);
		if (end || c->at_end || c->end - c->begin > CSV_LINE_MAX + 1)
			break;
		rc = fill(c, err);
		if (rc)
			return rc;
	}
	if (!end && c->begin == c->end)
		return 0;
	c->line++;
	*n = (end ? (size_t)(end - c->buf) : c->end) - c->begin;
	*row = c->buf + c->begin;
	if (*n > CSV_LINE_MAX) {
		*n = CSV_LINE_MAX + 1;
		return drop_line(c, row, err);
	}
	c->begin += *n + (end != NULL);
	c->done += *n + (end != NULL);
	if (*n && (*row)[*n - 1] == '\r')
		--*n;
	return 0;
}

/* Before each row that is sorted. */
struct sorted_from {
	unsigned long line;
	size_t path;
};

/* The same, in the order of csv_sort_more(). */
static int next_line_sorted(struct csv *c, char **row, size_t *n, struct error *err)
{
	struct sorted_from from;
	const char *piece;
	int rc = sorter_next(c->sorter, &piece, n, err);

	*row = NULL;
	if (rc || !piece) {
		c->done = c->total;
		return rc;
	}
	memcpy(&from, piece, sizeof(from));
	c->line = from.line;
	c->path = c->sorted_path[from.path];
	c->sorted_from = from.path;
	*n -= sizeof(from);
	memcpy(c->buf, piece + sizeof(from), *n);
	c->done += *n + 1;
	*row = c->buf;
	return 0;
}

static int next_line(struct csv *c, char **row, size_t *n, struct error *err)
{
	int rc = c->sorter ? next_line_sorted(c, row, n, err) : next_line_of_file(c, row, n, err);

	if (rc || !*row)
		return rc;
	if (*n > CSV_LINE_MAX)
		return error_at(err, ERR_INPUT, c->path, c->line, 0,
				"the line is longer than 64 KiB; is this a text file?");
	if (c->has_nul && memchr(*row, '\0', *n))
		return error_at(err, ERR_INPUT, c->path, c->line, 0,
				"the line contains a NUL byte; is this a text file?");
	return 0;
}

/* A quoted field at `p`, unquoted in place; NULL when it does not end. */
static char *unquote(char *p, const char *end, char separator, struct csv_field *out)
{
	char *to = ++p;

	out->text = p;
	for (;; p++) {
		if (p >= end)
			return NULL;
		if (*p == '"' && *++p != '"')
			break;
		*to++ = *p;
	}
	out->n = (size_t)(to - out->text);
	return *p == separator ? p : NULL;
}

#define EACH_BYTE ((uint64_t)-1 / 255)

/* The high bit of each byte of `word` that is `c`. */
static uint64_t bytes_that_are(uint64_t word, char c)
{
	uint64_t x = word ^ EACH_BYTE * (unsigned char)c, low = EACH_BYTE * 0x7f;

	return ~(((x & low) + low) | x | low);
}

/*
 * Fields between commas, where no quote is: eight characters at a time, so that where one field
 * ends is not waited for before the next is looked at. False: there is a quote or there are too
 * many fields, and nothing is said yet.
 */
static bool split_plain(struct csv *c, const char *row, const char *end)
{
	const char *start = row;
	unsigned nr = 0;

	for (const char *at = row;; at += 8) {
		uint64_t word = csv_word(at), commas = bytes_that_are(word, ',');

		if (bytes_that_are(word, '"'))
			return false;
		for (; commas; commas &= commas - 1) {
			const char *comma = at + lowest_bit(commas) / 8;

			c->field[nr++] = (struct csv_field){start, (size_t)(comma - start)};
			start = comma + 1;
			if (comma == end) {
				c->nr_fields = nr;
				return true;
			}
			if (nr == CSV_FIELDS_MAX)
				return false;
		}
	}
}

static int split(struct csv *c, char *row, size_t n, struct error *err)
{
	char *p = row, *end = row + n;

	/* every field then ends in a separator */
	*end = c->separator;
	c->row = row;
	if (c->separator == ',' && split_plain(c, row, end))
		return 0;
	c->nr_fields = 0;
	do {
		struct csv_field *f = &c->field[c->nr_fields];

		if (c->nr_fields == CSV_FIELDS_MAX)
			return error_at(err, ERR_INPUT, c->path, c->line, 0,
					"the row has more than %d fields", CSV_FIELDS_MAX);
		while (c->separator == ';' && (*p == ' ' || *p == '\t'))
			p++;
		if (*p == '"' && c->separator != '|') {
			char *start = p;

			p = unquote(p, end, c->separator, f);
			if (!p)
				return error_at(err, ERR_INPUT, c->path, c->line,
						(unsigned long)(start - row) + 1,
						"a quoted field must end in \" before the next "
						"%s or the end of the line",
						c->separator == ',' ? "comma" : "semicolon");
		} else {
			f->text = p;
			while (*p != c->separator)
				p++;
			f->n = (size_t)(p - f->text);
		}
		c->nr_fields++;
	} while (p++ < end);
	return 0;
}

static void name_column(void *context, const char *name, struct csv_field value)
{
	struct csv *c = context;

	(void)value;
	if (c->nr_columns < CSV_FIELDS_MAX && csv_column(c, name) < 0)
		c->column[c->nr_columns++] = xstrdup(name);
}

static void set_field(void *context, const char *name, struct csv_field value)
{
	int column = csv_column(context, name);

	if (column >= 0)
		((struct csv *)context)->field[column] = value;
}

/* The columns are known, but for the first row. */
static int split_json(struct csv *c, struct error *err)
{
	for (unsigned i = 0; i < c->nr_columns; i++)
		c->field[i] = (struct csv_field){c->row, 0};
	c->nr_fields = c->nr_columns;
	if (csv_json_read(c->row, c->row_bytes, set_field, c))
		return 0;
	return error_at(err, ERR_INPUT, c->path, c->line, 0,
			"the line is no JSON object, as those above it are");
}

static int next_row(struct csv *c, bool *more, struct error *err)
{
	char *row;
	size_t n = 0;
	int rc;

	do {
		rc = next_line(c, &row, &n, err);
		if (rc)
			return rc;
	} while (row && n == 0);
	*more = row != NULL;
	if (row && c->json) {
		c->row = row;
		c->row_bytes = n;
		return split_json(c, err);
	}
	return row ? split(c, row, n, err) : 0;
}

int csv_next(struct csv *c, bool *more, struct error *err)
{
	int rc;

	*more = true;
	rc = !c->held ? next_row(c, more, err) : c->json ? split_json(c, err) : 0;
	c->held = false;
	if (rc || !*more)
		return rc;
	if (c->nr_fields != c->nr_columns)
		return error_at(err, ERR_INPUT, c->path, c->line, 0,
				"the row has %u field%s where the header has %u", c->nr_fields,
				c->nr_fields == 1 ? "" : "s", c->nr_columns);
	return 0;
}

/* Is the first line a JSON object? Then it names the columns and is a row, too. */
static bool begins_json(struct csv *c, const char *row, size_t n)
{
	c->json = c->held = csv_json_read(row, n, name_column, c);
	c->row = row;
	c->row_bytes = n;
	while (!c->json && c->nr_columns)
		free(c->column[--c->nr_columns]);
	return c->json;
}

/* The first line that is no comment, whatever it is; it tells the separator. */
static int read_first(struct csv *c, struct error *err)
{
	bool more;
	int rc;

	do {
		char *row;
		size_t n = 0;

		do {
			rc = next_line(c, &row, &n, err);
		} while (!rc && row && !n);
		if (rc)
			return rc;
		if (row && begins_json(c, row, n))
			return 0;
		more = row != NULL;
		rc = row ? split(c, row, n, err) : 0;
		if (rc)
			return rc;
		if (!more)
			return error_at(err, ERR_INPUT, c->path, 0, 0,
					"the file is empty; its first line must name the columns");
	} while (*c->row == '#');
	if (c->nr_fields != 1)
		return 0;
	c->separator = memchr(c->field[0].text, ';', c->field[0].n)   ? ';'
		       : memchr(c->field[0].text, '|', c->field[0].n) ? '|'
								      : ',';
	if (c->separator != ',')
		rc = split(c, (char *)(uintptr_t)c->field[0].text, c->field[0].n, err);
	return rc;
}

int csv_take_header(struct csv *c, struct error *err)
{
	if (c->json)
		return 0;
	for (unsigned i = 0; i < c->nr_fields; i++) {
		char *name = xstrndup(c->field[i].text, c->field[i].n);
		bool twice = csv_column(c, name) >= 0;

		c->column[c->nr_columns++] = name;
		if (!*name)
			return csv_error(c, i, err, "column %u of the header has no name", i + 1);
		if (twice)
			return csv_error(c, i, err, "the header names the column \"%.80s\" twice",
					 name);
	}
	return 0;
}

/* --- sorting ---------------------------------------------------------------------------- */

/* Rows of one table on their way into the sorter. */
struct sorting {
	struct csv *from;
	struct sorter *into;
	unsigned field;
	csv_key_of *key_of;
	struct sort_key key; /* of the row above, and then of the row */
	struct sorted_from place;
};

/* The row's field as a key; that of the row above stays where it is none. */
static void read_key(struct sorting *s, char *row, size_t n)
{
	struct csv *c = s->from;
	char *copy = NULL;
	int rc = n <= CSV_LINE_MAX ? 0 : ERR_INPUT;

	c->row = row;
	c->row_bytes = n;
	/* what is between quotes is unquoted in place, but the row is still needed */
	if (!c->json && memchr(row, '"', n))
		row = copy = memcpy(xcalloc(1, n + 1 + 8), row, n);
	if (!rc)
		rc = c->json ? split_json(c, NULL) : split(c, row, n, NULL);
	if (!rc && s->field < c->nr_fields)
		(void)s->key_of(&c->field[s->field], &s->key);
	free(copy);
}

static int sort_row(struct sorting *s, const char *row, size_t n, struct error *err)
{
	s->place.line = s->from->line;
	return sorter_add(s->into, s->key, &s->place, sizeof(s->place), row, n, err);
}

/* As it may stand in a row again; in no more quotes than it needs, for errors name columns. */
static size_t write_field(char *to, const struct csv_field *f, char separator)
{
	bool quotes = separator != '|' && f->n &&
		      (memchr(f->text, '"', f->n) || memchr(f->text, separator, f->n) ||
		       *f->text == ' ' || *f->text == '\t');
	size_t n = 0;

	if (quotes)
		to[n++] = '"';
	for (size_t i = 0; i < f->n; i++) {
		if (quotes && f->text[i] == '"')
			to[n++] = '"';
		to[n++] = f->text[i];
	}
	if (quotes)
		to[n++] = '"';
	return n;
}

/* The first line, where it is a row of fields: they are taken out of their quotes already. */
static int sort_held(struct sorting *s, struct error *err)
{
	const struct csv *c = s->from;
	size_t n = 0, most = 3 * (size_t)c->nr_fields;
	char *row;
	int rc;

	for (unsigned i = 0; i < c->nr_fields; i++)
		most += 2 * c->field[i].n;
	row = xmalloc(most + 1);
	for (unsigned i = 0; i < c->nr_fields; i++) {
		if (i)
			row[n++] = c->separator;
		n += write_field(row + n, &c->field[i], c->separator);
	}
	if (s->field < c->nr_fields)
		(void)s->key_of(&c->field[s->field], &s->key);
	rc = sort_row(s, row, n, err);
	free(row);
	return rc;
}

static int sort_all(struct sorting *s, struct error *err)
{
	struct csv *c = s->from;
	char *row;
	size_t n = 0;
	int rc = 0;

	if (c->held && c->json) {
		/* it stays where it is until the next is read */
		read_key(s, (char *)(uintptr_t)c->row, c->row_bytes);
		rc = sort_row(s, c->row, c->row_bytes, err);
	} else if (c->held) {
		rc = sort_held(s, err);
	}
	c->held = false;
	while (!rc && !(rc = next_line_of_file(c, &row, &n, err)) && row) {
		if (!n)
			continue;
		read_key(s, row, n);
		rc = sort_row(s, row, n, err);
	}
	return rc;
}

/* Of a JSON object the names say which value is which. */
static bool same_columns(const struct csv *a, const struct csv *b)
{
	if (a->json || b->json)
		return a->json && b->json;
	if (a->separator != b->separator || a->nr_columns != b->nr_columns)
		return false;
	for (unsigned i = 0; i < a->nr_columns; i++)
		if (strcmp(a->column[i], b->column[i]) != 0)
			return false;
	return true;
}

int csv_sort_more(struct csv *c, struct csv *other, unsigned field, csv_key_of *key_of,
		  struct error *err)
{
	struct sorting s = {.from = other ? other : c,
			    .field = field,
			    .key_of = key_of,
			    .key = {INT64_MIN, 0},
			    .place.path = c->nr_sorted};
	int rc;

	if (other && !same_columns(c, other))
		return error_at(err, ERR_INPUT, other->path, 0, 0,
				"its columns are not those of %s; files that are sorted as one "
				"table have the same, in one order",
				c->sorted_path[0]);
	if (other)
		other->stop = c->stop;
	if (!c->sorting)
		c->sorting = sorter_new(SORT_MEMORY);
	s.into = c->sorting;
	c->sorted_path = grow(c->sorted_path, &c->cap_sorted, c->nr_sorted, sizeof(char *));
	c->sorted_path[c->nr_sorted++] = other ? xstrdup(other->path) : c->path;
	rc = sort_all(&s, err);
	c->has_nul |= s.from->has_nul;
	c->sorted_bytes += s.from->done;
	return rc;
}

int csv_sort_end(struct csv *c, struct error *err)
{
	c->sorter = c->sorting;
	c->sorting = NULL;
	c->total = c->sorted_bytes;
	c->done = 0;
	return sorter_finish(c->sorter, err);
}

void csv_take_names(struct csv *c, const char *const *name)
{
	for (; *name && c->nr_columns < CSV_FIELDS_MAX; name++)
		if (!c->json || csv_column(c, *name) < 0)
			c->column[c->nr_columns++] = xstrdup(*name);
	c->held = true;
}

int csv_attach_first(struct csv *out, FILE *file, const char *path, struct error *err)
{
	struct stat st;
	int rc;

	*out = (struct csv){
		.path = xstrdup(path), .file = file, .separator = ',', .buf = xcalloc(1, BUFFER)};
	out->input = input_new(file);
	if (fileno(file) >= 0 && fstat(fileno(file), &st) == 0 && S_ISREG(st.st_mode))
		out->total = input_is_packed(out->input) ? 0 : (uint64_t)st.st_size;
	rc = read_first(out, err);
	if (rc)
		csv_close(out);
	return rc;
}

int csv_attach(struct csv *out, FILE *file, const char *path, struct error *err)
{
	int rc = csv_attach_first(out, file, path, err);

	if (rc)
		return rc;
	rc = csv_take_header(out, err);
	if (rc)
		csv_close(out);
	return rc;
}

static int open_file(FILE **out, const char *path, struct error *err)
{
	*out = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
	if (!*out)
		return error_at(err, ERR_INPUT, path, 0, 0, "cannot be opened: %s",
				strerror(errno));
	/* blocks are ours; the C library need not copy them once more */
	setvbuf(*out, NULL, _IONBF, 0);
	return 0;
}

int csv_open_first(struct csv *out, const char *path, struct error *err)
{
	FILE *file;
	int rc = open_file(&file, path, err);

	*out = (struct csv){0};
	return rc ? rc : csv_attach_first(out, file, path, err);
}

int csv_open(struct csv *out, const char *path, struct error *err)
{
	FILE *file;
	int rc = open_file(&file, path, err);

	*out = (struct csv){0};
	return rc ? rc : csv_attach(out, file, path, err);
}

void csv_close(struct csv *c)
{
	for (unsigned i = 0; i < c->nr_columns; i++)
		free(c->column[i]);
	input_free(c->input);
	sorter_free(c->sorter);
	sorter_free(c->sorting);
	if (c->file && c->file != stdin)
		fclose(c->file);
	for (size_t i = 0; i < c->nr_sorted; i++)
		free(c->sorted_path[i]);
	if (!c->nr_sorted)
		free(c->path);
	free(c->sorted_path);
	free(c->buf);
	*c = (struct csv){0};
}

int csv_column(const struct csv *c, const char *name)
{
	for (unsigned i = 0; i < c->nr_columns; i++)
		if (strcmp(c->column[i], name) == 0)
			return (int)i;
	return -1;
}

int csv_error(const struct csv *c, unsigned field, struct error *err, const char *fmt, ...)
{
	char sentence[ERROR_TEXT_MAX];
	va_list ap;

	if (!err)
		return ERR_INPUT;
	va_start(ap, fmt);
	vsnprintf(sentence, sizeof(sentence), fmt, ap);
	va_end(ap);
	return error_at(err, ERR_INPUT, c->path, c->line,
			(unsigned long)(c->field[field].text - c->row) + 1, "%s", sentence);
}

/* "-1.5e9" */
static bool is_number(const char *text)
{
	char *end;

	(void)strtod(text, &end);
	return end != text && !*end;
}

/* What begins with a sign is one where it does something, too: "-2+3+cmd|' /C calc'!A0", and not
 * "--option". */
static bool is_formula(const char *text)
{
	if (!*text || is_number(text))
		return false;
	return strchr("=@\t\r", *text) || (strchr("+-", *text) && strpbrk(text, "(|!+*/^&=\"'"));
}

void csv_print_field(const char *text, FILE *out)
{
	const char *guard = is_formula(text) ? "'" : "";

	if (!text[strcspn(text, ",\"\r\n")]) {
		fprintf(out, "%s%s", guard, text);
		return;
	}
	fprintf(out, "\"%s", guard);
	for (; *text; text++) {
		if (*text == '"')
			fputc('"', out);
		fputc(*text, out);
	}
	fputc('"', out);
}
