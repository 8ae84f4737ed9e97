#include "cli/recommended_rows.h"

#include <stdlib.h>
#include <string.h>

#include "cli/verdict.h"

/* Who knows what comes; as report/page/errors.js has it. */
#define FORESEES "oracle"

static const char *key(const struct sheet *s, size_t row, const char *column)
{
	return sheet_text(s, row, sheet_column(s, column));
}

static bool same_place(const struct sheet *s, size_t a, size_t b)
{
	return sheet_same(s, a, b, "topology") && sheet_same(s, a, b, "workload");
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
	const char *name = arena_printf(a, "%s\n%s\n%s", key(s, row, "policy"),
					key(s, row, "memory_policy"), key(s, row, "allocator"));
	struct verdict_contender *c = verdict_contender(v, name);
	struct verdict_sample *sample = verdict_sample(c, strtoull(key(s, row, "seed"), NULL, 10));

	c->foresees = strcmp(key(s, row, "policy"), FORESEES) == 0;
	for (int f = 0; f < NR_VERDICT_FIGURES; f++) {
		int64_t value;

		if (sheet_known(s, row, figure[f], &value))
			sample->of[f] = value;
	}
}

/* What --policy named, or NULL. */
static const char *named_policies(const struct run_dir *run)
{
	static const char option[] = "--policy";

	for (const char **arg = run->argument; arg && *arg; arg++) {
		if (strcmp(*arg, option) == 0 || strcmp(*arg, "-p") == 0)
			return arg[1];
		if (strncmp(*arg, "-p", 2) == 0)
			return *arg + 2;
		if (strncmp(*arg, option, strlen(option)) == 0 && (*arg)[strlen(option)] == '=')
			return *arg + strlen(option) + 1;
	}
	return NULL;
}

/* The row's policy among them, from 0; those that are not named come last. */
static unsigned rank_of(const char *list, const char *policy)
{
	size_t n = strlen(policy);
	unsigned rank = 0;

	for (; list && *list; rank++) {
		size_t word = strcspn(list, ",");

		if (word == n && strncmp(list, policy, n) == 0)
			return rank;
		list += word + (list[word] == ',');
	}
	return UINT32_MAX;
}

/* The rows of a place in the order of --policy, then of the file. */
static void fill_verdict(struct verdict *v, const struct run_dir *run, size_t place,
			 struct arena *a)
{
	const struct sheet *s = &run->summary;
	const char *list = named_policies(run);
	bool *in = xcalloc(s->nr + 1, sizeof(*in));

	for (;;) {
		size_t next = SHEET_NO_ROW;

		for (size_t i = place; i < s->nr; i++)
			if (!in[i] && same_place(s, place, i) &&
			    (next == SHEET_NO_ROW || rank_of(list, key(s, i, "policy")) <
							     rank_of(list, key(s, next, "policy"))))
				next = i;
		if (next == SHEET_NO_ROW)
			break;
		in[next] = true;
		add_sample(v, s, next, a);
	}
	free(in);
}

/* The first row of a contender's, or SHEET_NO_ROW. */
static size_t row_named(const struct sheet *s, size_t place, const char *name, struct arena *a)
{
	for (size_t i = place; name && i < s->nr; i++)
		if (same_place(s, place, i) &&
		    strcmp(name,
			   arena_printf(a, "%s\n%s\n%s", key(s, i, "policy"),
					key(s, i, "memory_policy"), key(s, i, "allocator"))) == 0)
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
