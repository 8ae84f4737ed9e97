#include "host/host_xml_rules.h"

#include <stdlib.h>
#include <string.h>

#include "base/nodeset.h"

/* More than this in one node is a typing mistake: 64 of them still fit 63 bits. */
#define NODE_MEMORY_MAX ((uint64_t)1 << 52)

/* From hwloc's memattrs.h: 1 higher is better, 2 lower is better, 4 initiator. */
static const struct {
	const char *name;
	uint64_t flags;
} known_memattrs[] = {
	{"Bandwidth", 5}, {"ReadBandwidth", 5}, {"WriteBandwidth", 5},
	{"Latency", 6},	  {"ReadLatency", 6},	{"WriteLatency", 6},
};

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

/* I/O and Misc objects have no sets. */
static bool has_sets(const char *type)
{
	return !is(type, "Bridge") && !is(type, "PCIDev") && !is(type, "OSDev") &&
	       !is(type, "Misc");
}

static int number_attr(const struct check *c, const char *name, bool required, uint64_t max,
		       uint64_t *out, struct error *err)
{
	const char *value = xml_attr(c->x, name);

	if (!value)
		return required ? xml_error(c->x, err, "<%s> has no %s", c->x->name, name) : 0;
	if (!plain_number(value, max, out))
		return xml_error(c->x, err, "%s=\"%.40s\" is not a whole number from 0 to %llu",
				 name, value, (unsigned long long)max);
	return 0;
}

static int set_attr(const struct check *c, const char *name, bool required, struct cpuset *out,
		    struct error *err)
{
	const char *value = xml_attr(c->x, name), *type = xml_attr(c->x, "type");
	bool infinite;

	memset(out, 0, sizeof(*out));
	if (!value) {
		if (!required)
			return 0;
		return xml_error(c->x, err, "this %.40s has no %s, without which hwloc fails", type,
				 name);
	}
	if (!hwloc_set_parse(value, out, &infinite))
		return xml_error(c->x, err, "%s=\"%.40s\" is not an hwloc set of numbers below %d",
				 name, value, CPUS_MAX);
	/* hwloc 1 wrote "all" where the machine had no nodes. */
	if (infinite && !(c->facts.version == 1 && strstr(name, "nodeset")))
		return xml_error(c->x, err, "%s=\"%.40s\" has no end", name, value);
	return 0;
}

/* Notes which nodes a CPU says it is on. */
static void claim(struct check *c, unsigned cpu, const struct cpuset *nodes)
{
	for (unsigned n = cpuset_next(nodes, 0); n != CPUSET_NONE; n = cpuset_next(nodes, n + 1)) {
		if (!c->claimed[n])
			c->claimed[n] = arena_alloc(&c->x->arena, sizeof(*c->claimed[n]));
		cpuset_add(c->claimed[n], cpu);
	}
}

static int check_pu(struct check *c, const struct cpuset *cpus, const struct cpuset *nodes,
		    struct error *err)
{
	struct cpuset own = {{0}};
	uint64_t os = 0;
	int rc = number_attr(c, "os_index", true, CPUS_MAX - 1, &os, err);

	if (rc)
		return rc;
	if (cpuset_has(&c->pus, (unsigned)os))
		return xml_error(c->x, err, "CPU %u is in the file twice", (unsigned)os);
	cpuset_add(&c->pus, (unsigned)os);
	cpuset_add(&own, (unsigned)os);
	c->facts.nr_pus++;
	claim(c, (unsigned)os, nodes);
	if (c->facts.version == 2 && !cpuset_equal(cpus, &own))
		return xml_error(c->x, err, "the cpuset of CPU %u is not that CPU alone",
				 (unsigned)os);
	return 0;
}

static int check_node(struct check *c, const struct cpuset *cpus, const struct cpuset *nodes,
		      struct error *err)
{
	struct cpuset own = {{0}};
	uint64_t os = 0, gp = UINT64_MAX, bytes = 0;
	unsigned n = c->facts.nr_nodes;
	int rc = number_attr(c, "os_index", true, CPUS_MAX - 1, &os, err);

	if (!rc)
		rc = number_attr(c, "local_memory", false, NODE_MEMORY_MAX, &bytes, err);
	if (!rc)
		rc = number_attr(c, "gp_index", false, UINT64_MAX, &gp, err);
	if (rc)
		return rc;
	if (cpuset_has(&c->nodes, (unsigned)os))
		return xml_error(c->x, err, "node %u is in the file twice", (unsigned)os);
	if (n == NODES_MAX)
		return xml_error(c->x, err,
				 "the machine has more than %d NUMA nodes, the most that is "
				 "supported",
				 NODES_MAX);
	cpuset_add(&c->nodes, (unsigned)os);
	cpuset_add(&own, (unsigned)os);
	c->node[n].os_index = (unsigned)os;
	c->node[n].gp_index = gp;
	c->node[n].cpus = *cpus;
	c->facts.nr_nodes = n + 1;
	if (c->facts.version == 2 && !cpuset_equal(nodes, &own))
		return xml_error(c->x, err, "the nodeset of node %u is not that node alone",
				 (unsigned)os);
	return 0;
}

/* "0000:41:00.0": domain of 4 to 8 hex digits. */
static bool is_busid(const char *s)
{
	size_t n = strspn(s, "0123456789abcdefABCDEF");

	if (n < 4 || n > 8 || s[n] != ':')
		return false;
	s += n + 1;
	if (strspn(s, "0123456789abcdefABCDEF") != 2 || s[2] != ':')
		return false;
	s += 3;
	return strspn(s, "0123456789abcdefABCDEF") == 2 && s[2] == '.' && s[3] >= '0' &&
	       s[3] <= '7' && s[4] == '\0';
}

static int check_pci(struct check *c, struct error *err)
{
	const char *busid = xml_attr(c->x, "pci_busid"), *type = xml_attr(c->x, "pci_type");
	char *end;

	c->facts.nr_pci++;
	if (!busid || !is_busid(busid))
		return xml_error(c->x, err,
				 "pci_busid=\"%.40s\" is not a PCI address like 0000:41:00.0",
				 busid ? busid : "");
	if (!type)
		return xml_error(c->x, err, "the PCI device %s has no pci_type", busid);
	if (strtoul(type, &end, 16) > 0xffff || end - type != 4 || strncmp(end, " [", 2) != 0)
		return xml_error(c->x, err,
				 "pci_type=\"%.40s\" is not like \"0200 [15b3:1021] ...\"", type);
	return 0;
}

static int check_sets(struct check *c, bool root, struct cpuset *cpus, struct cpuset *nodes,
		      struct error *err)
{
	static const char *const other[] = {"complete_cpuset", "complete_nodeset", "allowed_cpuset",
					    "allowed_nodeset", "online_cpuset"};
	bool v2 = c->facts.version == 2;
	struct cpuset unused;
	int rc = set_attr(c, "cpuset", v2, cpus, err);

	if (!rc)
		rc = set_attr(c, "nodeset", v2, nodes, err);
	for (unsigned i = 0; !rc && i < sizeof(other) / sizeof(other[0]); i++)
		rc = set_attr(c, other[i], v2 && i < 2, &unused, err);
	if (!rc && root)
		c->root_cpus = *cpus;
	return rc;
}

static void remember(struct check *c, const char *type)
{
	uint64_t gp;
	const char *value = xml_attr(c->x, "gp_index");

	if (!value || !plain_number(value, UINT64_MAX, &gp))
		return;
	c->ref = grow(c->ref, &c->cap_refs, c->nr_refs, sizeof(*c->ref));
	c->ref[c->nr_refs++] = (struct object_ref){gp, type, c->x->token_at};
}

int check_object(struct check *c, bool root, struct error *err)
{
	const char *type = xml_attr(c->x, "type");
	struct cpuset cpus, nodes;
	uint64_t unused;
	int rc = 0;

	if (!type)
		return xml_error(c->x, err, "this object has no type");
	if (root && !is(type, "Machine") && c->facts.version == 2)
		return xml_error(c->x, err, "the root object is a %.40s, not a Machine", type);
	if (!root && is(type, "Machine") && c->facts.version == 2)
		return xml_error(c->x, err, "a Machine inside a Machine");
	if (has_sets(type))
		rc = check_sets(c, root, &cpus, &nodes, err);
	if (!rc)
		rc = number_attr(c, "gp_index", false, UINT64_MAX, &unused, err);
	if (!rc)
		rc = number_attr(c, "cache_size", false, UINT64_MAX >> 1, &unused, err);
	if (rc)
		return rc;
	remember(c, type);
	if (is(type, "PU"))
		return check_pu(c, &cpus, &nodes, err);
	if (is(type, "NUMANode") || is(type, "Node"))
		return check_node(c, &cpus, &nodes, err);
	if (is(type, "PCIDev"))
		return check_pci(c, err);
	return 0;
}

static int by_gp_index(const void *a, const void *b)
{
	const struct object_ref *x = a, *y = b;

	if (x->gp_index != y->gp_index)
		return x->gp_index < y->gp_index ? -1 : 1;
	return (x->at > y->at) - (x->at < y->at);
}

/* The nodes' cpusets and the CPUs' nodesets say the same thing twice; hwloc makes
 * them agree in its own way when they do not. */
static int check_agreement(const struct check *c, struct error *err)
{
	static const struct cpuset none;

	for (unsigned i = 0; i < c->facts.nr_nodes; i++) {
		unsigned os = c->node[i].os_index;
		const struct cpuset *claimed = c->claimed[os] ? c->claimed[os] : &none;

		if (!cpuset_equal(claimed, &c->node[i].cpus))
			return xml_error(
				c->x, err,
				"node %u lists %u CPUs in its cpuset, but %u CPUs (not all "
				"the same) have it in their nodeset",
				os, cpuset_count(&c->node[i].cpus), cpuset_count(claimed));
	}
	for (unsigned os = 0; os < CPUS_MAX; os++)
		if (c->claimed[os] && !cpuset_has(&c->nodes, os))
			return xml_error(c->x, err,
					 "CPU %u is on node %u, which is not in the file",
					 cpuset_next(c->claimed[os], 0), os);
	return 0;
}

int check_objects_end(struct check *c, struct error *err)
{
	if (c->facts.nr_pus == 0)
		return xml_error(c->x, err, "the topology holds no CPU (no object of type PU)");
	if (c->facts.nr_nodes == 0 && c->facts.version == 2)
		return xml_error(c->x, err, "the topology holds no NUMA node");
	if (c->nr_refs)
		qsort(c->ref, c->nr_refs, sizeof(*c->ref), by_gp_index);
	for (size_t i = 1; i < c->nr_refs; i++)
		if (c->ref[i].gp_index == c->ref[i - 1].gp_index)
			return xml_error_at(c->x, c->ref[i].at, err,
					    "gp_index %llu belongs to two objects",
					    (unsigned long long)c->ref[i].gp_index);
	return c->facts.version == 2 ? check_agreement(c, err) : 0;
}

static bool find_ref(const struct check *c, const char *type, const char *gp_text)
{
	struct object_ref key = {0, NULL, NULL};
	size_t low = 0, high = c->nr_refs;

	if (!plain_number(gp_text, UINT64_MAX, &key.gp_index))
		return false;
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (c->ref[mid].gp_index < key.gp_index)
			low = mid + 1;
		else
			high = mid;
	}
	return low < c->nr_refs && c->ref[low].gp_index == key.gp_index &&
	       is(c->ref[low].type, type);
}

/* --- matrices ----------------------------------------------------------------- */

static int check_kind(const struct check *c, struct error *err)
{
	uint64_t k = c->matrix.kind;
	unsigned from = k & 3, means = k >> 2 & 3;

	if ((from == 1 || from == 2) && (means == 1 || means == 2) && k < 32)
		return 0;
	return xml_error(c->x, err,
			 "kind=\"%llu\" is not one of 5, 6 (latency) or 9, 10 (bandwidth)",
			 (unsigned long long)k);
}

int check_matrix_begin(struct check *c, enum element_id id, struct error *err)
{
	const char *type = xml_attr(c->x, "type"), *indexing = xml_attr(c->x, "indexing");
	const char *name = xml_attr(c->x, "name");
	int rc;

	c->matrix = (struct matrix_in_text){.at = c->x->token_at, .name = name ? name : ""};
	if (id == EL_DISTANCES2 && !type)
		return xml_error(c->x, err, "this matrix does not say over which type of object");
	c->matrix.nodes = id == EL_DISTANCES2 && is(type, "NUMANode");
	c->matrix.by_gp = indexing && is(indexing, "gp");
	rc = number_attr(c, "nbobjs", true, CPUS_MAX, &c->matrix.nr_objects, err);
	if (!rc)
		rc = number_attr(c, "kind", true, UINT32_MAX, &c->matrix.kind, err);
	if (!rc)
		rc = check_kind(c, err);
	if (!rc && c->matrix.nodes) {
		c->facts.nr_node_matrices++;
		if (c->matrix.nr_objects != c->facts.nr_nodes)
			rc = xml_error(c->x, err,
				       "matrix %.40s is over %llu nodes, the machine has %u",
				       c->matrix.name, (unsigned long long)c->matrix.nr_objects,
				       c->facts.nr_nodes);
		else if (c->matrix.nr_objects < 2)
			rc = xml_error(c->x, err, "a matrix over one node says nothing; remove it");
	}
	return rc;
}

int check_length(struct check *c, struct error *err)
{
	return number_attr(c, "length", true, UINT32_MAX, &c->content_length, err);
}

static int check_index(struct check *c, const char *word, struct error *err)
{
	struct matrix_in_text *m = &c->matrix;
	uint64_t value;

	m->nr_indexes++;
	if (!m->nodes)
		return 0;
	if (!plain_number(word, UINT64_MAX, &value))
		return xml_error_at(c->x, c->content_at, err, "\"%.40s\" is not a node", word);
	for (unsigned i = 0; i < c->facts.nr_nodes; i++) {
		if ((m->by_gp ? c->node[i].gp_index : c->node[i].os_index) != value)
			continue;
		if (cpuset_has(&m->seen, c->node[i].os_index))
			return xml_error_at(c->x, c->content_at, err,
					    "node %u is twice in the matrix", c->node[i].os_index);
		cpuset_add(&m->seen, c->node[i].os_index);
		return 0;
	}
	return xml_error_at(c->x, c->content_at, err,
			    "the matrix names node %.40s, which is not "
			    "in the file",
			    word);
}

static int check_value(struct check *c, const char *word, struct error *err)
{
	struct matrix_in_text *m = &c->matrix;
	uint64_t value = 0;

	m->nr_values++;
	if (!plain_number(word, UINT64_MAX, &value))
		return xml_error_at(c->x, c->content_at, err,
				    "\"%.40s\" in the matrix is not a whole number", word);
	if (m->nodes && (value == 0 || value >= UINT32_MAX))
		return xml_error_at(c->x, c->content_at, err,
				    "%.40s in matrix %.40s is not from 1 to %u", word, m->name,
				    UINT32_MAX - 1);
	return 0;
}

int check_content(struct check *c, enum element_id id, struct error *err)
{
	const char *p = c->content_nr ? c->content : "";
	char word[64];
	int rc = 0;

	if (strlen(p) != c->content_length)
		return xml_error_at(c->x, c->content_at, err,
				    "length=\"%llu\", but the text has %zu characters",
				    (unsigned long long)c->content_length, strlen(p));
	while (!rc) {
		size_t n;

		p += strspn(p, " \n\t");
		n = strcspn(p, " \n\t");
		if (n == 0)
			break;
		if (n >= sizeof(word))
			return xml_error_at(c->x, c->content_at, err, "\"%.40s...\" is too long",
					    p);
		memcpy(word, p, n);
		word[n] = '\0';
		rc = id == EL_INDEXES ? check_index(c, word, err) : check_value(c, word, err);
		p += n;
	}
	return rc;
}

int check_matrix_end(struct check *c, struct error *err)
{
	const struct matrix_in_text *m = &c->matrix;

	if (m->nr_indexes != m->nr_objects)
		return xml_error_at(
			c->x, m->at, err, "the matrix announces %llu objects and names %llu",
			(unsigned long long)m->nr_objects, (unsigned long long)m->nr_indexes);
	if (m->nr_values != m->nr_objects * m->nr_objects)
		return xml_error_at(
			c->x, m->at, err, "the matrix holds %llu values where %llu x %llu belong",
			(unsigned long long)m->nr_values, (unsigned long long)m->nr_objects,
			(unsigned long long)m->nr_objects);
	return 0;
}

/* --- memory attributes ---------------------------------------------------------- */

int check_memattr(struct check *c, struct error *err)
{
	const char *name = xml_attr(c->x, "name");
	uint64_t flags = 0;
	int rc = number_attr(c, "flags", true, 7, &flags, err);

	if (rc)
		return rc;
	if (!name || !*name)
		return xml_error(c->x, err, "this memattr has no name");
	for (unsigned i = 0; i < sizeof(known_memattrs) / sizeof(known_memattrs[0]); i++)
		if (is(name, known_memattrs[i].name) && flags != known_memattrs[i].flags)
			return xml_error(c->x, err, "memattr %s has flags %llu; hwloc's are %llu",
					 name, (unsigned long long)flags,
					 (unsigned long long)known_memattrs[i].flags);
	if ((flags & 3) != 1 && (flags & 3) != 2)
		return xml_error(c->x, err,
				 "memattr %.40s: flags %llu do not say whether higher "
				 "or lower is better",
				 name, (unsigned long long)flags);
	c->memattr_at = c->x->token_at;
	c->memattr_initiators = flags & 4;
	c->nr_pairs = 0;
	return 0;
}

/* The initiator's text for the pair, or NULL with the error set. */
static const char *initiator_text(struct check *c, struct error *err)
{
	const char *cpus = xml_attr(c->x, "initiator_cpuset");
	const char *gp = xml_attr(c->x, "initiator_obj_gp_index");
	const char *type = xml_attr(c->x, "initiator_obj_type");
	struct cpuset set;

	if (cpus) {
		if (set_attr(c, "initiator_cpuset", true, &set, err))
			return NULL;
		if (cpuset_empty(&set) || !cpuset_subset(&set, &c->root_cpus)) {
			xml_error(c->x, err, "initiator_cpuset=\"%.40s\" is %s", cpus,
				  cpuset_empty(&set) ? "empty" : "not part of the machine");
			return NULL;
		}
		return cpus;
	}
	if (gp && type && find_ref(c, type, gp))
		return arena_printf(&c->x->arena, "%s %s", type, gp);
	xml_error(c->x, err,
		  gp ? "the initiator is no object of the file"
		     : "a value of this memattr needs an initiator");
	return NULL;
}

int check_memattr_value(struct check *c, struct error *err)
{
	const char *type = xml_attr(c->x, "target_obj_type");
	const char *gp = xml_attr(c->x, "target_obj_gp_index"), *initiator = "";
	uint64_t value;
	int rc = number_attr(c, "value", true, UINT64_MAX - 1, &value, err);

	if (rc)
		return rc;
	if (!type || !gp || !find_ref(c, type, gp))
		return xml_error(c->x, err,
				 "the target (%.20s with gp_index %.20s) is not in the file",
				 type ? type : "no type", gp ? gp : "missing");
	if (c->memattr_initiators) {
		initiator = initiator_text(c, err);
		if (!initiator)
			return ERR_INPUT;
	}
	c->pair = grow(c->pair, &c->cap_pairs, c->nr_pairs, sizeof(*c->pair));
	c->pair[c->nr_pairs++] = arena_printf(&c->x->arena, "%s|%s", gp, initiator);
	return 0;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int check_memattr_end(struct check *c, struct error *err)
{
	if (c->nr_pairs)
		qsort(c->pair, c->nr_pairs, sizeof(*c->pair), by_text);
	for (size_t i = 1; i < c->nr_pairs; i++)
		if (is(c->pair[i], c->pair[i - 1]))
			return xml_error_at(c->x, c->memattr_at, err,
					    "this memattr gives one pair of target and initiator "
					    "two values");
	return 0;
}

void check_release(struct check *c)
{
	free(c->ref);
	free(c->pair);
	free(c->content);
}
