#include "base/csv.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/csv_json.h"
#include "base/input.h"
#include "base/text.h"
#include "base/text_encoding.h"
#include "base/units.h"

#define BLOCK ((size_t)1 << 20)
/* One line that is a byte too long, one block, and room for a terminator. */
#define BUFFER (CSV_LINE_MAX + 2 + BLOCK + 1)

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

static int fill(struct csv *c, struct error *err)
{
	size_t rest = c->end - c->begin, got = 0;
	int rc;

	memmove(c->buf, c->buf + c->begin, rest);
	c->begin = 0;
	c->end = rest;
	/* what is decoded may be half as long again */
	rc = input_read(c->input, c->buf + rest,
			c->looked && c->decoder.encoding == TEXT_UTF8 ? BLOCK : BLOCK / 2, &got,
			err);
	if (rc)
		return error_at(err, rc, c->path, c->line, 0, "cannot read on: %s",
				input_problem(c->input));
	c->at_end = got == 0;
	if (!c->looked)
		rc = look(c, &got, err);
	if (!rc && c->decoder.encoding != TEXT_UTF8)
		rc = decode(c, c->buf + rest, &got, err);
	c->end += got;
	return rc;
}

/* The line is too long: drop what there is of it, up to its end. */
static int drop_line(struct csv *c, struct error *err)
{
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

/* *row is NULL at the end of the file; else row[n] may be overwritten. */
static int next_line(struct csv *c, char **row, size_t *n, struct error *err)
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
	if (*n > CSV_LINE_MAX) {
		rc = drop_line(c, err);
		return rc ? rc
			  : error_at(err, ERR_INPUT, c->path, c->line, 0,
				     "the line is longer than 64 KiB; is this a text file?");
	}
	*row = c->buf + c->begin;
	c->begin += *n + (end != NULL);
	c->done += *n + (end != NULL);
	if (*n && (*row)[*n - 1] == '\r')
		--*n;
	if (memchr(*row, '\0', *n))
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

static int split(struct csv *c, char *row, size_t n, struct error *err)
{
	char *p = row, *end = row + n;

	/* every field then ends in a separator */
	*end = c->separator;
	c->row = row;
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
		.path = xstrdup(path), .file = file, .separator = ',', .buf = xmalloc(BUFFER)};
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
	if (c->file && c->file != stdin)
		fclose(c->file);
	free(c->path);
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

/* "cpu" must be <what>, not "x" */
static int must_be(const struct csv *c, unsigned field, struct error *err, const char *what)
{
	const struct csv_field *f = &c->field[field];

	return csv_error(c, field, err, "\"%.80s\" must be %s, not \"%.*s\"", c->column[field],
			 what, (int)(f->n < 80 ? f->n : 80), f->text);
}

static bool digits(const char **p, const char *end, uint64_t *out)
{
	const char *start = *p;
	uint64_t v = 0;

	while (*p < end && (unsigned)(**p - '0') < 10)
		v = v * 10 + (unsigned)(*(*p)++ - '0');
	*out = v;
	return *p > start && *p - start <= 19; /* below 2^64 */
}

int csv_int(const struct csv *c, unsigned field, int64_t min, int64_t max, int64_t *out,
	    struct error *err)
{
	const struct csv_field *f = &c->field[field];
	const char *p = f->text, *end = p + f->n;
	bool negative = min < 0 && f->n && *p == '-';
	char what[80];
	int64_t value;
	uint64_t v;

	p += negative;
	if (digits(&p, end, &v) && p == end && v <= INT64_MAX) {
		value = negative ? -(int64_t)v : (int64_t)v;
		if (value >= min && value <= max) {
			*out = value;
			return 0;
		}
	}
	if (!err)
		return ERR_INPUT;
	snprintf(what, sizeof(what), "a whole number from %lld to %lld", (long long)min,
		 (long long)max);
	return must_be(c, field, err, what);
}

/* "12", "12.5", ".5": whole and billionths; further decimals are ignored. */
static bool decimal(const struct csv_field *f, uint64_t *whole, uint64_t *billionths)
{
	const char *p = f->text, *end = p + f->n;
	unsigned places = 0;

	*whole = *billionths = 0;
	if (p < end && *p != '.' && !digits(&p, end, whole))
		return false;
	if (p == end)
		return f->n > 0;
	if (*p++ != '.' || f->n == 1)
		return false;
	for (; p < end && (unsigned)(*p - '0') < 10; p++) {
		if (places == 9)
			continue;
		*billionths = *billionths * 10 + (unsigned)(*p - '0');
		places++;
	}
	for (; places < 9; places++)
		*billionths *= 10;
	return p == end;
}

int csv_seconds(const struct csv *c, unsigned field, int64_t *out_ns, struct error *err)
{
	uint64_t whole, billionths;

	if (!decimal(&c->field[field], &whole, &billionths) ||
	    whole >= (uint64_t)(INT64_MAX / NS_PER_S))
		return must_be(c, field, err,
			       "a number of seconds such as 12 or 12.5 (not negative, no exponent, "
			       "below 9223372036)");
	*out_ns = (int64_t)(whole * (uint64_t)NS_PER_S + billionths);
	return 0;
}

int csv_decimal(const struct csv *c, unsigned field, int64_t unit, int64_t max, int64_t *out,
		struct error *err)
{
	uint64_t whole, billionths;
	uint128 v = 0;
	char what[80];
	bool good = decimal(&c->field[field], &whole, &billionths);

	if (good) {
		v = ((uint128)whole * 1000000000u + billionths) * (uint64_t)unit;
		v = (v + 999999999u) / 1000000000u;
	}
	if (!good || v > (uint128)max) {
		snprintf(what, sizeof(what), "a number from 0 to %lld (decimals allowed)",
			 (long long)(max / unit));
		return must_be(c, field, err, what);
	}
	*out = (int64_t)v;
	return 0;
}

void csv_print_field(const char *text, FILE *out)
{
	if (!text[strcspn(text, ",\"\r\n")]) {
		fputs(text, out);
		return;
	}
	fputc('"', out);
	for (; *text; text++) {
		if (*text == '"')
			fputc('"', out);
		fputc(*text, out);
	}
	fputc('"', out);
}
