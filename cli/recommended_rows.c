#include "cli/recommended_rows.h"

#include <stdlib.h>
#include <string.h>

#include "cli/verdict.h"
#include "placement/policy.h"

static const char *key(const struct sheet *s, size_t row, const char *column)
{
	return sheet_text(s, row, sheet_column(s, column));
}

static bool same_place(const struct sheet *s, size_t a, size_t b)
{
	return sheet_same(s, a, b, "topology") && sheet_same(s, a, b, "workload");
}

/* What tells the row from others, without its seed. */
static const char *contender_name(const struct sheet *s, size_t row, struct arena *a)
{
	return arena_printf(a, "%s\n%s\n%s", key(s, row, "policy"), key(s, row, "memory_policy"),
			    key(s, row, "allocator"));
}

static void add_sample(struct verdict *v, const struct sheet *s, size_t row, struct arena *a)
{
	static const enum summary_figure figure[NR_VERDICT_FIGURES] = {
		[VERDICT_OFFERED] = SUMMARY_zones_offered,
		[VERDICT_PLACED] = SUMMARY_zones_placed,
		[VERDICT_LOCAL] = SUMMARY_local_page_ppm,
		[VERDICT_DISTANCE] = SUMMARY_mean_distance_centi,
		[VERDICT_SLOWDOWN] = SUMMARY_slowdown_ppm,
		[VERDICT_REMOTE] = SUMMARY_cause_remote_ppm,
		[VERDICT_MULTI_NODE] = SUMMARY_zones_multi_node,
		[VERDICT_GROWN] = SUMMARY_balloon_steps,
		[VERDICT_SHORT] = SUMMARY_balloon_failures,
	};
	const char *name = contender_name(s, row, a);
	struct verdict_contender *c = verdict_contender(v, name);
	struct verdict_sample *sample = verdict_sample(c, strtoull(key(s, row, "seed"), NULL, 10));
	const struct policy *policy = policy_find(key(s, row, "policy"));

	c->foresees = policy && policy->foresees_by;
	for (int f = 0; f < NR_VERDICT_FIGURES; f++) {
		int64_t value;

		if (sheet_known(s, row, figure[f], &value))
			sample->of[f] = value;
	}
}

static bool named(const char *const *policy, const char *name)
{
	for (; policy && *policy; policy++)
		if (strcmp(*policy, name) == 0)
			return true;
	return false;
}

/* The rows of a place: the policies in the order in which they were asked for, then the others. */
static void fill_verdict(struct verdict *v, const struct run_dir *run, size_t place,
			 struct arena *a)
{
	const struct sheet *s = &run->summary;

	for (const char *const *p = run->policy; p && *p; p++)
		for (size_t i = place; i < s->nr; i++)
			if (same_place(s, place, i) && strcmp(key(s, i, "policy"), *p) == 0)
				add_sample(v, s, i, a);
	for (size_t i = place; i < s->nr; i++)
		if (same_place(s, place, i) && !named(run->policy, key(s, i, "policy")))
			add_sample(v, s, i, a);
}

/* The first row of a contender's, or SHEET_NO_ROW. */
static size_t row_named(const struct sheet *s, size_t place, const char *name, struct arena *a)
{
	for (size_t i = place; name && i < s->nr; i++)
		if (same_place(s, place, i) && strcmp(name, contender_name(s, i, a)) == 0)
			return i;
	return SHEET_NO_ROW;
}

static bool is_first_of_place(const struct sheet *s, size_t row)
{
	for (size_t i = 0; i < row; i++)
		if (same_place(s, i, row))
			return false;
	return true;
}

size_t recommended_rows(const struct run_dir *run, int64_t latency_error_ppm,
			int64_t bandwidth_error_ppm, struct arena *a, const size_t **row)
{
	const struct sheet *s = &run->summary;
	size_t *out = arena_alloc(a, (2 * s->nr + 1) * sizeof(*out)), nr = 0;

	for (size_t i = 0; i < s->nr; i++) {
		struct verdict v = {
			.latency_error_ppm =
				latency_error_ppm == FIGURE_UNKNOWN ? 0 : latency_error_ppm,
			.bandwidth_error_ppm =
				latency_error_ppm == FIGURE_UNKNOWN ? 0 : bandwidth_error_ppm};
		size_t found;

		if (!is_first_of_place(s, i))
			continue;
		fill_verdict(&v, run, i, a);
		found = row_named(s, i, verdict_recommended(&v), a);
		if (found != SHEET_NO_ROW)
			out[nr++] = found;
		found = row_named(s, i, v.contender[0].name, a);
		if (found != SHEET_NO_ROW && (!nr || out[nr - 1] != found))
			out[nr++] = found;
		verdict_release(&v);
	}
	*row = out;
	return nr;
}
