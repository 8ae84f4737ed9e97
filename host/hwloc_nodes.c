/* From the objects of an hwloc file to a host: nodes and who owns which CPU. */
#include <stdlib.h>
#include <string.h>

#include "host/figures.h"
#include "host/hwloc_tree.h"

/* --- nodes ----------------------------------------------------------------------- */

/* A set of the root object that says what whoever wrote the file could use. */
static void allowed(const struct hwloc_tree *t, const char *name, struct cpuset *out)
{
	const char *text = xml_attr(t->object[0].xml, name);
	bool infinite = false;

	if (!text || !hwloc_set_parse(text, out, &infinite) || infinite)
		memset(out, 0xff, sizeof(*out));
}

/* The subtype; hwloc 1 had an info for it. Where there is none, what Linux said of
 * the node: set aside as special memory or as persistent one, or behind CXL. */
static const char *kind_of(const struct hwloc_tree *t, const struct xml_element *e)
{
	const char *subtype = t->version == 1 ? hwloc_info(e, "Type") : xml_attr(e, "subtype");

	if (subtype && *subtype)
		return subtype;
	if (hwloc_info(e, "CXLDevice"))
		return "CXL-DRAM";
	return hwloc_info(e, "DAXType");
}

static void collect_nodes(struct host *h, const struct hwloc_tree *t)
{
	struct cpuset nodes;

	allowed(t, "allowed_nodeset", &nodes);
	for (unsigned n = 0; n < h->nr_nodes; n++) {
		struct host_node *node = &h->node[n];
		const struct xml_element *e = t->node[n]->xml;
		const char *kind = kind_of(t, e);
		const char *memory = xml_attr(e, "local_memory");
		uint64_t bytes = 0;

		node->os_index = t->node[n]->os_index;
		if (memory && plain_number(memory, INT64_MAX, &bytes))
			node->memory_bytes = (int64_t)bytes;
		if (kind)
			copy_text(node->kind, sizeof(node->kind), kind);
		if (cpuset_has(&nodes, node->os_index) || !node->memory_bytes)
			continue;
		node->memory_bytes = 0;
		host_warn(h,
			  "node %u was out of bounds for whoever wrote the topology: its "
			  "memory is not counted",
			  node->os_index);
	}
}

/*
 * Memory nodes without CPUs (HBM, PMEM, GPU memory) carry their neighbour's
 * cpuset. A CPU belongs to the node with the smallest set that holds it, ties to
 * the lowest os_index; -1: no node's set does.
 */
static int owner_of(const struct hwloc_tree *t, unsigned cpu)
{
	unsigned best_weight = 0;
	int best = -1;

	for (unsigned n = 0; n < t->nr_nodes; n++) {
		unsigned weight;

		if (!cpuset_has(t->node[n]->cpus, cpu))
			continue;
		weight = cpuset_count(t->node[n]->cpus);
		if (best < 0 || weight < best_weight) {
			best = (int)n;
			best_weight = weight;
		}
	}
	return best;
}

static void warn_shared_nodes(struct host *h, const struct hwloc_tree *t)
{
	for (unsigned n = 0; n < h->nr_nodes; n++)
		if (cpuset_empty(&h->node[n].cpus) && strcmp(h->node[n].kind, "DRAM") == 0 &&
		    !cpuset_empty(t->node[n]->cpus) && h->node[n].memory_bytes)
			host_warn(h,
				  "node %u lists only CPUs that other nodes list too: it is taken "
				  "as memory without CPUs of its own",
				  h->node[n].os_index);
}

static void count_offline(struct host *h, const struct object *root)
{
	const char *text = xml_attr(root->xml, "complete_cpuset");
	struct cpuset complete;
	bool infinite;

	if (!text || !hwloc_set_parse(text, &complete, &infinite) || infinite)
		return;
	cpuset_and_not(&complete, root->cpus);
	h->nr_cpus_offline = cpuset_count(&complete);
}

static void share_out_cpus(struct host *h, const struct hwloc_tree *t)
{
	struct cpuset usable;

	allowed(t, "allowed_cpuset", &usable);
	for (size_t i = 0; i < t->nr_objects; i++) {
		const struct object *o = &t->object[i];
		int owner;

		/* hwloc 1 lists CPUs that are offline, with an empty set */
		if (o->type != OBJECT_PU || !cpuset_has(o->cpus, o->os_index))
			continue;
		owner = owner_of(t, o->os_index);
		if (!cpuset_has(&usable, o->os_index))
			h->nr_cpus_disallowed++;
		else if (owner < 0)
			h->nr_cpus_homeless++;
		else
			cpuset_add(&h->node[owner].cpus, o->os_index);
	}
	count_offline(h, &t->object[0]);
	if (h->nr_cpus_homeless)
		host_warn(h, "%u CPUs belong to no node in the topology and are not used",
			  h->nr_cpus_homeless);
	if (h->nr_cpus_disallowed)
		host_warn(h,
			  "%u CPUs were out of bounds for whoever wrote the topology and are "
			  "not used",
			  h->nr_cpus_disallowed);
	warn_shared_nodes(h, t);
}

/* --- cores, caches, packages ------------------------------------------------------ */

/* A core counts for the node that has its first usable CPU. */
static void count_core(struct host *h, const struct object *core)
{
	unsigned first = CPUSET_NONE, owner = 0;

	for (unsigned n = 0; n < h->nr_nodes; n++) {
		struct cpuset both = *core->cpus;
		unsigned cpu;

		cpuset_and(&both, &h->node[n].cpus);
		cpu = cpuset_next(&both, 0);
		if (cpu < first) {
			first = cpu;
			owner = n;
		}
	}
	if (first != CPUSET_NONE)
		h->node[owner].nr_cores++;
}

static void add_l3(struct host *h, const struct object *o, size_t *cap)
{
	const char *size = xml_attr(o->xml, "cache_size");
	struct host_l3 l3 = {0};
	uint64_t bytes = 0;

	for (unsigned n = 0; n < h->nr_nodes; n++) {
		struct cpuset both = *o->cpus;

		cpuset_and(&both, &h->node[n].cpus);
		if (cpuset_empty(&both))
			continue;
		cpuset_or(&l3.cpus, &both);
		l3.nodes |= nodeset_of(n);
	}
	if (!l3.nodes)
		return;
	if (size && plain_number(size, INT64_MAX, &bytes))
		l3.size_bytes = (int64_t)bytes;
	h->l3 = grow(h->l3, cap, h->nr_l3s, sizeof(*h->l3));
	h->l3[h->nr_l3s++] = l3;
}

static void collect_cores_and_l3s(struct host *h, const struct hwloc_tree *t)
{
	size_t cap = 0;

	for (size_t i = 0; i < t->nr_objects; i++) {
		if (t->object[i].type == OBJECT_CORE)
			count_core(h, &t->object[i]);
		else if (t->object[i].type == OBJECT_L3)
			add_l3(h, &t->object[i], &cap);
	}
}

/* The only package that `is_it` of the node, or HOST_NO_PACKAGE. */
static unsigned only_package(const struct hwloc_tree *t, const struct object *node,
			     bool (*is_it)(const struct object *package, const struct object *node))
{
	unsigned found = HOST_NO_PACKAGE, nr = 0, p = 0;

	for (size_t i = 0; i < t->nr_objects; i++) {
		if (t->object[i].type != OBJECT_PACKAGE)
			continue;
		if (is_it(&t->object[i], node)) {
			found = p;
			nr++;
		}
		p++;
	}
	return nr == 1 ? found : HOST_NO_PACKAGE;
}

static bool around(const struct object *package, const struct object *node)
{
	return hwloc_is_inside(node, package);
}

static bool touched(const struct object *package, const struct object *node)
{
	return cpuset_intersects(package->cpus, node->cpus);
}

static bool within(const struct object *package, const struct object *node)
{
	return hwloc_is_inside(package, node);
}

static bool beside(const struct object *package, const struct object *node)
{
	return node->up && hwloc_is_inside(package, node->up);
}

/* The package with the node's first own CPU. For a node without any, the package
 * around it in the tree, or the only one that its listed CPUs touch; in version 1,
 * where nodes hold packages, the only one in it or in what is around it. */
static unsigned package_of(const struct host *h, const struct hwloc_tree *t, unsigned n)
{
	struct cpuset first = {{0}};
	struct object own = {.cpus = &first};
	unsigned cpu = cpuset_next(&h->node[n].cpus, 0), found;

	if (cpu != CPUSET_NONE) {
		cpuset_add(&first, cpu);
		return only_package(t, &own, touched);
	}
	found = only_package(t, t->node[n], around);
	if (found == HOST_NO_PACKAGE)
		found = only_package(t, t->node[n], touched);
	if (found == HOST_NO_PACKAGE && t->version == 1)
		found = only_package(t, t->node[n], within);
	if (found == HOST_NO_PACKAGE && t->version == 1)
		found = only_package(t, t->node[n], beside);
	return found;
}

/* Packages are numbered in the order of the file, which is that of their CPUs. */
static void find_packages(struct host *h, const struct hwloc_tree *t)
{
	h->nr_packages = 0;
	for (size_t i = 0; i < t->nr_objects; i++)
		h->nr_packages += t->object[i].type == OBJECT_PACKAGE;
	for (unsigned n = 0; n < h->nr_nodes; n++)
		h->node[n].package = package_of(h, t, n);
}

/* --- the machine in one line ------------------------------------------------------- */

/* Firmware pads its strings: runs of white space become one space. */
static char *one_line(char *s)
{
	char *to = s;

	for (const char *from = s; *from; from++) {
		bool space = (unsigned char)*from <= ' ';

		if (!space && to > s && (unsigned char)from[-1] <= ' ' && *from != ',')
			*to++ = ' ';
		if (!space)
			*to++ = *from;
	}
	*to = '\0';
	return s;
}

static char *source_of(const struct hwloc_tree *t)
{
	const struct xml_element *root = t->object[0].xml, *package = NULL;
	const char *own = hwloc_info(root, "homenodeSource");
	const char *vendor = hwloc_info(root, "DMISysVendor");
	const char *product = hwloc_info(root, "DMIProductName"), *cpu;

	if (own)
		return one_line(xstrdup(own));
	for (size_t i = 0; i < t->nr_objects && !package; i++)
		package = t->object[i].type == OBJECT_PACKAGE ? t->object[i].xml : NULL;
	cpu = hwloc_info(package, "CPUModel");
	if (!vendor)
		vendor = hwloc_info(root, "DMIBoardVendor");
	if (!product)
		product = hwloc_info(root, "DMIBoardName");
	if (!cpu)
		cpu = hwloc_info(root, "CPUModel");
	return one_line(xasprintf("%s%s%s%s%s", vendor ? vendor : "", vendor && product ? " " : "",
				  product ? product : "", (vendor || product) && cpu ? ", " : "",
				  cpu ? cpu : ""));
}

/* What calibration left in the file; host_finish() makes matrices of it. */
static int figures_of_file(struct host *h, const struct hwloc_tree *t, struct error *err)
{
	const char *text = hwloc_info(t->object[0].xml, HOST_FIGURES);
	char *path;
	int rc;

	if (!text)
		return 0;
	path = xasprintf("%s, info " HOST_FIGURES, t->doc->path);
	h->figures = xcalloc(1, sizeof(*h->figures));
	rc = figures_parse(h->figures, path, text, strlen(text), err);
	free(path);
	return rc;
}

int hwloc_host(struct host **out, const struct hwloc_tree *t, struct error *err)
{
	struct host *h = host_new("", t->nr_nodes);
	int rc;

	free(h->source);
	h->source = source_of(t);
	collect_nodes(h, t);
	share_out_cpus(h, t);
	collect_cores_and_l3s(h, t);
	find_packages(h, t);
	hwloc_devices(h, t);
	rc = hwloc_matrices(h, t, err);
	if (!rc)
		rc = hwloc_memattrs(h, t, err);
	if (!rc)
		rc = figures_of_file(h, t, err);
	if (rc)
		host_free(h);
	else
		*out = h;
	return rc;
}
