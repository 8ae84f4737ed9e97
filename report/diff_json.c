#include <jansson.h>

#include "base/text_json.h"
#include "report/diff.h"

static json_t *key_json(const struct sheet *s, size_t row)
{
	json_t *o = json_object();

	for (unsigned i = 0; i < s->nr_keys; i++)
		json_object_set_new(o, s->column[i], text_json(sheet_text(s, row, (int)i)));
	return o;
}

static json_t *figure_json(int64_t figure)
{
	return is_known(figure) ? json_integer(figure) : json_null();
}

static json_t *rows_json(const struct sheet *s, const size_t *row, size_t nr)
{
	json_t *list = json_array();

	for (size_t i = 0; i < nr; i++)
		json_array_append_new(list, key_json(s, row[i]));
	return list;
}

static json_t *names_json(const char *const *name, size_t nr)
{
	json_t *list = json_array();

	for (size_t i = 0; i < nr; i++)
		json_array_append_new(list, text_json(name[i]));
	return list;
}

void diff_print_json(const struct comparison *c, struct sheet *a, struct sheet *b, FILE *out)
{
	json_t *changes = json_array(), *top = json_object();

	for (size_t i = 0; i < c->nr; i++) {
		const struct change *d = &c->change[i];
		json_t *o = key_json(a, d->row_a);

		json_object_set_new(o, "column", text_json(d->column));
		json_object_set_new(o, "a", figure_json(d->a));
		json_object_set_new(o, "b", figure_json(d->b));
		json_array_append_new(changes, o);
	}
	json_object_set_new(top, "rows", json_integer((json_int_t)c->nr_rows));
	json_object_set_new(top, "equal_rows", json_integer((json_int_t)c->nr_same));
	json_object_set_new(top, "changes", changes);
	json_object_set_new(top, "only_a", rows_json(a, c->only_a, c->nr_only_a));
	json_object_set_new(top, "only_b", rows_json(b, c->only_b, c->nr_only_b));
	json_object_set_new(top, "columns_only_a", names_json(c->column_a, c->nr_column_a));
	json_object_set_new(top, "columns_only_b", names_json(c->column_b, c->nr_column_b));
	json_dumpf(top, out, JSON_INDENT(1));
	fputc('\n', out);
	json_decref(top);
}
