/* The host of libvirt's capabilities (src/conf/capabilities.c of libvirt 9.0):
 * <host><topology><cells>, <host><cache> and <host><cpu>. */
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "host/draft.h"
#include "host/hwloc_tree.h"
#include "host/readers.h"

static const struct xml_element *child(const struct xml_element *e, const char *name)
{
	return e ? xml_child(e, name, NULL) : NULL;
}

/* A number in an attribute, or DRAFT_UNKNOWN where it is missing. */
static int number(const struct xml_doc *doc, const struct xml_element *e, const char *name,
		  uint64_t *out, struct error *err)
{
	const char *text = xml_attr(e, name);

	*out = DRAFT_UNKNOWN;
	if (text && !plain_number(text, UINT32_MAX - 1, out))
		return xml_error(doc, e, err, "%s=\"%.40s\" is no number", name, text);
	return 0;
}

/* <cells num='2'>, <cpus num='4'> */
static int check_num(const struct draft *d, const struct xml_doc *doc, const struct xml_element *e,
		     uint64_t read, const char *what, struct error *err)
{
	struct draft_count said = {.line = e->place.line};
	int rc = number(doc, e, "num", &said.nr, err);

	if (rc || !xml_attr(e, "num"))
		return rc;
	return draft_check_count(d, &said, read, what, err);
}

static int64_t unit_of(const struct xml_element *e)
{
	const char *unit = xml_attr(e, "unit");

	if (!unit || strcmp(unit, "KiB") == 0)
		return KIB;
	return strcmp(unit, "MiB") == 0	  ? MIB
	       : strcmp(unit, "GiB") == 0 ? GIB
	       : strcmp(unit, "B") == 0	  ? 1
					  : 0;
}

static int read_cpus(struct draft *d, const struct xml_doc *doc, const struct xml_element *cell,
		     uint64_t node, struct error *err)
{
	const struct xml_element *cpus = child(cell, "cpus");
	struct xml_element *e = NULL;
	uint64_t nr = 0;
	int rc = 0;

	while (!rc && cpus && (e = xml_child(cpus, "cpu", e)) != NULL) {
		const char *siblings = xml_attr(e, "siblings");
		uint64_t cpu, socket = 0, core = 0;
		struct cpuset threads;

		rc = number(doc, e, "id", &cpu, err);
		if (!rc)
			rc = number(doc, e, "socket_id", &socket, err);
		if (!rc)
			rc = number(doc, e, "core_id", &core, err);
		/* core_id counts inside a die */
		if (siblings && cpuset_parse(&threads, siblings) && !cpuset_empty(&threads))
			core = cpuset_next(&threads, 0);
		if (!rc)
			rc = draft_cpu(d, cpu, node, socket, core, err);
		nr++;
	}
	return rc || !cpus ? rc : check_num(d, doc, cpus, nr, "CPUs in this cell", err);
}

static int read_distances(struct draft *d, const struct xml_doc *doc,
			  const struct xml_element *cell, uint64_t node, struct error *err)
{
	const struct xml_element *distances = child(cell, "distances");
	struct xml_element *e = NULL;
	int rc = 0;

	while (!rc && distances && (e = xml_child(distances, "sibling", e)) != NULL) {
		uint64_t to, value;

		rc = number(doc, e, "id", &to, err);
		if (!rc)
			rc = number(doc, e, "value", &value, err);
		if (!rc)
			rc = draft_distance(d, node, to, value, err);
	}
	return rc;
}

static int read_cell(struct draft *d, const struct xml_doc *doc, const struct xml_element *cell,
		     struct error *err)
{
	const struct xml_element *memory = child(cell, "memory");
	struct draft_node *unused;
	uint64_t node, value = 0;
	int rc = number(doc, cell, "id", &node, err);

	if (!rc)
		rc = draft_node(d, node, &unused, err);
	if (!rc && memory) {
		if (!memory->text || !plain_number(memory->text, UINT64_MAX, &value) ||
		    !unit_of(memory))
			return xml_error(doc, memory, err, "this is no size");
		rc = draft_memory(d, node, value, unit_of(memory), err);
	}
	if (!rc)
		rc = read_cpus(d, doc, cell, node, err);
	return rc ? rc : read_distances(d, doc, cell, node, err);
}

static int read_l3s(struct draft *d, const struct xml_doc *doc, const struct xml_element *cache,
		    struct error *err)
{
	struct xml_element *e = NULL;

	while (cache && (e = xml_child(cache, "bank", e)) != NULL) {
		const char *level = xml_attr(e, "level"), *list = xml_attr(e, "cpus");
		uint64_t size = 0;
		struct cpuset cpus;
		int rc;

		if (!level || strcmp(level, "3") != 0)
			continue;
		rc = number(doc, e, "size", &size, err);
		if (rc)
			return rc;
		if (!list || !cpuset_parse(&cpus, list))
			return xml_error(doc, e, err, "this cache has no list of CPUs");
		draft_l3(d, &cpus, (int64_t)size * unit_of(e));
	}
	return 0;
}

static void read_model(struct draft *d, const struct xml_element *cpu)
{
	const struct xml_element *vendor = child(cpu, "vendor"), *model = child(cpu, "model");
	char text[256];

	snprintf(text, sizeof(text), "%s%s%s", vendor && vendor->text ? vendor->text : "",
		 vendor && model ? " " : "", model && model->text ? model->text : "");
	copy_text(d->source, sizeof(d->source), text);
}

int libvirt_host(struct host **out, const struct xml_doc *doc, struct error *err)
{
	const struct xml_element *host = child(doc->root, "host");
	const struct xml_element *cells = child(child(host, "topology"), "cells");
	struct draft *d = xmalloc(sizeof(*d));
	struct xml_element *e = NULL;
	int rc = 0;

	draft_init(d, doc->path, "virsh capabilities");
	read_model(d, child(host, "cpu"));
	while (!rc && cells && (e = xml_child(cells, "cell", e)) != NULL)
		rc = read_cell(d, doc, e, err);
	if (!rc && cells)
		rc = check_num(d, doc, cells, d->nr_nodes, "NUMA nodes", err);
	if (!rc)
		rc = read_l3s(d, doc, child(host, "cache"), err);
	if (!rc)
		rc = draft_host(out, d, err);
	draft_release(d);
	free(d);
	return rc;
}
