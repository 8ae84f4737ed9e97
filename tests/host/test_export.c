#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/units.h"
#include "host/host.h"
#include "tests/temporary.h"

static struct host *round_trip(const struct host *h, const uint32_t *core_of)
{
	char path[256];
	int fd = mkstemp(temporary_name(path, sizeof(path), "homenode-export"));
	FILE *out = fdopen(fd, "w");
	struct host *back;
	struct error err = {0};

	cr_assert_not_null(out);
	host_write_xml(h, core_of, out);
	cr_assert_eq(fclose(out), 0);
	cr_assert_eq(host_load(&back, path, &err), 0, "%s", err.text);
	unlink(path);
	return back;
}

static void expect_same_devices(const struct host *a, const struct host *b)
{
	cr_assert_eq(a->nr_devices, b->nr_devices);
	for (unsigned i = 0; i < a->nr_devices; i++) {
		int j = host_find_device(b, a->device[i].pci);

		cr_assert_geq(j, 0, "%s is gone", a->device[i].pci);
		cr_expect_eq(a->device[i].nodes, b->device[j].nodes);
		cr_expect_eq(a->device[i].class, b->device[j].class);
		cr_expect_eq(a->device[i].pci_class, b->device[j].pci_class);
		cr_expect_eq(a->device[i].vendor, b->device[j].vendor);
		cr_expect_eq(a->device[i].device, b->device[j].device);
		cr_expect_eq(a->device[i].nr_names, b->device[j].nr_names);
		for (unsigned k = 0; k < a->device[i].nr_names; k++)
			cr_expect_eq(host_find_device(b, a->device[i].name[k]), j);
	}
}

static void expect_same(const struct host *a, const struct host *b)
{
	size_t cells = (size_t)a->nr_nodes * a->nr_nodes;

	cr_assert_eq(a->nr_nodes, b->nr_nodes);
	for (unsigned n = 0; n < a->nr_nodes; n++) {
		cr_expect_eq(a->node[n].os_index, b->node[n].os_index);
		cr_expect_eq(a->node[n].memory_bytes, b->node[n].memory_bytes);
		cr_expect_eq(a->node[n].nr_cores, b->node[n].nr_cores, "node %u", n);
		cr_expect(cpuset_equal(&a->node[n].cpus, &b->node[n].cpus), "node %u", n);
		if (a->node[n].nr_cpus)
			cr_expect_eq(a->node[n].package, b->node[n].package);
	}
	cr_expect_eq(a->nr_packages, b->nr_packages);
	cr_expect_str_eq(a->source, b->source);
	cr_expect_eq(a->matrix[MATRIX_DISTANCE].grade, b->matrix[MATRIX_DISTANCE].grade);
	cr_expect(memcmp(a->matrix[MATRIX_DISTANCE].value, b->matrix[MATRIX_DISTANCE].value,
			 cells * sizeof(uint32_t)) == 0);
	expect_same_devices(a, b);
}

static void set_device(struct host_device *d, const char *pci, const char *name,
		       enum host_device_class class, unsigned pci_class, nodeset nodes)
{
	snprintf(d->pci, sizeof(d->pci), "%s", pci);
	if (name) {
		snprintf(d->name[0], sizeof(d->name[0]), "%s", name);
		d->nr_names = 1;
	}
	d->class = class;
	d->pci_class = pci_class;
	d->vendor = 0x15b3;
	d->device = 0x1017;
	d->nodes = nodes;
}

/* Sparse node numbers, siblings far apart, a matrix that is not symmetric, and
 * characters that XML wants escaped. */
Test(host_export, odd_host_comes_back)
{
	struct host *h = host_new("xen", 2), *back;
	uint32_t *core_of = xcalloc(CPUS_MAX, sizeof(*core_of)), *distance;
	struct error err = {0};

	free(h->source);
	h->source = xstrdup("Xen 4.17 <\"libxl\" & co>");
	h->nr_packages = 2;
	h->node[1].os_index = 4;
	h->node[1].package = 1;
	for (unsigned c = 0; c < 8; c++) {
		core_of[c] = core_of[c + 64] = c;
		cpuset_add(&h->node[c / 4].cpus, c);
		cpuset_add(&h->node[c / 4].cpus, c + 64);
	}
	h->node[0].nr_cores = h->node[1].nr_cores = 4;
	for (unsigned n = 0; n < 2; n++)
		h->node[n].memory_bytes = (n + 1) * GIB + (int64_t)n * PAGE_BYTES;
	distance = host_matrix_new(h, MATRIX_DISTANCE, GRADE_FIRMWARE, "Xen's SLIT");
	for (unsigned i = 0; i < 4; i++)
		distance[i] = i % 3 == 0 ? 10 : 12 + i;
	h->device = xcalloc(3, sizeof(*h->device));
	h->nr_devices = 3;
	set_device(&h->device[0], "0000:41:00.0", "nic0", DEVICE_NIC, 0x0200, nodeset_of(1));
	set_device(&h->device[1], "0001:02:1f.7", NULL, DEVICE_GPU, 0x0302, nodeset_of(0));
	set_device(&h->device[2], "0000:81:00.1", "nic1", DEVICE_NIC, 0x0200, 0);
	cr_assert_eq(host_finish(h, &err), 0, "%s", err.text);

	back = round_trip(h, core_of);
	expect_same(h, back);
	cr_expect_eq(back->nr_warnings, 2); /* a device without a node, asymmetry */
	host_free(back);
	host_free(h);
	free(core_of);
}

/* Memory without CPUs hangs from the machine itself. */
Test(host_export, memory_without_cpus_comes_back)
{
	struct host *h = host_new("xen", 3), *back;
	uint32_t *distance = host_matrix_new(h, MATRIX_DISTANCE, GRADE_FIRMWARE, "Xen's SLIT");

	for (unsigned i = 0; i < 9; i++)
		distance[i] = i % 4 == 0 ? 10 : 20;
	for (unsigned c = 0; c < 8; c++)
		cpuset_add(&h->node[c / 4].cpus, c);
	for (unsigned n = 0; n < 3; n++)
		h->node[n].memory_bytes = (n + 1) * GIB;
	h->node[2].package = HOST_NO_PACKAGE;
	cr_assert_eq(host_finish(h, NULL), 0);
	back = round_trip(h, NULL);
	expect_same(h, back);
	host_free(back);
	host_free(h);
}

/* One node and nothing assumed: no matrix is written, and none comes back. */
Test(host_export, one_node_comes_back)
{
	struct host *h = host_new("xen", 1), *back;

	for (unsigned c = 0; c < 3; c++)
		cpuset_add(&h->node[0].cpus, c);
	h->node[0].memory_bytes = GIB;
	cr_assert_eq(host_finish(h, NULL), 0);
	back = round_trip(h, NULL);
	expect_same(h, back);
	host_free(back);
	host_free(h);
}

/* What the bundled machines have of this comes back too. */
Test(host_export, bundled_hosts_come_back)
{
	static const char *const names[] = {"epyc-nps4-8n", "epyc-nps4-8n-smt"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char *path = xasprintf("topologies/%s.xml", names[i]);
		struct host *h, *back;
		struct error err = {0};
		uint32_t *core_of = xcalloc(CPUS_MAX, sizeof(*core_of));

		cr_assert_eq(host_load(&h, path, &err), 0, "%s", err.text);
		for (uint32_t c = 0; c < 128; c++)
			core_of[c] = i ? c % 64 : c / 2;
		back = round_trip(h, core_of);
		expect_same(h, back);
		host_free(back);
		host_free(h);
		free(core_of);
		free(path);
	}
}
