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
#include "report/check.h"
#include "report/compare.h"

#define PAIRS_MIN 3

struct pairs {
	int64_t *before, *now;
	double *difference;
	size_t nr;
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

static void judge_column(struct check *c, const struct rule *rule, const char *row,
			 const char *column, const struct pairs *p)
{
	double before, now, half, d, allowed;
	enum finding_kind kind = FOUND_WITHIN;

	interval(p, &before, &now, &half);
	d = now - before;
	allowed = fabs(before) * (double)rule->tolerance_ppm / 1e6;
	if (allowed < (double)rule->tolerance)
		allowed = (double)rule->tolerance;
	if (d == 0)
		return;
	if (fabs(d) - half > allowed) {
		kind = FOUND_MOVED;
		if (rule->better != BETTER_EXACT)
			kind = (d > 0) == (rule->better == BETTER_HIGHER) ? FOUND_BETTER
									  : FOUND_WORSE;
	}
	check_add(c, kind, row, column,
		  arena_printf(&c->arena,
			       "%s: mean %.1f -> %.1f over %zu pairs (%+.1f, 95 %% within "
			       "%.1f either side)",
			       column, before, now, p->nr, d, half));
	c->finding[c->nr - 1].figures = true;
	c->finding[c->nr - 1].before = (int64_t)llround(before);
	c->finding[c->nr - 1].now = (int64_t)llround(now);
	c->finding[c->nr - 1].ppm =
		before != 0 ? (int64_t)llround(fabs(d / before) * 1e6) : INT64_MAX;
}

static void collect(struct pairs *p, const struct sheet *a, const struct sheet *b, size_t first,
		    const char *column)
{
	p->nr = 0;
	for (size_t r = first; r < a->nr; r++) {
		size_t other;

		if (!same_but_seed(a, first, r))
			continue;
		other = sheet_find(b, a, r);
		if (other != SHEET_NO_ROW && sheet_figure(a, r, column, &p->before[p->nr]) &&
		    sheet_figure(b, other, column, &p->now[p->nr]))
			p->nr++;
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
