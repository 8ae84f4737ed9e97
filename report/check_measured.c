/*
 * Figures of a real machine differ from run to run. Repeats (rows that differ in
 * the seed alone) are paired by seed, so that what differs between seeds drops
 * out, and the mean difference is judged by Student's t interval at 95 %.
 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/stats.h"
#include "base/units.h"
#include "report/check.h"
#include "report/compare.h"

#define PAIRS_MIN 3

struct pairs {
	int64_t *before, *now;
	double *difference;
	size_t nr; /* known in both */
	size_t nr_lost, nr_gained; /* repeats in which the figure is known on one side alone */
	int64_t lost, gained; /* one of those */
};

static bool same_but_seed(const struct sheet *s, size_t a, size_t b)
{
	/* the seed is the last of the key */
	for (int c = 0; (unsigned)c + 1 < s->nr_keys; c++)
		if (strcmp(sheet_text(s, a, c), sheet_text(s, b, c)) != 0)
			return false;
	return true;
}

/* Means, and half the width of the interval of their difference. */
static void interval(const struct pairs *p, double *before, double *now, double *half)
{
	double n = (double)p->nr, sum_a = 0, sum_b = 0;

	for (size_t i = 0; i < p->nr; i++) {
		sum_a += (double)p->before[i];
		sum_b += (double)p->now[i];
		p->difference[i] = (double)p->now[i] - (double)p->before[i];
	}
	*before = sum_a / n;
	*now = sum_b / n;
	*half = interval_of(p->difference, p->nr).half;
}

static const char *tenths(double x, char buf[40])
{
	return decimal_text((int64_t)llround(x * 10), 10, 1, buf, 40);
}

static void judge_column(struct check *c, const struct rule *rule, const char *row,
			 const char *column, const struct pairs *p)
{
	double before, now, half, d, allowed;
	enum finding_kind kind = FOUND_WITHIN;
	struct finding *f;
	char text[4][40];

	interval(p, &before, &now, &half);
	d = now - before;
	allowed = fabs(before) * (double)rule->tolerance_ppm / 1e6;
	if (allowed < (double)rule->tolerance)
		allowed = (double)rule->tolerance;
	if (d == 0)
		return;
	if (fabs(d) - half > allowed) {
		kind = FOUND_MOVED;
		if (rule->better != RULE_EXACT)
			kind = (d > 0) == (rule->better == RULE_HIGHER) ? FOUND_BETTER
									: FOUND_WORSE;
	}
	f = check_add(c, kind, row, column,
		      arena_printf(&c->arena,
				   "%s: mean %s -> %s over %zu pairs (%s%s, 95 %% within "
				   "%s either side)",
				   column, tenths(before, text[0]), tenths(now, text[1]), p->nr,
				   d < 0 ? "" : "+", tenths(d, text[2]), tenths(half, text[3])));
	f->figures = true;
	f->before = (int64_t)llround(before);
	f->now = (int64_t)llround(now);
	f->ppm = before != 0 ? (int64_t)llround(fabs(d / before) * 1e6) : FIGURE_UNKNOWN;
}

/* What is known in some repeats of one side alone is no mean, and is told as such. */
static void judge_unknown(struct check *c, const struct rule *rule, const char *row,
			  const char *column, const struct pairs *p)
{
	if (p->nr_lost)
		check_add_unknown(c, rule, row, column, p->lost, FIGURE_UNKNOWN,
				  arena_printf(&c->arena, "%s: not known any more in %zu repeat%s",
					       column, p->nr_lost, p->nr_lost == 1 ? "" : "s"));
	if (p->nr_gained)
		check_add_unknown(c, rule, row, column, FIGURE_UNKNOWN, p->gained,
				  arena_printf(&c->arena,
					       "%s: known in %zu repeat%s, not known before",
					       column, p->nr_gained, p->nr_gained == 1 ? "" : "s"));
}

static void collect(struct pairs *p, const struct sheet *a, const struct sheet *b, size_t first,
		    const char *column)
{
	int column_a = sheet_column(a, column), column_b = sheet_column(b, column);

	p->nr = p->nr_lost = p->nr_gained = 0;
	for (size_t r = first; r < a->nr; r++) {
		bool had, has;
		size_t other;

		if (!same_but_seed(a, first, r))
			continue;
		other = sheet_find(b, a, r);
		if (other == SHEET_NO_ROW || column_b < 0)
			continue;
		had = sheet_figure_at(a, r, column_a, &p->before[p->nr]);
		has = sheet_figure_at(b, other, column_b, &p->now[p->nr]);
		if (had && !has) {
			p->lost = p->before[p->nr];
			p->nr_lost++;
		} else if (has && !had) {
			p->gained = p->now[p->nr];
			p->nr_gained++;
		}
		p->nr += had && has;
	}
}

static bool seen_before(const struct sheet *s, size_t row)
{
	for (size_t r = 0; r < row; r++)
		if (same_but_seed(s, r, row))
			return true;
	return false;
}

int check_measured(struct check *c, struct baseline *base, struct run_dir *run,
		   const struct rules *rules, struct error *err)
{
	struct sheet *a = &base->summary;
	struct pairs p = {.before = xcalloc(a->nr + 1, sizeof(*p.before)),
			  .now = xcalloc(a->nr + 1, sizeof(*p.now)),
			  .difference = xcalloc(a->nr + 1, sizeof(*p.difference))};
	int rc = 0;

	for (size_t r = 0; !rc && r < a->nr; r++) {
		if (seen_before(a, r))
			continue;
		for (unsigned i = 0; !rc && i < a->nr_columns; i++) {
			struct rule rule = rule_for(rules, a->column[i]);

			if (rule.ignore || i < a->nr_keys)
				continue;
			collect(&p, a, &run->summary, r, a->column[i]);
			judge_unknown(c, &rule, sheet_row_name(a, r), a->column[i], &p);
			if (p.nr >= PAIRS_MIN)
				judge_column(c, &rule, sheet_row_name(a, r), a->column[i], &p);
			else if (p.nr)
				rc = error_set(err, ERR_INPUT,
					       "%s, %s: %zu repeats in both cannot tell a change "
					       "from noise; measure at least %d (--seed)",
					       sheet_row_name(a, r), a->column[i], p.nr, PAIRS_MIN);
		}
	}
	free(p.before);
	free(p.difference);
	free(p.now);
	return rc;
}
