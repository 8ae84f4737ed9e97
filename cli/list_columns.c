#include "cli/list_columns.h"
#include "cli/names.h"

#define SCHEMAS_MAX 32

const struct column list_columns_columns[LIST_COLUMNS_COLUMNS] = {
	{.name = "file"},
	{.name = "name"},
	{.name = "title", .wide = true},
	{.name = "role", .wide = true},
	{.name = "unit"},
	{.name = "shown", .wide = true},
	{.name = "better"},
	{.name = "source", .wide = true},
	{.name = "meaning"},
};

/* What a column has that is no figure: nothing. */
static void add_word(struct rows *r, const struct column *c, const char *word)
{
	if (c->role == ROLE_FIGURE && *word)
		rows_text(r, word);
	else
		rows_number(r, FIGURE_UNKNOWN);
}

static void add_columns(struct rows *r, const struct schema *s)
{
	for (size_t i = 0; i < s->nr; i++) {
		const struct column *c = &s->column[i];

		rows_text(r, s->name);
		rows_text(r, c->name);
		rows_text(r, c->title);
		rows_text(r, role_name(c->role));
		add_word(r, c, unit_name(c->unit));
		add_word(r, c, unit_sign(c->unit));
		add_word(r, c, better_name(c->better));
		add_word(r, c, source_name(c->source));
		rows_text(r, c->meaning);
	}
}

static int no_such_table(const char *file, struct error *err)
{
	const char *names[SCHEMAS_MAX + 1] = {NULL};

	for (size_t i = 0; schemas[i] && i < SCHEMAS_MAX; i++)
		names[i] = schemas[i]->name;
	return unknown_name(err, NULL, "table", file, names);
}

int list_columns(struct rows *r, const char *file, struct error *err)
{
	const struct schema *one = file ? schema_find(file) : NULL;

	if (file && !one)
		return no_such_table(file, err);
	if (one)
		add_columns(r, one);
	for (size_t i = 0; !one && schemas[i]; i++)
		add_columns(r, schemas[i]);
	return 0;
}
