/* FIGURES.json, written: one entry a fact, or a curve's facts together. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "host/figures.h"

static void put(json_t *object, const char *key, json_t *value)
{
	BUG_ON(!value || json_object_set_new(object, key, value) != 0);
}

static void put_text(json_t *object, const char *key, const char *text)
{
	json_t *s = text && *text ? json_string(text) : NULL;

	if (s)
		put(object, key, s);
}

static const char *unit_of(enum figure_kind k)
{
	return k == FIGURE_LINES			   ? "lines"
	       : k == FIGURE_DISTANCE			   ? "slit"
	       : k == FIGURE_LATENCY || k == FIGURE_LOADED ? "ns"
							   : "GB/s";
}

/* What one figure and others of its entry share. */
static json_t *entry_of(const struct figure *f)
{
	json_t *o = json_object();

	put(o, "figure", json_string(figure_kind_name(f->kind)));
	put(o, "unit", json_string(unit_of(f->kind)));
	if (f->kind == FIGURE_MIX || f->kind == FIGURE_LOADED)
		put(o, "read_share", json_real(f->read_share));
	if (f->firmware)
		put(o, "from", json_string("firmware"));
	put_text(o, "tool", f->tool);
	if (f->kind == FIGURE_HOT) {
		put(o, "node", json_integer(f->to));
	} else if (f->kind != FIGURE_LINK && f->from != FIGURE_ALL) {
		put(o, "node", json_integer(f->from));
		if (f->to != f->from)
			put(o, "memory_node", json_integer(f->to));
	}
	return o;
}

static json_t *link_of(const struct figure *f)
{
	json_t *o = entry_of(f);

	put(o, "packages", json_pack("[I, I]", (json_int_t)f->from, (json_int_t)f->to));
	put(o, "values", json_pack("[[n, f], [n, n]]", f->value));
	return o;
}

static bool same_curve(const struct figure *a, const struct figure *b)
{
	const char *x = a->tool ? a->tool : "", *y = b->tool ? b->tool : "";

	return b->kind == FIGURE_LOADED && a->from == b->from && a->to == b->to &&
	       !(a->read_share < b->read_share) && !(a->read_share > b->read_share) &&
	       a->offered == b->offered && a->firmware == b->firmware && strcmp(x, y) == 0;
}

/* All points of the curve whose first is `at`; NULL: it began earlier. */
static json_t *curve_of(const struct figures *all, size_t at)
{
	const struct figure *f = &all->figure[at];
	json_t *o, *points;

	for (size_t i = 0; i < at; i++)
		if (same_curve(f, &all->figure[i]))
			return NULL;
	o = entry_of(f);
	points = json_array();
	put(o, "load_unit", json_string("GB/s"));
	put(o, "load", json_string(f->offered ? "offered" : "achieved"));
	for (size_t i = at; i < all->nr; i++)
		if (same_curve(f, &all->figure[i]))
			json_array_append_new(points, json_pack("[f, f]", all->figure[i].load,
								all->figure[i].value));
	put(o, "points", points);
	return o;
}

static json_t *single_of(const struct figure *f)
{
	json_t *o = entry_of(f);
	bool total = f->from == FIGURE_ALL && f->to == FIGURE_ALL && f->kind != FIGURE_LINES;

	put(o, total ? "total" : "value", json_real(f->value));
	return o;
}

static json_t *root_of(const struct figures *f)
{
	json_t *root = json_object(), *list = json_array();

	put(root, "homenode_figures", json_integer(1));
	put_text(root, "machine", f->machine);
	put_text(root, "tool", f->tool);
	put_text(root, "date", f->date);
	for (size_t i = 0; i < f->nr; i++) {
		const struct figure *x = &f->figure[i];
		json_t *o = x->kind == FIGURE_LOADED ? curve_of(f, i)
			    : x->kind == FIGURE_LINK ? link_of(x)
						     : single_of(x);

		if (o)
			json_array_append_new(list, o);
	}
	put(root, "figures", list);
	return root;
}

char *figures_text(const struct figures *f)
{
	json_t *root = root_of(f);
	char *json = json_dumps(root, JSON_INDENT(1) | JSON_REAL_PRECISION(12)), *text;

	BUG_ON(!json);
	text = xasprintf("%s\n", json);
	free(json);
	json_decref(root);
	return text;
}

char *figures_line(const struct figures *f)
{
	json_t *root = root_of(f);
	char *text = json_dumps(root, JSON_COMPACT | JSON_REAL_PRECISION(12));

	BUG_ON(!text);
	json_decref(root);
	return text;
}
