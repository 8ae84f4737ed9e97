/*
 * Memory attributes: latencies and bandwidths by pair of initiator and target, as
 * HMAT or a calibrator gives them.
 */
#include <stdlib.h>
#include <string.h>

#include "host/hwloc_tree.h"

/* Bits of the attribute flags, from hwloc's memattrs.h. */
#define HIGHER_FIRST 1u
#define LOWER_FIRST 2u
#define NEED_INITIATOR 4u

#define FASTER (HIGHER_FIRST | NEED_INITIATOR)
#define SOONER (LOWER_FIRST | NEED_INITIATOR)

/* The read attribute first; the general one fills the cells it leaves. */
static const struct known {
	const char *name;
	unsigned flags;
	enum host_matrix_kind kind; /* MATRIX_KINDS: not used */
	const char *source;
} known[] = {
	{"ReadLatency", SOONER, MATRIX_LATENCY, "memattr ReadLatency"},
	{"Latency", SOONER, MATRIX_LATENCY, "memattr Latency"},
	{"ReadBandwidth", FASTER, MATRIX_BANDWIDTH, "memattr ReadBandwidth"},
	{"Bandwidth", FASTER, MATRIX_BANDWIDTH, "memattr Bandwidth"},
	{"WriteBandwidth", FASTER, MATRIX_WRITE_BANDWIDTH, "memattr WriteBandwidth"},
	{"WriteLatency", SOONER, MATRIX_KINDS, NULL},
};

#define NR_KNOWN (sizeof(known) / sizeof(known[0]))

static int check_memattr(const struct hwloc_tree *t, const struct xml_element *e, uint64_t *flags,
			 struct error *err)
{
	const char *name = xml_attr(e, "name");
	int rc = hwloc_number(t, e, "flags", true, 7, flags, err);

	if (rc)
		return rc;
	if (!name || !*name)
		return xml_error(t->doc, e, err, "this memattr has no name");
	for (size_t i = 0; i < NR_KNOWN; i++)
		if (strcmp(name, known[i].name) == 0 && *flags != known[i].flags)
			return xml_error(t->doc, e, err,
					 "memattr %s has flags %llu; hwloc's are %u", name,
					 (unsigned long long)*flags, known[i].flags);
	if ((*flags & 3) != HIGHER_FIRST && (*flags & 3) != LOWER_FIRST)
		return xml_error(t->doc, e, err,
				 "memattr %.40s: flags %llu do not say whether higher or lower is "
				 "better",
				 name, (unsigned long long)*flags);
	return 0;
}

/* The CPUs that a value's initiator has, or NULL with the error set. */
static const struct cpuset *initiator(const struct hwloc_tree *t, const struct xml_element *e,
				      struct error *err)
{
	const char *cpus = xml_attr(e, "initiator_cpuset");
	const char *gp = xml_attr(e, "initiator_obj_gp_index");
	const char *type = xml_attr(e, "initiator_obj_type");
	const struct object *o = gp && type && !cpus ? hwloc_find(t, type, gp) : NULL;
	const struct cpuset *set;

	if (o && o->cpus)
		return o->cpus;
	if (!cpus) {
		xml_error(t->doc, e, err,
			  gp ? "the initiator is no object of the file"
			     : "a value of this memattr needs an initiator");
		return NULL;
	}
	set = hwloc_set(t, e, "initiator_cpuset", true, err);
	if (set && (cpuset_empty(set) || !cpuset_subset(set, t->object[0].cpus))) {
		xml_error(t->doc, e, err, "initiator_cpuset=\"%.40s\" is %s", cpus,
			  cpuset_empty(set) ? "empty" : "not part of the machine");
		return NULL;
	}
	return set;
}

/* One <memattr_value>, understood. */
struct pair {
	const struct xml_element *xml;
	const struct object *target;
	const struct cpuset *from; /* NULL: the attribute has no initiators */
	uint64_t value;
};

static int read_pair(const struct hwloc_tree *t, const struct xml_element *e, bool initiators,
		     struct pair *out, struct error *err)
{
	const char *type = xml_attr(e, "target_obj_type"), *gp = xml_attr(e, "target_obj_gp_index");
	int rc = hwloc_number(t, e, "value", true, UINT64_MAX - 1, &out->value, err);

	if (rc)
		return rc;
	out->xml = e;
	out->target = type && gp ? hwloc_find(t, type, gp) : NULL;
	if (!out->target)
		return xml_error(t->doc, e, err,
				 "the target (%.20s with gp_index %.20s) is not in the file",
				 type ? type : "no type", gp ? gp : "missing");
	out->from = initiators ? initiator(t, e, err) : NULL;
	return initiators && !out->from ? ERR_INPUT : 0;
}

static int by_pair(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;

	if (x->target != y->target)
		return x->target < y->target ? -1 : 1;
	return x->from ? memcmp(x->from, y->from, sizeof(*x->from)) : 0;
}

static int check_doubles(const struct hwloc_tree *t, const struct xml_element *attr,
			 const struct pair *list, size_t nr, struct error *err)
{
	struct pair *sorted = arena_alloc(&t->doc->arena, sizeof(*sorted) * (nr + 1));

	if (nr)
		memcpy(sorted, list, sizeof(*sorted) * nr);
	qsort(sorted, nr, sizeof(*sorted), by_pair);
	for (size_t i = 1; i < nr; i++)
		if (by_pair(&sorted[i], &sorted[i - 1]) == 0)
			return xml_error(t->doc, attr, err,
					 "this memattr gives one pair of target and initiator two "
					 "values");
	return 0;
}

static int read_pairs(const struct hwloc_tree *t, const struct xml_element *attr,
		      struct pair **list, size_t *nr, struct error *err)
{
	struct xml_element *e = NULL;
	uint64_t flags = 0;
	size_t cap = 0;
	int rc = check_memattr(t, attr, &flags, err);

	while (!rc && (e = xml_child(attr, "memattr_value", e)) != NULL) {
		*list = grow(*list, &cap, *nr, sizeof(**list));
		rc = read_pair(t, e, flags & NEED_INITIATOR, &(*list)[*nr], err);
		++*nr;
	}
	return rc ? rc : check_doubles(t, attr, *list, *nr, err);
}

/* An initiator stands for the nodes whose own CPUs are all in it. */
static void take_pair(struct host *h, const struct hwloc_tree *t, const struct pair *p,
		      const struct known *k, enum host_grade grade)
{
	unsigned to = 0;

	while (to < h->nr_nodes && t->node[to] != p->target)
		to++;
	if (to == h->nr_nodes || !p->from || p->value == 0 || p->value >= MATRIX_UNKNOWN)
		return;
	for (unsigned from = 0; from < h->nr_nodes; from++) {
		struct host_matrix *m = &h->matrix[k->kind];
		uint32_t *cell;

		if (cpuset_empty(&h->node[from].cpus) ||
		    !cpuset_subset(&h->node[from].cpus, p->from))
			continue;
		if (!m->value)
			host_matrix_new(h, k->kind, grade, k->source);
		cell = &m->value[from * h->nr_nodes + to];
		if (*cell == MATRIX_UNKNOWN)
			*cell = (uint32_t)p->value;
	}
}

static int take_memattr(struct host *h, const struct hwloc_tree *t, const struct xml_element *e,
			const struct known *k, enum host_grade grade, struct error *err)
{
	struct pair *list = NULL;
	size_t nr = 0;
	int rc = read_pairs(t, e, &list, &nr, err);

	for (size_t i = 0; !rc && k && i < nr; i++)
		take_pair(h, t, &list[i], k, grade);
	free(list);
	return rc;
}

int hwloc_memattrs(struct host *h, const struct hwloc_tree *t, struct error *err)
{
	const struct xml_element *machine = t->object[0].xml;
	bool measured = hwloc_info(machine, HOST_MEASURED_NOTE) && !hwloc_info(machine, HOST_FIGURES);
	enum host_grade grade = measured ? GRADE_MEASURED : GRADE_FIRMWARE;
	bool whole[MATRIX_KINDS + 1] = {[MATRIX_KINDS] = true};
	const struct xml_element *root = t->doc->root;
	struct xml_element *e = NULL;
	int rc = 0;

	for (unsigned k = 0; k < MATRIX_KINDS; k++)
		whole[k] = h->matrix[k].value != NULL;
	while (!rc && (e = xml_child(root, "memattr", e)) != NULL)
		rc = take_memattr(h, t, e, NULL, grade, err);
	for (size_t i = 0; !rc && i < NR_KNOWN; i++) {
		while (!whole[known[i].kind] && !rc && (e = xml_child(root, "memattr", e)) != NULL)
			if (strcmp(xml_attr(e, "name"), known[i].name) == 0)
				rc = take_memattr(h, t, e, &known[i], grade, err);
		e = NULL;
	}
	return rc;
}
