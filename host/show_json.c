#include <jansson.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "host/figures.h"
#include "host/host.h"

static const struct {
	const char *name, *unit;
} matrix_name[MATRIX_KINDS] = {
	[MATRIX_DISTANCE] = {"distance", "slit"},
	[MATRIX_LATENCY] = {"latency", "ns"},
	[MATRIX_BANDWIDTH] = {"bandwidth", "MiB/s"},
	[MATRIX_WRITE_BANDWIDTH] = {"write_bandwidth", "MiB/s"},
};

/* jansson returns NULL only when it is out of memory or the text is not UTF-8;
 * what cannot be text becomes null rather than a hole in the object. */
static json_t *text(const char *s)
{
	json_t *j = json_string(s);

	return j ? j : json_null();
}

static void put(json_t *object, const char *key, json_t *value)
{
	BUG_ON(json_object_set_new(object, key, value) != 0);
}

static void add(json_t *array, json_t *value)
{
	BUG_ON(json_array_append_new(array, value) != 0);
}

static void put_cpus(json_t *object, const struct cpuset *cpus)
{
	char *list = cpuset_list(cpus);

	put(object, "cpus", text(list));
	free(list);
}

static json_t *nodes_json(const struct host *h, nodeset nodes)
{
	json_t *array = json_array();
	unsigned n;

	nodeset_for_each (n, nodes)
		add(array, json_integer(h->node[n].os_index));
	return array;
}

static json_t *node_json(const struct host_node *n)
{
	json_t *o = json_object();

	put(o, "node", json_integer(n->os_index));
	put(o, "package", n->package == HOST_NO_PACKAGE ? json_null() : json_integer(n->package));
	put_cpus(o, &n->cpus);
	put(o, "nr_cpus", json_integer(n->nr_cpus));
	put(o, "nr_cores", json_integer(n->nr_cores));
	put(o, "memory_bytes", json_integer(n->memory_bytes));
	put(o, "kind", text(n->kind));
	put(o, "memory", text(host_memory_name(n->memory)));
	if (n->memory == MEMORY_DEVICE)
		put(o, "device_bytes", json_integer(n->device_bytes));
	return o;
}

static json_t *values_json(const struct host *h, const uint32_t *value)
{
	json_t *rows = json_array();

	for (unsigned a = 0; a < h->nr_nodes; a++) {
		json_t *row = json_array();

		for (unsigned b = 0; b < h->nr_nodes; b++, value++)
			add(row, *value == MATRIX_UNKNOWN ? json_null() : json_integer(*value));
		add(rows, row);
	}
	return rows;
}

static json_t *matrix_json(const struct host *h, enum host_matrix_kind kind)
{
	const struct host_matrix *m = &h->matrix[kind];
	json_t *o = json_object();

	put(o, "kind", text(matrix_name[kind].name));
	put(o, "unit", text(matrix_name[kind].unit));
	put(o, "grade", text(host_grade_name(m->grade)));
	put(o, "source", text(m->source));
	put(o, "values", values_json(h, m->value));
	return o;
}

static json_t *device_json(const struct host *h, const struct host_device *d)
{
	json_t *o = json_object(), *names = json_array();
	char hex[16];

	put(o, "pci", *d->pci ? text(d->pci) : json_null());
	for (unsigned i = 0; i < d->nr_names; i++)
		add(names, text(d->name[i]));
	put(o, "names", names);
	put(o, "class", text(host_device_class_name(d->class)));
	snprintf(hex, sizeof(hex), "%04x", d->pci_class);
	put(o, "pci_class", text(hex));
	snprintf(hex, sizeof(hex), "%04x", d->vendor);
	put(o, "vendor", text(hex));
	snprintf(hex, sizeof(hex), "%04x", d->device);
	put(o, "device", text(hex));
	put(o, "nodes", d->nodes ? nodes_json(h, d->nodes) : json_null());
	return o;
}

static json_t *l3_json(const struct host *h, const struct host_l3 *l3)
{
	json_t *o = json_object();

	put_cpus(o, &l3->cpus);
	put(o, "size_bytes", json_integer(l3->size_bytes));
	put(o, "nodes", nodes_json(h, l3->nodes));
	return o;
}

static void put_totals(json_t *o, const struct host *h)
{
	put(o, "name", text(h->name));
	put(o, "path", h->path ? text(h->path) : json_null());
	put(o, "source", text(h->source));
	put(o, "nr_nodes", json_integer(h->nr_nodes));
	put(o, "nr_packages", json_integer(h->nr_packages));
	put(o, "nr_cpus", json_integer(h->nr_cpus));
	put(o, "memory_bytes", json_integer(h->memory_bytes));
	put(o, "memory_grade", text(host_grade_name(h->memory_grade)));
	put(o, "usable_nodes", nodes_json(h, h->usable_nodes));
	put(o, "nr_cpus_offline", json_integer(h->nr_cpus_offline));
	put(o, "nr_cpus_disallowed", json_integer(h->nr_cpus_disallowed));
	put(o, "nr_cpus_homeless", json_integer(h->nr_cpus_homeless));
}

void host_print_json(const struct host *h, FILE *out)
{
	json_t *root = json_object(), *nodes = json_array(), *matrices = json_array();
	json_t *devices = json_array(), *l3s = json_array(), *warnings = json_array();
	const uint32_t *distances = h->matrix[MATRIX_DISTANCE].value;

	put_totals(root, h);
	for (unsigned n = 0; n < h->nr_nodes; n++)
		add(nodes, node_json(&h->node[n]));
	put(root, "nodes", nodes);
	put(root, "distances", distances ? values_json(h, distances) : json_null());
	for (unsigned k = 0; k < MATRIX_KINDS; k++)
		if (h->matrix[k].value)
			add(matrices, matrix_json(h, (enum host_matrix_kind)k));
	put(root, "matrices", matrices);
	if (h->figures) {
		char *line = figures_line(h->figures);

		put(root, "figures", json_loads(line, 0, NULL));
		free(line);
	}
	for (unsigned d = 0; d < h->nr_devices; d++)
		add(devices, device_json(h, &h->device[d]));
	put(root, "devices", devices);
	for (unsigned i = 0; i < h->nr_l3s; i++)
		add(l3s, l3_json(h, &h->l3[i]));
	put(root, "l3s", l3s);
	for (unsigned w = 0; w < h->nr_warnings; w++)
		add(warnings, text(h->warning[w]));
	put(root, "warnings", warnings);
	json_dumpf(root, out, JSON_INDENT(2));
	fputc('\n', out);
	json_decref(root);
}
