/* Advice for one host of a row, in the loop's terms. */
#ifndef BENCH_ADVISED_HOST_ADVICE_H
#define BENCH_ADVISED_HOST_ADVICE_H

#include "cost/params/params.h"
#include "placement/policy.h"
#include "plan/plan.h"

/* A zone on it; all borrowed. */
struct advised_zone {
	uint32_t slot;
	const struct zone *zone;
	const struct plan *plan;
	const struct plan_memory *part;
	uint32_t nr_parts;
};

struct advised_rule {
	const struct policy *policy;
	uint32_t max_steps;
	int64_t mend_ppm;
	bool stay_dynamic;
};

/* Restarts to make together, in this order; `plan`s are the advice's. */
struct advised_restart {
	uint32_t nr;
	const uint32_t *slot;
	const struct plan *const *plan;
};

/* Zones with devices stay. `carry` is called group by group, in order, with plans that live until
 * host_advise() returns; it ends with the first error. */
int host_advise(const struct host_state *state, const struct cost_params *params,
		const struct advised_rule *rule, const struct advised_zone *zone, uint32_t nr,
		int (*carry)(void *self, const struct advised_restart *group, struct error *err),
		void *self, struct error *err) MUST_USE;

#endif
