/*
 * Memory of nodes over time. A run on one host has it in timeline.csv, sample by
 * sample, spill, ballooning and dom0 included. Of more hosts that file has sums only;
 * then zones.csv says on which nodes each zone's pages were when it ended, which is
 * where they were all its life unless its memory was dynamic. Two passes over the file:
 * how much there is, then sums.
 */
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "base/units.h"
#include "report/series.h"

#define PARTS_MAX 64

struct piece {
	int64_t host, start_ns, end_ns;
	unsigned nr;
	unsigned node[PARTS_MAX];
	int64_t bytes[PARTS_MAX];
};

struct heat_reader {
	struct heat *out;
	struct csv csv;
	bool timeline;
	float *memory[HEAT_MAPS_MAX]; /* nodes x HEAT_COLUMNS; NULL in the first pass */
	struct arena scratch;
	const char *row; /* of the line before, in `scratch` */
	size_t map; /* whose line it is */
	int64_t before_ns; /* timeline: of the sample before in this row */
};

static unsigned long digits(const char **p, const char *end, int64_t *out)
{
	unsigned long n = 0;

	for (*out = 0; *p < end && **p >= '0' && **p <= '9' && *out < INT64_MAX / 10 - 9; ++*p, n++)
		*out = *out * 10 + (**p - '0');
	return n;
}

/* "4:262144 0:1024" (pages), "4 0" (nodes; `bytes` in equal parts), or with `plain`
 * "262144 1024" (bytes of the first, second, ... node). */
static int read_parts(const struct csv *csv, int column, struct piece *z, bool plain,
		      struct error *err)
{
	const char *p = csv->field[column].text, *end = p + csv->field[column].n;
	int64_t a, b;

	for (z->nr = 0; p < end; p += *p == ' ') {
		unsigned long some = digits(&p, end, &a);

		b = -1;
		if (some && p < end && *p == ':' && !plain) {
			p++;
			some = digits(&p, end, &b);
		}
		if (!some || (p < end && *p != ' ') || z->nr == PARTS_MAX || (!plain && a > 4095) ||
		    b > INT64_MAX / PAGE_BYTES)
			return csv_error(csv, (unsigned)column, err,
					 "numbers of nodes, or node:pages, with blanks between are "
					 "expected");
		z->node[z->nr] = plain ? z->nr : (unsigned)a;
		z->bytes[z->nr++] = plain ? a : b < 0 ? -1 : b * PAGE_BYTES;
		if (p == end)
			break;
	}
	return 0;
}

static int number(const struct csv *csv, const char *name, int64_t max, int64_t *out,
		  struct error *err)
{
	return csv_int(csv, (unsigned)csv_column(csv, name), 0, max, out, err);
}

/* What is known of the nodes' parts; else equal parts of what is on its nodes. */
static int read_zone(const struct csv *csv, struct piece *z, struct error *err)
{
	int pages = csv_column(csv, "pages_by_node");
	int64_t bytes = 0, spilled = 0;
	int rc;

	z->nr = 0;
	if (!csv->field[csv_column(csv, "nodes")].n || !csv->field[csv_column(csv, "host")].n)
		return 0; /* refused */
	rc = number(csv, "host", 10000000, &z->host, err);
	if (!rc)
		rc = number(csv, "start_ns", INT64_MAX, &z->start_ns, err);
	if (!rc)
		rc = number(csv, "end_ns", INT64_MAX, &z->end_ns, err);
	if (!rc && pages >= 0 && csv->field[pages].n)
		return read_parts(csv, pages, z, false, err);
	if (!rc)
		rc = number(csv, "memory_bytes", INT64_MAX, &bytes, err);
	if (!rc)
		rc = number(csv, "spilled_bytes", bytes, &spilled, err);
	if (!rc)
		rc = read_parts(csv, csv_column(csv, "nodes"), z, false, err);
	for (unsigned i = 0; i < z->nr; i++)
		z->bytes[i] = (bytes - spilled) / z->nr;
	return rc;
}

/* A sample stands for the time up to it. */
static int read_sample(struct heat_reader *r, struct piece *z, struct error *err)
{
	int64_t time_s;
	int rc = number(&r->csv, "time_s", INT64_MAX / NS_PER_S, &time_s, err);

	if (rc)
		return rc;
	z->host = 0;
	z->start_ns = r->before_ns;
	z->end_ns = r->before_ns = time_s * NS_PER_S;
	return read_parts(&r->csv, csv_column(&r->csv, "node_resident_bytes"), z, true, err);
}

static void measure_piece(struct heat *h, const struct piece *z)
{
	if (z->end_ns > h->end_ns)
		h->end_ns = z->end_ns;
	if (z->nr && (uint64_t)z->host >= h->nr_hosts)
		h->nr_hosts = (uint64_t)z->host + 1;
	for (unsigned i = 0; i < z->nr; i++)
		if (z->node[i] >= h->nr_nodes)
			h->nr_nodes = z->node[i] + 1;
}

static void add_piece(const struct heat *h, float *memory, const struct piece *z)
{
	double step = (double)h->end_ns / HEAT_COLUMNS;
	double begin = (double)z->start_ns, end = (double)z->end_ns;

	for (unsigned c = (unsigned)(begin / step); c < HEAT_COLUMNS && step * c < end; c++) {
		double from = step * c, to = step * (c + 1);
		double part = (end < to ? end : to) - (begin > from ? begin : from);
		size_t first = (size_t)z->host * h->nr_nodes;

		for (unsigned i = 0; part > 0 && i < z->nr; i++)
			memory[(first + z->node[i]) * HEAT_COLUMNS + c] +=
				(float)((double)z->bytes[i] * part / step);
	}
}

/* Which map the line belongs to; false: none that is drawn. */
static bool choose_map(struct heat_reader *r)
{
	struct heat *h = r->out;
	struct arena a = {0};
	const char *row = "";

	for (int i = 0; i <= csv_column(&r->csv, "seed"); i++)
		row = arena_printf(&a, "%s%s%.*s", row, i ? " " : "", (int)r->csv.field[i].n,
				   r->csv.field[i].text);
	if (!r->row || strcmp(row, r->row) != 0) {
		arena_release(&r->scratch);
		r->row = arena_strdup(&r->scratch, row);
		r->before_ns = 0;
		for (r->map = 0; r->map < h->nr_maps; r->map++)
			if (strcmp(h->map[r->map].row, row) == 0)
				break;
		if (r->map == h->nr_maps && h->nr_maps < HEAT_MAPS_MAX)
			h->map[h->nr_maps++].row = arena_strdup(&h->arena, row);
		h->more |= r->map >= HEAT_MAPS_MAX;
	}
	arena_release(&a);
	return r->map < h->nr_maps;
}

static int check_columns(const struct heat_reader *r, const char *path, struct error *err)
{
	static const char *const of_zones[] = {"host",		"nodes",    "memory_bytes",
					       "spilled_bytes", "start_ns", "end_ns",
					       "seed",		NULL};
	static const char *const of_timeline[] = {"time_s", "node_resident_bytes", "seed", NULL};

	for (const char *const *name = r->timeline ? of_timeline : of_zones; *name; name++)
		if (csv_column(&r->csv, *name) < 0)
			return error_at(err, ERR_INPUT, path, 1, 0, "there is no column \"%s\"",
					*name);
	return 0;
}

static int pass(struct heat_reader *r, const char *path, struct error *err)
{
	bool more = true;
	int rc = csv_open(&r->csv, path, err);

	if (rc)
		return rc;
	rc = check_columns(r, path, err);
	r->row = NULL;
	while (!rc && more) {
		struct piece z = {0};

		rc = csv_next(&r->csv, &more, err);
		if (rc || !more || !choose_map(r))
			continue;
		rc = r->timeline ? read_sample(r, &z, err) : read_zone(&r->csv, &z, err);
		if (!rc && r->memory[0])
			add_piece(r->out, r->memory[r->map], &z);
		else if (!rc)
			measure_piece(r->out, &z);
	}
	csv_close(&r->csv);
	arena_release(&r->scratch);
	return rc;
}

static void fold(const struct heat *h, float *to, const float *memory, size_t rows)
{
	for (size_t r = 0; r < rows; r++)
		for (size_t c = 0; c < HEAT_COLUMNS; c++) {
			float *cell = &to[r / h->per_row * HEAT_COLUMNS + c];

			if (memory[r * HEAT_COLUMNS + c] > *cell)
				*cell = memory[r * HEAT_COLUMNS + c];
		}
}

int heat_load(struct heat *out, const char *path, bool timeline, struct error *err)
{
	struct heat_reader r = {.out = out, .timeline = timeline};
	size_t rows;
	int rc;

	*out = (struct heat){.timeline = timeline};
	rc = pass(&r, path, err);
	rows = (size_t)out->nr_hosts * out->nr_nodes;
	if (rc || !rows || rows > HEAT_NODES_MAX || !out->end_ns)
		goto out;
	for (size_t m = 0; m < out->nr_maps; m++)
		r.memory[m] = xcalloc(rows * HEAT_COLUMNS, sizeof(float));
	rc = pass(&r, path, err);
	out->per_row = (rows + HEAT_ROWS_MAX - 1) / HEAT_ROWS_MAX;
	out->nr_rows = (rows + out->per_row - 1) / out->per_row;
	for (size_t m = 0; !rc && m < out->nr_maps; m++) {
		out->map[m].bytes = xcalloc(out->nr_rows * HEAT_COLUMNS, sizeof(float));
		fold(out, out->map[m].bytes, r.memory[m], rows);
	}
out:
	for (size_t m = 0; m < HEAT_MAPS_MAX; m++)
		free(r.memory[m]);
	if (rc)
		heat_release(out);
	return rc;
}

void heat_release(struct heat *h)
{
	for (size_t m = 0; m < HEAT_MAPS_MAX; m++)
		free(h->map[m].bytes);
	arena_release(&h->arena);
	*h = (struct heat){0};
}
