#include <inttypes.h>

#include "base/csv.h"
#include "base/table.h"
#include "base/terminal.h"
#include "report/contention.h"
#include "schema/schema.h"

static bool is_measured(const struct contention_row *r)
{
	return is_known(r->found);
}

int64_t contention_best(const struct contention_row *r)
{
	return is_measured(r) ? r->found : r->predicted;
}

const char *contention_source(const struct contention_row *r)
{
	if (!r)
		return "";
	return source_name(is_measured(r) ? SOURCE_MEASURED : SOURCE_PREDICTED);
}

static bool differs(const struct contention_row *a, const struct contention_row *b)
{
	return contention_best(a) != contention_best(b) || is_measured(a) != is_measured(b);
}

void contention_compare(struct contention_diff *out, const struct contention_file *a,
			const struct contention_file *b)
{
	*out = (struct contention_diff){.a = a, .b = b};
	for (size_t i = 0; i < a->nr; i++) {
		const struct contention_row *other = contention_find(b, &a->row[i]);

		out->only_a += !other;
		out->both += other != NULL;
		out->differ += other && differs(&a->row[i], other);
	}
	for (size_t i = 0; i < b->nr; i++)
		out->only_b += !contention_find(a, &b->row[i]);
}

void contention_each(const struct contention_diff *d, contention_taker *take, void *context)
{
	for (size_t i = 0; i < d->a->nr; i++) {
		const struct contention_row *a = &d->a->row[i], *b = contention_find(d->b, a);

		if (!b)
			take(context, "only_a", a, NULL);
		else if (differs(a, b))
			take(context, "changed", a, b);
	}
	for (size_t i = 0; i < d->b->nr; i++)
		if (!contention_find(d->a, &d->b->row[i]))
			take(context, "only_b", NULL, &d->b->row[i]);
}

/* --- text ----------------------------------------------------------------------------- */

static void best_cells(struct table *t, const struct contention_row *r)
{
	contention_figure_cell(t, r, contention_best(r));
	table_cell(t, "%s", contention_source(r));
}

static void text_row(void *context, const char *what, const struct contention_row *a,
		     const struct contention_row *b)
{
	struct table *t = context;

	(void)what;
	if (!a || !b)
		return;
	contention_point_cells(t, a);
	best_cells(t, a);
	best_cells(t, b);
	contention_change_cell(t, contention_best(a), contention_best(b));
	table_end_row(t);
}

void contention_diff_text(const struct contention_diff *d, FILE *out)
{
	static const char *const name[] = {"zone", "nodes",  "point", "level %", "first",
					   "",	   "second", "",      "change %"};
	struct table *t = table_new();

	for (size_t i = 0; i < sizeof(name) / sizeof(name[0]); i++)
		table_cell(t, "%s", name[i]);
	table_end_row(t);
	contention_each(d, text_row, t);
	if (d->differ) {
		(void)table_print_within(t, out, 0, TABLE_ALL, terminal_columns(out));
		fputc('\n', out);
	}
	table_free(t);
	fprintf(out, "contention: %zu points in both, %zu of them equal", d->both,
		d->both - d->differ);
	if (d->only_a || d->only_b)
		fprintf(out, "; %zu only in the first, %zu only in the second", d->only_a,
			d->only_b);
	fputc('\n', out);
}

/* --- csv ------------------------------------------------------------------------------- */

static void csv_row(void *context, const char *what, const struct contention_row *a,
		    const struct contention_row *b)
{
	const struct contention_row *any = a ? a : b;
	FILE *out = context;

	fprintf(out, "%s,", what);
	csv_print_field(any->key, out);
	fprintf(out, ",%s,", any->zone);
	csv_print_field(any->name, out);
	fprintf(out, ",%s,%" PRId64, any->point, any->level_percent);
	figure_print_next(a ? contention_best(a) : FIGURE_UNKNOWN, out);
	fprintf(out, ",%s", contention_source(a));
	figure_print_next(b ? contention_best(b) : FIGURE_UNKNOWN, out);
	fprintf(out, ",%s\n", contention_source(b));
}

void contention_diff_csv(const struct contention_diff *d, FILE *out)
{
	fputs("what,row,zone,name,point,level_percent,a,a_source,b,b_source\n", out);
	contention_each(d, csv_row, out);
}
