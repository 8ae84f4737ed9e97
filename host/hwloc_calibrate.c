#include "host/hwloc_calibrate.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "host/figures.h"

static bool has(const struct xml_element *e, const char *name, const char *value)
{
	const char *own = xml_attr(e, name);

	return own && strcmp(own, value) == 0;
}

/* A user's matrices over nodes would be taken before the attributes. */
static void remove_older_matrices(const struct hwloc_tree *t)
{
	struct xml_element *e = xml_child(t->doc->root, "distances2", NULL), *next;

	for (; e; e = next) {
		next = xml_child(t->doc->root, "distances2", e);
		if (has(e, "type", "NUMANode") && (has(e, "kind", "6") || has(e, "kind", "10")))
			xml_remove(e);
	}
}

static struct xml_element *find_memattr(const struct hwloc_tree *t, const char *name,
					const char *flags)
{
	struct xml_element *e = NULL;

	while ((e = xml_child(t->doc->root, "memattr", e)) != NULL)
		if (has(e, "name", name))
			return e;
	e = xml_add(t->doc, t->doc->root, "memattr");
	xml_set(t->doc, e, "name", name);
	xml_set(t->doc, e, "flags", flags);
	return e;
}

static void remove_value(struct xml_element *attr, const char *gp_index, const char *cpus)
{
	struct xml_element *e = xml_child(attr, "memattr_value", NULL), *next;
	struct cpuset wanted, own;
	bool infinite;

	if (!hwloc_set_parse(cpus, &wanted, &infinite))
		return;
	for (; e; e = next) {
		const char *set = xml_attr(e, "initiator_cpuset");

		next = xml_child(attr, "memattr_value", e);
		if (has(e, "target_obj_gp_index", gp_index) && set &&
		    hwloc_set_parse(set, &own, &infinite) && cpuset_equal(&own, &wanted))
			xml_remove(e);
	}
}

static void set_value(const struct hwloc_tree *t, struct xml_element *attr, const char *gp_index,
		      const char *cpus, uint32_t value)
{
	struct xml_doc *doc = t->doc;
	struct xml_element *e;

	remove_value(attr, gp_index, cpus);
	e = xml_add(doc, attr, "memattr_value");
	xml_set(doc, e, "target_obj_type", "NUMANode");
	xml_set(doc, e, "target_obj_gp_index", gp_index);
	xml_set(doc, e, "value", arena_printf(&doc->arena, "%u", value));
	xml_set(doc, e, "initiator_cpuset", cpus);
}

/* Every known cell of a matrix; an attribute's other values stay as they are. */
static int set_matrix(const struct hwloc_tree *t, const struct host *h, enum host_matrix_kind kind,
		      const char *name, const char *flags, struct error *err)
{
	const struct host_matrix *m = &h->matrix[kind];
	struct xml_element *attr = NULL;

	for (unsigned i = 0; m->value && i < h->nr_nodes * h->nr_nodes; i++) {
		unsigned from = i / h->nr_nodes, to = i % h->nr_nodes;
		const char *gp_index = xml_attr(t->node[to]->xml, "gp_index");
		char *cpus;

		if (host_cell_grade(h, kind, from, to) != GRADE_MEASURED)
			continue;
		if (!gp_index || cpuset_empty(&h->node[from].cpus))
			return xml_error(t->doc, t->node[to]->xml, err,
					 "no place for what was measured from node %u to node %u",
					 h->node[from].os_index, h->node[to].os_index);
		attr = attr ? attr : find_memattr(t, name, flags);
		cpus = hwloc_set_text(&h->node[from].cpus);
		set_value(t, attr, gp_index, cpus, m->value[i]);
		free(cpus);
	}
	return 0;
}

/* In front of the root object's other children, where hwloc wants all of its infos. */
static void add_info(const struct hwloc_tree *t, const char *name, const char *value)
{
	struct xml_element *root = xml_child(t->doc->root, "object", NULL), *info;
	struct xml_element *first = root->child, *last = root->last_child;

	info = xml_child(root, "info", NULL);
	while (info && !has(info, "name", name))
		info = xml_child(root, "info", info);
	if (info) {
		xml_set(t->doc, info, "value", value);
		return;
	}
	info = xml_add(t->doc, root, "info");
	xml_set(t->doc, info, "name", name);
	xml_set(t->doc, info, "value", value);
	if (!first)
		return;
	last->next = NULL;
	root->last_child = last;
	root->child = info;
	info->next = first;
}

static void add_figures(const struct hwloc_tree *t, const struct host *measured)
{
	struct figures all;
	char *line;

	if (!measured->figures)
		return;
	figures_copy(&all, measured->figures);
	figures_of_matrices(&all, measured);
	line = figures_line(&all);
	add_info(t, HOST_FIGURES, line);
	free(line);
	figures_release(&all);
}

static char *text_of(const struct hwloc_tree *t)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = xmemstream(&text, &size);

	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	      "<!DOCTYPE topology SYSTEM \"hwloc2.dtd\">\n",
	      f);
	xml_write(t->doc->root, f);
	xmemstream_close(f);
	return text;
}

int hwloc_calibrate(char **out, struct hwloc_tree *t, const struct host *measured, const char *note,
		    struct error *err)
{
	bool same = measured->nr_nodes == t->nr_nodes;
	int rc;

	for (unsigned n = 0; same && n < t->nr_nodes; n++)
		same = measured->node[n].os_index == t->node[n]->os_index;
	if (!same)
		return xml_error(t->doc, t->object[0].xml, err,
				 "the machine has other nodes than when it was measured");
	remove_older_matrices(t);
	rc = set_matrix(t, measured, MATRIX_LATENCY, "ReadLatency", "6", err);
	if (!rc)
		rc = set_matrix(t, measured, MATRIX_BANDWIDTH, "ReadBandwidth", "5", err);
	if (!rc)
		rc = set_matrix(t, measured, MATRIX_WRITE_BANDWIDTH, "WriteBandwidth", "5", err);
	if (rc)
		return rc;
	add_figures(t, measured);
	add_info(t, HOST_MEASURED_NOTE, note);
	*out = text_of(t);
	return 0;
}
