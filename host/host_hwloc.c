#include "host/host_hwloc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"

void tree_cpus(hwloc_const_bitmap_t from, struct cpuset *out)
{
	memset(out, 0, sizeof(*out));
	for (int i = hwloc_bitmap_first(from); i >= 0 && i < CPUS_MAX;
	     i = hwloc_bitmap_next(from, i))
		cpuset_add(out, (unsigned)i);
}

nodeset tree_nodes(const struct tree *tree, hwloc_const_bitmap_t from)
{
	nodeset nodes = 0;

	for (unsigned n = 0; n < tree->host->nr_nodes; n++)
		if (from && hwloc_bitmap_isset(from, tree->host->node[n].os_index))
			nodes |= nodeset_of(n);
	return nodes;
}

/* --- is the tree one at all? ----------------------------------------------------- */

/* Children of one object must share out its CPUs; hwloc 2.9 does not look. */
static int check_children(hwloc_obj_t up, struct error *err)
{
	hwloc_bitmap_t seen = hwloc_bitmap_alloc();
	int rc = 0;

	for (hwloc_obj_t o = up->first_child; o && !rc; o = o->next_sibling) {
		if (!hwloc_bitmap_isincluded(o->cpuset, up->cpuset))
			rc = error_set(err, ERR_INPUT, "a %s holds CPUs that its %s does not",
				       hwloc_obj_type_string(o->type),
				       hwloc_obj_type_string(up->type));
		else if (hwloc_bitmap_intersects(o->cpuset, seen))
			rc = error_set(err, ERR_INPUT,
				       "two objects (the second is %s %u) hold the same CPU",
				       hwloc_obj_type_string(o->type), o->logical_index);
		hwloc_bitmap_or(seen, seen, o->cpuset);
	}
	hwloc_bitmap_free(seen);
	for (hwloc_obj_t o = up->first_child; o && !rc; o = o->next_sibling)
		rc = check_children(o, err);
	return rc;
}

/* A PU's nodeset and the nodes' cpusets say the same thing twice. */
static int check_agreement(hwloc_topology_t t, hwloc_obj_t pu, struct error *err)
{
	hwloc_obj_t node = NULL;

	while ((node = hwloc_get_next_obj_by_type(t, HWLOC_OBJ_NUMANODE, node)) != NULL) {
		bool in_node = hwloc_bitmap_isset(node->cpuset, pu->os_index);

		if (in_node != hwloc_bitmap_isset(pu->nodeset, node->os_index))
			return error_set(err, ERR_INPUT,
					 "CPU %u %s node %u by its nodeset, but %s by the node's "
					 "cpuset",
					 pu->os_index, in_node ? "is not on" : "is on",
					 node->os_index, in_node ? "is" : "is not");
	}
	return 0;
}

static int check_pus(hwloc_topology_t t, struct error *err)
{
	hwloc_obj_t root = hwloc_get_root_obj(t), pu = NULL;
	struct cpuset seen = {{0}}, all;
	int rc = 0;

	while (!rc && (pu = hwloc_get_next_obj_by_type(t, HWLOC_OBJ_PU, pu)) != NULL) {
		if (pu->os_index >= CPUS_MAX)
			return error_set(err, ERR_INPUT, "CPU number %u is not below %d",
					 pu->os_index, CPUS_MAX);
		if (cpuset_has(&seen, pu->os_index))
			return error_set(err, ERR_INPUT, "CPU %u is there twice", pu->os_index);
		cpuset_add(&seen, pu->os_index);
		rc = check_agreement(t, pu, err);
	}
	tree_cpus(root->cpuset, &all);
	if (!rc && !cpuset_equal(&all, &seen))
		rc = error_set(err, ERR_INPUT,
			       "the machine's cpuset and its CPUs differ: %d and %u CPUs",
			       hwloc_bitmap_weight(root->cpuset), cpuset_count(&seen));
	return rc;
}

static int check_nodes(hwloc_topology_t t, struct error *err)
{
	int nr = hwloc_get_nbobjs_by_type(t, HWLOC_OBJ_NUMANODE);
	hwloc_obj_t a = NULL;

	if (nr < 1 || nr > NODES_MAX)
		return error_set(err, ERR_INPUT,
				 "the machine has %d NUMA nodes; 1 to %d are supported", nr,
				 NODES_MAX);
	while ((a = hwloc_get_next_obj_by_type(t, HWLOC_OBJ_NUMANODE, a)) != NULL) {
		if (a->os_index >= CPUS_MAX)
			return error_set(err, ERR_INPUT, "node number %u is not below %d",
					 a->os_index, CPUS_MAX);
		for (hwloc_obj_t b = a->next_cousin; b; b = b->next_cousin)
			if (b->os_index == a->os_index)
				return error_set(err, ERR_INPUT, "node %u is there twice",
						 a->os_index);
	}
	return 0;
}

static int check_tree(hwloc_topology_t t, struct error *err)
{
	int rc = check_nodes(t, err);

	if (!rc)
		rc = check_pus(t, err);
	if (!rc)
		rc = check_children(hwloc_get_root_obj(t), err);
	return rc;
}

/* hwloc drops what it does not like; the text is the judge. hwloc 1 files may
 * gain a node. */
static int check_facts(hwloc_topology_t t, const struct xml_facts *facts, struct error *err)
{
	int pus = hwloc_get_nbobjs_by_type(t, HWLOC_OBJ_PU);
	int nodes = hwloc_get_nbobjs_by_type(t, HWLOC_OBJ_NUMANODE);

	if (pus != (int)facts->nr_pus && facts->version == 2)
		return error_set(err, ERR_INPUT, "hwloc keeps %d of the file's %u CPUs", pus,
				 facts->nr_pus);
	if (nodes != (int)facts->nr_nodes && facts->nr_nodes)
		return error_set(err, ERR_INPUT, "hwloc keeps %d of the file's %u nodes", nodes,
				 facts->nr_nodes);
	return 0;
}

/* --- nodes ----------------------------------------------------------------------- */

static int by_os_index(const void *a, const void *b)
{
	const hwloc_obj_t *x = a, *y = b;

	return ((*x)->os_index > (*y)->os_index) - ((*x)->os_index < (*y)->os_index);
}

static void collect_nodes(struct tree *tree)
{
	hwloc_const_nodeset_t allowed = hwloc_topology_get_allowed_nodeset(tree->t);
	struct host *h = tree->host;
	hwloc_obj_t o = NULL;
	unsigned nr = 0;

	while ((o = hwloc_get_next_obj_by_type(tree->t, HWLOC_OBJ_NUMANODE, o)) != NULL)
		tree->node[nr++] = o;
	qsort(tree->node, nr, sizeof(*tree->node), by_os_index);
	for (unsigned n = 0; n < nr; n++) {
		struct host_node *node = &h->node[n];

		o = tree->node[n];
		node->os_index = o->os_index;
		node->memory_bytes = (int64_t)o->attr->numanode.local_memory;
		if (o->subtype && *o->subtype)
			snprintf(node->kind, sizeof(node->kind), "%s", o->subtype);
		if (hwloc_bitmap_isset(allowed, o->os_index))
			continue;
		node->memory_bytes = 0;
		host_warn(h,
			  "node %u was out of bounds for whoever wrote the topology: its "
			  "memory is not counted",
			  o->os_index);
	}
}

/*
 * Memory nodes without CPUs (HBM, PMEM, GPU memory) carry their neighbour's
 * cpuset. A CPU belongs to the node with the smallest set that holds it, ties to
 * the lowest os_index; -1: no node's set does.
 */
static int owner_of(const struct tree *tree, unsigned cpu)
{
	int best = -1, best_weight = 0;

	for (unsigned n = 0; n < tree->host->nr_nodes; n++) {
		int weight;

		if (!hwloc_bitmap_isset(tree->node[n]->cpuset, cpu))
			continue;
		weight = hwloc_bitmap_weight(tree->node[n]->cpuset);
		if (best < 0 || weight < best_weight) {
			best = (int)n;
			best_weight = weight;
		}
	}
	return best;
}

static void warn_shared_nodes(const struct tree *tree)
{
	struct host *h = tree->host;

	for (unsigned n = 0; n < h->nr_nodes; n++)
		if (cpuset_empty(&h->node[n].cpus) && strcmp(h->node[n].kind, "DRAM") == 0 &&
		    !hwloc_bitmap_iszero(tree->node[n]->cpuset) && h->node[n].memory_bytes)
			host_warn(h,
				  "node %u lists only CPUs that other nodes list too: it is taken "
				  "as memory without CPUs of its own",
				  h->node[n].os_index);
}

static void share_out_cpus(struct tree *tree)
{
	hwloc_const_cpuset_t allowed = hwloc_topology_get_allowed_cpuset(tree->t);
	hwloc_obj_t root = hwloc_get_root_obj(tree->t), pu = NULL;
	struct host *h = tree->host;
	int hidden = hwloc_bitmap_weight(root->complete_cpuset) - hwloc_bitmap_weight(root->cpuset);

	while ((pu = hwloc_get_next_obj_by_type(tree->t, HWLOC_OBJ_PU, pu)) != NULL) {
		int owner = owner_of(tree, pu->os_index);

		if (!hwloc_bitmap_isset(allowed, pu->os_index))
			h->nr_cpus_disallowed++;
		else if (owner < 0)
			h->nr_cpus_homeless++;
		else
			cpuset_add(&h->node[owner].cpus, pu->os_index);
	}
	h->nr_cpus_offline = hidden > 0 ? (unsigned)hidden : 0;
	if (h->nr_cpus_homeless)
		host_warn(h, "%u CPUs belong to no node in the topology and are not used",
			  h->nr_cpus_homeless);
	if (h->nr_cpus_disallowed)
		host_warn(h,
			  "%u CPUs were out of bounds for whoever wrote the topology and are "
			  "not used",
			  h->nr_cpus_disallowed);
	warn_shared_nodes(tree);
}

/* A core counts for the node that has its first usable CPU. */
static void count_cores(struct tree *tree)
{
	struct host *h = tree->host;
	hwloc_obj_t core = NULL;

	while ((core = hwloc_get_next_obj_by_type(tree->t, HWLOC_OBJ_CORE, core)) != NULL) {
		struct cpuset cpus;
		unsigned first = CPUSET_NONE, owner = 0;

		tree_cpus(core->cpuset, &cpus);
		for (unsigned n = 0; n < h->nr_nodes; n++) {
			struct cpuset both = cpus;
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
}

/* The package with the node's first own CPU; for a node without any, the package
 * around it in the tree, or the only one its listed CPUs touch. */
static unsigned package_of(const struct tree *tree, unsigned n)
{
	unsigned cpu = cpuset_next(&tree->host->node[n].cpus, 0), found = HOST_NO_PACKAGE, nr = 0;
	hwloc_obj_t up = hwloc_get_ancestor_obj_by_type(tree->t, HWLOC_OBJ_PACKAGE, tree->node[n]);
	hwloc_obj_t p = NULL;

	if (cpu == CPUSET_NONE && up)
		return up->logical_index;
	while ((p = hwloc_get_next_obj_by_type(tree->t, HWLOC_OBJ_PACKAGE, p)) != NULL) {
		if (cpu == CPUSET_NONE ? !hwloc_bitmap_intersects(p->cpuset, tree->node[n]->cpuset)
				       : !hwloc_bitmap_isset(p->cpuset, cpu))
			continue;
		found = p->logical_index;
		nr++;
	}
	return nr == 1 ? found : HOST_NO_PACKAGE;
}

/* --- the machine in one line --------------------------------------------------------- */

static const char *info(hwloc_obj_t o, const char *name)
{
	const char *value = o ? hwloc_obj_get_info_by_name(o, name) : NULL;

	return value && *value ? value : NULL;
}

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

static char *source_of(hwloc_topology_t t)
{
	hwloc_obj_t root = hwloc_get_root_obj(t);
	hwloc_obj_t package = hwloc_get_obj_by_type(t, HWLOC_OBJ_PACKAGE, 0);
	const char *own = info(root, "homenodeSource");
	const char *vendor = info(root, "DMISysVendor");
	const char *product = info(root, "DMIProductName");
	const char *cpu = info(package, "CPUModel");

	if (own)
		return one_line(xstrdup(own));
	if (!vendor)
		vendor = info(root, "DMIBoardVendor");
	if (!product)
		product = info(root, "DMIBoardName");
	if (!cpu)
		cpu = info(root, "CPUModel");
	return one_line(xasprintf("%s%s%s%s%s", vendor ? vendor : "", vendor && product ? " " : "",
				  product ? product : "", (vendor || product) && cpu ? ", " : "",
				  cpu ? cpu : ""));
}

static int convert(struct host **out, hwloc_topology_t t, const struct xml_facts *facts,
		   struct error *err)
{
	struct tree tree = {.t = t};
	struct host *h;
	int rc = check_tree(t, err);

	if (rc)
		return rc;
	h = host_new("", (unsigned)hwloc_get_nbobjs_by_type(t, HWLOC_OBJ_NUMANODE));
	tree.host = h;
	h->nr_packages = (unsigned)hwloc_get_nbobjs_by_type(t, HWLOC_OBJ_PACKAGE);
	free(h->source);
	h->source = source_of(t);
	collect_nodes(&tree);
	share_out_cpus(&tree);
	count_cores(&tree);
	for (unsigned n = 0; n < h->nr_nodes; n++)
		h->node[n].package = package_of(&tree, n);
	tree_devices(&tree, facts->nr_pci);
	tree_l3s(&tree);
	rc = tree_matrices(&tree, facts->nr_node_matrices, err);
	if (rc)
		host_free(h);
	else
		*out = h;
	return rc;
}

/* Nothing filtered: without Group objects the nodes' sets widen to the package,
 * and I/O objects are off by default. Disallowed CPUs stay, to be counted. */
static int setup(hwloc_topology_t *t, struct error *err)
{
	if (hwloc_topology_init(t) != 0)
		return error_set(err, ERR_INPUT, "hwloc cannot start: %s", strerror(errno));
	if (hwloc_topology_set_all_types_filter(*t, HWLOC_TYPE_FILTER_KEEP_ALL) == 0 &&
	    hwloc_topology_set_flags(*t, HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED) == 0)
		return 0;
	hwloc_topology_destroy(*t);
	return error_set(err, ERR_INPUT, "hwloc refuses its settings: %s", strerror(errno));
}

/* What hwloc wrote to standard error, which is a scratch file here: its first
 * line, unless that is its general advice. */
static int refused(struct error *err)
{
	char why[512] = "";
	ssize_t n = 0;

	fflush(stderr);
	if (lseek(STDERR_FILENO, 0, SEEK_SET) == 0)
		n = read(STDERR_FILENO, why, sizeof(why) - 1);
	why[n > 0 ? n : 0] = '\0';
	why[strcspn(why, "\n")] = '\0';
	if (!*why || strncmp(why, "Failed to parse", strlen("Failed to parse")) == 0)
		return error_set(err, ERR_INPUT,
				 "hwloc refuses this topology; write the file again with lstopo");
	return error_set(err, ERR_INPUT, "hwloc refuses this topology: %s", why);
}

int tree_load(hwloc_topology_t *t, const struct host_job *job, struct error *err)
{
	int rc = setup(t, err);

	if (rc)
		return rc;
	/* errno says nothing of a file: it is 0 or EINVAL. */
	if (job->xml && (job->xml_size >= INT32_MAX ||
			 hwloc_topology_set_xmlbuffer(*t, job->xml, (int)job->xml_size + 1) != 0 ||
			 hwloc_topology_load(*t) != 0))
		rc = refused(err);
	else if (job->xml)
		rc = check_facts(*t, &job->facts, err);
	else if (hwloc_topology_load(*t) != 0)
		rc = error_set(err, ERR_INPUT, "hwloc cannot look at it: %s", strerror(errno));
	if (rc)
		hwloc_topology_destroy(*t);
	return rc;
}

int host_from_job(struct host **out, const struct host_job *job, struct error *err)
{
	static const struct xml_facts none = {.version = 2};
	hwloc_topology_t t;
	int rc = tree_load(&t, job, err);

	if (rc)
		return rc;
	rc = convert(out, t, job->xml ? &job->facts : &none, err);
	hwloc_topology_destroy(t);
	return rc;
}
