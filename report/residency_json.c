#include <jansson.h>

#include "report/residency.h"

static json_t *case_json(const struct residency_case *c)
{
	json_t *o = json_object(), *nodes = json_array();

	for (uint32_t i = 0; i < c->nr_nodes; i++) {
		json_t *n = json_object();

		json_object_set_new(n, "node",
				    c->node[i] < 0 ? json_null() : json_integer(c->node[i]));
		json_object_set_new(n, "predicted_pages", json_integer(c->predicted[i]));
		json_object_set_new(n, "least_pages", json_integer(c->least[i]));
		json_object_set_new(n, "most_pages", json_integer(c->most[i]));
		json_object_set_new(n, "observed_pages", json_integer(c->observed[i]));
		json_array_append_new(nodes, n);
	}
	json_object_set_new(o, "scenario", json_string(c->scenario));
	json_object_set_new(o, "step", json_integer(c->step));
	json_object_set_new(o, "action", json_string(c->action));
	json_object_set_new(o, "zone", json_string(c->zone));
	json_object_set_new(o, "special_pages", json_integer(c->special));
	json_object_set_new(o, "determined_pages", json_integer(c->determined));
	json_object_set_new(o, "bounded_pages", json_integer(c->open));
	json_object_set_new(o, "outside_pages", json_integer(c->outside));
	json_object_set_new(o, "nodes", nodes);
	return o;
}

void residency_print_json(const struct residency_diff *d, FILE *out)
{
	json_t *top = json_object(), *cases = json_array();

	for (size_t i = 0; i < d->nr; i++)
		json_array_append_new(cases, case_json(&d->at[i]));
	json_object_set_new(top, "observed_pages", json_integer(d->pages));
	json_object_set_new(top, "special_pages", json_integer(d->special));
	json_object_set_new(top, "determined_pages", json_integer(d->determined));
	json_object_set_new(top, "bounded_pages", json_integer(d->open));
	json_object_set_new(top, "outside_pages", json_integer(d->outside));
	json_object_set_new(top, "free_off_pages", json_integer(d->free_off));
	json_object_set_new(top, "cases", cases);
	json_dumpf(top, out, JSON_INDENT(1));
	fputc('\n', out);
	json_decref(top);
}
