#include "report/sheet.h"

#include <stdlib.h>
#include <string.h>

#include "base/csv.h"

static const char *const needed[] = {"topology", "workload", "policy", "memory_policy", "seed"};
#define NR_NEEDED (sizeof(needed) / sizeof(needed[0]))

int sheet_column(const struct sheet *s, const char *name)
{
	for (unsigned c = 0; c < s->nr_columns; c++)
		if (strcmp(s->column[c], name) == 0)
			return (int)c;
	return -1;
}

const char *sheet_text(const struct sheet *s, size_t row, int column)
{
	return column < 0 ? "" : s->cell[row * s->nr_columns + (size_t)column];
}

bool sheet_same(const struct sheet *s, size_t a, size_t b, const char *column)
{
	int c = sheet_column(s, column);

	return strcmp(sheet_text(s, a, c), sheet_text(s, b, c)) == 0;
}

bool sheet_repeats(const struct sheet *s, size_t a, size_t b)
{
	/* the seed is the last of the key */
	for (int c = 0; (unsigned)c + 1 < s->nr_keys; c++)
		if (strcmp(sheet_text(s, a, c), sheet_text(s, b, c)) != 0)
			return false;
	return true;
}

bool sheet_is_first(const struct sheet *s, size_t row)
{
	for (size_t r = 0; r < row; r++)
		if (sheet_repeats(s, r, row))
			return false;
	return true;
}

bool sheet_varies(const struct sheet *s, const char *column)
{
	for (size_t r = 1; r < s->nr; r++)
		if (!sheet_same(s, 0, r, column))
			return true;
	return false;
}

bool sheet_figure_at(const struct sheet *s, size_t row, int column, int64_t *out)
{
	const char *text = sheet_text(s, row, column);

	if (!*text)
		return false;
	*out = strtoll(text, NULL, 10); /* checked when it was read */
	return true;
}

bool sheet_known(const struct sheet *s, size_t row, enum summary_figure f, int64_t *out)
{
	return sheet_figure_at(s, row, sheet_column(s, summary_column(f)->name), out);
}

/* `other`'s fields in the key columns of `s`, joined by a byte that sorts before
 * all others. */
static const char *key_of(const struct sheet *s, const struct sheet *other, size_t row,
			  struct arena *a)
{
	const char *key = "";

	for (unsigned i = 0; i < s->nr_keys; i++)
		key = arena_printf(a, "%s%s\x01", key,
				   sheet_text(other, row, sheet_column(other, s->column[i])));
	return key;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(((const struct sheet_key *)a)->text, ((const struct sheet_key *)b)->text);
}

size_t sheet_find(const struct sheet *s, const struct sheet *other, size_t row)
{
	struct arena a = {0};
	struct sheet_key key = {.text = key_of(s, other, row, &a)};
	const struct sheet_key *found = NULL;

	if (s->nr)
		found = bsearch(&key, s->by_key, s->nr, sizeof(key), by_text);
	arena_release(&a);
	return found ? found->row : SHEET_NO_ROW;
}

const char *sheet_row_name(struct sheet *s, size_t row)
{
	const char *name = "";

	for (unsigned i = 0; i < s->nr_keys; i++)
		name = arena_printf(&s->arena, "%s%s%s%s", name, i ? " " : "",
				    i + 1 == s->nr_keys ? "seed " : "", sheet_text(s, row, (int)i));
	return name;
}

/* The column that tells the version, which the sheet leaves out. */
#define FORMAT_COLUMNS 1

static int check_format(const struct csv *csv, struct error *err)
{
	int64_t format;
	int rc = csv_int(csv, 0, 1, INT64_MAX, &format, err);

	if (!rc && format > SUMMARY_FORMAT)
		rc = csv_error(csv, 0, err,
			       "the summary has format %lld and was made by a newer homenode; this "
			       "one reads format %d",
			       (long long)format, SUMMARY_FORMAT);
	if (!rc && format < SUMMARY_FORMAT)
		rc = csv_error(csv, 0, err, "format %lld is none that was ever written",
			       (long long)format);
	return rc;
}

static int take_row(struct sheet *s, const struct csv *csv, struct error *err)
{
	int rc = check_format(csv, err);

	if (rc)
		return rc;
	while (s->cap < (s->nr + 1) * s->nr_columns)
		s->cell = grow(s->cell, &s->cap, s->cap, sizeof(*s->cell));
	for (unsigned c = 0; c < s->nr_columns; c++) {
		const struct csv_field *f = &csv->field[c + FORMAT_COLUMNS];
		int64_t figure;

		if (f->n && c >= s->nr_keys) {
			rc = csv_int(csv, c + FORMAT_COLUMNS, INT64_MIN + 1, INT64_MAX, &figure,
				     err);
			if (rc)
				return rc;
		}
		s->cell[s->nr * s->nr_columns + c] = arena_strndup(&s->arena, f->text, f->n);
	}
	s->line = grow(s->line, &s->cap_lines, s->nr, sizeof(*s->line));
	s->line[s->nr++] = csv->line;
	return 0;
}

static int index_rows(struct sheet *s, struct error *err)
{
	s->by_key = xcalloc(s->nr + 1, sizeof(*s->by_key));
	for (size_t r = 0; r < s->nr; r++)
		s->by_key[r] = (struct sheet_key){.text = key_of(s, s, r, &s->arena), .row = r};
	if (s->nr)
		qsort(s->by_key, s->nr, sizeof(*s->by_key), by_text);
	for (size_t r = 1; r < s->nr; r++)
		if (strcmp(s->by_key[r].text, s->by_key[r - 1].text) == 0)
			return error_set(err, ERR_INPUT, "%s: two rows are %s", s->path,
					 sheet_row_name(s, s->by_key[r].row));
	return 0;
}

static int take_header(struct sheet *s, const struct csv *csv, const char *renew, struct error *err)
{
	bool summary = csv_column(csv, "policy") >= 0 && csv_column(csv, "seed") >= 0;

	if (csv_column(csv, "format") != 0 && summary)
		return error_at(
			err, ERR_INPUT, s->path, 1, 0,
			"the summary has format 1, in which 0 could stand for \"not known\", "
			"and this homenode reads format %d; %s",
			SUMMARY_FORMAT, renew);
	/* an object without members is a table without columns */
	s->nr_columns = csv->nr_columns > FORMAT_COLUMNS ? csv->nr_columns - FORMAT_COLUMNS : 0;
	s->column = arena_alloc(&s->arena, (s->nr_columns + 1) * sizeof(*s->column));
	for (unsigned c = 0; c < s->nr_columns; c++)
		s->column[c] = arena_strdup(&s->arena, csv->column[c + FORMAT_COLUMNS]);
	for (size_t i = 0; i < NR_NEEDED; i++)
		if (sheet_column(s, needed[i]) < 0)
			return error_at(err, ERR_INPUT, s->path, 1, 0,
					"there is no column \"%s\"; is this the summary of a run?",
					needed[i]);
	s->nr_keys = (unsigned)sheet_column(s, "seed") + 1;
	for (size_t i = 0; i < NR_NEEDED; i++)
		if ((unsigned)sheet_column(s, needed[i]) >= s->nr_keys)
			return error_at(err, ERR_INPUT, s->path, 1, 0,
					"the column \"%s\" must stand before \"seed\"", needed[i]);
	return 0;
}

int sheet_load(struct sheet *out, const char *path, const char *renew, struct error *err)
{
	struct csv csv = {0};
	bool more = true;
	int rc;

	*out = (struct sheet){0};
	out->path = arena_strdup(&out->arena, path);
	rc = csv_open(&csv, path, err);
	if (rc)
		goto out;
	rc = take_header(out, &csv, renew, err);
	while (!rc && more) {
		rc = csv_next(&csv, &more, err);
		if (!rc && more)
			rc = take_row(out, &csv, err);
	}
	csv_close(&csv);
	if (!rc)
		rc = index_rows(out, err);
out:
	if (rc)
		sheet_release(out);
	return rc;
}

void sheet_release(struct sheet *s)
{
	free(s->cell);
	free(s->line);
	free(s->by_key);
	arena_release(&s->arena);
	*s = (struct sheet){0};
}
