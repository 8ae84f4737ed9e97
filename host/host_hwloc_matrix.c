/*
 * Matrices over NUMA nodes: which of those in the topology is what.
 *
 * hwloc's kind says where a matrix comes from and whether more is better, not its
 * unit. The name is the key: "NUMALatency" (none in hwloc 1 files) is the SLIT;
 * what somebody measured has a name of its own and FROM_USER.
 */
#include "host/host_hwloc.h"

#include <hwloc/distances.h>
#include <hwloc/memattrs.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#define SLIT_NAME "NUMALatency"
#define LATENCY_KIND HWLOC_DISTANCES_KIND_MEANS_LATENCY
#define BANDWIDTH_KIND HWLOC_DISTANCES_KIND_MEANS_BANDWIDTH

struct matrices {
	unsigned nr;
	struct hwloc_distances_s **item;
	const char **name; /* "" when it has none */
	bool *used;
};

static int get_matrices(struct tree *tree, struct matrices *m, struct error *err)
{
	m->nr = 0;
	if (hwloc_distances_get_by_type(tree->t, HWLOC_OBJ_NUMANODE, &m->nr, NULL, 0, 0) != 0)
		m->nr = 0;
	m->item = xcalloc(m->nr + 1, sizeof(*m->item));
	m->name = xcalloc(m->nr + 1, sizeof(*m->name));
	m->used = xcalloc(m->nr + 1, sizeof(*m->used));
	if (m->nr &&
	    hwloc_distances_get_by_type(tree->t, HWLOC_OBJ_NUMANODE, &m->nr, m->item, 0, 0) != 0)
		return error_set(err, ERR_INPUT, "hwloc does not give its matrices out");
	for (unsigned i = 0; i < m->nr; i++) {
		m->name[i] = hwloc_distances_get_name(tree->t, m->item[i]);
		if (!m->name[i])
			m->name[i] = "";
	}
	return 0;
}

static void release_matrices(struct tree *tree, struct matrices *m)
{
	for (unsigned i = 0; i < m->nr; i++)
		if (m->item[i])
			hwloc_distances_release(tree->t, m->item[i]);
	free(m->item);
	free(m->name);
	free(m->used);
}

/* The order of a matrix is its own objs[], neither logical nor os_index. */
static bool node_order(const struct tree *tree, const struct hwloc_distances_s *d, unsigned *order)
{
	nodeset seen = 0;

	if (d->nbobjs != tree->host->nr_nodes)
		return false;
	for (unsigned i = 0; i < d->nbobjs; i++) {
		int n = d->objs[i] && d->objs[i]->type == HWLOC_OBJ_NUMANODE
				? tree_node(tree, d->objs[i]->os_index)
				: -1;

		if (n < 0 || nodeset_has(seen, (unsigned)n))
			return false;
		order[i] = (unsigned)n;
		seen |= nodeset_of((unsigned)n);
	}
	return true;
}

/*
 * hwloc multiplies a version 1 matrix of fractions by some factor and leaves the
 * factor in an info attribute, also when the file is written again as version 2.
 */
static uint64_t unscaled(uint64_t value, uint64_t least)
{
	return least ? (value * 10 + least / 2) / least : value;
}

static uint64_t least_own(const struct hwloc_distances_s *d)
{
	uint64_t least = UINT32_MAX;

	for (unsigned i = 0; i < d->nbobjs; i++)
		if (d->values[i * d->nbobjs + i] < least)
			least = d->values[i * d->nbobjs + i];
	return least;
}

static int fill(struct tree *tree, const struct matrices *m, unsigned which,
		enum host_matrix_kind kind, enum host_grade grade, struct error *err)
{
	const struct hwloc_distances_s *d = m->item[which];
	const char *name = *m->name[which] ? m->name[which] : SLIT_NAME;
	unsigned order[NODES_MAX], nr = tree->host->nr_nodes;
	uint64_t least = 0;
	uint32_t *value;

	if (!node_order(tree, d, order))
		return error_set(err, ERR_INPUT, "matrix %s is not over all nodes", name);
	if (kind == MATRIX_DISTANCE &&
	    hwloc_obj_get_info_by_name(hwloc_get_root_obj(tree->t), "xmlv1DistancesScale")) {
		least = least_own(d);
		host_warn(tree->host, "distances were fractions in the original file; they are "
				      "scaled so that the least is 10");
	}
	value = host_matrix_new(tree->host, kind, grade, name);
	for (unsigned a = 0; a < nr; a++) {
		for (unsigned b = 0; b < nr; b++) {
			uint64_t v = d->values[a * nr + b];

			if (v == 0 || v >= UINT32_MAX / 10)
				return error_set(
					err, ERR_INPUT,
					"%llu in matrix %s (from node %u to node %u) makes "
					"no sense",
					(unsigned long long)v, name,
					tree->host->node[order[a]].os_index,
					tree->host->node[order[b]].os_index);
			value[order[a] * nr + order[b]] = (uint32_t)unscaled(v, least);
		}
	}
	return 0;
}

static bool same_values(const struct hwloc_distances_s *a, const struct hwloc_distances_s *b)
{
	if (a->nbobjs != b->nbobjs)
		return false;
	for (unsigned i = 0; i < a->nbobjs; i++)
		if (a->objs[i] != b->objs[i])
			return false;
	return memcmp(a->values, b->values, sizeof(*a->values) * a->nbobjs * a->nbobjs) == 0;
}

/* Which matrix of these kind bits and this name (NULL: any) to take: -1 none, -2
 * error (two that differ under one name). Marks them used. */
static int choose(const struct matrices *m, unsigned long kind, const char *name, struct error *err)
{
	int found = -1;

	for (unsigned i = 0; i < m->nr; i++) {
		if (m->used[i] || (m->item[i]->kind & kind) != kind ||
		    (name && strcmp(m->name[i], name) != 0))
			continue;
		if (found >= 0 && name && !same_values(m->item[i], m->item[found])) {
			error_set(err, ERR_INPUT, "there are two different matrices %s; remove one",
				  *name ? name : "without a name");
			return -2;
		}
		if (found < 0 || name)
			m->used[i] = true;
		if (found < 0)
			found = (int)i;
	}
	return found;
}

/* SLIT distances: local is 10 by definition, which tells them from nanoseconds. */
static bool looks_like_slit(const struct hwloc_distances_s *d)
{
	for (unsigned i = 0; i < d->nbobjs; i++)
		if (d->values[i * d->nbobjs + i] != 10)
			return false;
	return true;
}

static int take_slit(struct tree *tree, struct matrices *m, struct error *err)
{
	static const char *const names[] = {SLIT_NAME, "", NULL};
	unsigned long from_os = LATENCY_KIND | HWLOC_DISTANCES_KIND_FROM_OS;
	int which = -1;

	for (unsigned i = 0; which == -1 && i < sizeof(names) / sizeof(names[0]); i++)
		which = choose(m, from_os, names[i], err);
	if (which == -1) {
		which = choose(m, LATENCY_KIND, SLIT_NAME, err);
		if (which >= 0 && !looks_like_slit(m->item[which])) {
			host_warn(tree->host,
				  "matrix %s is a user's and its diagonal is not 10: not used, "
				  "for its unit is unknown",
				  SLIT_NAME);
			return 0;
		}
	}
	if (which < 0)
		return which == -1 ? 0 : ERR_INPUT;
	return fill(tree, m, (unsigned)which, MATRIX_DISTANCE, GRADE_FIRMWARE, err);
}

static int take_measured(struct tree *tree, struct matrices *m, enum host_matrix_kind kind,
			 const char *name, struct error *err)
{
	unsigned long means = kind == MATRIX_LATENCY ? LATENCY_KIND : BANDWIDTH_KIND;
	int which = choose(m, means | HWLOC_DISTANCES_KIND_FROM_USER, name, err);

	if (which < 0)
		return which == -1 ? 0 : ERR_INPUT;
	return fill(tree, m, (unsigned)which, kind, GRADE_MEASURED, err);
}

/* The names a calibrator writes come first, then any other of a user's. */
static int take_all_measured(struct tree *tree, struct matrices *m, struct error *err)
{
	static const struct {
		enum host_matrix_kind kind;
		const char *name;
	} order[] = {
		{MATRIX_LATENCY, "MeasuredLatencyNs"},
		{MATRIX_BANDWIDTH, "MeasuredBandwidthMiBs"},
		{MATRIX_WRITE_BANDWIDTH, "MeasuredWriteBandwidthMiBs"},
		{MATRIX_LATENCY, NULL},
		{MATRIX_BANDWIDTH, NULL},
	};
	int rc = 0;

	for (unsigned i = 0; !rc && i < sizeof(order) / sizeof(order[0]); i++)
		if (!tree->host->matrix[order[i].kind].value)
			rc = take_measured(tree, m, order[i].kind, order[i].name, err);
	return rc;
}

/* --- memory attributes ----------------------------------------------------------- */

/* Nodes an initiator stands for: those whose own CPUs are all in it. */
static nodeset initiators(const struct tree *tree, const struct hwloc_location *l)
{
	const struct host *h = tree->host;
	struct cpuset cpus;
	nodeset nodes = 0;

	if (l->type == HWLOC_LOCATION_TYPE_OBJECT) {
		int n = l->location.object->type == HWLOC_OBJ_NUMANODE
				? tree_node(tree, l->location.object->os_index)
				: -1;

		return n < 0 ? 0 : nodeset_of((unsigned)n);
	}
	tree_cpus(l->location.cpuset, &cpus);
	for (unsigned n = 0; n < h->nr_nodes; n++)
		if (!cpuset_empty(&h->node[n].cpus) && cpuset_subset(&h->node[n].cpus, &cpus))
			nodes |= nodeset_of(n);
	return nodes;
}

static void take_target(struct tree *tree, hwloc_memattr_id_t id, hwloc_obj_t target,
			enum host_matrix_kind kind, enum host_grade grade, const char *source)
{
	unsigned nr = 0, from;
	int to = target->type == HWLOC_OBJ_NUMANODE ? tree_node(tree, target->os_index) : -1;
	struct hwloc_location *who;
	hwloc_uint64_t *value;

	if (to < 0 || hwloc_memattr_get_initiators(tree->t, id, target, 0, &nr, NULL, NULL) != 0)
		return;
	who = xcalloc(nr + 1, sizeof(*who));
	value = xcalloc(nr + 1, sizeof(*value));
	if (hwloc_memattr_get_initiators(tree->t, id, target, 0, &nr, who, value) != 0)
		nr = 0;
	for (unsigned i = 0; i < nr; i++) {
		struct host_matrix *m = &tree->host->matrix[kind];

		if (value[i] == 0 || value[i] >= MATRIX_UNKNOWN)
			continue;
		nodeset_for_each (from, initiators(tree, &who[i])) {
			uint32_t *cell;

			if (!m->value)
				host_matrix_new(tree->host, kind, grade, source);
			cell = &m->value[from * tree->host->nr_nodes + (unsigned)to];
			if (*cell == MATRIX_UNKNOWN)
				*cell = (uint32_t)value[i];
		}
	}
	free(who);
	free(value);
}

static void take_memattr(struct tree *tree, hwloc_memattr_id_t id, enum host_matrix_kind kind,
			 enum host_grade grade, const char *source)
{
	hwloc_obj_t target[NODES_MAX];
	unsigned nr = 0;

	if (hwloc_memattr_get_targets(tree->t, id, NULL, 0, &nr, NULL, NULL) != 0 || nr == 0)
		return;
	if (nr > NODES_MAX)
		nr = NODES_MAX;
	if (hwloc_memattr_get_targets(tree->t, id, NULL, 0, &nr, target, NULL) != 0)
		return;
	for (unsigned i = 0; i < nr && i < NODES_MAX; i++)
		take_target(tree, id, target[i], kind, grade, source);
}

/* The read attribute first; the general one fills the cells it leaves. */
static void take_memattrs(struct tree *tree)
{
	static const struct {
		enum host_matrix_kind kind;
		hwloc_memattr_id_t id;
		const char *source;
	} order[] = {
		{MATRIX_LATENCY, HWLOC_MEMATTR_ID_READ_LATENCY, "memattr ReadLatency"},
		{MATRIX_LATENCY, HWLOC_MEMATTR_ID_LATENCY, "memattr Latency"},
		{MATRIX_BANDWIDTH, HWLOC_MEMATTR_ID_READ_BANDWIDTH, "memattr ReadBandwidth"},
		{MATRIX_BANDWIDTH, HWLOC_MEMATTR_ID_BANDWIDTH, "memattr Bandwidth"},
		{MATRIX_WRITE_BANDWIDTH, HWLOC_MEMATTR_ID_WRITE_BANDWIDTH,
		 "memattr WriteBandwidth"},
	};
	hwloc_obj_t root = hwloc_get_root_obj(tree->t);
	enum host_grade grade = hwloc_obj_get_info_by_name(root, HOST_MEASURED_NOTE)
					? GRADE_MEASURED
					: GRADE_FIRMWARE;
	bool whole[MATRIX_KINDS];

	for (unsigned k = 0; k < MATRIX_KINDS; k++)
		whole[k] = tree->host->matrix[k].value != NULL;
	for (unsigned i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (!whole[order[i].kind])
			take_memattr(tree, order[i].id, order[i].kind, grade, order[i].source);
}

int tree_matrices(struct tree *tree, unsigned nr_expected, struct error *err)
{
	struct matrices m;
	int rc = get_matrices(tree, &m, err);

	if (!rc && m.nr < nr_expected)
		rc = error_set(err, ERR_INPUT,
			       "hwloc keeps %u of the file's %u matrices over nodes", m.nr,
			       nr_expected);
	if (!rc)
		rc = take_slit(tree, &m, err);
	if (!rc)
		rc = take_all_measured(tree, &m, err);
	for (unsigned i = 0; !rc && i < m.nr; i++)
		if (!m.used[i])
			host_warn(tree->host, "matrix %s (kind %lu) over nodes is not used",
				  *m.name[i] ? m.name[i] : "without a name", m.item[i]->kind);
	release_matrices(tree, &m);
	if (!rc)
		take_memattrs(tree);
	return rc;
}
