#include "cli/rows.h"

#include <stdlib.h>

#include "base/csv.h"

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

static void print_csv(const struct rows *r, FILE *out)
{
	for (size_t c = 0; !r->headless && c < r->nr_columns; c++)
		fprintf(out, "%s%s", c ? "," : "", r->column[c].name);
	fputs(r->headless ? "" : "\n", out);
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

void rows_print(const struct rows *r, enum output_format format, const struct view *view, FILE *out)
{
	BUG_ON(!r->nr_columns || r->nr % r->nr_columns != 0);
	switch (format) {
	case FORMAT_TEXT:
		rows_print_table(r, view, out);
		break;
	case FORMAT_JSON:
		rows_print_json(r, out);
		break;
	case FORMAT_JSONL:
		rows_print_jsonl(r, out);
		break;
	case FORMAT_CSV:
		print_csv(r, out);
		break;
	case FORMAT_OPENMETRICS:
		bug_at(__FILE__, __LINE__, "%s has no metrics", r->name);
	}
}

void rows_release(struct rows *r)
{
	free(r->cell);
	arena_release(&r->arena);
	*r = (struct rows){0};
}
