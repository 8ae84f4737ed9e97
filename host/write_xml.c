/*
 * A host made by code as the text of an hwloc XML file, version 2, in the form that
 * hwloc's built-in reader takes; host_load() gives the same host again.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "host/hwloc_tree.h"

struct writer {
	const struct host *h;
	const uint32_t *core_of;
	FILE *out;
	unsigned indent;
	uint64_t gp_index;
	unsigned core_index;
};

static void print_set(const struct writer *w, const char *name, const struct cpuset *set)
{
	char *text = hwloc_set_text(set);

	fprintf(w->out, " %s=\"%s\"", name, text);
	free(text);
}

static void begin(struct writer *w, const char *type, const struct cpuset *cpus,
		  const struct cpuset *nodes)
{
	fprintf(w->out, "%*s<object type=\"%s\"", (int)(2 * w->indent), "", type);
	print_set(w, "cpuset", cpus);
	print_set(w, "complete_cpuset", cpus);
	print_set(w, "nodeset", nodes);
	print_set(w, "complete_nodeset", nodes);
	fprintf(w->out, " gp_index=\"%" PRIu64 "\"", w->gp_index++);
}

static void inside(struct writer *w)
{
	fputs(">\n", w->out);
	w->indent++;
}

static void end(struct writer *w)
{
	w->indent--;
	fprintf(w->out, "%*s</object>\n", (int)(2 * w->indent), "");
}

static void print_pus(struct writer *w, const struct cpuset *cpus, const struct cpuset *nodes)
{
	for (unsigned c = cpuset_next(cpus, 0); c != CPUSET_NONE; c = cpuset_next(cpus, c + 1)) {
		struct cpuset one = {0};

		cpuset_add(&one, c);
		begin(w, "PU", &one, nodes);
		fprintf(w->out, " os_index=\"%u\"/>\n", c);
	}
}

/* All of a node's CPUs that share a core with `first`. */
static struct cpuset core_with(const struct writer *w, const struct cpuset *cpus, unsigned first)
{
	struct cpuset core = {0};

	cpuset_add(&core, first);
	for (unsigned c = first; w->core_of && c != CPUSET_NONE; c = cpuset_next(cpus, c + 1))
		if (w->core_of[c] == w->core_of[first])
			cpuset_add(&core, c);
	return core;
}

static void print_cores(struct writer *w, const struct host_node *n, const struct cpuset *nodes)
{
	struct cpuset left = n->cpus;

	for (unsigned c; (c = cpuset_next(&left, 0)) != CPUSET_NONE;) {
		struct cpuset core = core_with(w, &left, c);

		begin(w, "Core", &core, nodes);
		fprintf(w->out, " os_index=\"%u\"", w->core_index++);
		inside(w);
		print_pus(w, &core, nodes);
		end(w);
		cpuset_and_not(&left, &core);
	}
}

/* hwloc's numbers of OS device types: network 2, GPU 1, block 0. */
static int osdev_type(const struct host_device *d)
{
	return d->class == DEVICE_NIC ? 2 : d->class == DEVICE_STORAGE ? 0 : 1;
}

static void print_device(struct writer *w, const struct host_device *d)
{
	fprintf(w->out,
		"%*s<object type=\"Bridge\" gp_index=\"%" PRIu64 "\" bridge_type=\"0-1\" "
		"depth=\"0\" bridge_pci=\"%.4s:[%.2s-%.2s]\"",
		(int)(2 * w->indent), "", w->gp_index++, d->pci, d->pci + 5, d->pci + 5);
	inside(w);
	fprintf(w->out,
		"%*s<object type=\"PCIDev\" gp_index=\"%" PRIu64 "\" pci_busid=\"%s\" "
		"pci_type=\"%04x [%04x:%04x] [0000:0000] 00\" pci_link_speed=\"0.000000\"",
		(int)(2 * w->indent), "", w->gp_index++, d->pci, d->pci_class, d->vendor,
		d->device);
	inside(w);
	for (unsigned i = 0; i < d->nr_names; i++) {
		fprintf(w->out, "%*s<object type=\"OSDev\" gp_index=\"%" PRIu64 "\" name=\"",
			(int)(2 * w->indent), "", w->gp_index++);
		xml_write_escaped(d->name[i], w->out);
		fprintf(w->out, "\" osdev_type=\"%d\"/>\n", osdev_type(d));
	}
	end(w);
	end(w);
}

static void print_devices(struct writer *w, nodeset nodes)
{
	for (unsigned i = 0; i < w->h->nr_devices; i++)
		if (w->h->device[i].nodes == nodes && w->h->device[i].pci[0])
			print_device(w, &w->h->device[i]);
}

static void print_memory_node(struct writer *w, const struct host_node *n,
			      const struct cpuset *nodes)
{
	int64_t bytes = n->memory_bytes + n->device_bytes;

	begin(w, "NUMANode", &n->cpus, nodes);
	if (strcmp(n->kind, "DRAM") != 0)
		fprintf(w->out, " subtype=\"%s\"", n->kind);
	fprintf(w->out, " os_index=\"%u\" local_memory=\"%" PRId64 "\"", n->os_index, bytes);
	inside(w);
	fprintf(w->out, "%*s<page_type size=\"%d\" count=\"%" PRId64 "\"/>\n", (int)(2 * w->indent),
		"", (int)PAGE_BYTES, bytes / PAGE_BYTES);
	end(w);
}

static void print_node(struct writer *w, unsigned index)
{
	const struct host_node *n = &w->h->node[index];
	struct cpuset nodes = {0};

	cpuset_add(&nodes, n->os_index);
	if (!n->nr_cpus) {
		print_memory_node(w, n, &nodes);
		return;
	}
	begin(w, "Group", &n->cpus, &nodes);
	fputs(" kind=\"10\" subkind=\"0\"", w->out);
	inside(w);
	print_memory_node(w, n, &nodes);
	print_cores(w, n, &nodes);
	print_devices(w, nodeset_of(index));
	end(w);
}

/* The nodes of one package, or those without CPUs, which belong to none. */
static void sum_nodes(const struct host *h, unsigned package, struct cpuset *cpus,
		      struct cpuset *nodes)
{
	for (unsigned i = 0; i < h->nr_nodes; i++) {
		if (h->node[i].package != package || !h->node[i].nr_cpus)
			continue;
		cpuset_or(cpus, &h->node[i].cpus);
		cpuset_add(nodes, h->node[i].os_index);
	}
}

static void print_package(struct writer *w, unsigned package)
{
	struct cpuset cpus = {0}, nodes = {0};

	sum_nodes(w->h, package, &cpus, &nodes);
	if (cpuset_empty(&cpus))
		return;
	begin(w, "Package", &cpus, &nodes);
	fprintf(w->out, " os_index=\"%u\"", package);
	inside(w);
	for (unsigned i = 0; i < w->h->nr_nodes; i++)
		if (w->h->node[i].nr_cpus && w->h->node[i].package == package)
			print_node(w, i);
	end(w);
}

/* As hwloc writes them: at most ten numbers a line, with their length in characters. */
static void print_numbers(struct writer *w, const char *tag, const uint32_t *value, unsigned nr,
			  unsigned step)
{
	for (unsigned i = 0; i < nr; i += step) {
		char line[256];
		size_t used = 0;

		for (unsigned j = i; j < nr && j < i + step; j++)
			used += (size_t)snprintf(line + used, sizeof(line) - used, "%" PRIu32 " ",
						 value[j]);
		fprintf(w->out, "    <%s length=\"%zu\">%s</%s>\n", tag, used, line, tag);
	}
}

static void print_distances(struct writer *w)
{
	const struct host_matrix *m = &w->h->matrix[MATRIX_DISTANCE];
	uint32_t index[NODES_MAX];
	unsigned nr = w->h->nr_nodes;

	if (m->grade < GRADE_FIRMWARE || nr < 2)
		return;
	for (unsigned i = 0; i < nr; i++)
		index[i] = w->h->node[i].os_index;
	fprintf(w->out,
		"  <distances2 type=\"NUMANode\" nbobjs=\"%u\" kind=\"5\" name=\"NUMALatency\" "
		"indexing=\"os\">\n",
		nr);
	print_numbers(w, "indexes", index, nr, 10);
	print_numbers(w, "u64values", m->value, nr * nr, 10);
	fputs("  </distances2>\n", w->out);
}

void host_write_xml(const struct host *h, const uint32_t *core_of, FILE *out)
{
	struct writer w = {.h = h, .core_of = core_of, .out = out, .indent = 1, .gp_index = 1};
	struct cpuset nodes = {0};

	for (unsigned i = 0; i < h->nr_nodes; i++)
		cpuset_add(&nodes, h->node[i].os_index);
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	      "<!DOCTYPE topology SYSTEM \"hwloc2.dtd\">\n"
	      "<topology version=\"2.0\">\n",
	      out);
	begin(&w, "Machine", &h->cpus, &nodes);
	print_set(&w, "allowed_cpuset", &h->cpus);
	print_set(&w, "allowed_nodeset", &nodes);
	fputs(" os_index=\"0\"", out);
	inside(&w);
	fputs("    <info name=\"homenodeSource\" value=\"", out);
	xml_write_escaped(h->source, out);
	fputs("\"/>\n", out);
	for (unsigned i = 0; i < h->nr_nodes; i++)
		if (!h->node[i].nr_cpus)
			print_node(&w, i);
	for (unsigned p = 0; p < h->nr_packages; p++)
		print_package(&w, p);
	for (unsigned i = 0; i < h->nr_nodes; i++)
		if (h->node[i].nr_cpus && h->node[i].package == HOST_NO_PACKAGE)
			print_node(&w, i);
	print_devices(&w, 0);
	end(&w);
	print_distances(&w);
	fputs("</topology>\n", out);
}
