#include "host/host.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/units.h"
#include "host/figures.h"
#include "host/figures_known.h"

/* Distances assumed when there are none: what two-socket EPYC machines in NPS4
 * publish. 10 is the SLIT's own unit for "local" (ACPI 6.5, 5.2.17). */
#define ASSUMED_SELF 10
#define ASSUMED_SAME_PACKAGE 12
#define ASSUMED_OTHER 32

struct host *host_new(const char *name, unsigned nr_nodes)
{
	struct host *h = xcalloc(1, sizeof(*h));

	h->name = xstrdup(name);
	h->source = xstrdup("");
	h->nr_nodes = nr_nodes;
	h->node = xcalloc(nr_nodes ? nr_nodes : 1, sizeof(*h->node));
	h->nr_packages = 1;
	h->memory_grade = GRADE_FIRMWARE;
	for (unsigned n = 0; n < nr_nodes; n++) {
		h->node[n].os_index = n;
		memcpy(h->node[n].kind, "DRAM", sizeof("DRAM"));
	}
	return h;
}

void host_free(struct host *h)
{
	if (!h)
		return;
	for (unsigned k = 0; k < MATRIX_KINDS; k++) {
		free(h->matrix[k].value);
		free(h->matrix[k].cell_grade);
	}
	figures_free_known(h);
	if (h->figures)
		figures_release(h->figures);
	free(h->figures);
	for (unsigned w = 0; w < h->nr_warnings; w++)
		free(h->warning[w]);
	free(h->warning);
	free(h->node);
	free(h->device);
	free(h->l3);
	free(h->source);
	free(h->path);
	free(h->name);
	free(h);
}

void host_warn(struct host *h, const char *fmt, ...)
{
	char text[ERROR_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	h->warning = xreallocarray(h->warning, h->nr_warnings + 1, sizeof(*h->warning));
	text_tame(text);
	h->warning[h->nr_warnings++] = xstrdup(text);
}

uint32_t *host_matrix_new(struct host *h, enum host_matrix_kind kind, enum host_grade grade,
			  const char *source)
{
	struct host_matrix *m = &h->matrix[kind];
	size_t cells = (size_t)h->nr_nodes * h->nr_nodes;

	free(m->value);
	free(m->cell_grade);
	m->cell_grade = NULL;
	m->value = xreallocarray(NULL, cells ? cells : 1, sizeof(*m->value));
	for (size_t i = 0; i < cells; i++)
		m->value[i] = MATRIX_UNKNOWN;
	m->grade = grade;
	snprintf(m->source, sizeof(m->source), "%s", source);
	return m->value;
}

enum host_grade host_cell_grade(const struct host *h, enum host_matrix_kind kind, unsigned from,
				unsigned to)
{
	const struct host_matrix *m = &h->matrix[kind];
	size_t at = (size_t)from * h->nr_nodes + to;

	if (!m->value || m->value[at] == MATRIX_UNKNOWN)
		return GRADE_NONE;
	return m->cell_grade ? (enum host_grade)m->cell_grade[at] : m->grade;
}

/* From here on each cell has a grade of its own. */
static void split_grades(struct host *h, struct host_matrix *m)
{
	size_t cells = (size_t)h->nr_nodes * h->nr_nodes;

	m->cell_grade = xreallocarray(NULL, cells, sizeof(*m->cell_grade));
	for (size_t i = 0; i < cells; i++)
		m->cell_grade[i] = m->value[i] == MATRIX_UNKNOWN ? GRADE_NONE : (uint8_t)m->grade;
}

void host_add_sources(char *text, size_t size, const char *more)
{
	while (*more) {
		size_t n = strcspn(more, ",");
		char *one = xasprintf("%.*s", (int)n, more);

		if (!strstr(text, one))
			snprintf(text + strlen(text), size - strlen(text), "%s%s",
				 *text ? ", " : "", one);
		free(one);
		more += n;
		more += strspn(more, ", ");
	}
}

void host_set_cell(struct host *h, enum host_matrix_kind kind, unsigned from, unsigned to,
		   uint32_t value, enum host_grade grade, const char *source)
{
	struct host_matrix *m = &h->matrix[kind];

	if (!m->value)
		host_matrix_new(h, kind, grade, source);
	if (!m->cell_grade)
		split_grades(h, m);
	m->value[from * h->nr_nodes + to] = value;
	m->cell_grade[from * h->nr_nodes + to] = (uint8_t)grade;
	m->grade = grade;
	for (size_t i = 0; i < (size_t)h->nr_nodes * h->nr_nodes; i++)
		if (m->cell_grade[i] != GRADE_NONE && m->cell_grade[i] < m->grade)
			m->grade = (enum host_grade)m->cell_grade[i];
	host_add_sources(m->source, sizeof(m->source), source);
}

static int check_node(const struct host *h, unsigned n, struct error *err)
{
	const struct host_node *node = &h->node[n];

	if (node->os_index >= CPUS_MAX)
		return error_set(err, ERR_INPUT, "node number %u is not below %d", node->os_index,
				 CPUS_MAX);
	if (n > 0 && node->os_index <= h->node[n - 1].os_index)
		return error_set(err, ERR_INPUT, "node %u follows node %u: they must ascend",
				 node->os_index, h->node[n - 1].os_index);
	if (node->memory_bytes < 0)
		return error_set(err, ERR_INPUT, "node %u has negative memory", node->os_index);
	if (node->package != HOST_NO_PACKAGE && node->package >= h->nr_packages)
		return error_set(err, ERR_INPUT, "node %u is in package %u of %u", node->os_index,
				 node->package, h->nr_packages);
	if (cpuset_intersects(&node->cpus, &h->cpus))
		return error_set(err, ERR_INPUT, "a CPU of node %u belongs to another node too",
				 node->os_index);
	if (node->memory_bytes > INT64_MAX - h->memory_bytes)
		return error_set(err, ERR_INPUT,
				 "the nodes' memory adds up to more than %lld bytes",
				 (long long)INT64_MAX);
	return 0;
}

/* "Tier1", "tier 2": tiers are numbered from the fastest on. */
static bool is_tier(const char *kind, enum host_memory *out)
{
	if (strncasecmp(kind, "tier", 4) != 0)
		return false;
	kind += 4;
	kind += strspn(kind, " -_");
	if (!*kind || kind[strspn(kind, "0123456789")] != '\0')
		return false;
	*out = kind[strspn(kind, "0")] ? MEMORY_SLOW : MEMORY_DRAM;
	return true;
}

/* By how the subtypes begin that hwloc gives nodes (hwloc/memattrs.c of 3.0), gave them
 * before (MCDRAM) and people write, in any case; false where nobody knows. */
static bool memory_of(const char *kind, enum host_memory *out)
{
	static const struct {
		const char *begins;
		enum host_memory memory;
	} known[] = {
		{"HBM", MEMORY_FAST},	 {"MCDRAM", MEMORY_FAST},    {"SPM", MEMORY_FAST},
		{"NVM", MEMORY_SLOW},	 {"NVDIMM", MEMORY_SLOW},    {"PMEM", MEMORY_SLOW},
		{"Optane", MEMORY_SLOW}, {"CXL-GPU", MEMORY_DEVICE}, {"CXL", MEMORY_SLOW},
		{"GPU", MEMORY_DEVICE},	 {"VRAM", MEMORY_DEVICE},    {"DRAM", MEMORY_DRAM},
		{"DDR", MEMORY_DRAM},	 {"LPDDR", MEMORY_DRAM},
	};

	*out = MEMORY_DRAM;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strncasecmp(known[i].begins, kind, strlen(known[i].begins)) != 0)
			continue;
		*out = known[i].memory;
		return true;
	}
	return is_tier(kind, out);
}

static void sort_memory(struct host *h)
{
	h->slow_nodes = 0;
	for (unsigned n = 0; n < h->nr_nodes; n++) {
		struct host_node *node = &h->node[n];
		char bytes[32];

		if (!memory_of(node->kind, &node->memory))
			host_warn(h,
				  "node %u has memory of a kind that is not known (%s): it is "
				  "taken for DRAM",
				  node->os_index, node->kind);
		if (node->memory == MEMORY_SLOW && node->memory_bytes)
			h->slow_nodes |= nodeset_of(n);
		if (node->memory != MEMORY_DEVICE || node->memory_bytes <= 0)
			continue;
		node->device_bytes = node->memory_bytes;
		node->memory_bytes = 0;
		host_warn(h, "node %u is a device's memory (%s, %s), which no zone gets",
			  node->os_index, node->kind,
			  bytes_text(node->device_bytes, bytes, sizeof(bytes)));
	}
}

static void warn_memoryless(struct host *h)
{
	struct cpuset nodes = {{0}};
	unsigned n, nr_cpus = 0;
	char *list;

	nodeset_for_each (n, h->cpu_nodes & ~h->memory_nodes) {
		cpuset_add(&nodes, h->node[n].os_index);
		nr_cpus += h->node[n].nr_cpus;
	}
	if (!nr_cpus || !h->usable_nodes)
		return;
	list = cpuset_list(&nodes);
	host_warn(h, "node %s: %u CPUs without memory of their own", list, nr_cpus);
	free(list);
}

static int derive(struct host *h, struct error *err)
{
	memset(&h->cpus, 0, sizeof(h->cpus));
	h->nr_cpus = 0;
	h->memory_bytes = 0;
	h->cpu_nodes = h->memory_nodes = 0;
	for (unsigned n = 0; n < h->nr_nodes; n++) {
		struct host_node *node = &h->node[n];
		int rc = check_node(h, n, err);

		if (rc)
			return rc;
		node->nr_cpus = cpuset_count(&node->cpus);
		if (node->nr_cores == 0 || node->nr_cores > node->nr_cpus)
			node->nr_cores = node->nr_cpus;
		cpuset_or(&h->cpus, &node->cpus);
		h->nr_cpus += node->nr_cpus;
		h->memory_bytes += node->memory_bytes;
		if (node->nr_cpus)
			h->cpu_nodes |= nodeset_of(n);
		if (node->memory_bytes)
			h->memory_nodes |= nodeset_of(n);
	}
	h->usable_nodes = h->cpu_nodes & h->memory_nodes;
	warn_memoryless(h);
	if (!h->usable_nodes)
		host_warn(h, "no node has both CPUs and memory: nothing can be placed here");
	return 0;
}

static void assume_distances(struct host *h)
{
	uint32_t *value = host_matrix_new(h, MATRIX_DISTANCE, GRADE_ASSUMED, "packages");

	for (unsigned a = 0; a < h->nr_nodes; a++) {
		for (unsigned b = 0; b < h->nr_nodes; b++) {
			bool near = h->node[a].package == h->node[b].package &&
				    h->node[a].package != HOST_NO_PACKAGE;

			*value++ = a == b ? ASSUMED_SELF
				   : near ? ASSUMED_SAME_PACKAGE
					  : ASSUMED_OTHER;
		}
	}
	if (h->nr_nodes > 1)
		host_warn(h,
			  "there is no distance matrix: %d (own node), %d (same package) and %d "
			  "(other package) are assumed",
			  ASSUMED_SELF, ASSUMED_SAME_PACKAGE, ASSUMED_OTHER);
}

static int check_matrix(const struct host *h, enum host_matrix_kind kind, struct error *err)
{
	const uint32_t *value = h->matrix[kind].value;
	bool whole = kind == MATRIX_DISTANCE;

	if (!value)
		return 0;
	for (unsigned a = 0; a < h->nr_nodes; a++) {
		for (unsigned b = 0; b < h->nr_nodes; b++, value++) {
			if (*value == 0 || (whole && *value == MATRIX_UNKNOWN))
				return error_set(err, ERR_INPUT, "%s from node %u to node %u is %s",
						 whole ? "the distance" : "a matrix entry",
						 h->node[a].os_index, h->node[b].os_index,
						 *value ? "unknown" : "0");
		}
	}
	return 0;
}

/* Shapes of a firmware's matrix that are legal and make placement guess. */
static void warn_distances(struct host *h)
{
	unsigned nr = h->nr_nodes, asymmetric = 0, odd = 0;
	bool flat = nr > 2;

	for (unsigned a = 0; a < nr; a++) {
		for (unsigned b = 0; b < nr; b++) {
			uint32_t d = host_distance(h, a, b);

			asymmetric += d != host_distance(h, b, a);
			odd += a != b && d <= host_distance(h, a, a);
			flat = flat && (a == b || d == host_distance(h, 0, 1));
		}
	}
	if (asymmetric)
		host_warn(h, "%u pairs of nodes are not as far apart one way as the other",
			  asymmetric / 2);
	if (odd)
		host_warn(h, "%u distances to another node are not above the node's own", odd);
	if (flat)
		host_warn(h, "the distance matrix is flat: every other node is equally far");
}

static int check_places(const struct host *h, struct error *err)
{
	nodeset all = nodeset_first_n(h->nr_nodes);

	for (unsigned d = 0; d < h->nr_devices; d++)
		if (h->device[d].nodes & ~all || h->device[d].nr_names > DEVICE_NAMES_MAX)
			return error_set(err, ERR_INPUT, "device %u is on a node that is not there",
					 d);
	for (unsigned i = 0; i < h->nr_l3s; i++)
		if (h->l3[i].nodes & ~all)
			return error_set(err, ERR_INPUT, "L3 %u is on a node that is not there", i);
	return 0;
}

/* What the file calls things is shown to people. */
static void tame_names(struct host *h)
{
	text_tame(h->source);
	for (unsigned n = 0; n < h->nr_nodes; n++)
		text_tame(h->node[n].kind);
	for (unsigned d = 0; d < h->nr_devices; d++)
		for (unsigned i = 0; i < DEVICE_NAMES_MAX; i++)
			text_tame(h->device[d].name[i]);
	for (unsigned k = 0; k < MATRIX_KINDS; k++)
		text_tame(h->matrix[k].source);
}

int host_finish(struct host *h, struct error *err)
{
	int rc;

	if (h->nr_nodes == 0 || h->nr_nodes > NODES_MAX)
		return error_set(err, ERR_INPUT,
				 "the machine has %u NUMA nodes; 1 to %d are supported",
				 h->nr_nodes, NODES_MAX);
	tame_names(h);
	sort_memory(h);
	rc = derive(h, err);
	if (!rc)
		rc = check_places(h, err);
	if (!rc && h->figures)
		rc = figures_apply(h, err);
	for (unsigned k = 0; !rc && k < MATRIX_KINDS; k++)
		rc = check_matrix(h, (enum host_matrix_kind)k, err);
	if (rc)
		return rc;
	if (h->matrix[MATRIX_DISTANCE].value)
		warn_distances(h);
	else
		assume_distances(h);
	return 0;
}

nodeset host_nodes_of(const struct host *h, const struct cpuset *cpus)
{
	nodeset nodes = 0;

	for (unsigned n = 0; n < h->nr_nodes; n++)
		if (cpuset_intersects(&h->node[n].cpus, cpus))
			nodes |= nodeset_of(n);
	return nodes;
}

char *host_nodes_text(const struct host *h, nodeset nodes)
{
	struct cpuset numbers = {0}; /* any numbers will do */
	unsigned node;

	nodeset_for_each (node, nodes)
		cpuset_add(&numbers, h->node[node].os_index);
	return cpuset_list(&numbers);
}

int host_find_node(const struct host *h, unsigned os_index)
{
	for (unsigned n = 0; n < h->nr_nodes; n++)
		if (h->node[n].os_index == os_index)
			return (int)n;
	return -1;
}

static bool is_device(const struct host_device *d, const char *name)
{
	if (!*name)
		return false;
	for (unsigned i = 0; i < d->nr_names; i++)
		if (strcmp(d->name[i], name) == 0)
			return true;
	if (strcasecmp(d->pci, name) == 0)
		return true;
	return strncmp(d->pci, "0000:", 5) == 0 && strcasecmp(d->pci + 5, name) == 0;
}

int host_find_device(const struct host *h, const char *name)
{
	for (unsigned d = 0; d < h->nr_devices; d++)
		if (is_device(&h->device[d], name))
			return (int)d;
	return -1;
}

const char *host_grade_name(enum host_grade g)
{
	static const char *const names[] = {"none", "assumed", "firmware", "measured"};

	return (unsigned)g < sizeof(names) / sizeof(names[0]) ? names[g] : "none";
}

const char *host_memory_name(enum host_memory m)
{
	static const char *const names[] = {"dram", "fast", "slow", "device"};

	return (unsigned)m < sizeof(names) / sizeof(names[0]) ? names[m] : "dram";
}

const char *host_device_class_name(enum host_device_class c)
{
	static const char *const names[] = {"other", "nic", "gpu", "storage"};

	return (unsigned)c < sizeof(names) / sizeof(names[0]) ? names[c] : "other";
}
