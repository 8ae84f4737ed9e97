#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/table.h"
#include "base/terminal.h"
#include "base/units.h"
#include "host/figures.h"

static const struct {
	const char *title, *unit;
} matrix_text[MATRIX_KINDS] = {
	[MATRIX_DISTANCE] = {"distances", "SLIT, 10 = local"},
	[MATRIX_LATENCY] = {"read latency", "ns"},
	[MATRIX_BANDWIDTH] = {"bandwidth", "MiB/s"},
	[MATRIX_WRITE_BANDWIDTH] = {"write bandwidth", "MiB/s"},
};

/* "2,3" in os_indexes, as people know the nodes. */
static char *node_list(const struct host *h, nodeset nodes)
{
	struct cpuset s = {{0}};
	unsigned n;

	nodeset_for_each (n, nodes)
		cpuset_add(&s, h->node[n].os_index);
	return cpuset_list(&s);
}

static void print_head(const struct host *h, FILE *out)
{
	char memory[32];

	fprintf(out, "%s\n", h->name);
	if (*h->source)
		terminal_print_indented(2, 2, h->source, out);
	fprintf(out, "  %u nodes, %u CPUs, %s", h->nr_nodes, h->nr_cpus,
		bytes_text(h->memory_bytes, memory, sizeof(memory)));
	if (h->nr_packages)
		fprintf(out, ", %u packages", h->nr_packages);
	fputc('\n', out);
	if (h->nr_cpus_offline)
		fprintf(out, "  %u CPUs are offline\n", h->nr_cpus_offline);
	if (h->nr_cpus_disallowed)
		fprintf(out, "  %u CPUs are disallowed\n", h->nr_cpus_disallowed);
	if (h->nr_cpus_homeless)
		fprintf(out, "  %u CPUs belong to no node\n", h->nr_cpus_homeless);
}

static void print_nodes(const struct host *h, FILE *out)
{
	static const char *const heads[] = {"node",  "package", "cpus", "count",
					    "cores", "memory",	"kind"};
	struct table *t = table_new();

	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		table_cell(t, "%s", heads[i]);
	table_end_row(t);
	for (unsigned n = 0; n < h->nr_nodes; n++) {
		const struct host_node *node = &h->node[n];
		char *cpus = cpuset_list(&node->cpus), memory[32];

		table_cell(t, "%u", node->os_index);
		if (node->package == HOST_NO_PACKAGE)
			table_cell(t, "-");
		else
			table_cell(t, "%u", node->package);
		table_cell(t, "%s", *cpus ? cpus : "none");
		table_cell(t, "%u", node->nr_cpus);
		table_cell(t, "%u", node->nr_cores);
		table_cell(t, "%s",
			   node->memory_bytes
				   ? bytes_text(node->memory_bytes, memory, sizeof(memory))
				   : "none");
		if (node->memory == MEMORY_DRAM)
			table_cell(t, "%s", node->kind);
		else if (node->memory == MEMORY_DEVICE)
			table_cell(t, "%s, %s, no zone's", node->kind,
				   bytes_text(node->device_bytes, memory, sizeof(memory)));
		else
			table_cell(t, "%s, %s", node->kind, host_memory_name(node->memory));
		table_end_row(t);
		free(cpus);
	}
	fputs("\nnodes\n", out);
	(void)table_print_within(t, out, 2, TABLE_ALL, terminal_columns(out));
	table_free(t);
}

/* Columns of a matrix that fit beside the names of its lines; each is as wide as the widest value.
 */
static unsigned matrix_columns(const struct host *h, const uint32_t *value, FILE *out)
{
	unsigned columns = terminal_columns(out), taken = 2 + (unsigned)strlen("from\\to");
	int wide = 1;

	for (unsigned i = 0; i < h->nr_nodes * h->nr_nodes; i++) {
		int n = value[i] == MATRIX_UNKNOWN ? 1 : snprintf(NULL, 0, "%" PRIu32, value[i]);

		wide = n > wide ? n : wide;
	}
	for (unsigned n = 0; n < h->nr_nodes; n++)
		if (snprintf(NULL, 0, "%u", h->node[n].os_index) > wide)
			wide = snprintf(NULL, 0, "%u", h->node[n].os_index);
	if (columns < taken + 2 + (unsigned)wide)
		return 1;
	return (columns - taken) / (2 + (unsigned)wide);
}

static void print_block(const struct host *h, const uint32_t *value, unsigned first, unsigned end,
			FILE *out)
{
	struct table *t = table_new();

	table_cell(t, "from\\to");
	for (unsigned b = first; b < end; b++)
		table_cell(t, "%u", h->node[b].os_index);
	table_end_row(t);
	for (unsigned a = 0; a < h->nr_nodes; a++) {
		table_cell(t, "%u", h->node[a].os_index);
		for (unsigned b = first; b < end; b++) {
			uint32_t v = value[a * h->nr_nodes + b];

			if (v == MATRIX_UNKNOWN)
				table_cell(t, "-");
			else
				table_cell(t, "%" PRIu32, v);
		}
		table_end_row(t);
	}
	table_print(t, out, 2);
	table_free(t);
}

/* One that is wider than the terminal stands in blocks of columns. */
static void print_matrix(const struct host *h, enum host_matrix_kind kind, FILE *out)
{
	const struct host_matrix *m = &h->matrix[kind];
	unsigned most = matrix_columns(h, m->value, out);
	char *title = xasprintf("%s (%s; %s: %s)", matrix_text[kind].title, matrix_text[kind].unit,
				host_grade_name(m->grade), m->source);

	fputc('\n', out);
	terminal_print_sentence(title, out);
	free(title);
	for (unsigned first = 0; first < h->nr_nodes; first += most) {
		unsigned end = first + most < h->nr_nodes ? first + most : h->nr_nodes;

		if (first)
			fputc('\n', out);
		print_block(h, m->value, first, end, out);
	}
}

static void device_row(const struct host *h, const struct host_device *d, struct table *t)
{
	char names[DEVICE_NAMES_MAX * 33 + 1] = "";
	char *nodes = node_list(h, d->nodes);
	size_t n = 0;

	for (unsigned i = 0; i < d->nr_names; i++)
		n += (size_t)snprintf(names + n, sizeof(names) - n, "%s%s", i ? "," : "",
				      d->name[i]);
	table_cell(t, "%s", *d->pci ? d->pci : "-");
	table_cell(t, "%s", n ? names : "-");
	table_cell(t, "%s", host_device_class_name(d->class));
	table_cell(t, "%04x [%04x:%04x]", d->pci_class, d->vendor, d->device);
	table_cell(t, "%s", d->nodes ? nodes : "unknown");
	table_end_row(t);
	free(nodes);
}

static void print_devices(const struct host *h, FILE *out)
{
	struct table *t = table_new();

	if (h->nr_devices) {
		table_cell(t, "pci");
		table_cell(t, "names");
		table_cell(t, "class");
		table_cell(t, "pci class");
		table_cell(t, "node");
		table_end_row(t);
		for (unsigned d = 0; d < h->nr_devices; d++)
			device_row(h, &h->device[d], t);
		fputs("\ndevices\n", out);
		(void)table_print_within(t, out, 2, TABLE_ALL, terminal_columns(out));
	}
	table_free(t);
}

static void print_l3s(const struct host *h, FILE *out)
{
	struct table *t = table_new();

	table_cell(t, "cpus");
	table_cell(t, "size");
	table_cell(t, "node");
	table_end_row(t);
	for (unsigned i = 0; i < h->nr_l3s; i++) {
		char *cpus = cpuset_list(&h->l3[i].cpus), *nodes = node_list(h, h->l3[i].nodes);
		char size[32];

		table_cell(t, "%s", cpus);
		table_cell(t, "%s", bytes_text(h->l3[i].size_bytes, size, sizeof(size)));
		table_cell(t, "%s", nodes);
		table_end_row(t);
		free(cpus);
		free(nodes);
	}
	if (h->nr_l3s) {
		fputs("\nL3 caches\n", out);
		(void)table_print_within(t, out, 2, TABLE_ALL, terminal_columns(out));
	}
	table_free(t);
}

static void known_row(struct table *t, const char *figure, const char *grade, const char *of,
		      const char *source)
{
	table_cell(t, "%s", figure);
	table_cell(t, "%s", grade);
	if (of)
		table_cell(t, "%s", of);
	table_cell(t, "%s", source);
	table_end_row(t);
}

/* "12 of 16", where it is not all or not all of one grade. */
static void matrix_row(const struct host *h, enum host_matrix_kind kind, struct table *t)
{
	unsigned nr[GRADE_MEASURED + 1] = {0}, all = 0, cells = 0;
	char of[64] = "";
	size_t n = 0;

	for (unsigned i = 0; i < h->nr_nodes * h->nr_nodes; i++) {
		enum host_grade g = host_cell_grade(h, kind, i / h->nr_nodes, i % h->nr_nodes);

		nr[g]++;
		all += g != GRADE_NONE;
		cells += h->node[i / h->nr_nodes].nr_cpus && h->node[i % h->nr_nodes].memory_bytes;
	}
	if (all && all < cells)
		n += (size_t)snprintf(of, sizeof(of), "%u of %u", all, cells);
	for (unsigned g = GRADE_ASSUMED; g <= GRADE_MEASURED; g++)
		if (nr[g] && nr[g] < all)
			n += (size_t)snprintf(of + n, sizeof(of) - n, "%s%u %s", n ? ", " : "",
					      nr[g], host_grade_name((enum host_grade)g));
	known_row(t, matrix_text[kind].title, host_grade_name(h->matrix[kind].grade),
		  h->figures ? of : NULL, h->matrix[kind].value ? h->matrix[kind].source : "-");
}

/* What hwloc has no place for: a row a kind and tool. */
static void figure_rows(const struct host *h, struct table *t)
{
	const struct figures *f = h->figures;

	for (int k = FIGURE_MIX; f && k < FIGURE_KINDS; k++) {
		const char *tool = NULL;
		unsigned nr = 0;
		char of[32];

		for (size_t i = 0; i < f->nr; i++) {
			if (f->figure[i].kind != (enum figure_kind)k)
				continue;
			tool = f->figure[i].tool && *f->figure[i].tool ? f->figure[i].tool
								       : f->tool;
			nr++;
		}
		snprintf(of, sizeof(of), "%u%s", nr,
			 figure_is_check((enum figure_kind)k) ? ", not used" : "");
		if (nr)
			known_row(t, figure_kind_name((enum figure_kind)k), "measured", of,
				  tool && *tool ? tool : "-");
	}
}

void host_print_known(const struct host *h, FILE *out)
{
	struct table *t = table_new();

	known_row(t, "figure", "grade", h->figures ? "known" : NULL, "source");
	if (h->memory_grade == GRADE_ASSUMED)
		known_row(t, "memory", "assumed", h->figures ? "" : NULL, "-");
	for (unsigned k = 0; k < MATRIX_KINDS; k++)
		matrix_row(h, (enum host_matrix_kind)k, t);
	figure_rows(h, t);
	fputs("\ncalibration\n", out);
	if (h->figures && h->figures->machine && *h->figures->machine)
		fprintf(out, "  of %s%s%s\n", h->figures->machine,
			h->figures->date && *h->figures->date ? ", " : "",
			h->figures->date ? h->figures->date : "");
	(void)table_print_within(t, out, 2, TABLE_ALL, terminal_columns(out));
	table_free(t);
}

void host_print(const struct host *h, FILE *out)
{
	print_head(h, out);
	print_nodes(h, out);
	for (unsigned k = 0; k < MATRIX_KINDS; k++)
		if (h->matrix[k].value)
			print_matrix(h, (enum host_matrix_kind)k, out);
	print_devices(h, out);
	print_l3s(h, out);
	host_print_known(h, out);
	for (unsigned w = 0; w < h->nr_warnings; w++) {
		char *text = xasprintf("warning: %s", h->warning[w]);

		if (!w)
			fputc('\n', out);
		terminal_print_sentence(text, out);
		free(text);
	}
}
