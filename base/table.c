#include "base/table.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"

#define COLUMNS_MAX 128

struct table {
	struct arena arena;
	char **cell; /* NULL ends a row */
	size_t nr, cap;
};

struct table *table_new(void)
{
	return xcalloc(1, sizeof(struct table));
}

void table_free(struct table *t)
{
	if (!t)
		return;
	arena_release(&t->arena);
	free(t->cell);
	free(t);
}

static void push(struct table *t, char *cell)
{
	t->cell = grow(t->cell, &t->cap, t->nr, sizeof(*t->cell));
	t->cell[t->nr++] = cell;
}

void table_cell(struct table *t, const char *fmt, ...)
{
	char buf[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(buf, sizeof(buf), fmt, ap);
	va_end(ap);
	push(t, arena_strdup(&t->arena, buf));
}

void table_end_row(struct table *t)
{
	push(t, NULL);
}

/* Columns, not bytes: counts UTF-8 lead bytes. */
static size_t width(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

static bool looks_numeric(const char *s)
{
	return isdigit((unsigned char)*s) || (*s == '-' && (isdigit((unsigned char)s[1]) || !s[1]));
}

static void print_row(char *const *cell, const size_t *widths, FILE *out, unsigned indent,
		      bool heading, const bool *numeric)
{
	fprintf(out, "%*s", (int)indent, "");
	for (size_t col = 0; cell[col]; col++) {
		size_t pad = widths[col] - width(cell[col]);
		bool right = heading ? numeric[col] : looks_numeric(cell[col]) && numeric[col];

		if (col)
			fputs("  ", out);
		if (right)
			fprintf(out, "%*s", (int)pad, "");
		fputs(cell[col], out);
		if (!right && cell[col + 1])
			fprintf(out, "%*s", (int)pad, "");
	}
	fputc('\n', out);
}

void table_print(const struct table *t, FILE *out, unsigned indent)
{
	size_t widths[COLUMNS_MAX] = {0};
	bool numeric[COLUMNS_MAX] = {false};
	size_t col = 0, row = 0, start = 0;

	for (size_t i = 0; i < t->nr; i++) {
		if (!t->cell[i]) {
			col = 0;
			row++;
			continue;
		}
		BUG_ON(col == COLUMNS_MAX);
		if (width(t->cell[i]) > widths[col])
			widths[col] = width(t->cell[i]);
		if (row == 1)
			numeric[col] = looks_numeric(t->cell[i]);
		col++;
	}
	row = 0;
	for (size_t i = 0; i < t->nr; i++) {
		if (t->cell[i])
			continue;
		print_row(&t->cell[start], widths, out, indent, row == 0, numeric);
		start = i + 1;
		row++;
	}
}
