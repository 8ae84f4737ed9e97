#include <float.h>
#include <stdlib.h>

#include "base/doc.h"
#include "cost/model-vs-measured/machines.h"

/* 0 when absent or something else. */
static double number(const struct doc_value *v)
{
	double out;

	return doc_real(v, -DBL_MAX, DBL_MAX, &out) ? out : 0;
}

/* How many of a list of at most `max`; none when absent or something else. */
static uint32_t items(const struct doc_value *list, uint32_t max)
{
	return !list || list->kind != DOC_LIST ? 0 : list->nr < max ? list->nr : max;
}

static void read_matrix(const struct doc_value *entry, const char *key, double out[][MACHINE_NODES])
{
	const struct doc_value *rows = doc_member(entry, key);

	for (uint32_t i = 0; i < items(rows, MACHINE_NODES); i++) {
		const struct doc_value *row = &rows->item[i];

		for (uint32_t j = 0; j < items(row, MACHINE_NODES); j++)
			out[i][j] = number(&row->item[j]);
	}
}

/* Nodes with matrices of their own: a memory expander makes them more than the
 * entry's count. */
static uint32_t count_nodes(const struct doc_value *entry)
{
	size_t nr = (size_t)number(doc_member(entry, "numa_nodes"));
	size_t rows = items(doc_member(entry, "slit"), UINT32_MAX);

	return (uint32_t)(nr > rows ? nr : rows);
}

static void read_entry(struct machines *out, const struct doc_value *entry)
{
	const struct doc_value *peak = doc_member(entry, "peak_MBps");
	const struct doc_value *row;
	const char *id = doc_text(doc_member(entry, "id"));
	struct machine m = {.nr_nodes = count_nodes(entry)};

	if (!id || !m.nr_nodes || m.nr_nodes > MACHINE_NODES)
		return;
	m.id = arena_strdup(&out->arena, id);
	m.nr_sockets = (uint32_t)number(doc_member(entry, "sockets"));
	read_matrix(entry, "slit", m.slit);
	read_matrix(entry, "latency_ns", m.latency_ns);
	row = doc_member(entry, "latency_row_to_node0_ns");
	for (uint32_t j = 0; j < items(row, MACHINE_NODES); j++)
		m.latency_ns[0][j] = number(&row->item[j]);
	read_matrix(entry, "read_bw_MBps", m.read_mbps);
	m.peak_r = number(doc_member(peak, "R"));
	m.peak_3r1w = number(doc_member(peak, "3R1W"));
	m.peak_2r1w = number(doc_member(peak, "2R1W"));
	m.peak_1r1w = number(doc_member(peak, "1R1W"));
	if (!m.nr_sockets)
		m.nr_sockets = 1;
	out->machine = grow(out->machine, &out->cap, out->nr, sizeof(*out->machine));
	out->machine[out->nr++] = m;
}

int machines_load(struct machines *out, const char *path, struct error *err)
{
	struct doc doc = {0};
	int rc = doc_load(&doc, path, DOC_JSON, err);

	*out = (struct machines){0};
	for (uint32_t i = 0; !rc && i < items(doc.root, UINT32_MAX); i++)
		read_entry(out, &doc.root->item[i]);
	doc_release(&doc);
	return rc;
}

void machines_release(struct machines *m)
{
	free(m->machine);
	arena_release(&m->arena);
	*m = (struct machines){0};
}
