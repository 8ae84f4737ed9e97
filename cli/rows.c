#include "cli/rows.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "base/table.h"
#include "base/units.h"

static unsigned nr_columns(const struct rows *r)
{
	unsigned n = 0;

	while (r->column[n].name)
		n++;
	BUG_ON(n == 0);
	return n;
}

static struct cell *new_cell(struct rows *r)
{
	r->cell = grow(r->cell, &r->cap, r->nr, sizeof(*r->cell));
	r->cell[r->nr] = (struct cell){0};
	return &r->cell[r->nr++];
}

void rows_text(struct rows *r, const char *text)
{
	new_cell(r)->text = arena_strdup(&r->arena, text ? text : "");
}

void rows_number(struct rows *r, int64_t number)
{
	new_cell(r)->number = number;
}

void rows_unknown(struct rows *r)
{
	new_cell(r)->unknown = true;
}

static void print_text_cell(const struct cell *cell, enum column_kind kind, struct table *t)
{
	char buf[32];

	if (kind == COLUMN_WIDE)
		return;
	if (cell->unknown)
		table_cell(t, "-");
	else if (kind == COLUMN_TEXT)
		table_cell(t, "%s", cell->text);
	else if (kind == COLUMN_COUNT)
		table_cell(t, "%" PRId64, cell->number);
	else if (kind == COLUMN_RATE)
		table_cell(t, "%.1f GB/s", (double)cell->number / 1e9);
	else if (kind == COLUMN_PPM)
		table_cell(t, "%.2f %%", (double)cell->number / 1e4);
	else if (kind == COLUMN_PS)
		table_cell(t, "%.1f ns", (double)cell->number / 1e3);
	else
		table_cell(t, "%s", bytes_text(cell->number, buf, sizeof(buf)));
}

/* Length of a column's name without its unit. */
static int heading_length(const struct column *column)
{
	static const char *const unit[] = {[COLUMN_BYTES] = "_bytes",
					   [COLUMN_RATE] = "_bytes_per_s",
					   [COLUMN_PS] = "_ps",
					   [COLUMN_PPM] = "_ppm"};
	size_t n = strlen(column->name), end;

	if (column->kind < COLUMN_BYTES)
		return (int)n;
	end = strlen(unit[column->kind]);
	BUG_ON(n <= end || strcmp(column->name + n - end, unit[column->kind]) != 0);
	return (int)(n - end);
}

static void print_text(const struct rows *r, FILE *out)
{
	struct table *t = table_new();
	unsigned columns = nr_columns(r);

	for (unsigned c = 0; c < columns; c++) {
		if (r->column[c].kind != COLUMN_WIDE)
			table_cell(t, "%.*s", heading_length(&r->column[c]), r->column[c].name);
	}
	table_end_row(t);
	for (size_t i = 0; i < r->nr; i++) {
		print_text_cell(&r->cell[i], r->column[i % columns].kind, t);
		if ((i + 1) % columns == 0)
			table_end_row(t);
	}
	table_print(t, out, 0);
	table_free(t);
}

static void print_csv(const struct rows *r, FILE *out)
{
	unsigned columns = nr_columns(r);

	for (unsigned c = 0; c < columns; c++)
		fprintf(out, "%s%s", c ? "," : "", r->column[c].name);
	fputc('\n', out);
	for (size_t i = 0; i < r->nr; i++) {
		if (i % columns)
			fputc(',', out);
		if (r->cell[i].text)
			csv_print_field(r->cell[i].text, out);
		else if (!r->cell[i].unknown)
			fprintf(out, "%" PRId64, r->cell[i].number);
		if ((i + 1) % columns == 0)
			fputc('\n', out);
	}
}

void rows_print(const struct rows *r, enum output_format format, FILE *out)
{
	BUG_ON(r->nr % nr_columns(r) != 0);
	switch (format) {
	case FORMAT_TEXT:
		print_text(r, out);
		break;
	case FORMAT_JSON:
		rows_print_json(r, out);
		break;
	case FORMAT_CSV:
		print_csv(r, out);
		break;
	}
}

void rows_release(struct rows *r)
{
	free(r->cell);
	arena_release(&r->arena);
	*r = (struct rows){0};
}
