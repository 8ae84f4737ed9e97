#include "tools/topologies/build.h"

#include <stdbool.h>

#include "base/cpuset.h"

static unsigned total_cpus(const struct machine *m)
{
	unsigned nr = 0;

	for (unsigned i = 0; i < m->nr_nodes; i++) {
		struct cpuset set;

		if (cpuset_parse(&set, m->node[i].cpus))
			nr += cpuset_count(&set);
	}
	return nr;
}

static unsigned total_gib(const struct machine *m)
{
	uint64_t mib = 0;

	for (unsigned i = 0; i < m->nr_nodes; i++)
		mib += m->node[i].memory_mib;
	return (unsigned)((mib + 512) / 1024);
}

static bool has_distance(const struct machine *m, unsigned value)
{
	for (unsigned i = 0; i < m->nr_nodes; i++)
		for (unsigned j = 0; j < m->nr_nodes; j++)
			if (machine_distance(m, i, j) == value)
				return true;
	return false;
}

static void print_distances(const struct machine *m, FILE *out)
{
	const char *slash = "";

	for (unsigned value = 1; value <= UINT8_MAX; value++) {
		if (!has_distance(m, value))
			continue;
		fprintf(out, "%s%u", slash, value);
		slash = "/";
	}
}

static unsigned count_measured(const struct machine *m,
			       uint64_t (*measured)(const struct machine *, unsigned, unsigned))
{
	unsigned nr = 0;

	for (unsigned i = 0; i < m->nr_nodes; i++)
		for (unsigned j = 0; j < m->nr_nodes; j++)
			nr += measured(m, i, j) != 0;
	return nr;
}

static void print_grade(const struct machine *m, FILE *out)
{
	unsigned latencies = count_measured(m, machine_latency_ns);
	unsigned bandwidths = count_measured(m, machine_bandwidth_mibps);
	unsigned cells = m->nr_nodes * m->nr_nodes;

	fputs("firmware", out);
	if (latencies)
		fprintf(out, "; measured latency (%u of %u pairs)", latencies, cells);
	if (bandwidths)
		fprintf(out, "; measured bandwidth (%u of %u pairs)", bandwidths, cells);
}

static void print_row(const struct machine *m, FILE *out)
{
	unsigned cpus = total_cpus(m);

	fprintf(out, "| `%s` | %s | %u package%s, %u nodes, %u CPUs (%u cores), %u GiB, SLIT ",
		m->name, m->model, m->nr_packages, m->nr_packages == 1 ? "" : "s", m->nr_nodes,
		cpus, cpus / m->threads, total_gib(m));
	print_distances(m, out);
	if (m->nr_devices)
		fprintf(out, ", %u device%s", m->nr_devices, m->nr_devices == 1 ? "" : "s");
	fprintf(out, " | %s | ", m->special);
	print_grade(m, out);
	fprintf(out, " | %s", m->source);
	if (m->measured)
		fprintf(out, "; measured: %s", m->measured->source);
	fputs(" |\n", out);
}

void readme_print(FILE *out)
{
	fputs("# topologies\n\n"
	      "Host models, one hwloc XML 2.0 file each. `homenode show NAME` prints one; any\n"
	      "command that takes a HOST takes these names.\n\n"
	      "All of it, this page included, is written by `tools/topologies/` from a table of\n"
	      "published facts: nothing here is edited by hand or copied from another project's\n"
	      "files. `ninja generate-topologies` writes it again, byte for byte.\n\n"
	      "Grade says where the numbers come from. *firmware*: the distances are the SLIT as\n"
	      "such machines report it. *measured*: somebody ran a benchmark on such a machine "
	      "and\n"
	      "published the pairs, which the file holds as hwloc memory attributes (Latency in "
	      "ns,\n"
	      "Bandwidth in MiB/s, reads, rounded to whole units; root info `homenodeMeasured` "
	      "says\n"
	      "how). A pair that nobody published is absent, never estimated. What was made up\n"
	      "because nobody published it is said under source and in root info "
	      "`homenodeSource`.\n\n"
	      "| file | machine | shape | what is special | grade | source |\n"
	      "|---|---|---|---|---|---|\n",
	      out);
	for (unsigned i = 0; i < nr_machines; i++)
		print_row(&machines[i], out);
	fputs("\n## How to add a topology\n\n"
	      "1. Add the nodes, devices and the machine itself to `tools/topologies/machines.c`\n"
	      "   (irregular distances and measurements to `matrices.c`), each fact with its "
	      "source.\n"
	      "2. Run `ninja generate-topologies`; it refuses a table that contradicts itself.\n"
	      "3. Look at the result with `lstopo --of console -i topologies/NAME.xml` and\n"
	      "   `homenode show NAME`, run `ctest -R topologies`, and commit table and file "
	      "together.\n\n"
	      "A machine you own needs no table: `lstopo --disallowed --whole-io FILE.xml` writes "
	      "a\n"
	      "file that every HOST argument accepts by its path.\n",
	      out);
}
