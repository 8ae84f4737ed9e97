/* Rows as a table in a terminal. */
#include <ctype.h>
#include <string.h>

#include "base/table.h"
#include "base/terminal.h"
#include "base/units.h"
#include "base/utf8.h"
#include "cli/rows.h"

#define WORDS_LONG 160 /* of which a table shows the first sentence */
#define SHOWN_MAX 128
#define NAME_MOST 24 /* columns of a zone's name */

/* Places of columns, in the order in which they are shown. */
struct shown {
	size_t place[SHOWN_MAX], nr, keys;
};

static void add(struct shown *s, size_t place)
{
	BUG_ON(s->nr == SHOWN_MAX);
	s->place[s->nr++] = place;
}

static void add_named(struct shown *s, const struct rows *r, const char *name)
{
	for (size_t c = 0; c < r->nr_columns; c++)
		if (strcmp(r->column[c].name, name) == 0)
			add(s, c);
}

static void choose(struct shown *s, const struct rows *r, const struct view *v)
{
	*s = (struct shown){.nr = 0};
	if (v && v->nr) {
		for (size_t i = 0; i < v->nr; i++)
			add_named(s, r, v->column[i]);
	} else if (r->shown) {
		for (size_t i = 0; r->shown[i]; i++)
			add_named(s, r, r->shown[i]);
	} else {
		for (size_t c = 0; c < r->nr_columns; c++)
			if (!r->column[c].wide || (v && v->wide))
				add(s, c);
	}
	for (s->keys = 0; s->keys < s->nr; s->keys++)
		if (r->column[s->place[s->keys]].role != ROLE_KEY)
			break;
	s->keys = s->keys ? s->keys : 1;
}

/* Sizes that are all whole need no decimals. */
static int decimals_of(const struct rows *r, size_t place)
{
	if (r->column[place].unit != UNIT_BYTES)
		return -1;
	for (size_t i = place; i < r->nr; i += r->nr_columns)
		if (!r->cell[i].text && is_known(r->cell[i].figure) && r->cell[i].figure % GIB)
			return -1;
	return 0;
}

/* "local %"; a factor and a distance are understood without. */
static void heading_cell(struct table *t, const struct column *c)
{
	const char *heading = column_heading(c), *sign = unit_sign(c->unit);
	bool without = !*sign || c->unit == UNIT_FACTOR || c->unit == UNIT_SLIT ||
		       strcmp(heading, sign) == 0;

	table_cell(t, without ? "%s" : "%s %s", heading, sign);
}

/* Where the first sentence ends; the whole of what is not long. */
static size_t first_sentence(const char *text)
{
	size_t n = strlen(text);

	for (size_t i = 1; n > WORDS_LONG && i + 2 < n; i++)
		if (text[i] == '.' && text[i + 1] == ' ' && isupper((unsigned char)text[i + 2]))
			return i + 1;
	return n;
}

static void body_cell(struct table *t, const struct rows *r, size_t at, int decimals,
		      const struct view *v)
{
	const struct cell *cell = &r->cell[at];
	char buf[40];

	if (!cell->text)
		table_cell(t, "%s",
			   unit_text(r->column[at % r->nr_columns].unit, cell->figure, decimals,
				     buf, sizeof(buf)));
	else
		table_cell(t, "%.*s",
			   (int)(v && (v->wide || v->nr) ? strlen(cell->text)
							 : first_sentence(cell->text)),
			   cell->text);
}

static unsigned width_of(const struct view *v, FILE *out)
{
	return v && (v->wide || v->nr) ? TABLE_ANY_WIDTH : terminal_columns(out);
}

/* How many columns did not fit, and how to see them. */
static void print_rest(size_t left_out, const struct view *v, FILE *out)
{
	if (left_out)
		fprintf(out, "(%zu more column%s: %s)\n", left_out, left_out == 1 ? "" : "s",
			v ? "--wide, or --columns NAME,..." : "--format csv");
}

void rows_print_table_within(const struct rows *r, const struct view *v, unsigned width, FILE *out)
{
	struct table *t = table_new();
	int decimals[SHOWN_MAX];
	struct shown s;

	choose(&s, r, v);
	for (size_t c = 0; c < s.nr; c++) {
		decimals[c] = decimals_of(r, s.place[c]);
		heading_cell(t, &r->column[s.place[c]]);
	}
	table_end_row(t);
	for (size_t row = 0; row < r->nr; row += r->nr_columns) {
		for (size_t c = 0; c < s.nr; c++)
			body_cell(t, r, row + s.place[c], decimals[c], v);
		table_end_row(t);
	}
	print_rest(s.nr - table_print_within(t, out, 0, s.keys, width), v, out);
	table_free(t);
}

void rows_print_table(const struct rows *r, const struct view *v, FILE *out)
{
	rows_print_table_within(r, v, width_of(v, out), out);
}

/* What fits of a name; the caller's arena has it. */
static const char *short_name(const char *name, struct arena *a)
{
	return name[utf8_fit(name, NAME_MOST)]
		       ? arena_printf(a, "%.*s..", (int)utf8_fit(name, NAME_MOST - 2), name)
		       : name;
}

/* The zones, their names as long as leaves room for what is said of them. */
void rows_print_zones(const struct rows *zones, const struct view *view, unsigned width, FILE *out)
{
	struct rows r = *zones;
	size_t at = 0;

	while (strcmp(r.column[at].name, "zone") != 0)
		at++;
	r.arena = (struct arena){0};
	r.cell = arena_alloc(&r.arena, (r.nr + 1) * sizeof(*r.cell));
	memcpy(r.cell, zones->cell, r.nr * sizeof(*r.cell));
	for (size_t i = at; i < r.nr; i += r.nr_columns)
		r.cell[i].text = short_name(r.cell[i].text, &r.arena);
	rows_print_table_within(view->wide || view->nr ? zones : &r, view, width, out);
	arena_release(&r.arena);
}
