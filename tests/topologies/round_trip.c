/*
 * What the generator's table says is what host_load() finds in the files.
 */
#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/host.h"
#include "tools/topologies/machines.h"

static struct host *load(const struct machine *m)
{
	char path[128];
	struct host *h = NULL;
	struct error err = {0};

	snprintf(path, sizeof(path), "topologies/%s.xml", m->name);
	cr_assert_eq(host_load(&h, path, &err), 0, "%s: %s", path, err.text);
	return h;
}

static unsigned index_of(const struct host *h, const struct machine *m, unsigned i)
{
	int at = host_find_node(h, m->node[i].os_index);

	cr_assert_geq(at, 0, "%s: node %u is missing", m->name, m->node[i].os_index);
	return (unsigned)at;
}

/* Run `check` on every machine of the table. */
static void each(void (*check)(const struct machine *m, const struct host *h))
{
	cr_assert_geq(nr_machines, 14);
	for (unsigned i = 0; i < nr_machines; i++) {
		struct host *h = load(&machines[i]);

		check(&machines[i], h);
		host_free(h);
	}
}

static void check_names(const struct machine *m, const struct host *h)
{
	cr_expect_str_eq(h->name, m->name);
	cr_expect_eq(h->nr_packages, m->nr_packages, "%s", m->name);
	cr_expect_neq(h->source[0], '\0', "%s: no source", m->name);
}

Test(topologies, name_source_packages)
{
	each(check_names);
}

static void check_nodes(const struct machine *m, const struct host *h)
{
	cr_assert_eq(h->nr_nodes, m->nr_nodes, "%s: %u nodes", m->name, h->nr_nodes);
	for (unsigned i = 0; i < m->nr_nodes; i++) {
		const struct machine_node *fact = &m->node[i];
		const struct host_node *node = &h->node[index_of(h, m, i)];
		struct cpuset cpus;

		cr_assert(cpuset_parse(&cpus, fact->cpus));
		cr_expect(cpuset_equal(&node->cpus, &cpus), "%s: CPUs of node %u", m->name,
			  fact->os_index);
		cr_expect_eq(node->nr_cpus, cpuset_count(&cpus), "%s: node %u", m->name,
			     fact->os_index);
		cr_expect_eq(node->nr_cores, cpuset_count(&cpus) / m->threads, "%s: node %u",
			     m->name, fact->os_index);
		cr_expect_eq(node->memory_bytes, (int64_t)fact->memory_mib << 20, "%s: node %u",
			     m->name, fact->os_index);
		cr_expect_str_eq(node->kind, fact->kind ? fact->kind : "DRAM", "%s: node %u",
				 m->name, fact->os_index);
		for (unsigned j = 0; j < m->nr_nodes; j++)
			cr_expect_eq(node->package == h->node[index_of(h, m, j)].package,
				     fact->package == m->node[j].package,
				     "%s: packages of nodes %u and %u", m->name, fact->os_index,
				     m->node[j].os_index);
	}
}

Test(topologies, nodes)
{
	each(check_nodes);
}

static void check_usable(const struct machine *m, const struct host *h)
{
	nodeset usable = 0;

	for (unsigned i = 0; i < m->nr_nodes; i++)
		if (m->node[i].cpus[0] && m->node[i].memory_mib)
			usable |= nodeset_of(index_of(h, m, i));
	cr_expect_eq(h->usable_nodes, usable, "%s", m->name);
	cr_expect_eq(h->nr_cpus_homeless, 0, "%s", m->name);
	cr_expect_eq(h->nr_cpus_offline, 0, "%s", m->name);
	cr_expect_eq(h->nr_cpus_disallowed, 0, "%s", m->name);
}

Test(topologies, usable_nodes)
{
	each(check_usable);
}

static void check_distances(const struct machine *m, const struct host *h)
{
	cr_expect_eq(h->matrix[MATRIX_DISTANCE].grade, GRADE_FIRMWARE, "%s", m->name);
	for (unsigned i = 0; i < m->nr_nodes; i++)
		for (unsigned j = 0; j < m->nr_nodes; j++)
			cr_expect_eq(host_distance(h, index_of(h, m, i), index_of(h, m, j)),
				     machine_distance(m, i, j), "%s: from node %u to node %u",
				     m->name, m->node[i].os_index, m->node[j].os_index);
}

Test(topologies, distances)
{
	each(check_distances);
}

static void check_matrix(const struct machine *m, const struct host *h, enum host_matrix_kind kind,
			 uint64_t (*fact)(const struct machine *, unsigned, unsigned))
{
	const struct host_matrix *matrix = &h->matrix[kind];
	unsigned nr = 0;

	for (unsigned i = 0; i < m->nr_nodes; i++)
		for (unsigned j = 0; j < m->nr_nodes; j++) {
			unsigned cell = index_of(h, m, i) * h->nr_nodes + index_of(h, m, j);
			uint64_t value = fact(m, i, j);

			nr += value != 0;
			if (!matrix->value)
				continue;
			cr_expect_eq(matrix->value[cell], value ? value : MATRIX_UNKNOWN,
				     "%s: from node %u to node %u: %" PRIu32 ", not %" PRIu64,
				     m->name, m->node[i].os_index, m->node[j].os_index,
				     matrix->value[cell], value);
		}
	cr_expect_eq(matrix->grade, nr ? GRADE_MEASURED : GRADE_NONE, "%s: graded %s", m->name,
		     host_grade_name(matrix->grade));
}

static void check_measured(const struct machine *m, const struct host *h)
{
	check_matrix(m, h, MATRIX_LATENCY, machine_latency_ns);
	check_matrix(m, h, MATRIX_BANDWIDTH, machine_bandwidth_mibps);
}

Test(topologies, measured_matrices)
{
	each(check_measured);
}

static enum host_device_class class_of(const struct machine_device *d)
{
	if (d->pci_class >> 8 == 0x02)
		return DEVICE_NIC;
	/* 0300 is every server's management VGA: no GPU that a zone would want */
	if (d->pci_class == 0x0302 || d->pci_class == 0x0380 || d->pci_class >> 8 == 0x12)
		return DEVICE_GPU;
	return DEVICE_OTHER;
}

static void check_devices(const struct machine *m, const struct host *h)
{
	cr_expect_eq(h->nr_devices, m->nr_devices, "%s: %u devices", m->name, h->nr_devices);
	for (unsigned i = 0; i < m->nr_devices; i++) {
		const struct machine_device *fact = &m->device[i];
		int at = host_find_device(h, fact->pci);
		nodeset nodes = 0;

		cr_assert_geq(at, 0, "%s: no device %s", m->name, fact->pci);
		if (fact->node != DEVICE_NOWHERE)
			nodes = nodeset_of((unsigned)host_find_node(h, (unsigned)fact->node));
		cr_expect_eq(h->device[at].nodes, nodes, "%s: nodes of %s", m->name, fact->pci);
		cr_expect_eq(h->device[at].pci_class, fact->pci_class, "%s: %s", m->name,
			     fact->pci);
		cr_expect_eq(h->device[at].vendor, fact->vendor, "%s: %s", m->name, fact->pci);
		cr_expect_eq(h->device[at].device, fact->device, "%s: %s", m->name, fact->pci);
		cr_expect_eq(h->device[at].class, class_of(fact), "%s: %s is a %s", m->name,
			     fact->pci, host_device_class_name(h->device[at].class));
		for (unsigned k = 0; k < DEVICE_OS_NAMES && fact->os[k].name; k++)
			cr_expect_eq(host_find_device(h, fact->os[k].name), at, "%s: %s", m->name,
				     fact->os[k].name);
	}
}

Test(topologies, devices)
{
	each(check_devices);
}

static void check_caches(const struct machine *m, const struct host *h)
{
	unsigned expected = 0;

	for (unsigned i = 0; i < m->nr_nodes; i++)
		expected += m->node[i].cpus[0] ? m->l3s_per_node : 0;
	if (!m->l3s_per_node)
		expected = m->nr_packages;
	cr_assert_eq(h->nr_l3s, expected, "%s: %u L3s", m->name, h->nr_l3s);
	for (unsigned i = 0; i < h->nr_l3s; i++) {
		cr_expect_eq(h->l3[i].size_bytes, (int64_t)m->l3_kib << 10, "%s", m->name);
		for (unsigned n = 0; n < h->nr_nodes; n++)
			cr_expect_eq(nodeset_has(h->l3[i].nodes, n),
				     cpuset_intersects(&h->l3[i].cpus, &h->node[n].cpus),
				     "%s: L3 %u, node %u", m->name, i, h->node[n].os_index);
	}
}

Test(topologies, caches)
{
	each(check_caches);
}

/* The facts every example rests on, said once more and apart from the table. */
Test(topologies, the_default_host)
{
	struct host *h = NULL;
	struct error err = {0};
	char *cpus;

	cr_assert_eq(host_load(&h, "topologies/epyc-nps4-8n.xml", &err), 0, "%s", err.text);
	cr_assert_eq(h->nr_nodes, 8);
	for (unsigned i = 0; i < 8; i++) {
		char expected[16];

		snprintf(expected, sizeof(expected), "%u-%u", 16 * i, 16 * i + 15);
		cpus = cpuset_list(&h->node[i].cpus);
		cr_expect_str_eq(cpus, expected);
		free(cpus);
		cr_expect_eq(h->node[i].nr_cores, 8);
		cr_expect_eq(h->node[i].memory_bytes, INT64_C(17179869184));
		for (unsigned j = 0; j < 8; j++)
			cr_expect_eq(host_distance(h, i, j), i == j	      ? 10
							     : i / 4 == j / 4 ? 12
									      : 32);
	}
	cr_expect_eq(h->device[host_find_device(h, "nic0")].nodes, nodeset_of(5));
	cr_expect_eq(h->device[host_find_device(h, "gpu0")].nodes, nodeset_of(2));
	cr_expect_eq(h->device[host_find_device(h, "gpu1")].nodes, nodeset_of(6));
	host_free(h);

	cr_assert_eq(host_load(&h, "topologies/epyc-nps4-8n-smt.xml", &err), 0, "%s", err.text);
	cpus = cpuset_list(&h->node[0].cpus);
	cr_expect_str_eq(cpus, "0-7,64-71");
	free(cpus);
	host_free(h);
}
