#include "report/diff.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/csv.h"
#include "base/table.h"
#include "base/terminal.h"

static void figure_cell(struct table *t, int64_t figure)
{
	if (is_known(figure))
		table_cell(t, "%" PRId64, figure);
	else
		table_cell(t, "not known");
}

static void change_cells(struct table *t, const struct change *d)
{
	bool both = is_known(d->a) && is_known(d->b);
	int64_t ppm = both ? change_ppm(d->a, d->b) : FIGURE_UNKNOWN;
	char text[40];

	table_cell(t, "%s", d->column);
	figure_cell(t, d->a);
	figure_cell(t, d->b);
	if (is_known(ppm))
		table_cell(t, "%s%s %%", d->b < d->a ? "-" : "+",
			   unit_text(UNIT_SHARE, ppm, -1, text, sizeof(text)));
	else
		table_cell(t, "-");
	table_end_row(t);
}

static void print_only(const char *what, const char *name, FILE *out)
{
	char *text = xasprintf("%s%s", what, name);

	terminal_print_sentence(text, out);
	free(text);
}

void diff_print_text(const struct comparison *c, struct sheet *a, struct sheet *b, FILE *out)
{
	for (size_t i = 0; i < c->nr;) {
		struct table *t = table_new();
		size_t row = c->change[i].row_a;

		fprintf(out, "%s\n", sheet_row_name(a, row));
		for (; i < c->nr && c->change[i].row_a == row; i++)
			change_cells(t, &c->change[i]);
		(void)table_print_within(t, out, 2, TABLE_ALL, terminal_columns(out));
		table_free(t);
	}
	for (size_t i = 0; i < c->nr_only_a; i++)
		print_only("only in the first: ", sheet_row_name(a, c->only_a[i]), out);
	for (size_t i = 0; i < c->nr_only_b; i++)
		print_only("only in the second: ", sheet_row_name(b, c->only_b[i]), out);
	for (size_t i = 0; i < c->nr_column_a; i++)
		fprintf(out, "column only in the first: %s\n", c->column_a[i]);
	for (size_t i = 0; i < c->nr_column_b; i++)
		fprintf(out, "column only in the second: %s\n", c->column_b[i]);
	fprintf(out, "%zu rows in both, %zu of them equal\n", c->nr_rows, c->nr_same);
}

/* In the columns that `header` has. */
static void print_key(const char *what, const struct sheet *header, const struct sheet *s,
		      size_t row, FILE *out)
{
	fputs(what, out);
	for (unsigned i = 0; i < header->nr_keys; i++) {
		fputc(',', out);
		csv_print_field(sheet_text(s, row, sheet_column(s, header->column[i])), out);
	}
}

void diff_print_csv(const struct comparison *c, const struct sheet *a, const struct sheet *b,
		    FILE *out)
{
	fputs("what", out);
	for (unsigned i = 0; i < a->nr_keys; i++)
		fprintf(out, ",%s", a->column[i]);
	fputs(",column,a,b\n", out);
	for (size_t i = 0; i < c->nr; i++) {
		const struct change *d = &c->change[i];

		print_key("changed", a, a, d->row_a, out);
		fprintf(out, ",%s", d->column);
		figure_print_next(d->a, out);
		figure_print_next(d->b, out);
		fputc('\n', out);
	}
	for (size_t i = 0; i < c->nr_only_a; i++) {
		print_key("only_a", a, a, c->only_a[i], out);
		fputs(",,,\n", out);
	}
	for (size_t i = 0; i < c->nr_only_b; i++) {
		print_key("only_b", a, b, c->only_b[i], out);
		fputs(",,,\n", out);
	}
}
