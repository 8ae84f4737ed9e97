/*
 * Figures of a real machine differ from run to run. Repeats (rows that differ in
 * the seed alone) are paired by seed, so that what differs between seeds drops
 * out, and the mean difference is judged by Student's t interval at 95 %.
 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "base/stats.h"
#include "base/units.h"
#include "report/check/judge.h"

#define PAIRS_MIN 3

struct pairs {
	int64_t *before, *now;
	double *difference;
	size_t nr; /* known in both */
	size_t nr_lost, nr_gained; /* repeats in which the figure is known on one side alone */
	int64_t lost, gained; /* one of those */
};

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

/* A figure of repeats: the group's first row, and what is known of it in each. */
struct group {
	struct sheet *base;
	size_t row;
	const char *column;
	struct rule rule;
	struct pairs pairs;
};

static enum finding_kind kind_of(const struct rule *rule, double before, double d, double half)
{
	double allowed = fabs(before) * (double)rule->tolerance_ppm / 1e6;

	if (allowed < (double)rule->tolerance)
		allowed = (double)rule->tolerance;
	if (rule->ignore)
		return FOUND_NOT_JUDGED;
	return fabs(d) - half > allowed ? judge_move(rule, d > 0) : FOUND_WITHIN;
}

static void judge_column(struct findings *l, const struct group *g)
{
	double before, now, half, d;
	struct finding *f;
	char text[4][40];

	interval(&g->pairs, &before, &now, &half);
	d = now - before;
	if (d == 0)
		return;
	f = finding_add_figure(l, kind_of(&g->rule, before, d, half), g->base, g->row, g->column,
			       (int64_t)llround(before), (int64_t)llround(now), "");
	f->what =
		arena_printf(&l->arena,
			     "%s: mean %s -> %s over %zu pairs (%s%s, 95 %% within %s either "
			     "side)",
			     g->column, tenths(before, text[0]), tenths(now, text[1]), g->pairs.nr,
			     d < 0 ? "" : "+", tenths(d, text[2]), tenths(half, text[3]));
	f->ppm = before != 0 ? (int64_t)llround(fabs(d / before) * 1e6) : FIGURE_UNKNOWN;
	f->half = (int64_t)llround(half);
}

/* What is known in some repeats of one side alone is no mean, and is told as such. */
static void judge_unknown(struct findings *l, const struct group *g)
{
	const struct pairs *p = &g->pairs;

	if (p->nr_lost)
		(void)finding_add_figure(
			l, judge_known(&g->rule, true), g->base, g->row, g->column, p->lost,
			FIGURE_UNKNOWN,
			arena_printf(&l->arena, "%s: not known any more in %zu repeat%s", g->column,
				     p->nr_lost, p->nr_lost == 1 ? "" : "s"));
	if (p->nr_gained)
		(void)finding_add_figure(
			l, judge_known(&g->rule, false), g->base, g->row, g->column, FIGURE_UNKNOWN,
			p->gained,
			arena_printf(&l->arena, "%s: known in %zu repeat%s, not known before",
				     g->column, p->nr_gained, p->nr_gained == 1 ? "" : "s"));
}

static void collect(struct pairs *p, const struct sheet *a, const struct sheet *b, size_t first,
		    const char *column)
{
	int column_a = sheet_column(a, column), column_b = sheet_column(b, column);

	p->nr = p->nr_lost = p->nr_gained = 0;
	for (size_t r = first; r < a->nr; r++) {
		bool had, has;
		size_t other;

		if (!sheet_repeats(a, first, r))
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

/* A column that nobody judges needs no repeats. */
static int judge_group(struct findings *l, const struct group *g, struct error *err)
{
	judge_unknown(l, g);
	if (g->pairs.nr >= PAIRS_MIN)
		judge_column(l, g);
	else if (g->pairs.nr && !g->rule.ignore)
		return error_set(err, ERR_INPUT,
				 "%s, %s: %zu repeats in both cannot tell a change from noise; "
				 "measure at least %d (--seed)",
				 sheet_row_name(g->base, g->row), g->column, g->pairs.nr,
				 PAIRS_MIN);
	return 0;
}

int judge_measured(struct findings *l, struct sheet *base, const struct sheet *run,
		   const struct rules *rules, struct error *err)
{
	struct group g = {.base = base,
			  .pairs = {.before = xcalloc(base->nr + 1, sizeof(int64_t)),
				    .now = xcalloc(base->nr + 1, sizeof(int64_t)),
				    .difference = xcalloc(base->nr + 1, sizeof(double))}};
	int rc = 0;

	for (g.row = 0; !rc && g.row < base->nr; g.row++) {
		if (!sheet_is_first(base, g.row))
			continue;
		for (unsigned i = base->nr_keys; !rc && i < base->nr_columns; i++) {
			g.column = base->column[i];
			g.rule = rule_for(rules, g.column);
			collect(&g.pairs, base, run, g.row, g.column);
			rc = judge_group(l, &g, err);
		}
	}
	free(g.pairs.before);
	free(g.pairs.difference);
	free(g.pairs.now);
	return rc;
}
