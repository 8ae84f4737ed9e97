#include "report/check/check.h"

#include <string.h>

#include "report/check/judge.h"

static void missing_rows(struct check *c, struct sheet *base, struct sheet *run,
			 const struct comparison *between, const struct rules *rules)
{
	for (size_t i = 0; i < between->nr_only_a; i++)
		finding_add(&c->findings, FOUND_ROW_MISSING, base, between->only_a[i], "",
			    "the baseline has this row, the run has not");
	for (size_t i = 0; i < between->nr_only_b; i++)
		finding_add(&c->findings, rules->new_rows ? FOUND_ROW_NEW : FOUND_ROW_EXTRA, run,
			    between->only_b[i], "", "the run has this row, the baseline has not");
}

static void missing_columns(struct check *c, const struct comparison *between,
			    const struct rules *rules)
{
	struct findings *l = &c->findings;

	for (size_t i = 0; i < between->nr_column_a; i++)
		finding_add(
			l,
			rule_for(rules, between->column_a[i]).ignore ? FOUND_NOT_JUDGED
								     : FOUND_COLUMN_MISSING,
			NULL, 0, between->column_a[i],
			arena_printf(&l->arena, "the run has no column %s", between->column_a[i]));
	for (size_t i = 0; i < between->nr_column_b; i++)
		finding_add(l, FOUND_COLUMN_EXTRA, NULL, 0, between->column_b[i],
			    arena_printf(&l->arena,
					 "the baseline has no column %s; update it to compare that",
					 between->column_b[i]));
}

static void changed_input(struct findings *l, size_t i, const struct run_input *a,
			  const struct run_input *b)
{
	const char *what;

	if (a && b && strcmp(a->name, b->name) == 0)
		what = arena_printf(&l->arena,
				    "%s is not the file that the baseline was made from (sha256 "
				    "%.12s..., was %.12s...)",
				    a->name, b->sha256, a->sha256);
	else
		what = arena_printf(&l->arena, "input %zu is %s, the baseline's is %s", i + 1,
				    b ? b->name : "absent", a ? a->name : "absent");
	finding_add(l, FOUND_INPUT, NULL, 0, b ? b->name : a->name, what);
}

static void changed_inputs(struct check *c, const struct baseline *base, const struct run_dir *run)
{
	size_t n = base->nr_inputs > run->nr_inputs ? base->nr_inputs : run->nr_inputs;

	for (size_t i = 0; i < n; i++) {
		const struct run_input *a = i < base->nr_inputs ? &base->input[i] : NULL,
				       *b = i < run->nr_inputs ? &run->input[i] : NULL;

		if (!a || !b || strcmp(a->name, b->name) != 0 || strcmp(a->sha256, b->sha256) != 0)
			changed_input(&c->findings, i, a, b);
	}
}

/* Figures of a row that both files have a column for, and no figure. */
static size_t neither_in(const struct sheet *base, size_t row, const struct sheet *run,
			 size_t other)
{
	size_t n = 0;

	for (unsigned c = base->nr_keys; c < base->nr_columns; c++) {
		int column = sheet_column(run, base->column[c]);
		int64_t figure;

		n += column >= 0 && !sheet_figure_at(base, row, (int)c, &figure) &&
		     !sheet_figure_at(run, other, column, &figure);
	}
	return n;
}

static size_t count_neither(const struct sheet *base, const struct sheet *run)
{
	size_t n = 0;

	for (size_t r = 0; r < base->nr; r++) {
		size_t other = sheet_find(run, base, r);

		if (other != SHEET_NO_ROW)
			n += neither_in(base, r, run, other);
	}
	return n;
}

static int compare_figures(struct check *c, struct baseline *base, struct run_dir *run,
			   const struct rules *rules, struct error *err)
{
	struct comparison between;
	int rc = 0;

	compare(&between, &base->summary, &run->summary);
	c->nr_rows = between.nr_rows;
	c->nr_neither = count_neither(&base->summary, &run->summary);
	missing_rows(c, &base->summary, &run->summary, &between, rules);
	missing_columns(c, &between, rules);
	if (c->measured)
		rc = judge_measured(&c->findings, &base->summary, &run->summary, rules, err);
	else
		judge_simulated(&c->findings, &base->summary, &between, rules);
	comparison_release(&between);
	return rc;
}

int check_run(struct check *out, struct baseline *base, struct run_dir *run,
	      const struct rules *rules, struct error *err)
{
	int rc;

	*out = (struct check){.baseline = &base->summary, .measured = run->real_clock};
	if (!run->complete)
		return error_set(err, ERR_INPUT,
				 "%s was interrupted; only a whole run can be judged", run->path);
	if (!base->summary.nr)
		return error_set(err, ERR_INPUT, "%s holds no row: nothing can be judged by it",
				 base->summary.path);
	findings_begin(&out->findings, &base->summary, out->measured);
	if (base->record && strcmp(base->summary_sha256, base->actual_sha256) != 0)
		finding_add(&out->findings, FOUND_EDITED, NULL, 0, "",
			    "the baseline was changed without its record; use --update --reason");
	if (base->record && run->about)
		changed_inputs(out, base, run);
	rc = compare_figures(out, base, run, rules, err);
	findings_sort(&out->findings);
	if (rc)
		check_end(out);
	return rc;
}

size_t check_losses(const struct check *c)
{
	const struct findings *l = &c->findings;

	return findings_of(l, FOUND_WORSE) + findings_of(l, FOUND_UNKNOWN) +
	       findings_of(l, FOUND_ROW_MISSING) + findings_of(l, FOUND_COLUMN_MISSING);
}

void check_end(struct check *c)
{
	findings_release(&c->findings);
	*c = (struct check){0};
}
