#include "tools/topologies/build.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cpuset.h"

static unsigned nr_cpu_nodes(const struct machine *m)
{
	unsigned nr = 0;

	while (nr < m->nr_nodes && m->node[nr].cpus[0])
		nr++;
	return nr;
}

/* hwloc's order of memory nodes: package by package, a group's nodes before the
 * package's own. Every package gets the node that only the first one keeps. */
static void print_node_indexes(const struct machine *m, FILE *out)
{
	unsigned cpu_nodes = nr_cpu_nodes(m), per_package = cpu_nodes / m->nr_packages;
	unsigned spare = m->node[m->nr_nodes - 1].os_index;
	const char *comma = "";

	for (unsigned i = 0; i < cpu_nodes; i++) {
		fprintf(out, "%s%u", comma, m->node[i].os_index);
		comma = ",";
		if (m->extra == EXTRA_BESIDE)
			fprintf(out, ",%u", m->node[cpu_nodes + i].os_index);
		if (m->extra == EXTRA_PACKAGE0 && (i + 1) % per_package == 0)
			fprintf(out, ",%u", spare++);
	}
}

/* CPU numbers in hwloc's order: node by node, core by core, thread by thread. */
static int print_cpu_indexes(const struct machine *m, FILE *out, struct error *err)
{
	unsigned cpu_nodes = nr_cpu_nodes(m);
	const char *comma = "";

	for (unsigned i = 0; i < cpu_nodes; i++) {
		struct cpuset set;
		unsigned cpu[CPUS_MAX], nr = 0, cores;

		if (!cpuset_parse(&set, m->node[i].cpus))
			return error_set(err, ERR_CHECK, "%s: '%s' is no list of CPUs", m->name,
					 m->node[i].cpus);
		for (unsigned c = cpuset_next(&set, 0); c != CPUSET_NONE;
		     c = cpuset_next(&set, c + 1))
			cpu[nr++] = c;
		cores = nr / m->threads;
		for (unsigned k = 0; k < nr; k++) {
			unsigned core = k / m->threads, thread = k % m->threads;

			fprintf(out, "%s%u", comma,
				m->order == SIBLINGS_ADJACENT ? cpu[k]
							      : cpu[core + thread * cores]);
			comma = ",";
		}
	}
	return 0;
}

static unsigned cpus_of(const struct machine_node *node)
{
	struct cpuset set;

	return cpuset_parse(&set, node->cpus) ? cpuset_count(&set) : 0;
}

static unsigned cores_per_node(const struct machine *m)
{
	return cpus_of(&m->node[0]) / m->threads;
}

/* A synthetic topology is a regular tree: say so before hwloc says less. */
static int check_regular(const struct machine *m, struct error *err)
{
	unsigned nr = nr_cpu_nodes(m), l3s = m->l3s_per_node ? m->l3s_per_node : 1;
	unsigned extras[] = {[EXTRA_NONE] = 0, [EXTRA_BESIDE] = nr, [EXTRA_PACKAGE0] = 1};

	if (!nr || !m->nr_packages || nr % m->nr_packages)
		return error_set(err, ERR_CHECK, "%s: %u nodes with CPUs in %u packages", m->name,
				 nr, m->nr_packages);
	if (m->nr_nodes != nr + extras[m->extra])
		return error_set(err, ERR_CHECK, "%s: %u nodes without CPUs, %u announced", m->name,
				 m->nr_nodes - nr, extras[m->extra]);
	for (unsigned i = 0; i < nr; i++)
		if (!m->threads || cpus_of(&m->node[i]) % (m->threads * l3s) ||
		    cpus_of(&m->node[i]) != cpus_of(&m->node[0]))
			return error_set(err, ERR_CHECK,
					 "%s: CPUs '%s' of node %u are not like the first node's, "
					 "or no whole cores and L3s",
					 m->name, m->node[i].cpus, m->node[i].os_index);
	return 0;
}

/* The machine in hwloc's synthetic language; memory sizes are put right later. */
static int synthetic(const struct machine *m, char **text, struct error *err)
{
	unsigned per_package = nr_cpu_nodes(m) / m->nr_packages;
	unsigned l3s = m->l3s_per_node ? m->l3s_per_node : 1;
	size_t size;
	FILE *out = open_memstream(text, &size);
	int rc;

	if (!out)
		return error_set(err, ERR_MACHINE, "out of memory");
	fprintf(out, "Package:%u", m->nr_packages);
	if (m->extra == EXTRA_PACKAGE0)
		fputs(" [NUMANode(memory=1GiB)]", out);
	if (!m->l3s_per_node)
		fprintf(out, " L3Cache:1(size=%uKiB)", m->l3_kib);
	if (per_package > 1)
		fprintf(out, " Group:%u", per_package);
	fputs(" [NUMANode(memory=1GiB indexes=", out);
	print_node_indexes(m, out);
	fputs(")]", out);
	if (m->extra == EXTRA_BESIDE)
		fputs(" [NUMANode(memory=1GiB)]", out);
	if (m->l3s_per_node)
		fprintf(out, " L3Cache:%u(size=%uKiB)", l3s, m->l3_kib);
	fprintf(out, " Core:%u PU:%u(indexes=", cores_per_node(m) / l3s, m->threads);
	rc = print_cpu_indexes(m, out, err);
	fputc(')', out);
	if (fclose(out) && !rc)
		rc = error_set(err, ERR_MACHINE, "out of memory");
	return rc;
}

static int failed(const struct machine *m, const char *call, struct error *err)
{
	return error_set(err, ERR_CHECK, "%s: %s() refuses the table", m->name, call);
}

/* The second package's copy of a node that only the first one has. */
static int drop_spare_nodes(const struct machine *m, hwloc_topology_t t, struct error *err)
{
	hwloc_bitmap_t keep = hwloc_bitmap_alloc();
	int rc = 0;

	if (!keep)
		return error_set(err, ERR_MACHINE, "out of memory");
	for (unsigned i = 0; i < m->nr_nodes; i++)
		hwloc_bitmap_set(keep, m->node[i].os_index);
	if (hwloc_topology_restrict(t, keep, HWLOC_RESTRICT_FLAG_BYNODESET))
		rc = failed(m, "hwloc_topology_restrict", err);
	hwloc_bitmap_free(keep);
	return rc;
}

static bool same_cpus(hwloc_obj_t node, const char *cpus)
{
	hwloc_bitmap_t expected = hwloc_bitmap_alloc();
	bool same = expected && !hwloc_bitmap_list_sscanf(expected, cpus) &&
		    hwloc_bitmap_isequal(expected, node->cpuset);

	hwloc_bitmap_free(expected);
	return same;
}

/* Sizes and kinds; and the proof that hwloc numbered CPUs as the table does. */
static int fill_nodes(const struct machine *m, hwloc_topology_t t, hwloc_obj_t *node,
		      struct error *err)
{
	for (unsigned i = 0; i < m->nr_nodes; i++) {
		const struct machine_node *fact = &m->node[i];
		hwloc_obj_t obj = hwloc_get_numanode_obj_by_os_index(t, fact->os_index);
		struct hwloc_numanode_attr_s *memory;

		if (!obj)
			return error_set(err, ERR_CHECK, "%s: node %u got lost", m->name,
					 fact->os_index);
		if (fact->cpus[0] && !same_cpus(obj, fact->cpus))
			return error_set(err, ERR_CHECK, "%s: node %u has other CPUs than '%s'",
					 m->name, fact->os_index, fact->cpus);
		node[i] = obj;
		memory = &obj->attr->numanode;
		memory->local_memory = (hwloc_uint64_t)fact->memory_mib << 20;
		for (unsigned p = 0; p < memory->page_types_len; p++)
			memory->page_types[p].count =
				p ? 0 : memory->local_memory / memory->page_types[p].size;
		if (fact->kind)
			obj->subtype = xstrdup(fact->kind);
	}
	return 0;
}

static int add_distances(const struct machine *m, hwloc_topology_t t, hwloc_obj_t *node,
			 struct error *err)
{
	hwloc_uint64_t *value = xcalloc((size_t)m->nr_nodes * m->nr_nodes, sizeof(hwloc_uint64_t));
	hwloc_distances_add_handle_t handle;
	int rc = 0;

	for (unsigned i = 0; i < m->nr_nodes; i++)
		for (unsigned j = 0; j < m->nr_nodes; j++)
			value[i * m->nr_nodes + j] = machine_distance(m, i, j);
	handle = hwloc_distances_add_create(
		t, "NUMALatency", HWLOC_DISTANCES_KIND_FROM_OS | HWLOC_DISTANCES_KIND_MEANS_LATENCY,
		0);
	if (!handle || hwloc_distances_add_values(t, handle, m->nr_nodes, node, value, 0) ||
	    hwloc_distances_add_commit(t, handle, 0))
		rc = failed(m, "hwloc_distances_add", err);
	free(value);
	return rc;
}

typedef uint64_t measured_fn(const struct machine *m, unsigned from, unsigned to);

static int add_memattr(const struct machine *m, hwloc_topology_t t, hwloc_obj_t *node,
		       hwloc_memattr_id_t attr, measured_fn *measured, struct error *err)
{
	for (unsigned from = 0; from < m->nr_nodes; from++) {
		struct hwloc_location initiator = {.type = HWLOC_LOCATION_TYPE_CPUSET};

		initiator.location.cpuset = node[from]->cpuset;
		for (unsigned to = 0; to < m->nr_nodes; to++) {
			uint64_t value = measured(m, from, to);

			if (value &&
			    hwloc_memattr_set_value(t, attr, node[to], &initiator, 0, value))
				return failed(m, "hwloc_memattr_set_value", err);
		}
	}
	return 0;
}

static int add_words(const struct machine *m, hwloc_topology_t t, struct error *err)
{
	hwloc_obj_t root = hwloc_get_root_obj(t);

	if (hwloc_obj_add_info(root, "homenodeModel", m->model) ||
	    hwloc_obj_add_info(root, "homenodeSource", m->source) ||
	    (m->measured && hwloc_obj_add_info(root, "homenodeMeasured", m->measured->source)))
		return failed(m, "hwloc_obj_add_info", err);
	return 0;
}

static int fill(const struct machine *m, hwloc_topology_t t, struct error *err)
{
	hwloc_obj_t *node = xcalloc(m->nr_nodes, sizeof(hwloc_obj_t));
	int rc;

	rc = m->extra == EXTRA_PACKAGE0 ? drop_spare_nodes(m, t, err) : 0;
	if (!rc)
		rc = fill_nodes(m, t, node, err);
	if (!rc)
		rc = add_distances(m, t, node, err);
	if (!rc)
		rc = add_memattr(m, t, node, HWLOC_MEMATTR_ID_LATENCY, machine_latency_ns, err);
	if (!rc)
		rc = add_memattr(m, t, node, HWLOC_MEMATTR_ID_BANDWIDTH, machine_bandwidth_mibps,
				 err);
	if (!rc)
		rc = add_words(m, t, err);
	free(node);
	return rc;
}

int machine_build(const struct machine *m, hwloc_topology_t *out, struct error *err)
{
	hwloc_topology_t t = NULL;
	char *text = NULL;
	int rc;

	rc = check_regular(m, err);
	if (!rc)
		rc = synthetic(m, &text, err);
	if (rc)
		goto out;
	if (hwloc_topology_init(&t)) {
		rc = error_set(err, ERR_MACHINE, "out of memory");
		goto out;
	}
	if (hwloc_topology_set_synthetic(t, text) || hwloc_topology_load(t))
		rc = error_set(err, ERR_CHECK, "%s: hwloc does not read '%s'", m->name, text);
	else
		rc = fill(m, t, err);
out:
	free(text);
	if (rc && t)
		hwloc_topology_destroy(t);
	else if (!rc)
		*out = t;
	return rc;
}
