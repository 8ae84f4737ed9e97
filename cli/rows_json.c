#include <jansson.h>

#include "base/text_json.h"
#include "cli/rows.h"

static json_t *cell_value(const struct cell *cell)
{
	if (cell->text)
		return text_json(cell->text);
	return is_known(cell->figure) ? json_integer(cell->figure) : json_null();
}

/* `cell` is the first of its row. */
static json_t *row_of(const struct rows *r, const struct cell *cell)
{
	json_t *row = json_object();

	for (size_t c = 0; c < r->nr_columns; c++)
		BUG_ON(json_object_set_new(row, r->column[c].name, cell_value(&cell[c])) != 0);
	return row;
}

static json_t *list_of(const struct rows *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->nr; i += r->nr_columns)
		BUG_ON(json_array_append_new(list, row_of(r, &r->cell[i])) != 0);
	return list;
}

void rows_print_jsonl(const struct rows *r, FILE *out)
{
	for (size_t i = 0; i < r->nr; i += r->nr_columns) {
		json_t *row = row_of(r, &r->cell[i]);

		json_dumpf(row, out, JSON_COMPACT);
		fputc('\n', out);
		json_decref(row);
	}
}

void rows_print_json_all(const struct rows *r, size_t nr, bool line, FILE *out)
{
	json_t *root = json_object();

	for (size_t i = 0; i < nr; i++)
		BUG_ON(json_object_set_new(root, r[i].name, list_of(&r[i])) != 0);
	json_dumpf(root, out, line ? JSON_COMPACT : JSON_INDENT(2));
	fputc('\n', out);
	json_decref(root);
}

void rows_print_json(const struct rows *r, FILE *out)
{
	rows_print_json_all(r, 1, false, out);
}
