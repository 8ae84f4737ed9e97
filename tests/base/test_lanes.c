#include <criterion/criterion.h>

#include "base/lanes.h"
#include "base/rng.h"

/* What a loop says of the same numbers. */
Test(lanes, are_what_a_loop_says)
{
	static const int32_t odd[] = {INT32_MIN, -1, 0, 1, INT32_MAX - 1, INT32_MAX};
	_Alignas(16) int32_t v[LANES];
	struct rng rng;

	rng_seed(&rng, 1, "lanes");
	for (int round = 0; round < 5000; round++) {
		int32_t least = odd[rng_below(&rng, 6)], instead = odd[rng_below(&rng, 6)];
		unsigned but = (unsigned)rng_below(&rng, LANES);
		int32_t most = instead;
		uint32_t bits = 0;

		for (unsigned i = 0; i < LANES; i++) {
			v[i] = rng_below(&rng, 2) ? odd[rng_below(&rng, 6)]
						  : (int32_t)rng_below(&rng, 1000) - 500;
			bits |= (uint32_t)(v[i] >= least) << i;
			most = i != but && v[i] > most ? v[i] : most;
		}
		cr_assert_eq(lanes_at_least(v, least), bits, "round %d", round);
		cr_assert_eq(lanes_most(v, but, instead), most, "round %d", round);
	}
}
