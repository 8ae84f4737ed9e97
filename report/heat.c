/*
 * Memory of nodes over time, from zones.csv. The file says which nodes a zone
 * has, how much memory, and how much of that is elsewhere; each of its nodes is
 * taken to hold an equal part of the rest. Where the spilled part went is not in
 * the file and not counted. Two passes: how much there is, then sums.
 */
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "report/series.h"

struct zone_row {
	int64_t host, bytes, spilled_bytes, start_ns, end_ns; /* bytes: on its own nodes */
	unsigned node[64], nr_nodes;
};

static int read_nodes(const struct csv *csv, int column, struct zone_row *z, struct error *err)
{
	const char *p = csv->field[column].text, *end = p + csv->field[column].n;

	z->nr_nodes = 0;
	while (p < end) {
		unsigned long n = 0;

		if (*p == ' ') {
			p++;
			continue;
		}
		for (; p < end && *p >= '0' && *p <= '9' && n < 100000; p++)
			n = n * 10 + (unsigned long)(*p - '0');
		if ((p < end && *p != ' ') || n > 4095 || z->nr_nodes == 64)
			return csv_error(csv, (unsigned)column, err,
					 "node numbers with spaces between them are expected");
		z->node[z->nr_nodes++] = (unsigned)n;
	}
	return 0;
}

/* *use is false for zones that were refused. */
static int read_zone(const struct csv *csv, struct zone_row *z, bool *use, struct error *err)
{
	int host = csv_column(csv, "host"), nodes = csv_column(csv, "nodes");
	int rc;

	*use = csv->field[nodes].n > 0 && csv->field[host].n > 0;
	if (!*use)
		return 0;
	rc = csv_int(csv, (unsigned)host, 0, 10000000, &z->host, err);
	if (!rc)
		rc = csv_int(csv, (unsigned)csv_column(csv, "memory_bytes"), 0, INT64_MAX,
			     &z->bytes, err);
	if (!rc)
		rc = csv_int(csv, (unsigned)csv_column(csv, "spilled_bytes"), 0, z->bytes,
			     &z->spilled_bytes, err);
	if (!rc)
		z->bytes -= z->spilled_bytes;
	if (!rc)
		rc = csv_int(csv, (unsigned)csv_column(csv, "start_ns"), 0, INT64_MAX, &z->start_ns,
			     err);
	if (!rc)
		rc = csv_int(csv, (unsigned)csv_column(csv, "end_ns"), 0, INT64_MAX, &z->end_ns,
			     err);
	return rc ? rc : read_nodes(csv, nodes, z, err);
}

static void measure_zone(struct heat *h, double *memory, const struct zone_row *z)
{
	(void)memory;
	if (z->end_ns > h->end_ns)
		h->end_ns = z->end_ns;
	if ((uint64_t)z->host >= h->nr_hosts)
		h->nr_hosts = (uint64_t)z->host + 1;
	for (unsigned i = 0; i < z->nr_nodes; i++)
		if (z->node[i] >= h->nr_nodes)
			h->nr_nodes = z->node[i] + 1;
}

static void add_zone(struct heat *h, double *memory, const struct zone_row *z)
{
	double step = (double)h->end_ns / HEAT_COLUMNS;

	for (unsigned c = 0; c < HEAT_COLUMNS; c++) {
		double from = step * c, to = step * (c + 1), begin = (double)z->start_ns,
		       end = (double)z->end_ns;
		double part = (end < to ? end : to) - (begin > from ? begin : from);

		for (unsigned i = 0; part > 0 && i < z->nr_nodes; i++)
			memory[((size_t)z->host * h->nr_nodes + z->node[i]) * HEAT_COLUMNS + c] +=
				(double)z->bytes / z->nr_nodes * part / step;
	}
}

static int pass(struct heat *h, const char *path, double *memory,
		void (*use)(struct heat *, double *, const struct zone_row *), struct error *err)
{
	static const char *const needed[] = {"host",	      "nodes",	      "policy",
					     "memory_policy", "memory_bytes", "spilled_bytes",
					     "start_ns",      "end_ns",	      NULL};
	struct csv csv;
	bool more = true, first = true;
	int rc = csv_open(&csv, path, err);

	if (rc)
		return rc;
	for (size_t i = 0; !rc && needed[i]; i++)
		if (csv_column(&csv, needed[i]) < 0)
			rc = error_at(err, ERR_INPUT, path, 1, 0, "there is no column \"%s\"",
				      needed[i]);
	while (!rc && more) {
		struct arena a = {0};
		const char *row = "";
		struct zone_row z;
		bool placed = false;

		rc = csv_next(&csv, &more, err);
		for (int i = 0; !rc && more && i <= csv_column(&csv, "seed"); i++)
			row = arena_printf(&a, "%s%s%.*s", row, i ? " " : "", (int)csv.field[i].n,
					   csv.field[i].text);
		if (!rc && more && first && !h->row)
			h->row = arena_strdup(&h->arena, row);
		first = false;
		if (!rc && more && strcmp(row, h->row) == 0)
			rc = read_zone(&csv, &z, &placed, err);
		else if (!rc && more)
			more = false; /* rows of one kind lie together */
		if (!rc && placed)
			use(h, memory, &z);
		arena_release(&a);
	}
	csv_close(&csv);
	return rc;
}

static void fold(struct heat *h, const double *memory, size_t rows)
{
	h->per_row = (rows + HEAT_ROWS_MAX - 1) / HEAT_ROWS_MAX;
	h->nr_rows = (rows + h->per_row - 1) / h->per_row;
	h->bytes = xcalloc(h->nr_rows * HEAT_COLUMNS, sizeof(*h->bytes));
	for (size_t r = 0; r < rows; r++)
		for (size_t c = 0; c < HEAT_COLUMNS; c++) {
			double *to = &h->bytes[r / h->per_row * HEAT_COLUMNS + c];

			if (memory[r * HEAT_COLUMNS + c] > *to)
				*to = memory[r * HEAT_COLUMNS + c];
		}
}

int heat_load(struct heat *out, const char *path, struct error *err)
{
	double *memory = NULL;
	size_t rows;
	int rc;

	*out = (struct heat){0};
	rc = pass(out, path, NULL, measure_zone, err);
	rows = (size_t)out->nr_hosts * out->nr_nodes;
	if (!rc && rows && rows <= HEAT_NODES_MAX && out->end_ns) {
		memory = xcalloc(rows * HEAT_COLUMNS, sizeof(*memory));
		rc = pass(out, path, memory, add_zone, err);
		if (!rc)
			fold(out, memory, rows);
	}
	free(memory);
	if (rc)
		heat_release(out);
	return rc;
}

void heat_release(struct heat *h)
{
	free(h->bytes);
	arena_release(&h->arena);
	*h = (struct heat){0};
}
