#include <jansson.h>

#include "report/check.h"

static json_t *figure_json(int64_t figure)
{
	return is_known(figure) ? json_integer(figure) : json_null();
}

void check_print_json(const struct check *c, FILE *out)
{
	json_t *list = json_array(), *top;

	for (size_t i = 0; i < c->nr; i++) {
		const struct finding *f = &c->finding[i];
		json_t *o = json_pack("{s:s, s:b, s:s, s:s, s:s}", "kind", finding_word(f->kind),
				      "fails", finding_fails(f->kind), "row", f->row, "column",
				      f->column, "what", f->what);

		BUG_ON(!o);
		if (f->figures) {
			json_object_set_new(o, "baseline", figure_json(f->before));
			json_object_set_new(o, "run", figure_json(f->now));
			json_object_set_new(o, "change_ppm", figure_json(f->ppm));
		}
		json_array_append_new(list, o);
	}
	top = json_pack("{s:b, s:b, s:I, s:I, s:o}", "passed", c->nr_failed == 0, "measured",
			c->measured, "rows", (json_int_t)c->nr_rows, "failures",
			(json_int_t)c->nr_failed, "findings", list);
	BUG_ON(!top);
	json_dumpf(top, out, JSON_INDENT(1));
	fputc('\n', out);
	json_decref(top);
}
