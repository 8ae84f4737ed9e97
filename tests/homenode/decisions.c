/* So many decisions as the argument says: with more of them it allocates no more (allocations.sh).
 */
#include <stdlib.h>

#include "homenode/homenode.h"

int main(int argc, char **argv)
{
	struct hn_error err;
	struct hn_host *host;
	struct hn_state *state;
	struct hn_zone *zone = hn_zone_new("z");
	struct hn_plan *plan = hn_plan_new();
	char cpus[4096];
	long n = argc > 2 ? atol(argv[2]) : 0;

	if (argc < 3 || hn_host_load(&host, argv[1], &err))
		return 1;
	state = hn_state_new(host);
	for (unsigned i = 0; hn_policy_at(i); i++)
		for (long k = 0; k < n; k++) {
			hn_zone_set_vcpus(zone, (uint32_t)(1 + k % 40), 64, NULL);
			if (hn_place(hn_policy_at(i), state, zone, 1, plan, &err))
				continue;
			hn_plan_cpus(plan, 0, cpus, sizeof(cpus));
			if (hn_state_take(state, plan, &err) || hn_state_give(state, plan, &err))
				return 1;
		}
	hn_plan_free(plan);
	hn_zone_free(zone);
	hn_state_free(state);
	hn_host_free(host);
	return 0;
}
