#include <jansson.h>

#include "base/text_json.h"
#include "report/contention.h"
#include "schema/schema.h"

static void put_figure(json_t *o, const char *name, const char *source,
		       const struct contention_row *r)
{
	int64_t figure = r ? contention_best(r) : FIGURE_UNKNOWN;

	json_object_set_new(o, name,
			    is_known(figure) ? json_integer((json_int_t)figure) : json_null());
	json_object_set_new(o, source, r ? json_string(contention_source(r)) : json_null());
}

static void json_row(void *context, const char *what, const struct contention_row *a,
		     const struct contention_row *b)
{
	const struct contention_row *any = a ? a : b;
	json_t *o = json_object();

	json_object_set_new(o, "what", json_string(what));
	json_object_set_new(o, "row", text_json(any->key));
	json_object_set_new(o, "zone", text_json(any->zone));
	json_object_set_new(o, "name", text_json(any->name));
	json_object_set_new(o, "point", text_json(any->point));
	json_object_set_new(o, "level_percent", json_integer((json_int_t)any->level_percent));
	put_figure(o, "a", "a_source", a);
	put_figure(o, "b", "b_source", b);
	json_array_append_new(context, o);
}

void contention_diff_json(const struct contention_diff *d, FILE *out)
{
	json_t *list = json_array(), *top = json_object();

	contention_each(d, json_row, list);
	json_object_set_new(top, "points", json_integer((json_int_t)d->both));
	json_object_set_new(top, "equal_points", json_integer((json_int_t)(d->both - d->differ)));
	json_object_set_new(top, "differences", list);
	json_dumpf(top, out, JSON_INDENT(1));
	fputc('\n', out);
	json_decref(top);
}
