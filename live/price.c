#include "live/price.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "live/as_plan.h"

void live_price(const struct live_sample *s, const struct cost_params *p,
		const struct zone_profile *profile, struct live_price *out)
{
	struct zone *asked = xcalloc(s->nr_zones + 1, sizeof(*asked));
	struct plan *plan = xcalloc(s->nr_zones + 1, sizeof(*plan));
	struct cost_zone *zone = xcalloc(s->nr_zones + 1, sizeof(*zone));
	struct cost_result *cost = xcalloc(s->nr_zones + 1, sizeof(*cost));
	struct cost_work work = {0};
	uint32_t nr = 0, at = 0;

	for (uint32_t i = 0; i < s->nr_zones; i++) {
		memset(&out[i], 0, sizeof(out[i]));
		out[i].known =
			live_as_plan(s, &s->zone[i], profile, &asked[nr], &plan[nr], &out[i].why);
		if (out[i].known) {
			zone[nr].plan = &plan[nr];
			nr++;
		}
	}
	if (nr)
		(void)cost_evaluate(p, zone, nr, &work, cost);
	for (uint32_t i = 0; i < s->nr_zones; i++)
		if (out[i].known)
			out[i].cost = cost[at++];
	cost_work_release(&work);
	free(cost);
	free(zone);
	free(plan);
	free(asked);
}
