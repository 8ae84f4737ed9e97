#include "report/refusals.h"

#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "base/units.h"

enum refusal_column { OUTCOME, START, POLICY, SEED, NR_COLUMNS };

static const char *const column_name[NR_COLUMNS] = {
	[OUTCOME] = "outcome",
	[START] = "start_ns",
	[POLICY] = "policy",
	[SEED] = "seed",
};

struct reader {
	struct refusals *out;
	struct csv csv;
	int column[NR_COLUMNS];
	struct arena scratch; /* of the current line */
};

static const char *field(struct reader *r, int column)
{
	if (column < 0)
		return "";
	return arena_strndup(&r->scratch, r->csv.field[column].text, r->csv.field[column].n);
}

static bool field_is(const struct reader *r, int column, const char *text)
{
	const struct csv_field *f = &r->csv.field[column];

	return f->n == strlen(text) && memcmp(f->text, text, f->n) == 0;
}

static struct refusal_row *row_of(struct reader *r)
{
	struct refusals *out = r->out;
	const char *key = "", *name;
	struct refusal_row *row;

	for (int i = 0; i <= r->column[SEED]; i++)
		key = arena_printf(&r->scratch, "%s%s\x01", key, field(r, i));
	if (out->nr && strcmp(out->row[out->nr - 1]->key, key) == 0)
		return out->row[out->nr - 1];
	name = field(r, r->column[POLICY]);
	for (int i = r->column[POLICY] + 1; i < r->column[SEED]; i++)
		name = arena_printf(&r->scratch, "%s %s", name, field(r, i));
	row = arena_alloc(&out->arena, sizeof(*row));
	*row = (struct refusal_row){
		.key = arena_strdup(&out->arena, key),
		.name = arena_printf(&out->arena, "%s seed %s", name, field(r, r->column[SEED])),
		.bin_ns = NS_PER_S,
	};
	out->row = grow(out->row, &out->cap, out->nr, sizeof(struct refusal_row *));
	out->row[out->nr++] = row;
	return row;
}

/* Bins twice as wide, each holding two of the old. */
static void double_bins(struct refusal_row *row)
{
	for (size_t i = 0; i < REFUSAL_BINS; i++)
		row->bin[i] = i < REFUSAL_BINS / 2 ? row->bin[2 * i] + row->bin[2 * i + 1] : 0;
	row->bin_ns *= 2;
}

static int take_refusal(struct reader *r, struct error *err)
{
	struct refusal_row *row = row_of(r);
	int64_t at;
	int rc = csv_int(&r->csv, (unsigned)r->column[START], 0, INT64_MAX, &at, err);

	if (rc)
		return rc;
	row->zones++;
	while (at / row->bin_ns >= REFUSAL_BINS)
		double_bins(row);
	row->bin[at / row->bin_ns]++;
	return 0;
}

/* One width for all, so that they can be compared. */
static void level_bins(struct refusals *r)
{
	int64_t widest = 0;

	for (size_t i = 0; i < r->nr; i++)
		widest = r->row[i]->bin_ns > widest ? r->row[i]->bin_ns : widest;
	for (size_t i = 0; i < r->nr; i++)
		while (r->row[i]->bin_ns < widest)
			double_bins(r->row[i]);
}

static int find_columns(struct reader *r, const char *path, struct error *err)
{
	for (int i = 0; i < NR_COLUMNS; i++) {
		r->column[i] = csv_column(&r->csv, column_name[i]);
		if (r->column[i] < 0)
			return error_at(err, ERR_INPUT, path, 1, 0, "there is no column \"%s\"",
					column_name[i]);
	}
	return 0;
}

int refusals_load(struct refusals *out, const char *path, struct error *err)
{
	struct reader r = {.out = out};
	bool more = true;
	int rc;

	*out = (struct refusals){0};
	rc = csv_open(&r.csv, path, err);
	if (rc)
		return rc;
	rc = find_columns(&r, path, err);
	while (!rc && more) {
		rc = csv_next(&r.csv, &more, err);
		if (rc || !more || !field_is(&r, r.column[OUTCOME], "refused"))
			continue;
		rc = take_refusal(&r, err);
		arena_release(&r.scratch);
	}
	level_bins(out);
	arena_release(&r.scratch);
	csv_close(&r.csv);
	if (rc)
		refusals_release(out);
	return rc;
}

void refusals_release(struct refusals *r)
{
	free(r->row);
	arena_release(&r->arena);
	*r = (struct refusals){0};
}
