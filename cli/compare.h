/* What `homenode compare` finds: one row a case, policy and zone. */
#ifndef CLI_COMPARE_H
#define CLI_COMPARE_H

#include <stdio.h>

#include "cost/model.h"
#include "placement/policy.h"

struct compare_row {
	const char *label; /* the case: "stream, private, alone"; "" for ZONES */
	const struct policy *policy;
	const struct zone *zone;
	bool placed;
	char refusal[ERROR_TEXT_MAX]; /* when not */
	struct plan plan;
	int64_t mean_distance_centi;
	struct cost_result cost;
	/* Time above what it would be if the pages were where the guest thinks. */
	int64_t map_cost_ppm;
	/* After 24 hours of dynamic memory; means over them. */
	struct {
		bool known;
		int64_t local_page_ppm, slowdown_ppm, balloon_steps, balloon_failures;
	} day;
};

/* One zone under one policy, launched again and again among other neighbours. */
struct swing_row {
	const struct policy *policy;
	const struct zone *zone;
	uint32_t launches, placed;
	/* Performance: 1 / slowdown, a million = as if alone with all memory local.
	 * 0 where it was never placed. */
	int64_t p5_ppm, p50_ppm, p95_ppm;
	int64_t swing_ppm; /* (p95 - p5) / p50 */
};

struct compare {
	const struct host *host;
	const struct cost_params *params;
	struct compare_row *row;
	size_t nr, cap;
	struct swing_row *swing;
	size_t nr_swing;
	bool question; /* rows answer "compact or scatter", case by case */
	bool has_day; /* rows have their day */
};

void compare_print_text(const struct compare *c, FILE *out);
void compare_print_csv(const struct compare *c, FILE *out);
void compare_print_json(const struct compare *c, FILE *out);

/*
 * Fills c->swing for these policies and zones. Every launch meets an empty host,
 * neighbours drawn from `pool` up to a load drawn between nothing and three
 * quarters of the memory, placed by the same policy, then the zone. The k-th
 * launch draws the same neighbours whatever the policy. An empty pool is four
 * profiles at three sizes.
 */
void compare_swing(struct compare *c, const struct policy *const *policy, size_t nr_policies,
		   const struct zone_list *zones, const struct zone_list *pool, uint32_t launches,
		   uint64_t seed);

/*
 * Fills the rows' day where some zone or neighbour has dynamic memory: neighbours
 * and zones start together, in this order, all under the same policy, and live 24
 * hours on the simulated host. Their use of memory follows the day (zone/use.h's
 * diurnal pattern: 10 % of the maximum at night, 60 % at noon, in steps of five
 * minutes) and Edera's balloon follows that; Xen's allocator finds the pages.
 */
int compare_day(struct compare *c, const struct policy *const *policy, size_t nr_policies,
		const struct zone_list *zones, const struct zone_list *neighbours,
		struct error *err) MUST_USE;

/* The grades' errors, as a sentence each; the caller frees. */
char *compare_grade(const struct compare *c) MUST_USE;

#endif
