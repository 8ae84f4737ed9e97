/* FIGURES.json: docs/calibrate.md has the format. */
#include <stdlib.h>
#include <string.h>

#include "base/cpuset.h"
#include "base/doc.h"
#include "host/figures.h"

#define VERSION 1
#define POINTS_MAX 64

static const struct {
	const char *name;
	double in; /* ns, bytes a ns or lines */
	char dimension;
} units[] = {
	{"ps", 1e-3, 't'},	    {"ns", 1, 't'},
	{"us", 1e3, 't'},	    {"B/s", 1e-9, 'r'},
	{"kB/s", 1e-6, 'r'},	    {"MB/s", 1e-3, 'r'},
	{"GB/s", 1, 'r'},	    {"KiB/s", 1024e-9, 'r'},
	{"MiB/s", 1048576e-9, 'r'}, {"GiB/s", 1073741824e-9, 'r'},
	{"lines", 1, 'l'},	    {"slit", 1, 's'},
};

/* An entry of the list, while it is read. */
struct entry {
	struct figures *to;
	const struct doc_value *map;
	struct figure common;
	double unit, load_unit;
	const uint32_t *nodes;
	uint32_t nr_nodes;
};

static int add(struct entry *e, const struct doc_value *at, struct figure f, struct error *err)
{
	f.path = at->doc->path;
	f.line = at->line;
	f.column = at->column;
	return figures_add(e->to, &f, err);
}

static int read_unit(const struct doc_value *map, const char *key, char dimension, double *out,
		     struct error *err)
{
	const char *text = NULL;
	int rc = doc_get_text(map, key, true, &text, err);

	for (size_t i = 0; !rc && i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(units[i].name, text) != 0)
			continue;
		if (units[i].dimension != dimension)
			break;
		*out = units[i].in;
		return 0;
	}
	return rc ? rc
		  : doc_error(doc_member(map, key), err, "\"%s\" is no unit of this; there %s",
			      text,
			      dimension == 't'	 ? "are ps, ns and us"
			      : dimension == 'l' ? "is lines"
			      : dimension == 's' ? "is slit"
						 : "are B/s, kB/s, MB/s, GB/s, KiB/s, MiB/s "
						   "and GiB/s");
}

/* One cell; null is nothing. */
static int read_cell(struct entry *e, const struct doc_value *v, uint32_t from, uint32_t to,
		     struct error *err)
{
	struct figure f = e->common;
	double number;

	if (v->kind == DOC_NULL)
		return 0;
	if (!doc_real(v, -1e18, 1e18, &number))
		return doc_error(v, err, "a figure is a number, or null where it is not known");
	f.from = from;
	f.to = to;
	f.value = number * e->unit;
	return add(e, v, f, err);
}

static int read_row(struct entry *e, const struct doc_value *row, uint32_t from, struct error *err)
{
	int rc = 0;

	if (row->nr > e->nr_nodes)
		return doc_error(row, err, "a row of %u values for %u nodes", row->nr, e->nr_nodes);
	for (uint32_t j = 0; !rc && j < row->nr; j++)
		rc = read_cell(e, &row->item[j], from, e->nodes[j], err);
	return rc;
}

/* A matrix, or a list with a value a node. Rows of a matrix are as long as the first: one that
 * breaks off is a mistake, what is not known is null. */
static int read_values(struct entry *e, const struct doc_value *list, struct error *err)
{
	const struct doc_value *first = NULL;
	int rc = 0;

	if (list->nr > e->nr_nodes)
		return doc_error(list, err, "%u rows for %u nodes", list->nr, e->nr_nodes);
	for (uint32_t i = 0; !rc && i < list->nr; i++) {
		const struct doc_value *v = &list->item[i];

		if (!first && v->kind == DOC_LIST)
			first = v;
		if (v->kind == DOC_LIST && v->nr != first->nr)
			return doc_error(v, err,
					 "a row of %u values where the first has %u; what is not "
					 "known is null",
					 v->nr, first->nr);
		rc = v->kind == DOC_LIST ? read_row(e, v, e->nodes[i], err)
					 : read_cell(e, v, e->nodes[i], e->nodes[i], err);
	}
	return rc;
}

static int read_points(struct entry *e, const struct doc_value *list, struct error *err)
{
	int rc = 0;

	if (list->nr > POINTS_MAX)
		return doc_error(list, err, "%u points, more than %d", list->nr, POINTS_MAX);
	for (uint32_t i = 0; !rc && i < list->nr; i++) {
		const struct doc_value *v = &list->item[i];
		struct figure f = e->common;

		if (v->kind != DOC_LIST || v->nr != 2 || !doc_real(&v->item[0], 0, 1e18, &f.load) ||
		    !doc_real(&v->item[1], -1e18, 1e18, &f.value))
			return doc_error(v, err,
					 "a point is a list of two numbers, load and "
					 "latency");
		f.load *= e->load_unit;
		f.value *= e->unit;
		rc = add(e, v, f, err);
	}
	return rc;
}

/* The numbers that rows stand for; 0, 1, 2, ... unless said. */
static int read_numbers(const struct doc_value *map, const char *key, struct arena *a,
			const uint32_t **out, uint32_t *nr, struct error *err)
{
	const struct doc_value *list = NULL;
	uint32_t *numbers = arena_alloc(a, NODES_MAX * sizeof(*numbers));
	int rc = doc_get_list(map, key, false, &list, err);

	*out = numbers;
	*nr = list ? list->nr : NODES_MAX;
	if (!rc && *nr > NODES_MAX)
		return doc_error(list, err, "more than %d nodes", NODES_MAX);
	for (uint32_t i = 0; !rc && i < *nr; i++) {
		int64_t number = i;

		if (list && !doc_int(&list->item[i], 0, INT32_MAX, &number))
			return doc_error(&list->item[i], err, "this is no number of a node");
		for (uint32_t k = 0; k < i; k++)
			if (numbers[k] == (uint32_t)number)
				return doc_error(&list->item[i], err, "this number stands twice");
		numbers[i] = (uint32_t)number;
	}
	return rc;
}

/* "node" and "memory_node", for what is no list. */
static int read_place(struct entry *e, struct error *err)
{
	const struct doc_value *node = doc_member(e->map, "node");
	int64_t from = FIGURE_ALL, to;
	int rc = 0;

	if (node && node->kind != DOC_NULL)
		rc = doc_get_int(e->map, "node", true, 0, INT32_MAX, &from, err);
	to = from;
	if (!rc)
		rc = doc_get_int(e->map, "memory_node", false, 0, INT32_MAX, &to, err);
	e->common.from = (uint32_t)from;
	e->common.to = (uint32_t)to;
	if (e->common.kind == FIGURE_HOT)
		e->common.from = FIGURE_ALL;
	return rc;
}

static int read_head(struct entry *e, struct error *err)
{
	static const char *const froms[] = {"measured", "firmware", NULL};
	static const char *const loads[] = {"achieved", "offered", NULL};
	enum figure_kind k = e->common.kind;
	bool time = k == FIGURE_LATENCY || k == FIGURE_LOADED;
	int from = 0, load = 0;
	int rc = read_unit(e->map, "unit",
			   k == FIGURE_LINES	  ? 'l'
			   : k == FIGURE_DISTANCE ? 's'
			   : time		  ? 't'
						  : 'r',
			   &e->unit, err);

	e->common.read_share = k == FIGURE_LOADED ? 1 : 0;
	if (!rc && (k == FIGURE_MIX || k == FIGURE_LOADED))
		rc = doc_get_real(e->map, "read_share", k == FIGURE_MIX, 0, 1,
				  &e->common.read_share, err);
	if (!rc)
		rc = doc_get_choice(e->map, "from", false, froms, &from, err);
	if (!rc && k == FIGURE_LOADED)
		rc = doc_get_choice(e->map, "load", false, loads, &load, err);
	if (!rc && k == FIGURE_LOADED)
		rc = read_unit(e->map, "load_unit", 'r', &e->load_unit, err);
	if (!rc)
		rc = doc_get_text(e->map, "tool", false, &e->common.tool, err);
	e->common.firmware = from == 1 || k == FIGURE_DISTANCE;
	e->common.offered = load == 1;
	return rc ? rc : read_place(e, err);
}

/* What the figure's kind has: exactly one of these. */
static int read_body(struct entry *e, struct error *err)
{
	const struct doc_value *values = NULL, *points = NULL;
	const struct doc_value *value = doc_member(e->map, "value"), *total;
	bool curve = e->common.kind == FIGURE_LOADED;
	int rc = doc_get_list(e->map, "values", false, &values, err);

	total = doc_member(e->map, "total");
	if (!rc)
		rc = doc_get_list(e->map, "points", false, &points, err);
	if (rc)
		return rc;
	if ((values != NULL) + (points != NULL) + (value != NULL) + (total != NULL) != 1 ||
	    curve != (points != NULL))
		return doc_error(e->map, err, "%s has %s", figure_kind_name(e->common.kind),
				 curve ? "\"points\" and nothing else"
				       : "one of \"values\", \"value\" and \"total\"");
	if (points)
		return read_points(e, points, err);
	if (values)
		return read_values(e, values, err);
	if (total)
		return read_cell(e, total, FIGURE_ALL, FIGURE_ALL, err);
	return read_cell(e, value, e->common.from, e->common.to, err);
}

static int read_entry(struct figures *f, const struct doc_value *map, const uint32_t *nodes,
		      uint32_t nr_nodes, struct error *err)
{
	static const char *const keys[] = {"figure", "unit", "values",	    "value",
					   "total",  "node", "memory_node", "read_share",
					   "points", "load", "load_unit",   "packages",
					   "from",   "tool", NULL};
	struct entry e = {.to = f, .map = map, .nodes = nodes, .nr_nodes = nr_nodes};
	const char *name = NULL;
	int rc = map->kind == DOC_MAP ? doc_known(map, "figure", keys, err)
				      : doc_error(map, err, "a figure is an object");

	if (!rc)
		rc = doc_get_text(map, "figure", true, &name, err);
	if (!rc && !figure_kind_of(name, &e.common.kind))
		rc = doc_error(doc_member(map, "figure"), err,
			       "there is no figure \"%s\"; docs/calibrate.md has them all", name);
	if (!rc && e.common.kind == FIGURE_LINK)
		rc = read_numbers(map, "packages", &f->arena, &e.nodes, &e.nr_nodes, err);
	if (!rc)
		rc = read_head(&e, err);
	return rc ? rc : read_body(&e, err);
}

static int read_texts(struct figures *f, const struct doc_value *root, struct error *err)
{
	const char *tool = NULL, *machine = NULL, *date = NULL;
	int rc = doc_get_text(root, "tool", false, &tool, err);

	if (!rc)
		rc = doc_get_text(root, "machine", false, &machine, err);
	if (!rc)
		rc = doc_get_text(root, "date", false, &date, err);
	if (rc)
		return rc;
	figures_begin(f, tool, machine);
	f->date = arena_strdup(&f->arena, date ? date : "");
	return 0;
}

static int read_root(struct figures *f, const struct doc_value *root, struct error *err)
{
	static const char *const keys[] = {"homenode_figures", "machine", "tool", "date", "nodes",
					   "figures",	       NULL};
	const struct doc_value *list = NULL;
	const uint32_t *nodes = NULL;
	uint32_t nr_nodes = 0;
	int64_t version;
	int rc = doc_known(root, "figures", keys, err);

	if (!rc)
		rc = doc_get_int(root, "homenode_figures", true, VERSION, VERSION, &version, err);
	if (!rc)
		rc = read_texts(f, root, err);
	if (!rc)
		rc = read_numbers(root, "nodes", &f->arena, &nodes, &nr_nodes, err);
	if (!rc)
		rc = doc_get_list(root, "figures", true, &list, err);
	for (uint32_t i = 0; !rc && i < list->nr; i++)
		rc = read_entry(f, &list->item[i], nodes, nr_nodes, err);
	return rc;
}

static int read_doc(struct figures *f, struct doc *doc, int rc, struct error *err)
{
	*f = (struct figures){0};
	if (rc)
		return rc;
	if (doc->root->kind != DOC_MAP)
		rc = doc_error(doc->root, err, "figures are a JSON object");
	else
		rc = read_root(f, doc->root, err);
	doc_release(doc);
	if (rc)
		figures_release(f);
	return rc;
}

int figures_load(struct figures *f, const char *path, struct error *err)
{
	struct doc doc = {0};

	return read_doc(f, &doc, doc_load(&doc, path, DOC_JSON, err), err);
}

int figures_parse(struct figures *f, const char *path, const char *text, size_t size,
		  struct error *err)
{
	struct doc doc = {0};

	return read_doc(f, &doc, doc_parse(&doc, path, text, size, DOC_JSON, err), err);
}
