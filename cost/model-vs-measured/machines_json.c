#include <stdlib.h>

#include "base/json_doc.h"
#include "cost/model-vs-measured/machines.h"

static double number(const json_t *j)
{
	return json_is_number(j) ? json_number_value(j) : 0;
}

static void read_matrix(const json_t *entry, const char *key, double out[][MACHINE_NODES])
{
	const json_t *rows = json_object_get(entry, key);

	for (size_t i = 0; i < json_array_size(rows) && i < MACHINE_NODES; i++) {
		const json_t *row = json_array_get(rows, i);

		for (size_t j = 0; j < json_array_size(row) && j < MACHINE_NODES; j++)
			out[i][j] = number(json_array_get(row, j));
	}
}

/* Nodes with matrices of their own: a memory expander makes them more than the
 * entry's count. */
static uint32_t count_nodes(const json_t *entry)
{
	size_t nr = (size_t)number(json_object_get(entry, "numa_nodes"));
	size_t rows = json_array_size(json_object_get(entry, "slit"));

	return (uint32_t)(nr > rows ? nr : rows);
}

static void read_entry(struct machines *out, const json_t *entry)
{
	const json_t *peak = json_object_get(entry, "peak_MBps");
	const json_t *row;
	const char *id = json_string_value(json_object_get(entry, "id"));
	struct machine m = {.nr_nodes = count_nodes(entry)};

	if (!id || !m.nr_nodes || m.nr_nodes > MACHINE_NODES)
		return;
	m.id = arena_strdup(&out->arena, id);
	m.nr_sockets = (uint32_t)number(json_object_get(entry, "sockets"));
	read_matrix(entry, "slit", m.slit);
	read_matrix(entry, "latency_ns", m.latency_ns);
	row = json_object_get(entry, "latency_row_to_node0_ns");
	for (size_t j = 0; j < json_array_size(row) && j < MACHINE_NODES; j++)
		m.latency_ns[0][j] = number(json_array_get(row, j));
	read_matrix(entry, "read_bw_MBps", m.read_mbps);
	m.peak_r = number(json_object_get(peak, "R"));
	m.peak_3r1w = number(json_object_get(peak, "3R1W"));
	m.peak_2r1w = number(json_object_get(peak, "2R1W"));
	m.peak_1r1w = number(json_object_get(peak, "1R1W"));
	if (!m.nr_sockets)
		m.nr_sockets = 1;
	out->machine = grow(out->machine, &out->cap, out->nr, sizeof(*out->machine));
	out->machine[out->nr++] = m;
}

int machines_load(struct machines *out, const char *path, struct error *err)
{
	struct json_doc doc = {0};
	int rc = json_doc_load(&doc, path, err);

	*out = (struct machines){0};
	for (size_t i = 0; !rc && i < json_array_size(doc.root); i++)
		read_entry(out, json_array_get(doc.root, i));
	json_doc_release(&doc);
	return rc;
}

void machines_release(struct machines *m)
{
	free(m->machine);
	arena_release(&m->arena);
	*m = (struct machines){0};
}
