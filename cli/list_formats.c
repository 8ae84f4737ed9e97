#include "cli/list_formats.h"

#include <string.h>

#include "cli/names.h"
#include "zone/workload.h"

#define FORMATS_MAX 64

const struct column list_formats_columns[LIST_FORMATS_COLUMNS] = {
	{.name = "name"},
	{.name = "summary"},
	{.name = "columns", .wide = true},
	{.name = "licence", .wide = true},
	{.name = "where", .wide = true},
	{.name = "source", .wide = true},
};

const struct column list_format_columns[LIST_FORMAT_COLUMNS] = {
	{.name = "format", .wide = true},
	{.name = "form", .wide = true},
	{.name = "what"},
	{.name = "name"},
	{.name = "unit"},
	{.name = "meaning"},
};

/* "vmid, cpu [vCPUs], name?; vmid, ...": forms after another. */
static const char *columns_of(struct arena *a, const struct trace_format *f)
{
	const struct trace_column *c;
	const char *text = "";

	for (unsigned form = 0; (c = trace_format_columns(f, form)); form++) {
		text = form ? arena_printf(a, "%s; ", text) : text;
		for (unsigned i = 0; c[i].name; i++)
			text = arena_printf(a, "%s%s%s%s%s%s%s", text, i ? ", " : "", c[i].name,
					    c[i].optional ? "?" : "", c[i].unit ? " [" : "",
					    c[i].unit ? c[i].unit : "", c[i].unit ? "]" : "");
	}
	return text;
}

static void add_format(struct rows *r, const struct trace_format *f)
{
	rows_text(r, f->name);
	rows_text(r, f->summary);
	rows_text(r, columns_of(&r->arena, f));
	rows_text(r, f->licence ? f->licence : "none needed");
	rows_text(r, f->where ? f->where : "write it yourself");
	rows_text(r, f->source);
}

static void add_line(struct rows *r, const struct trace_format *f, unsigned form, const char *what,
		     const char *name, const char *unit, const char *meaning)
{
	rows_text(r, f->name);
	rows_number(r, form ? form : FIGURE_UNKNOWN);
	rows_text(r, what);
	rows_text(r, name);
	rows_text(r, unit);
	rows_text(r, meaning);
}

static void add_all_of(struct rows *r, const struct trace_format *f)
{
	const struct trace_column *c;

	add_line(r, f, 0, "format", f->name, "", f->summary);
	for (unsigned form = 0; (c = trace_format_columns(f, form)); form++)
		for (; c->name; c++)
			add_line(r, f, form + 1, c->optional ? "optional" : "column", c->name,
				 c->unit, c->meaning);
	add_line(r, f, 0, "memory", "", "", f->keeps ? f->keeps : "the zones that live");
	if (f->licence)
		add_line(r, f, 0, "licence", "", "", f->licence);
	if (f->where)
		add_line(r, f, 0, "where", "", "", f->where);
	add_line(r, f, 0, "source", "", "", f->source);
}

static int no_such_format(const char *name, struct error *err)
{
	const char *names[FORMATS_MAX + 1] = {NULL};

	for (size_t i = 0; trace_formats[i] && i < FORMATS_MAX; i++)
		names[i] = trace_formats[i]->name;
	return unknown_name(err, NULL, "trace format", name, names);
}

int list_formats(struct rows *r, const char *name, struct error *err)
{
	const struct trace_format *one = name ? trace_format_find(name) : NULL;

	if (name && !one)
		return no_such_format(name, err);
	if (one)
		add_all_of(r, one);
	for (size_t i = 0; !one && trace_formats[i]; i++)
		add_format(r, trace_formats[i]);
	return 0;
}
