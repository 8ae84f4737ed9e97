/*
 * Policies side by side: the same zones placed by each on an otherwise equal host, with what
 * each placement costs at that moment, after a day of dynamic memory, and from launch to
 * launch among changing neighbours.
 */
#ifndef BENCH_COMPARE_COMPARE_H
#define BENCH_COMPARE_COMPARE_H

#include "backend/backend.h"
#include "cost/at-a-moment/snapshot.h"
#include "placement/policy.h"

/* One case, policy and zone. */
struct compare_row {
	const char *label; /* the case: "stream, private, alone"; "" for given zones */
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
struct launch_row {
	const struct policy *policy;
	const struct zone *zone;
	uint32_t launches, placed;
	/* Performance: 1 / slowdown, a million = as if alone with all memory local.
	 * FIGURE_UNKNOWN where it was never placed. */
	int64_t p5_ppm, p50_ppm, p95_ppm;
	int64_t swing_ppm; /* (p95 - p5) / p50 */
};

/* Zero-initialise; host, params and policies are borrowed. */
struct compare {
	const struct host *host;
	const struct cost_params *params;
	const struct policy *const *policy;
	size_t nr_policies;
	unsigned jobs; /* threads, at least 1 */
	struct compare_row *row;
	size_t nr, cap;
	struct launch_row *launch;
	size_t nr_launches;
	bool question; /* rows answer "compact or scatter", case by case */
	bool has_day; /* rows have their day */
	struct arena arena;
};

void compare_release(struct compare *c);

/*
 * A row for each policy and zone: neighbours first, by edera-compact whatever the policy, so
 * that every policy meets the same host; then the zones, in this order. Zones and neighbours
 * are borrowed. An error is a neighbour that does not fit.
 */
int compare_zones(struct compare *c, const char *label, const struct zone_list *zones,
		  const struct zone_list *neighbours, struct error *err) MUST_USE;

/*
 * One zone on two nodes of the host: reading all it can or chasing pointers, its halves by
 * themselves or touching each other's data half of the time, alone or with a stream on half
 * the CPUs of every node. ERR_CANNOT where there are no two nodes.
 */
int compare_question(struct compare *c, struct error *err) MUST_USE;

/*
 * Fills c->launch for the policies and these zones. Every launch meets an empty host,
 * neighbours drawn from `pool` up to a load drawn between nothing and three
 * quarters of the memory, placed by the same policy, then the zone. The k-th
 * launch draws the same neighbours whatever the policy. An empty pool is four
 * profiles at three sizes.
 */
void compare_launches(struct compare *c, const struct zone_list *zones,
		      const struct zone_list *pool, uint32_t launches, uint64_t seed);

/*
 * Fills the rows' day where some zone or neighbour has dynamic memory: neighbours
 * and zones start together, in this order, all under the same policy, and live 24
 * hours on the host of a machine that is repeatable (the simulator). Their use of memory
 * follows the day (zone/use.h's diurnal pattern: 10 % of the maximum at night, 60 % at
 * noon, in steps of five minutes) and Edera's balloon follows that.
 */
int compare_day(struct compare *c, const struct backend_ops *machine, const struct zone_list *zones,
		const struct zone_list *neighbours, struct error *err) MUST_USE;

#endif
