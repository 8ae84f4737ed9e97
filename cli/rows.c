#include "cli/rows.h"

#include <stdlib.h>

#include "base/csv.h"
#include "base/table.h"

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

void rows_number(struct rows *r, int64_t figure)
{
	new_cell(r)->figure = figure;
}

static const char *cell_text(const struct cell *cell, enum unit u, char *buf, size_t size)
{
	return cell->text ? cell->text : unit_text_signed(u, cell->figure, -1, buf, size);
}

static void print_text(const struct rows *r, FILE *out)
{
	struct table *t = table_new();
	char buf[40];

	for (size_t c = 0; c < r->nr_columns; c++) {
		if (!r->column[c].wide)
			table_cell(t, "%s", column_heading(&r->column[c]));
	}
	table_end_row(t);
	for (size_t i = 0; i < r->nr; i++) {
		const struct column *c = &r->column[i % r->nr_columns];

		if (!c->wide)
			table_cell(t, "%s", cell_text(&r->cell[i], c->unit, buf, sizeof(buf)));
		if ((i + 1) % r->nr_columns == 0)
			table_end_row(t);
	}
	table_print(t, out, 0);
	table_free(t);
}

static void print_csv(const struct rows *r, FILE *out)
{
	for (size_t c = 0; c < r->nr_columns; c++)
		fprintf(out, "%s%s", c ? "," : "", r->column[c].name);
	fputc('\n', out);
	for (size_t i = 0; i < r->nr; i++) {
		if (i % r->nr_columns)
			fputc(',', out);
		if (r->cell[i].text)
			csv_print_field(r->cell[i].text, out);
		else
			figure_print(r->cell[i].figure, out);
		if ((i + 1) % r->nr_columns == 0)
			fputc('\n', out);
	}
}

void rows_print(const struct rows *r, enum output_format format, FILE *out)
{
	BUG_ON(!r->nr_columns || r->nr % r->nr_columns != 0);
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
