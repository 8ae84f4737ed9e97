#include "report/check/noise.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/stats.h"

#define SEEDS_MIN 3

/* Figures of one policy's row and the other's, seed by seed. */
struct differences {
	double *of, *figure;
	size_t nr;
};

static bool is_of(const struct sheet *s, size_t row, const char *policy)
{
	return strcmp(sheet_text(s, row, sheet_column(s, "policy")), policy) == 0;
}

/* Rows that differ in the policy alone. */
static bool alike(const struct sheet *s, size_t a, size_t b)
{
	for (unsigned c = 0; c < s->nr_keys; c++)
		if (strcmp(s->column[c], "policy") != 0 &&
		    strcmp(sheet_text(s, a, (int)c), sheet_text(s, b, (int)c)) != 0)
			return false;
	return true;
}

/* The row of `policy` that is row's counterpart. */
static size_t counterpart(const struct sheet *s, size_t row, const char *policy)
{
	for (size_t r = 0; r < s->nr; r++)
		if (is_of(s, r, policy) && alike(s, row, r))
			return r;
	return SHEET_NO_ROW;
}

static void collect(struct differences *d, const struct noise *n, size_t first,
		    enum summary_figure f)
{
	const struct sheet *s = n->sheet;

	d->nr = 0;
	for (size_t r = first; r < s->nr; r++) {
		size_t other =
			sheet_repeats(s, first, r) ? counterpart(s, r, n->policy[1]) : SHEET_NO_ROW;
		int64_t a, b;

		if (other == SHEET_NO_ROW || !sheet_known(s, r, f, &a) ||
		    !sheet_known(s, other, f, &b))
			continue;
		d->figure[d->nr] = (double)a;
		d->of[d->nr++] = (double)b - (double)a;
	}
}

bool noise_is_absolute(enum summary_figure f)
{
	enum unit unit = summary_column(f)->unit;

	return unit == UNIT_SHARE || unit == UNIT_FACTOR;
}

/* Nineteen of twenty differences lie this near to their mean. */
static int64_t spread(const struct differences *d, enum summary_figure f)
{
	double half = interval_of(d->of, d->nr).half * sqrt((double)d->nr);

	if (!noise_is_absolute(f))
		half = half / interval_of(d->figure, d->nr).mean * 1e6;
	return isfinite(half) ? (int64_t)ceil(half) : FIGURE_UNKNOWN;
}

static void measure_rows(struct noise *n, struct differences *d, size_t first)
{
	for (int i = 0; i < NR_SUMMARY_FIGURES; i++) {
		enum summary_figure f = (enum summary_figure)i;
		int64_t found;

		if (summary_column(f)->source != SOURCE_PREDICTED ||
		    summary_column(f)->better == BETTER_NEITHER)
			continue;
		collect(d, n, first, f);
		if (d->nr < SEEDS_MIN)
			continue;
		if (d->nr < n->nr_seeds)
			n->nr_seeds = d->nr;
		found = spread(d, f);
		if (is_known(found) && found > n->tolerance[i])
			n->tolerance[i] = found;
	}
}

/* Regret is a policy's slowdown by the oracle's, which no change of the policy moves and which is
 * not below 1: it moves by no more than the slowdown does. */
static void derive_regret(struct noise *n)
{
	if (!is_known(n->tolerance[SUMMARY_regret_ppm]))
		n->tolerance[SUMMARY_regret_ppm] = n->tolerance[SUMMARY_slowdown_ppm];
}

static int check_policy(const struct sheet *s, const char *policy, struct error *err)
{
	for (size_t r = 0; r < s->nr; r++)
		if (is_of(s, r, policy))
			return 0;
	return error_set(err, ERR_INPUT, "%s: there is no row of the policy \"%s\"", s->path,
			 policy);
}

int noise_measure(struct noise *out, const struct sheet *s, const char *policy, const char *other,
		  struct error *err)
{
	struct differences d = {.of = xcalloc(s->nr + 1, sizeof(*d.of)),
				.figure = xcalloc(s->nr + 1, sizeof(*d.figure))};
	int rc = check_policy(s, policy, err);

	*out = (struct noise){.policy = {policy, other}, .sheet = s, .nr_seeds = SIZE_MAX};
	for (int i = 0; i < NR_SUMMARY_FIGURES; i++)
		out->tolerance[i] = FIGURE_UNKNOWN;
	if (!rc)
		rc = check_policy(s, other, err);
	for (size_t r = 0; !rc && r < s->nr; r++)
		if (is_of(s, r, policy) && sheet_is_first(s, r))
			measure_rows(out, &d, r);
	derive_regret(out);
	if (!rc && out->nr_seeds == SIZE_MAX)
		rc = error_set(err, ERR_INPUT,
			       "%s: luck shows with three seeds or more of a priced run (homenode "
			       "run --policy %s,%s --seed 1,2,3,4,5,6,7,8)",
			       s->path, policy, other);
	free(d.of);
	free(d.figure);
	return rc;
}
