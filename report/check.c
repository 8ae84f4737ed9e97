#include "report/check.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "report/compare.h"

static const struct {
	const char *word;
	bool fails;
} kinds[] = {
#define X(name, fails, word) {word, fails},
	FINDINGS(X)
#undef X
};

const char *finding_word(enum finding_kind kind)
{
	return kinds[kind].word;
}

bool finding_fails(enum finding_kind kind)
{
	return kinds[kind].fails;
}

static struct rule find_rule(const struct rules *r, const char *column)
{
	struct rule rule = {.column = column};

	for (size_t i = 0; i < r->nr; i++) {
		if (strcmp(r->rule[i].column, column) == 0)
			return r->rule[i];
		if (strcmp(r->rule[i].column, "*") == 0)
			rule = r->rule[i];
	}
	return rule;
}

struct rule rule_for(const struct rules *r, const char *column)
{
	const struct column *c = schema_column(&schema_summary, column);
	struct rule rule = find_rule(r, column);

	if (rule.better != RULE_SCHEMA)
		return rule;
	if (c && c->better != BETTER_NEITHER)
		rule.better = c->better == BETTER_HIGHER ? RULE_HIGHER : RULE_LOWER;
	else
		rule.ignore = true;
	return rule;
}

void rules_release(struct rules *r)
{
	arena_release(&r->arena);
	*r = (struct rules){0};
}

struct finding *check_add(struct check *c, enum finding_kind kind, const char *row,
			  const char *column, const char *what)
{
	c->finding = grow(c->finding, &c->cap, c->nr, sizeof(*c->finding));
	c->finding[c->nr++] = (struct finding){
		.kind = kind,
		.row = row,
		.column = column,
		.what = what,
	};
	c->nr_failed += finding_fails(kind);
	return &c->finding[c->nr - 1];
}

static void add_figures(struct check *c, enum finding_kind kind, const char *row,
			const struct change *d, int64_t ppm, const char *what)
{
	struct finding *f = check_add(c, kind, row, d->column, what);

	f->figures = true;
	f->before = d->a;
	f->now = d->b;
	f->ppm = ppm;
}

void check_add_unknown(struct check *c, const struct rule *rule, const char *row,
		       const char *column, int64_t before, int64_t now, const char *what)
{
	struct change d = {.column = column, .a = before, .b = now};
	enum finding_kind appeared = rule->better == RULE_EXACT ? FOUND_MOVED : FOUND_KNOWN;

	add_figures(c, is_known(before) ? FOUND_UNKNOWN : appeared, row, &d, FIGURE_UNKNOWN, what);
}

static bool within(const struct rule *rule, int64_t before, int64_t now)
{
	int128 d = (int128)now - before, allowed;

	d = d < 0 ? -d : d;
	allowed = (before < 0 ? -(int128)before : before) * (int128)rule->tolerance_ppm;
	return d <= rule->tolerance || d * 1000000 <= allowed;
}

static enum finding_kind judge(const struct rule *rule, int64_t before, int64_t now)
{
	if (within(rule, before, now))
		return FOUND_WITHIN;
	if (rule->better == RULE_EXACT)
		return FOUND_MOVED;
	return (now > before) == (rule->better == RULE_HIGHER) ? FOUND_BETTER : FOUND_WORSE;
}

static const char *relative(struct check *c, int64_t ppm, int64_t by)
{
	char text[40];

	if (!is_known(ppm))
		return "";
	return arena_printf(&c->arena, ", %s%s %%", by < 0 ? "-" : "+",
			    unit_text(UNIT_SHARE, ppm, -1, text, sizeof(text)));
}

static void figure_finding(struct check *c, const struct rule *rule, const char *row,
			   const struct change *d)
{
	int64_t ppm = change_ppm(d->a, d->b), by = change_of(d->a, d->b);

	add_figures(c, judge(rule, d->a, d->b), row, d, ppm,
		    arena_printf(&c->arena, "%s: %" PRId64 " -> %" PRId64 " (%s%" PRId64 "%s)",
				 d->column, d->a, d->b, by > 0 ? "+" : "", by,
				 relative(c, ppm, by)));
}

static void unknown_finding(struct check *c, const struct rule *rule, const char *row,
			    const struct change *d)
{
	const char *what;

	if (is_known(d->a))
		what = arena_printf(&c->arena, "%s: %" PRId64 " -> not known", d->column, d->a);
	else
		what = arena_printf(&c->arena, "%s: not known -> %" PRId64, d->column, d->b);
	check_add_unknown(c, rule, row, d->column, d->a, d->b, what);
}

static void changed_figures(struct check *c, struct baseline *base,
			    const struct comparison *between, const struct rules *rules)
{
	for (size_t i = 0; i < between->nr; i++) {
		const struct change *d = &between->change[i];
		struct rule rule = rule_for(rules, d->column);
		const char *row;

		if (rule.ignore)
			continue;
		row = sheet_row_name(&base->summary, d->row_a);
		if (is_known(d->a) && is_known(d->b))
			figure_finding(c, &rule, row, d);
		else
			unknown_finding(c, &rule, row, d);
	}
}

static void missing_parts(struct check *c, struct baseline *base, struct run_dir *run,
			  const struct comparison *between, const struct rules *rules)
{
	for (size_t i = 0; i < between->nr_only_a; i++)
		check_add(c, FOUND_ROW_MISSING, sheet_row_name(&base->summary, between->only_a[i]),
			  "", "the baseline has this row, the run has not");
	for (size_t i = 0; i < between->nr_only_b; i++)
		check_add(c, FOUND_ROW_EXTRA, sheet_row_name(&run->summary, between->only_b[i]), "",
			  "the run has this row, the baseline has not");
	for (size_t i = 0; i < between->nr_column_a; i++)
		if (!rule_for(rules, between->column_a[i]).ignore)
			check_add(c, FOUND_COLUMN_MISSING, "", between->column_a[i],
				  arena_printf(&c->arena, "the run has no column %s",
					       between->column_a[i]));
	for (size_t i = 0; i < between->nr_column_b; i++)
		check_add(c, FOUND_COLUMN_EXTRA, "", between->column_b[i],
			  arena_printf(&c->arena,
				       "the baseline has no column %s; update it to compare that",
				       between->column_b[i]));
}

static void changed_inputs(struct check *c, const struct baseline *base, const struct run_dir *run)
{
	size_t n = base->nr_inputs > run->nr_inputs ? base->nr_inputs : run->nr_inputs;

	for (size_t i = 0; i < n; i++) {
		const struct run_input *a = i < base->nr_inputs ? &base->input[i] : NULL,
				       *b = i < run->nr_inputs ? &run->input[i] : NULL;

		if (a && b && strcmp(a->name, b->name) == 0 && strcmp(a->sha256, b->sha256) == 0)
			continue;
		if (a && b && strcmp(a->name, b->name) == 0)
			check_add(c, FOUND_INPUT, "", a->name,
				  arena_printf(&c->arena,
					       "%s is not the file that the baseline was made from "
					       "(sha256 %.12s..., was %.12s...)",
					       a->name, b->sha256, a->sha256));
		else
			check_add(c, FOUND_INPUT, "", b ? b->name : a->name,
				  arena_printf(&c->arena, "input %zu is %s, the baseline's is %s",
					       i + 1, b ? b->name : "absent",
					       a ? a->name : "absent"));
	}
}

/* A change without a measure goes before all others. */
static int64_t weight(const struct finding *f)
{
	return f->figures && !is_known(f->ppm) ? INT64_MAX : f->ppm;
}

static int worst_first(const void *a, const void *b)
{
	const struct finding *x = a, *y = b;
	int c = finding_fails(y->kind) - finding_fails(x->kind);

	/* what is no figure first, and worse and moved figures together */
	if (!c)
		c = x->figures - y->figures;
	if (!c && !x->figures)
		c = (x->kind > y->kind) - (x->kind < y->kind);
	if (!c)
		c = (weight(y) > weight(x)) - (weight(y) < weight(x));
	if (!c)
		c = strcmp(x->row, y->row);
	return c ? c : strcmp(x->column, y->column);
}

int check_run(struct check *out, struct baseline *base, struct run_dir *run,
	      const struct rules *rules, struct error *err)
{
	struct comparison between;
	int rc = 0;

	*out = (struct check){.baseline = &base->summary, .measured = run->real_clock};
	if (!run->complete)
		return error_set(err, ERR_INPUT,
				 "%s was interrupted; only a whole run can be judged", run->path);
	if (!base->summary.nr)
		return error_set(err, ERR_INPUT, "%s holds no row: nothing can be judged by it",
				 base->summary.path);
	compare(&between, &base->summary, &run->summary);
	out->nr_rows = between.nr_rows;
	if (base->record && strcmp(base->summary_sha256, base->actual_sha256) != 0)
		check_add(out, FOUND_EDITED, "", "",
			  "the baseline was changed without its record; use --update --reason");
	if (base->record && run->about)
		changed_inputs(out, base, run);
	missing_parts(out, base, run, &between, rules);
	if (out->measured)
		rc = check_measured(out, base, run, rules, err);
	else
		changed_figures(out, base, &between, rules);
	comparison_release(&between);
	if (out->nr)
		qsort(out->finding, out->nr, sizeof(*out->finding), worst_first);
	if (rc)
		check_end(out);
	return rc;
}

void check_end(struct check *c)
{
	free(c->finding);
	arena_release(&c->arena);
	*c = (struct check){0};
}
