#include <criterion/criterion.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/units.h"
#include "host/host.h"
#include "host/hwloc_child.h"
#include "tests/host/toy.h"

/* Three nodes: 0 and 1 in package 0, 2 without CPUs in package 1. */
static struct host *three_nodes(void)
{
	struct host *h = host_new("three", 3);

	h->nr_packages = 2;
	h->node[2].package = 1;
	h->node[2].os_index = 252;
	for (unsigned n = 0; n < 2; n++) {
		for (unsigned i = 0; i < 4; i++)
			cpuset_add(&h->node[n].cpus, n * 4 + i);
		h->node[n].nr_cores = 2;
	}
	for (unsigned n = 0; n < 3; n++)
		h->node[n].memory_bytes = (n + 1) * GIB;
	return h;
}

static void add_device(struct host *h)
{
	h->device = xcalloc(2, sizeof(*h->device));
	h->nr_devices = 2;
	snprintf(h->device[0].pci, sizeof(h->device[0].pci), "0000:41:00.0");
	snprintf(h->device[0].name[0], sizeof(h->device[0].name[0]), "nic0");
	h->device[0].nr_names = 1;
	h->device[0].class = DEVICE_NIC;
	h->device[0].pci_class = 0x0200;
	h->device[0].nodes = nodeset_of(2);
	snprintf(h->device[1].name[0], sizeof(h->device[1].name[0]), "pmem0");
	h->device[1].nr_names = 1;
	h->l3 = xcalloc(1, sizeof(*h->l3));
	h->nr_l3s = 1;
	h->l3[0] = (struct host_l3){h->node[0].cpus, 32 * MIB, 1};
}

Test(host, finish_derives_totals_and_assumes_distances)
{
	struct host *h = three_nodes();
	static const uint32_t expected[] = {10, 12, 32, 12, 10, 32, 32, 32, 10};

	cr_assert_eq(host_finish(h, NULL), 0);
	cr_expect_eq(h->nr_cpus, 8);
	cr_expect_eq(h->memory_bytes, 6 * GIB);
	cr_expect_eq(h->cpu_nodes, 3);
	cr_expect_eq(h->memory_nodes, 7);
	cr_expect_eq(h->usable_nodes, 3);
	cr_expect_eq(cpuset_count(&h->cpus), 8);
	cr_expect_eq(h->node[0].nr_cores, 2);
	cr_expect_eq(h->matrix[MATRIX_DISTANCE].grade, GRADE_ASSUMED);
	cr_expect(memcmp(h->matrix[MATRIX_DISTANCE].value, expected, sizeof(expected)) == 0);
	cr_expect_eq(h->nr_warnings, 1);
	host_free(h);
}

Test(host, finish_refuses_what_contradicts_itself)
{
	struct error err = {0, ""};
	struct host *h = three_nodes();

	cpuset_add(&h->node[1].cpus, 0);
	cr_expect_eq(host_finish(h, &err), ERR_INPUT);
	cr_expect(strstr(err.text, "another node") != NULL);
	host_free(h);

	h = three_nodes();
	h->node[1].os_index = 300;
	cr_expect_eq(host_finish(h, &err), ERR_INPUT);
	host_free(h);

	h = three_nodes();
	h->node[1].package = 2;
	cr_expect_eq(host_finish(h, &err), ERR_INPUT);
	host_free(h);

	h = three_nodes();
	h->node[0].memory_bytes = h->node[1].memory_bytes = INT64_MAX;
	cr_expect_eq(host_finish(h, &err), ERR_INPUT);
	host_free(h);

	h = three_nodes();
	host_matrix_new(h, MATRIX_DISTANCE, GRADE_FIRMWARE, "NUMALatency");
	cr_expect_eq(host_finish(h, &err), ERR_INPUT);
	cr_expect(strstr(err.text, "unknown") != NULL);
	host_free(h);

	h = three_nodes();
	host_matrix_new(h, MATRIX_LATENCY, GRADE_MEASURED, "x")[4] = 0;
	cr_expect_eq(host_finish(h, &err), ERR_INPUT);
	host_free(h);

	h = host_new("none", 0);
	cr_expect_eq(host_finish(h, &err), ERR_INPUT);
	host_free(h);
}

Test(host, no_usable_node_is_a_warning)
{
	struct host *h = host_new("memory", 1);

	h->node[0].memory_bytes = GIB;
	cr_expect_eq(host_finish(h, NULL), 0);
	cr_expect_eq(h->usable_nodes, 0);
	cr_expect(warns(h, "nothing can be placed"));
	host_free(h);
}

Test(host, finds_devices_and_nodes)
{
	struct host *h = three_nodes();

	add_device(h);
	cr_assert_eq(host_finish(h, NULL), 0);
	cr_expect_eq(host_find_device(h, "nic0"), 0);
	cr_expect_eq(host_find_device(h, "41:00.0"), 0);
	cr_expect_eq(host_find_device(h, "pmem0"), 1);
	cr_expect_eq(host_find_device(h, ""), -1);
	cr_expect_eq(host_find_node(h, 252), 2);
	cr_expect_eq(host_find_node(h, 3), -1);
	host_free(h);
}

static json_t *as_json(const struct host *h)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);
	json_error_t err;
	json_t *root;

	host_print_json(h, f);
	fclose(f);
	root = json_loads(text, JSON_REJECT_DUPLICATES, &err);
	cr_assert(root != NULL, "%s\n%s", err.text, text);
	free(text);
	return root;
}

static void expect_null(const json_t *v)
{
	bool is = json_is_null(v);

	cr_expect(is);
}

static json_int_t number(json_t *o, const char *key)
{
	json_t *v = json_object_get(o, key);
	bool is = json_is_integer(v);

	cr_assert(is, "%s is no number", key);
	return json_integer_value(v);
}

Test(print, json_says_what_the_host_is)
{
	struct host *h = three_nodes();
	json_t *root, *node, *device, *matrix;

	add_device(h);
	host_matrix_new(h, MATRIX_LATENCY, GRADE_MEASURED, "MeasuredLatencyNs")[0] = 96;
	cr_assert_eq(host_finish(h, NULL), 0);
	root = as_json(h);
	cr_expect_str_eq(json_string_value(json_object_get(root, "name")), "three");
	cr_expect(number(root, "nr_cpus") == 8);
	cr_expect(number(root, "memory_bytes") == 6 * GIB);
	cr_assert(json_array_size(json_object_get(root, "nodes")) == 3);
	node = json_array_get(json_object_get(root, "nodes"), 2);
	cr_expect(number(node, "node") == 252);
	cr_expect(number(node, "memory_bytes") == 3 * GIB);
	cr_expect_str_eq(json_string_value(json_object_get(node, "cpus")), "");
	for (size_t a = 0; a < 3; a++)
		for (size_t b = 0; b < 3; b++)
			cr_expect(json_integer_value(json_array_get(
					  json_array_get(json_object_get(root, "distances"), a),
					  b)) == host_distance(h, (unsigned)a, (unsigned)b));
	matrix = json_array_get(json_object_get(root, "matrices"), 1);
	cr_expect_str_eq(json_string_value(json_object_get(matrix, "grade")), "measured");
	matrix = json_array_get(json_object_get(matrix, "values"), 0);
	cr_expect(json_integer_value(json_array_get(matrix, 0)) == 96);
	expect_null(json_array_get(matrix, 1));
	device = json_array_get(json_object_get(root, "devices"), 0);
	cr_expect(json_integer_value(json_array_get(json_object_get(device, "nodes"), 0)) == 252);
	device = json_array_get(json_object_get(root, "devices"), 1);
	expect_null(json_object_get(device, "nodes"));
	expect_null(json_object_get(device, "pci"));
	cr_expect(json_array_size(json_object_get(root, "warnings")) == h->nr_warnings);
	json_decref(root);
	host_free(h);
}

Test(print, text_names_nodes_by_their_own_numbers)
{
	struct host *h = three_nodes();
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	add_device(h);
	cr_assert_eq(host_finish(h, NULL), 0);
	host_print(h, f);
	fclose(f);
	cr_expect(strstr(text, "252") != NULL);
	cr_expect(strstr(text, "nic0") != NULL);
	cr_expect(strstr(text, "unknown") != NULL);
	cr_expect(strstr(text, "assumed") != NULL);
	cr_expect(strstr(text, "warning: ") != NULL);
	free(text);
	host_free(h);
}

/* --- the child that may die --------------------------------------------------------- */

static void in_child_fails(const char *xml)
{
	struct error err = {0, ""};
	char *text = NULL;

	cr_expect_eq(hwloc_in_child(&text, HWLOC_XML, xml, &err), ERR_INPUT);
	cr_expect_null(text);
	cr_expect(strncmp(err.text, "hwloc ", 6) == 0, "%s", err.text);
}

/* Behind our own checks, hwloc 2.9 crashes on both; newer ones may refuse. */
Test(child, a_crash_is_a_sentence)
{
	char *xml = toy_xml(&toy_two), *changed = replaced(xml, "complete_cpuset=\"0x8\" ", "");
	const char *group = "<object type=\"Group\" cpuset=\"0x8\" complete_cpuset=\"0x8\" "
			    "nodeset=\"0x2\" complete_nodeset=\"0x2\">";
	char *deep = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&deep, &size);
	const char *at = strstr(xml, "<object type=\"PU\" os_index=\"3\"");

	in_child_fails(changed);
	fprintf(f, "%.*s", (int)(at - xml), xml);
	for (unsigned i = 0; i < 20000; i++)
		fputs(group, f);
	fclose(f);
	in_child_fails(deep);
	free(deep);
	free(changed);
	free(xml);
}

Test(child, hwloc_writes_the_same_machine_again)
{
	char *xml = toy_xml(&toy_two), *again = NULL;
	struct error err = {0, ""};
	struct host *h = NULL;

	cr_assert_eq(hwloc_in_child(&again, HWLOC_XML, xml, &err), 0, "%s", err.text);
	cr_assert_eq(load_text(&h, again, &err), 0, "%s", err.text);
	cr_expect_eq(h->nr_nodes, 2);
	cr_expect_eq(h->nr_cpus, 4);
	cr_expect_eq(h->memory_bytes, 2 * GIB);
	host_free(h);
	free(again);
	free(xml);
}

Test(this, loads)
{
	struct host *h = NULL;
	struct error err = {0, ""};

	setenv("HWLOC_SYNTHETIC", "node:8 pu:4", 1);
	cr_assert_eq(host_load_this(&h, &err), 0, "%s", err.text);
	cr_expect_str_eq(h->name, "this");
	cr_expect_null(h->path);
	cr_expect(h->nr_nodes >= 1);
	cr_expect(h->nr_cpus >= 1);
	cr_expect(h->nr_cpus != 32 || h->nr_nodes != 8, "the environment's machine");
	json_decref(as_json(h));
	host_free(h);
}
