#include "report/contention.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "base/table.h"
#include "base/terminal.h"
#include "report/model.h"
#include "schema/schema.h"

static const char *const key_column[] = {"topology", "workload", "policy", "memory_policy",
					 "allocator"};
static const char *const text_column[] = {"zone", "name", "nodes", "point", "reason"};
enum { ZONE, NAME, NODES, POINT, REASON };
static const char *const figure_column[] = {
	"level_percent",     "neighbours",
	"point_ps",	     "predicted_point_ps",
	"point_bytes_per_s", "predicted_point_bytes_per_s",
	"load_bytes_per_s",  "predicted_load_bytes_per_s",
	"stated_error_ppm",
};
enum {
	LEVEL,
	NEIGHBOURS,
	LATENCY,
	LATENCY_SAID,
	RATE,
	RATE_SAID,
	LOAD,
	LOAD_SAID,
	STATED,
	FIGURES
};

#define NR(table) (sizeof(table) / sizeof((table)[0]))

static int find_column(const struct csv *c, const char *name, unsigned *out, struct error *err)
{
	int at = csv_column(c, name);

	if (at < 0)
		return error_at(err, ERR_INPUT, c->path, 1, 0, "there is no column \"%s\"", name);
	*out = (unsigned)at;
	return 0;
}

static int read_text(const struct csv *c, const char *column, struct arena *a, const char **out,
		     struct error *err)
{
	unsigned at;
	int rc = find_column(c, column, &at, err);

	if (!rc)
		*out = arena_printf(a, "%.*s", (int)c->field[at].n, c->field[at].text);
	return rc;
}

static int read_key(const struct csv *c, struct arena *a, const char **out, struct error *err)
{
	const char *part;
	int rc = 0;

	*out = "";
	for (size_t i = 0; i < NR(key_column) && !rc; i++) {
		rc = read_text(c, key_column[i], a, &part, err);
		if (!rc && *part)
			*out = arena_printf(a, "%s%s%s", *out, **out ? " " : "", part);
	}
	return rc;
}

static int read_row(const struct csv *c, struct arena *a, struct contention_row *out,
		    struct error *err)
{
	const char *text[NR(text_column)];
	int64_t figure[FIGURES];
	int rc = read_key(c, a, &out->key, err);

	for (size_t i = 0; i < NR(text_column) && !rc; i++)
		rc = read_text(c, text_column[i], a, &text[i], err);
	for (size_t i = 0; i < FIGURES && !rc; i++) {
		unsigned at;

		rc = find_column(c, figure_column[i], &at, err);
		if (!rc)
			rc = model_field(c, (int)at, &figure[i], err);
	}
	if (rc)
		return rc;
	*out = (struct contention_row){
		.key = out->key,
		.zone = text[ZONE],
		.name = text[NAME],
		.nodes = text[NODES],
		.point = text[POINT],
		.reason = text[REASON],
		.time = strcmp(text[POINT], "latency") == 0,
		.level_percent = figure[LEVEL],
		.neighbours = figure[NEIGHBOURS],
		.found_load = figure[LOAD],
		.predicted_load = figure[LOAD_SAID],
		.stated_error_ppm = figure[STATED],
		.repeats = 1,
	};
	out->found = figure[out->time ? LATENCY : RATE];
	out->predicted = figure[out->time ? LATENCY_SAID : RATE_SAID];
	return 0;
}

static bool same_point(const struct contention_row *a, const struct contention_row *b)
{
	return a->level_percent == b->level_percent && strcmp(a->zone, b->zone) == 0 &&
	       strcmp(a->point, b->point) == 0 && strcmp(a->key, b->key) == 0;
}

struct contention_row *contention_find(const struct contention_file *f,
				       const struct contention_row *like)
{
	for (size_t i = 0; i < f->nr; i++)
		if (same_point(&f->row[i], like))
			return &f->row[i];
	return NULL;
}

/* What is not known does not count. */
static void add_to_mean(int64_t *mean, size_t *nr, int64_t value)
{
	if (!is_known(value))
		return;
	*mean = *nr ? (int64_t)(((int128)*mean * (int64_t)*nr + value) / (int64_t)(*nr + 1))
		    : value;
	++*nr;
}

static void add_repeat(struct contention_row *row, const struct contention_row *more)
{
	add_to_mean(&row->found, &row->repeats, more->found);
	add_to_mean(&row->found_load, &row->load_repeats, more->found_load);
	if (row->repeats)
		row->reason = "";
}

/* Repeats of a point become one row, where the first one stands. */
static void join_repeats(struct contention_file *f)
{
	size_t nr = f->nr;

	f->nr = 0;
	for (size_t i = 0; i < nr; i++) {
		struct contention_row *row = contention_find(f, &f->row[i]);

		if (row) {
			add_repeat(row, &f->row[i]);
			continue;
		}
		f->row[f->nr] = f->row[i];
		row = &f->row[f->nr++];
		row->repeats = is_known(row->found);
		row->load_repeats = is_known(row->found_load);
	}
}

int contention_load(struct contention_file *out, const char *path, struct error *err)
{
	struct csv csv;
	bool more = true;
	size_t cap = 0;
	int rc = csv_open(&csv, path, err);

	*out = (struct contention_file){.nr = 0};
	if (rc)
		return rc;
	while (!(rc = csv_next(&csv, &more, err)) && more) {
		out->row = grow(out->row, &cap, out->nr, sizeof(*out->row));
		rc = read_row(&csv, &out->arena, &out->row[out->nr++], err);
		if (rc)
			break;
	}
	csv_close(&csv);
	if (rc)
		contention_file_release(out);
	else
		join_repeats(out);
	return rc;
}

void contention_file_release(struct contention_file *f)
{
	free(f->row);
	arena_release(&f->arena);
	*f = (struct contention_file){.nr = 0};
}

bool contention_recognise(const char *path)
{
	struct csv csv;
	bool ours;

	if (strcmp(path, "-") == 0 || csv_open(&csv, path, NULL))
		return false;
	ours = csv_column(&csv, "level_percent") >= 0 && csv_column(&csv, "point") >= 0;
	csv_close(&csv);
	return ours;
}

/* --- the table ------------------------------------------------------------------------- */

static enum unit unit_of(const struct contention_row *r)
{
	return r->time ? UNIT_PS : UNIT_BYTES_PER_S;
}

static void unit_cell(struct table *t, enum unit u, int64_t figure)
{
	char text[40];

	table_cell(t, "%s", unit_text(u, figure, -1, text, sizeof(text)));
}

void contention_figure_cell(struct table *t, const struct contention_row *r, int64_t figure)
{
	unit_cell(t, unit_of(r), figure);
}

void contention_change_cell(struct table *t, int64_t a, int64_t b)
{
	if (is_known(a) && is_known(b) && a > 0)
		table_cell(t, "%+.1f", ((double)b / (double)a - 1) * 100);
	else
		table_cell(t, "-");
}

void contention_point_cells(struct table *t, const struct contention_row *r)
{
	table_cell(t, "%s", r->name);
	table_cell(t, "%s", r->nodes);
	table_cell(t, "%s %s", r->point, unit_sign(unit_of(r)));
	table_cell(t, "%" PRId64, r->level_percent);
}

/* The rows from `from` on that have its key; returns where they end. */
static size_t print_rows(const struct contention_file *f, size_t from, FILE *out)
{
	static const char *const name[] = {"zone",	"nodes",   "point", "level",	"measured",
					   "predicted", "error %", "load",  "predicted"};
	struct table *t = table_new();
	size_t i = from;

	for (size_t k = 0; k < NR(name); k++)
		table_cell(t, "%s", name[k]);
	table_end_row(t);
	for (; i < f->nr && strcmp(f->row[i].key, f->row[from].key) == 0; i++) {
		const struct contention_row *r = &f->row[i];

		contention_point_cells(t, r);
		contention_figure_cell(t, r, r->found);
		contention_figure_cell(t, r, r->predicted);
		contention_change_cell(t, r->predicted, r->found);
		unit_cell(t, UNIT_BYTES_PER_S, r->found_load);
		unit_cell(t, UNIT_BYTES_PER_S, r->predicted_load);
		table_end_row(t);
	}
	fprintf(out, "contention: %s\n\n", f->row[from].key);
	(void)table_print_within(t, out, 0, 4, terminal_columns(out));
	fputs("\nlevel: percent of what each neighbour would get alone, that it asks for\n"
	      "load: GB/s that they got together\n\n",
	      out);
	table_free(t);
	return i;
}

void contention_print_text(const struct contention_file *f, FILE *out)
{
	for (size_t i = 0; i < f->nr;)
		i = print_rows(f, i, out);
	contention_print_verdict(f, out);
}
