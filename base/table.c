#include "base/table.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/terminal.h"

#define COLUMNS_MAX 128
#define FOLDED_LEAST 20 /* columns that a sentence can be read in */
#define FOLDED_HARD 10 /* columns for what has to be there */

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
	char *text;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	BUG_ON(n < 0);
	text = arena_alloc(&t->arena, (size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf(text, (size_t)n + 1, fmt, ap);
	va_end(ap);
	text_tame(text);
	push(t, text);
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
	return isdigit((unsigned char)*s) ||
	       ((*s == '-' || *s == '+') && isdigit((unsigned char)s[1])) || strcmp(s, "-") == 0;
}

/* What the columns of a table are like, and how many are shown. */
struct layout {
	size_t width[COLUMNS_MAX];
	bool numeric[COLUMNS_MAX], sentences[COLUMNS_MAX];
	size_t nr, shown;
	unsigned indent;
};

static void measure(struct layout *l, const struct table *t)
{
	bool decided[COLUMNS_MAX] = {false};
	size_t col = 0, row = 0;

	for (size_t i = 0; i < t->nr; i++) {
		if (!t->cell[i]) {
			l->nr = col > l->nr ? col : l->nr;
			col = 0;
			row++;
			continue;
		}
		BUG_ON(col == COLUMNS_MAX);
		if (width(t->cell[i]) > l->width[col])
			l->width[col] = width(t->cell[i]);
		/* the first that is known decides */
		if (row == 1)
			l->numeric[col] = true;
		if (row && !decided[col] && strcmp(t->cell[i], "-") != 0) {
			decided[col] = true;
			l->numeric[col] = looks_numeric(t->cell[i]);
		}
		l->sentences[col] |= row && width(t->cell[i]) > FOLDED_LEAST;
		col++;
	}
}

/* Takes from the widest columns of sentences until the rest fits, down to `least`; what it takes.
 */
static size_t take_from_widest(struct layout *l, size_t used, size_t columns, size_t least)
{
	for (; used > columns; used--) {
		size_t widest = SIZE_MAX;

		for (size_t col = 0; col < l->nr; col++)
			if (l->sentences[col] && l->width[col] > least &&
			    (widest == SIZE_MAX || l->width[col] > l->width[widest]))
				widest = col;
		if (widest == SIZE_MAX)
			break;
		l->width[widest]--;
	}
	return used;
}

/* Nothing may be left out: what is folded is narrower than a sentence is read well in before the
 * table is wider than the screen. */
static void squeeze(struct layout *l, unsigned columns)
{
	size_t used = l->indent + (l->nr ? 2 * (l->nr - 1) : 0);

	for (size_t col = 0; col < l->nr; col++)
		used += l->width[col];
	if (columns) {
		used = take_from_widest(l, used, columns, FOLDED_LEAST);
		(void)take_from_widest(l, used, columns, FOLDED_HARD);
	}
	l->shown = l->nr;
}

static void fit(struct layout *l, size_t keys, unsigned columns)
{
	size_t used = l->indent;

	for (l->shown = 0; l->shown < l->nr; l->shown++) {
		size_t gap = l->shown ? 2 : 0,
		       left = columns > used + gap ? columns - used - gap : 0;
		size_t col = l->shown;

		used += gap + l->width[col];
		if (!columns || used <= columns)
			continue;
		if (l->sentences[col] && left >= FOLDED_LEAST) {
			l->width[col] = left;
			l->shown++;
			return;
		}
		if (col >= keys)
			return;
	}
}

/* How many bytes of `s` go on a line of so many columns: up to a blank, or what fits of a word. */
static size_t line_of(const char *s, size_t columns)
{
	size_t n = 0, blank = 0, at = 0;

	for (; s[at]; at++) {
		n += ((unsigned char)s[at] & 0xc0) != 0x80;
		if (n > columns)
			break;
		if (s[at] == ' ')
			blank = at;
	}
	if (!s[at] || s[at] == ' ')
		return at;
	return blank ? blank : at;
}

/* One line of a cell; moves it to what is left. */
static void print_part(const char **rest, size_t columns, bool right, bool last, FILE *out)
{
	size_t n = line_of(*rest, columns), shown = 0;

	for (size_t i = 0; i < n; i++)
		shown += ((unsigned char)(*rest)[i] & 0xc0) != 0x80;
	if (right)
		fprintf(out, "%*s", (int)(columns - shown), "");
	fwrite(*rest, 1, n, out);
	if (!right && !last)
		fprintf(out, "%*s", (int)(columns - shown), "");
	*rest += n;
	*rest += strspn(*rest, " ");
}

/* Over as many lines as its longest cell needs; only the last column can need more than one. */
static void print_row(char *const *cell, const struct layout *l, FILE *out, bool heading)
{
	const char *rest[COLUMNS_MAX] = {NULL};
	size_t nr = 0;
	bool first = true, more = true;

	for (; nr < l->shown && cell[nr]; nr++)
		rest[nr] = cell[nr];
	while (more) {
		size_t last = nr;

		/* lines that go on end with what goes on */
		while (!first && last && !*rest[last - 1])
			last--;
		fprintf(out, "%*s", (int)l->indent, "");
		more = false;
		for (size_t col = 0; col < last; col++) {
			bool right = l->numeric[col] && (heading || looks_numeric(cell[col]));

			if (col)
				fputs("  ", out);
			print_part(&rest[col], l->width[col], right && *rest[col], col + 1 == last,
				   out);
			more |= *rest[col] != '\0';
		}
		fputc('\n', out);
		first = false;
	}
}

size_t table_print_within(const struct table *t, FILE *out, unsigned indent, size_t keys,
			  unsigned columns)
{
	struct layout l = {.indent = indent};
	bool bold = terminal_styles(out);
	size_t start = 0;

	measure(&l, t);
	if (keys == TABLE_ALL)
		squeeze(&l, columns);
	else
		fit(&l, keys, columns);
	for (size_t i = 0; i < t->nr; i++) {
		if (t->cell[i])
			continue;
		if (!start && bold)
			fputs("\033[1m", out);
		print_row(&t->cell[start], &l, out, start == 0);
		if (!start && bold)
			fputs("\033[0m", out);
		start = i + 1;
	}
	return l.shown;
}

void table_print(const struct table *t, FILE *out, unsigned indent)
{
	(void)table_print_within(t, out, indent, 0, TABLE_ANY_WIDTH);
}
