/* Plans as report/ draws them on a host: plan/ and report/ do not know each other. */
#ifndef CLI_DRAWN_PLAN_H
#define CLI_DRAWN_PLAN_H

#include "base/alloc.h"
#include "plan/plan.h"
#include "report/topology.h"

/* `used_bytes`: of each node, before the first zone. What is borrowed has to live as long as `out`;
 * the rest is the arena's. */
void drawn_plan_init(struct drawn_plan *out, const char *policy, const struct plan_result *result,
		     size_t nr, const int64_t *used_bytes, struct arena *a);

#endif
