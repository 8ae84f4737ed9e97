/* What an object must say of itself, and all objects together. */
#include <stdlib.h>
#include <string.h>

#include "host/hwloc_tree.h"

/* More than this in one node is a typing mistake: 64 of them still fit 63 bits. */
#define NODE_MEMORY_MAX ((uint64_t)1 << 52)

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static const struct {
	const char *name;
	enum object_type type;
} types[] = {
	{"Machine", OBJECT_MACHINE}, {"System", OBJECT_MACHINE},
	{"Package", OBJECT_PACKAGE}, {"Socket", OBJECT_PACKAGE},
	{"L3Cache", OBJECT_L3},	     {"Core", OBJECT_CORE},
	{"PU", OBJECT_PU},	     {"NUMANode", OBJECT_NODE},
	{"Node", OBJECT_NODE},	     {"MemCache", OBJECT_MEMORY_CACHE},
	{"Bridge", OBJECT_BRIDGE},   {"PCIDev", OBJECT_PCI},
	{"OSDev", OBJECT_OS},	     {"Misc", OBJECT_MISC},
	{"Die", OBJECT_NORMAL},	     {"Group", OBJECT_NORMAL},
	{"Cache", OBJECT_NORMAL},    {"L1Cache", OBJECT_NORMAL},
	{"L2Cache", OBJECT_NORMAL},  {"L4Cache", OBJECT_NORMAL},
	{"L5Cache", OBJECT_NORMAL},  {"L1iCache", OBJECT_NORMAL},
	{"L2iCache", OBJECT_NORMAL}, {"L3iCache", OBJECT_NORMAL},
	{"Tile", OBJECT_NORMAL},     {"Module", OBJECT_NORMAL},
	{"Cluster", OBJECT_NORMAL},
};

/* I/O and Misc objects have no sets. */
static bool has_sets(enum object_type type)
{
	return type < OBJECT_BRIDGE;
}

static bool is_memory(enum object_type type)
{
	return type == OBJECT_NODE || type == OBJECT_MEMORY_CACHE;
}

static bool find_type(const char *name, enum object_type *out)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (!is(types[i].name, name))
			continue;
		*out = types[i].type;
		return true;
	}
	return false;
}

bool hwloc_is_type(const char *name)
{
	enum object_type unused;

	return find_type(name, &unused);
}

static int check_type(const struct hwloc_tree *t, struct object *o, struct error *err)
{
	const struct xml_element *e = o->xml;
	const char *type = xml_attr(e, "type"), *depth = xml_attr(e, "depth");
	const char *cache_type = xml_attr(e, "cache_type");

	if (!type)
		return xml_error(t->doc, e, err, "this object has no type");
	if (!find_type(type, &o->type))
		return xml_error(t->doc, e, err, "hwloc has no type of objects %.40s", type);
	/* hwloc 1 has one type for all caches; 2 is an instruction cache. */
	if (is(type, "Cache") && depth && is(depth, "3") && !(cache_type && is(cache_type, "2")))
		o->type = OBJECT_L3;
	if (!o->up && o->type != OBJECT_MACHINE && t->version == 2)
		return xml_error(t->doc, e, err, "the root object is a %.40s, not a Machine", type);
	if (o->up && o->type == OBJECT_MACHINE && t->version == 2)
		return xml_error(t->doc, e, err, "a Machine inside a Machine");
	if (!o->up && !has_sets(o->type))
		return xml_error(t->doc, e, err, "the root object is a %.40s", type);
	if (!o->up)
		return 0;
	if (has_sets(o->type) && (!has_sets(o->up->type) || o->up->type == OBJECT_PU))
		return xml_error(t->doc, e, err, "a %.40s does not belong inside a %.40s", type,
				 xml_attr(o->up->xml, "type"));
	if (has_sets(o->type) && t->version == 2 && !is_memory(o->type) && is_memory(o->up->type))
		return xml_error(t->doc, e, err, "a %.40s does not belong inside a %.40s", type,
				 xml_attr(o->up->xml, "type"));
	return 0;
}

static int check_sets(const struct hwloc_tree *t, struct object *o, struct error *err)
{
	static const char *const other[] = {"complete_cpuset", "complete_nodeset", "allowed_cpuset",
					    "allowed_nodeset", "online_cpuset"};
	bool v2 = t->version == 2;

	o->cpus = hwloc_set(t, o->xml, "cpuset", true, err);
	o->nodes = o->cpus ? hwloc_set(t, o->xml, "nodeset", v2, err) : NULL;
	if (!o->nodes)
		return ERR_INPUT;
	for (unsigned i = 0; i < sizeof(other) / sizeof(other[0]); i++)
		if (!hwloc_set(t, o->xml, other[i], v2 && i < 2, err))
			return ERR_INPUT;
	return 0;
}

static bool is_alone(const struct cpuset *set, unsigned number)
{
	return cpuset_count(set) == 1 && cpuset_has(set, number);
}

static int check_pu(const struct hwloc_tree *t, struct object *o, struct cpuset *seen,
		    struct error *err)
{
	if (cpuset_has(seen, o->os_index))
		return xml_error(t->doc, o->xml, err, "CPU %u is in the file twice", o->os_index);
	cpuset_add(seen, o->os_index);
	if (t->version == 2 && !is_alone(o->cpus, o->os_index))
		return xml_error(t->doc, o->xml, err, "the cpuset of CPU %u is not that CPU alone",
				 o->os_index);
	return 0;
}

/* Kept in ascending os_index. */
static int check_node(struct hwloc_tree *t, struct object *o, struct error *err)
{
	uint64_t bytes;
	unsigned at = t->nr_nodes;
	int rc = hwloc_number(t, o->xml, "local_memory", false, NODE_MEMORY_MAX, &bytes, err);

	if (rc)
		return rc;
	while (at > 0 && t->node[at - 1]->os_index > o->os_index)
		at--;
	if (at > 0 && t->node[at - 1]->os_index == o->os_index)
		return xml_error(t->doc, o->xml, err, "node %u is in the file twice", o->os_index);
	if (t->nr_nodes == NODES_MAX)
		return xml_error(t->doc, o->xml, err,
				 "the machine has more than %d NUMA nodes, the most that is "
				 "supported",
				 NODES_MAX);
	if (t->version == 2 && !is_alone(o->nodes, o->os_index))
		return xml_error(t->doc, o->xml, err,
				 "the nodeset of node %u is not that node alone", o->os_index);
	memmove(&t->node[at + 1], &t->node[at], sizeof(t->node[0]) * (t->nr_nodes - at));
	t->node[at] = o;
	t->nr_nodes++;
	return 0;
}

/* "0000:41:00.0": domain of 4 to 8 hex digits. */
static bool is_busid(const char *s)
{
	static const char hex[] = "0123456789abcdefABCDEF";
	size_t n = strspn(s, hex);

	if (n < 4 || n > 8 || s[n] != ':')
		return false;
	s += n + 1;
	if (strspn(s, hex) != 2 || s[2] != ':')
		return false;
	s += 3;
	return strspn(s, hex) == 2 && s[2] == '.' && s[3] >= '0' && s[3] <= '7' && s[4] == '\0';
}

static int check_pci(const struct hwloc_tree *t, const struct object *o, struct error *err)
{
	const char *busid = xml_attr(o->xml, "pci_busid"), *type = xml_attr(o->xml, "pci_type");
	char *end;

	if (!busid || !is_busid(busid))
		return xml_error(t->doc, o->xml, err,
				 "pci_busid=\"%.40s\" is not a PCI address like 0000:41:00.0",
				 busid ? busid : "");
	if (!type)
		return xml_error(t->doc, o->xml, err, "the PCI device %s has no pci_type", busid);
	if (strtoul(type, &end, 16) > 0xffff || end - type != 4 || strncmp(end, " [", 2) != 0)
		return xml_error(t->doc, o->xml, err,
				 "pci_type=\"%.40s\" is not like \"0200 [15b3:1021] ...\"", type);
	return 0;
}

static int check_numbers(const struct hwloc_tree *t, struct object *o, struct error *err)
{
	bool numbered = o->type == OBJECT_PU || o->type == OBJECT_NODE;
	uint64_t os = 0, unused;
	int rc = hwloc_number(t, o->xml, "gp_index", false, UINT64_MAX, &o->gp_index, err);

	o->has_gp_index = xml_attr(o->xml, "gp_index") != NULL;
	if (!rc)
		rc = hwloc_number(t, o->xml, "cache_size", false, UINT64_MAX >> 1, &unused, err);
	if (!rc && numbered)
		rc = hwloc_number(t, o->xml, "os_index", true, CPUS_MAX - 1, &os, err);
	o->os_index = (unsigned)os;
	return rc;
}

int hwloc_check_object(struct hwloc_tree *t, struct object *o, struct cpuset *pus,
		       struct error *err)
{
	int rc = check_type(t, o, err);

	if (!rc && has_sets(o->type))
		rc = check_sets(t, o, err);
	if (!rc)
		rc = check_numbers(t, o, err);
	if (!rc && o->type == OBJECT_PU)
		rc = check_pu(t, o, pus, err);
	if (!rc && o->type == OBJECT_NODE)
		rc = check_node(t, o, err);
	if (!rc && o->type == OBJECT_PCI)
		rc = check_pci(t, o, err);
	return rc;
}

/* --- all objects together ----------------------------------------------------------- */

static int by_gp_index(const void *a, const void *b)
{
	const struct object *x = *(struct object *const *)a, *y = *(struct object *const *)b;

	if (x->gp_index != y->gp_index)
		return x->gp_index < y->gp_index ? -1 : 1;
	return (x > y) - (x < y);
}

static int check_gp_indexes(struct hwloc_tree *t, struct error *err)
{
	struct object **list = arena_alloc(&t->doc->arena, sizeof(*list) * (t->nr_objects + 1));

	t->by_gp_index = list;
	for (size_t i = 0; i < t->nr_objects; i++)
		if (t->object[i].has_gp_index)
			list[t->nr_by_gp_index++] = &t->object[i];
	qsort(list, t->nr_by_gp_index, sizeof(*list), by_gp_index);
	for (size_t i = 1; i < t->nr_by_gp_index; i++)
		if (list[i]->gp_index == list[i - 1]->gp_index)
			return xml_error(t->doc, list[i]->xml, err,
					 "gp_index %llu belongs to two objects",
					 (unsigned long long)list[i]->gp_index);
	return 0;
}

const struct object *hwloc_find(const struct hwloc_tree *t, const char *type, const char *gp_index)
{
	uint64_t wanted;

	if (!plain_number(gp_index, UINT64_MAX, &wanted))
		return NULL;
	for (size_t low = 0, high = t->nr_by_gp_index; low < high;) {
		size_t mid = low + (high - low) / 2;
		const struct object *o = t->by_gp_index[mid];

		if (o->gp_index == wanted)
			return is(xml_attr(o->xml, "type"), type) ? o : NULL;
		if (o->gp_index < wanted)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

bool hwloc_is_inside(const struct object *o, const struct object *up)
{
	while (o && o != up)
		o = o->up;
	return o != NULL;
}

/* The nodes' cpusets and the CPUs' nodesets say the same thing twice; hwloc makes
 * them agree in its own way when they do not. */
static int check_agreement(const struct hwloc_tree *t, const struct object *pu, struct error *err)
{
	struct cpuset left = *pu->nodes;

	for (unsigned n = 0; n < t->nr_nodes; n++) {
		unsigned os = t->node[n]->os_index;
		bool in_node = cpuset_has(t->node[n]->cpus, pu->os_index);

		if (in_node != cpuset_has(pu->nodes, os))
			return xml_error(t->doc, pu->xml, err,
					 "CPU %u %s node %u by its nodeset, but %s by the node's "
					 "cpuset",
					 pu->os_index, in_node ? "is not on" : "is on", os,
					 in_node ? "is" : "is not");
		if (in_node)
			cpuset_and_not(&left, t->node[n]->nodes);
	}
	if (!cpuset_empty(&left))
		return xml_error(t->doc, pu->xml, err,
				 "CPU %u is on node %u, which is not in the file", pu->os_index,
				 cpuset_next(&left, 0));
	return 0;
}

/* Objects share out the CPUs of the one around them; memory hangs beside that in
 * version 2. */
static int check_share(const struct hwloc_tree *t, struct object *o, struct error *err)
{
	struct object *up = o->up;
	const char *type = xml_attr(o->xml, "type");

	if (!up || (t->version == 2 && is_memory(o->type)))
		return 0;
	if (!cpuset_subset(o->cpus, up->cpus))
		return xml_error(t->doc, o->xml, err,
				 "this %.40s holds CPUs that the %.40s around it does not", type,
				 xml_attr(up->xml, "type"));
	if (!up->shared_out)
		up->shared_out = arena_alloc(&t->doc->arena, sizeof(*up->shared_out));
	if (cpuset_intersects(up->shared_out, o->cpus))
		return xml_error(t->doc, o->xml, err,
				 "this %.40s holds a CPU that an object beside it holds too", type);
	cpuset_or(up->shared_out, o->cpus);
	return 0;
}

static int check_machine(struct hwloc_tree *t, struct error *err)
{
	struct object *root = &t->object[0];
	struct cpuset online = {{0}};
	int rc = 0;

	for (size_t i = 0; !rc && i < t->nr_objects; i++) {
		const struct object *o = &t->object[i];

		if (o->type != OBJECT_PU)
			continue;
		cpuset_or(&online, o->cpus);
		if (t->version == 2)
			rc = check_agreement(t, o, err);
	}
	for (size_t i = 0; !rc && i < t->nr_objects; i++)
		if (has_sets(t->object[i].type))
			rc = check_share(t, &t->object[i], err);
	if (!rc && !cpuset_equal(&online, root->cpus))
		rc = xml_error(t->doc, root->xml, err,
			       "the machine's cpuset and its CPUs differ: %u and %u CPUs",
			       cpuset_count(root->cpus), cpuset_count(&online));
	return rc;
}

int hwloc_check_together(struct hwloc_tree *t, const struct cpuset *pus, struct error *err)
{
	struct object *root = &t->object[0];
	int rc;

	if (cpuset_empty(pus))
		return xml_error(t->doc, root->xml, err,
				 "the topology holds no CPU (no object of type PU)");
	if (t->nr_nodes == 0 && t->version == 2)
		return xml_error(t->doc, root->xml, err, "the topology holds no NUMA node");
	rc = check_gp_indexes(t, err);
	if (!rc && t->nr_nodes == 0) /* hwloc 1: such a machine is one node itself */
		rc = check_node(t, root, err);
	return rc ? rc : check_machine(t, err);
}
