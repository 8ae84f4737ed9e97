/*
 * The balloon controller of a dynamic zone: what it wants, and when it would act, by the
 * workload's rule (zone/balloon.h) and the zone's use of its memory. It sits on the
 * caller's side of the seam, as it does on a real host: it looks at the use and asks the
 * machine for another amount of memory (balloons.h).
 *
 * A controller that would not act is not asked: the next check that matters is
 * computed from the use, which changes in steps. Idle checks cost nothing.
 */
#ifndef BENCH_LOOP_CONTROLLER_H
#define BENCH_LOOP_CONTROLLER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "plan/plan.h"
#include "zone/balloon.h"
#include "zone/use.h"

#define DYNAMIC_LEVELS 3
/* Locality, in ppm, below which a zone's time to get there is kept. */
extern const int64_t dynamic_level_ppm[DYNAMIC_LEVELS]; /* 90, 75, 50 % */

struct dynamic_zone {
	struct use_cursor use;
	int64_t have_bytes; /* resident, as measured last */
	int64_t max_bytes, min_bytes;
	int64_t start_ns;
	int64_t interval_ns; /* to the next check after an action */
	int64_t check_ns; /* when the controller acts; NS_NEVER: it would not */
	int64_t retry_ns; /* wait after the machine had too little; 0: it had enough */
	uint64_t number; /* of the pending entry in the queue */
	uint64_t steps, failures;
	/* Since when `locality` of the live zone holds, and the integrals before. */
	int64_t since_ns;
	int128 resident_ns, local_ns;
	int64_t below_ns[DYNAMIC_LEVELS]; /* time to get there; NS_NEVER: not yet */
	/* What plan_locality() needs of the plan. */
	enum plan_told told;
	bool pinned;
	uint32_t nr_vnodes;
	nodeset nodes;
	struct plan_vnode one_vnode, *vnode;
};

/*
 * What the controller wants now, at `now_ns`: another size, or have_bytes when it
 * does not act. A guest cannot be seen to use more than it has.
 */
int64_t balloon_target(const struct balloon_rule *rule, const struct dynamic_zone *d);
/* When it would act next, given that nothing changes; NS_NEVER: not. */
int64_t balloon_next_check(const struct balloon_rule *rule, const struct dynamic_zone *d,
			   int64_t now_ns);

#endif
