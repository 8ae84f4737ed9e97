/*
 * Matrices over NUMA nodes: which of those in the file is what.
 *
 * hwloc's kind says where a matrix comes from and whether more is better, not its
 * unit. The name is the key: "NUMALatency" (none in hwloc 1 files) is the SLIT;
 * what somebody measured has a name of its own and FROM_USER.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "host/hwloc_tree.h"

#define SLIT_NAME "NUMALatency"

/* Bits of the attribute kind, from hwloc's distances.h. */
#define FROM_OS 1u
#define FROM_USER 2u
#define MEANS_LATENCY 4u
#define MEANS_BANDWIDTH 8u

struct matrix {
	const struct xml_element *xml;
	const char *name; /* "" when it has none */
	unsigned kind;
	bool fractions; /* multiplied: only their proportions count */
	bool used;
	unsigned order[NODES_MAX]; /* row or column -> index of the node */
	uint64_t *value; /* nr_nodes x nr_nodes, in that order */
};

struct matrices {
	const struct hwloc_tree *t;
	struct matrix *item;
	size_t nr, cap;
	unsigned nr_partial; /* of version 1, over some of the nodes or none */
};

static struct matrix *add_matrix(struct matrices *m, const struct xml_element *e, const char *name,
				 unsigned kind)
{
	size_t cells = (size_t)m->t->nr_nodes * m->t->nr_nodes;

	m->item = grow(m->item, &m->cap, m->nr, sizeof(*m->item));
	m->item[m->nr] = (struct matrix){
		.xml = e,
		.name = name ? name : "",
		.kind = kind,
		.value = arena_alloc(&m->t->doc->arena, sizeof(uint64_t) * (cells + 1)),
	};
	return &m->item[m->nr++];
}

/* --- version 2: <distances2> ---------------------------------------------------------- */

/* The words of a text element, one after the other. */
struct words {
	const struct matrices *m;
	const struct xml_element *e;
	const char *at;
};

static int first_word(struct words *w, const struct matrices *m, const struct xml_element *e,
		      struct error *err)
{
	uint64_t length = 0;
	int rc = hwloc_number(m->t, e, "length", true, UINT32_MAX, &length, err);

	*w = (struct words){m, e, e->text ? e->text : ""};
	if (!rc && strlen(w->at) != length)
		rc = xml_error(m->t->doc, e, err,
			       "length=\"%llu\", but the text has %zu characters",
			       (unsigned long long)length, strlen(w->at));
	return rc;
}

/* False at the end. */
static bool next_word(struct words *w, char *word, size_t size)
{
	size_t n;

	w->at += strspn(w->at, " \n\t");
	n = strcspn(w->at, " \n\t");
	snprintf(word, size, "%.*s", (int)(n < size ? n : size - 1), w->at);
	w->at += n;
	return n > 0;
}

static int read_index(struct matrices *m, struct matrix *matrix, unsigned nr, bool by_gp,
		      const struct xml_element *e, const char *word, struct error *err)
{
	uint64_t value;

	if (!plain_number(word, UINT64_MAX, &value))
		return xml_error(m->t->doc, e, err, "\"%.40s\" is not a node", word);
	for (unsigned n = 0; n < m->t->nr_nodes; n++) {
		const struct object *o = m->t->node[n];

		if (by_gp ? !o->has_gp_index || o->gp_index != value : o->os_index != value)
			continue;
		for (unsigned i = 0; i < nr && i < NODES_MAX; i++)
			if (matrix->order[i] == n)
				return xml_error(m->t->doc, e, err,
						 "node %u is twice in the matrix", o->os_index);
		if (nr < NODES_MAX)
			matrix->order[nr] = n;
		return 0;
	}
	return xml_error(m->t->doc, e, err, "the matrix names node %.40s, which is not in the file",
			 word);
}

static int read_value(struct matrices *m, struct matrix *matrix, uint64_t nr,
		      const struct xml_element *e, const char *word, struct error *err)
{
	uint64_t value = 0, cells = (uint64_t)m->t->nr_nodes * m->t->nr_nodes;

	if (!plain_number(word, UINT64_MAX, &value))
		return xml_error(m->t->doc, e, err, "\"%.40s\" in the matrix is not a whole number",
				 word);
	if (!matrix)
		return 0;
	if (value == 0 || value >= UINT32_MAX)
		return xml_error(m->t->doc, e, err, "%.40s in matrix %.40s is not from 1 to %u",
				 word, matrix->name, UINT32_MAX - 1);
	if (nr < cells)
		matrix->value[nr] = value;
	return 0;
}

/* All <indexes> and <u64values> of a matrix; `matrix` is NULL for one over other
 * objects than nodes, of which only the counts matter. */
static int read_contents(struct matrices *m, struct matrix *matrix, const struct xml_element *e,
			 bool by_gp, uint64_t nr_objects, struct error *err)
{
	uint64_t nr_indexes = 0, nr_values = 0;
	char word[64];
	int rc = 0;

	for (const struct xml_element *c = e->child; c && !rc; c = c->next) {
		bool indexes = strcmp(c->name, "indexes") == 0;
		struct words w;

		rc = first_word(&w, m, c, err);
		while (!rc && next_word(&w, word, sizeof(word))) {
			if (!indexes)
				rc = read_value(m, matrix, nr_values++, c, word, err);
			else if (matrix)
				rc = read_index(m, matrix, (unsigned)nr_indexes++, by_gp, c, word,
						err);
			else
				nr_indexes++;
		}
	}
	if (!rc && nr_indexes != nr_objects)
		rc = xml_error(m->t->doc, e, err,
			       "the matrix announces %llu objects and names %llu",
			       (unsigned long long)nr_objects, (unsigned long long)nr_indexes);
	if (!rc && nr_values != nr_objects * nr_objects)
		rc = xml_error(m->t->doc, e, err,
			       "the matrix holds %llu values where %llu x %llu belong",
			       (unsigned long long)nr_values, (unsigned long long)nr_objects,
			       (unsigned long long)nr_objects);
	return rc;
}

static int check_kind(const struct matrices *m, const struct xml_element *e, uint64_t kind,
		      struct error *err)
{
	unsigned from = kind & 3, means = kind >> 2 & 3;

	if ((from == 1 || from == 2) && (means == 1 || means == 2) && kind < 32)
		return 0;
	return xml_error(m->t->doc, e, err,
			 "kind=\"%llu\" is not one of 5, 6 (latency) or 9, 10 (bandwidth)",
			 (unsigned long long)kind);
}

static int read_matrix(struct matrices *m, const struct xml_element *e, struct error *err)
{
	const char *type = xml_attr(e, "type"), *indexing = xml_attr(e, "indexing");
	const char *name = xml_attr(e, "name");
	bool hetero = strcmp(e->name, "distances2hetero") == 0;
	uint64_t nr = 0, kind = 0;
	struct matrix *matrix = NULL;
	int rc;

	if (!hetero && !type)
		return xml_error(m->t->doc, e, err,
				 "this matrix does not say over which type of object");
	if (!hetero && !hwloc_is_type(type))
		return xml_error(m->t->doc, e, err, "hwloc has no type of objects %.40s", type);
	rc = hwloc_number(m->t, e, "nbobjs", true, CPUS_MAX, &nr, err);
	if (!rc)
		rc = hwloc_number(m->t, e, "kind", true, UINT32_MAX, &kind, err);
	if (!rc)
		rc = check_kind(m, e, kind, err);
	if (!rc && !hetero && strcmp(type, "NUMANode") == 0) {
		if (nr != m->t->nr_nodes)
			return xml_error(m->t->doc, e, err,
					 "matrix %.40s is over %llu nodes, the machine has %u",
					 name ? name : "", (unsigned long long)nr, m->t->nr_nodes);
		if (nr < 2)
			return xml_error(m->t->doc, e, err,
					 "a matrix over one node says nothing; remove it");
		matrix = add_matrix(m, e, name, (unsigned)kind);
	}
	return rc ? rc
		  : read_contents(m, matrix, e, indexing && strcmp(indexing, "gp") == 0, nr, err);
}

/* --- version 1: <distances> inside an object -------------------------------------------- */

/* hwloc 1 wrote latencies relative to a base, as decimals. */
static int read_latencies(struct matrices *m, const struct xml_element *e, double base,
			  uint64_t nr_objects, double *value, struct error *err)
{
	struct xml_element *c = NULL;
	uint64_t nr = 0;

	while ((c = xml_child(e, "latency", c)) != NULL) {
		const char *text = xml_attr(c, "value");
		char *end = NULL;
		double v = text ? strtod(text, &end) : -1;

		if (!text || end == text || *end || !(v > 0) || v * base > 1e6)
			return xml_error(m->t->doc, c, err, "\"%.40s\" is no latency",
					 text ? text : "");
		if (value)
			value[nr] = v * base;
		nr++;
		if (nr > nr_objects * nr_objects)
			break;
	}
	if (nr != nr_objects * nr_objects)
		return xml_error(m->t->doc, e, err, "the matrix does not hold %llu x %llu values",
				 (unsigned long long)nr_objects, (unsigned long long)nr_objects);
	return 0;
}

/* The nodes inside an object in the order of the file, as indexes; how many. */
static unsigned nodes_inside(const struct hwloc_tree *t, const struct object *up, unsigned *order)
{
	unsigned nr = 0;

	for (size_t i = 0; i < t->nr_objects; i++) {
		if (t->object[i].type != OBJECT_NODE || !hwloc_is_inside(&t->object[i], up))
			continue;
		for (unsigned n = 0; n < t->nr_nodes; n++)
			if (t->node[n] == &t->object[i])
				order[nr++] = n;
	}
	return nr;
}

/* Whole numbers are SLIT distances; of fractions only the proportions count. */
static void take_latencies(struct matrix *matrix, const double *value, size_t cells)
{
	for (size_t i = 0; i < cells; i++) {
		double whole, rest = modf(value[i], &whole);

		matrix->fractions |= rest > .001 && rest < .999;
	}
	for (size_t i = 0; i < cells; i++)
		matrix->value[i] = (uint64_t)(matrix->fractions ? 1000 * value[i] : value[i] + .5);
}

/* Wherever in the tree: it counts when it is over all nodes of the machine. */
static int read_distances(struct matrices *m, const struct object *o, const struct xml_element *e,
			  struct error *err)
{
	const char *text = xml_attr(e, "latency_base");
	unsigned order[NODES_MAX], nr_nodes = nodes_inside(m->t, o, order);
	size_t cells = (size_t)m->t->nr_nodes * m->t->nr_nodes;
	double base = text ? strtod(text, NULL) : 0, *value = NULL;
	struct matrix *matrix;
	uint64_t nr = 0;
	int rc = hwloc_number(m->t, e, "nbobjs", true, CPUS_MAX, &nr, err);

	if (rc)
		return rc;
	if (!(base > 0))
		return xml_error(m->t->doc, e, err, "latency_base=\"%.40s\" is no number above 0",
				 text ? text : "");
	if (nr == m->t->nr_nodes && nr == nr_nodes && nr > 1)
		value = arena_alloc(&m->t->doc->arena, sizeof(*value) * cells);
	rc = read_latencies(m, e, base, nr, value, err);
	m->nr_partial += !value && nr > 1;
	if (rc || !value)
		return rc;
	matrix = add_matrix(m, e, NULL, FROM_OS | MEANS_LATENCY);
	memcpy(matrix->order, order, sizeof(order));
	take_latencies(matrix, value, cells);
	return 0;
}

static int read_matrices(struct matrices *m, struct error *err)
{
	int rc = 0;

	for (struct xml_element *e = m->t->doc->root->child; e && !rc; e = e->next)
		if (strncmp(e->name, "distances2", strlen("distances2")) == 0)
			rc = read_matrix(m, e, err);
	for (size_t i = 0; i < m->t->nr_objects && !rc; i++) {
		const struct object *o = &m->t->object[i];
		struct xml_element *e = NULL;

		while (!rc && (e = xml_child(o->xml, "distances", e)) != NULL)
			rc = read_distances(m, o, e, err);
	}
	return rc;
}

/* --- which is what ------------------------------------------------------------------------ */

/*
 * hwloc 2 multiplies a version 1 matrix of fractions by some factor and leaves the
 * factor in an info attribute, also when the file is written again as version 2.
 */
static uint64_t unscaled(uint64_t value, uint64_t least)
{
	return least ? (value * 10 + least / 2) / least : value;
}

static uint64_t least_own(const struct matrix *m, unsigned nr)
{
	uint64_t least = UINT32_MAX;

	for (unsigned i = 0; i < nr; i++)
		if (m->value[i * nr + i] < least)
			least = m->value[i * nr + i];
	return least;
}

static int fill(struct host *h, const struct matrices *ms, const struct matrix *m,
		enum host_matrix_kind kind, enum host_grade grade, struct error *err)
{
	const struct xml_element *root = ms->t->object[0].xml;
	const char *name = *m->name ? m->name : SLIT_NAME;
	unsigned nr = h->nr_nodes;
	uint64_t least = 0;
	uint32_t *value;

	if (kind == MATRIX_DISTANCE && (m->fractions || hwloc_info(root, "xmlv1DistancesScale"))) {
		least = least_own(m, nr);
		host_warn(h, "distances were fractions in the original file; they are scaled so "
			     "that the least is 10");
	}
	value = host_matrix_new(h, kind, grade, name);
	for (unsigned i = 0; i < nr * nr; i++) {
		unsigned from = m->order[i / nr], to = m->order[i % nr];

		if (m->value[i] == 0 || m->value[i] >= UINT32_MAX / 10)
			return xml_error(ms->t->doc, m->xml, err,
					 "%llu in matrix %.40s (from node %u to node %u) makes no "
					 "sense",
					 (unsigned long long)m->value[i], name,
					 h->node[from].os_index, h->node[to].os_index);
		value[from * nr + to] = (uint32_t)unscaled(m->value[i], least);
	}
	return 0;
}

static bool same_values(const struct matrix *a, const struct matrix *b, unsigned nr)
{
	return memcmp(a->order, b->order, sizeof(a->order[0]) * nr) == 0 &&
	       memcmp(a->value, b->value, sizeof(a->value[0]) * nr * nr) == 0;
}

/* Which matrix of these kind bits and this name (NULL: any) to take: NULL none, or two
 * that differ under one name, with *rc set. Marks them used. */
static struct matrix *choose(const struct matrices *ms, unsigned kind, const char *name, int *rc,
			     struct error *err)
{
	struct matrix *found = NULL;

	for (size_t i = 0; i < ms->nr; i++) {
		struct matrix *m = &ms->item[i];

		if (m->used || (m->kind & kind) != kind || (name && strcmp(m->name, name) != 0))
			continue;
		if (found && name && !same_values(m, found, ms->t->nr_nodes)) {
			*rc = xml_error(ms->t->doc, m->xml, err,
					"there are two different matrices %.40s; remove one",
					*name ? name : "without a name");
			return NULL;
		}
		if (!found || name)
			m->used = true;
		if (!found)
			found = m;
	}
	return found;
}

/* SLIT distances: local is 10 by definition, which tells them from nanoseconds. */
static bool looks_like_slit(const struct matrix *m, unsigned nr)
{
	for (unsigned i = 0; i < nr; i++)
		if (m->value[i * nr + i] != 10)
			return false;
	return true;
}

static int take_slit(struct host *h, const struct matrices *ms, struct error *err)
{
	static const char *const names[] = {SLIT_NAME, "", NULL};
	struct matrix *m = NULL;
	int rc = 0;

	for (unsigned i = 0; !m && !rc && i < sizeof(names) / sizeof(names[0]); i++)
		m = choose(ms, FROM_OS | MEANS_LATENCY, names[i], &rc, err);
	if (!m && !rc) {
		m = choose(ms, MEANS_LATENCY, SLIT_NAME, &rc, err);
		if (m && !looks_like_slit(m, h->nr_nodes)) {
			host_warn(h,
				  "matrix %s is a user's and its diagonal is not 10: not used, "
				  "for its unit is unknown",
				  SLIT_NAME);
			return 0;
		}
	}
	return m ? fill(h, ms, m, MATRIX_DISTANCE, GRADE_FIRMWARE, err) : rc;
}

/* The names a calibrator writes come first, then any other of a user's. */
static int take_measured(struct host *h, const struct matrices *ms, struct error *err)
{
	static const struct {
		enum host_matrix_kind kind;
		unsigned means;
		const char *name;
	} order[] = {
		{MATRIX_LATENCY, MEANS_LATENCY, "MeasuredLatencyNs"},
		{MATRIX_BANDWIDTH, MEANS_BANDWIDTH, "MeasuredBandwidthMiBs"},
		{MATRIX_WRITE_BANDWIDTH, MEANS_BANDWIDTH, "MeasuredWriteBandwidthMiBs"},
		{MATRIX_LATENCY, MEANS_LATENCY, NULL},
		{MATRIX_BANDWIDTH, MEANS_BANDWIDTH, NULL},
	};
	int rc = 0;

	for (unsigned i = 0; !rc && i < sizeof(order) / sizeof(order[0]); i++) {
		struct matrix *m = NULL;

		if (!h->matrix[order[i].kind].value)
			m = choose(ms, order[i].means | FROM_USER, order[i].name, &rc, err);
		if (m)
			rc = fill(h, ms, m, order[i].kind, GRADE_MEASURED, err);
	}
	return rc;
}

int hwloc_matrices(struct host *h, const struct hwloc_tree *t, struct error *err)
{
	struct matrices ms = {.t = t};
	int rc = read_matrices(&ms, err);

	if (!rc)
		rc = take_slit(h, &ms, err);
	if (!rc)
		rc = take_measured(h, &ms, err);
	for (size_t i = 0; !rc && i < ms.nr; i++)
		if (!ms.item[i].used)
			host_warn(h, "matrix %.40s (kind %u) over nodes is not used",
				  *ms.item[i].name ? ms.item[i].name : "without a name",
				  ms.item[i].kind);
	if (!rc && ms.nr_partial)
		host_warn(h, "%u matrices of the file are not over all nodes and not used",
			  ms.nr_partial);
	free(ms.item);
	return rc;
}
