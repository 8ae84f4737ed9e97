/* The balloon controller, by its documented rule and by a check of every interval. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "base/units.h"
#include "bench/loop/controller.h"

static const struct balloon_rule edera = {
	.shrink_below_ppm = 100000,
	.grow_above_ppm = 700000,
	.headroom_bytes = 80 * MIB,
	.check_first_ns = 100 * NS_PER_MS,
	.check_last_ns = 2 * NS_PER_S,
	.exchange_ppm = 1000000,
	.extent_bytes = PAGE_BYTES,
};

static struct dynamic_zone zone_with(int64_t have, int64_t used)
{
	return (struct dynamic_zone){
		.have_bytes = have,
		.max_bytes = 1024 * MIB,
		.min_bytes = 300 * MIB,
		.interval_ns = edera.check_first_ns,
		.use = {.bytes = used},
	};
}

Test(balloon, does_what_is_documented)
{
	static const struct {
		int64_t have_mib, used_mib, wants_mib;
	} row[] = {
		{1024, 100, 512}, /* 90 % unused: halve */
		{1024, 103, 1024}, /* 10.06 % used: nothing */
		{512, 50, 300}, /* not below the floor */
		{300, 1, 300},	    {300, 210, 300}, /* 70 %, but 290 would be less than it has */
		{300, 250, 330}, /* use + 80 */
		{300, 500, 380}, /* a guest cannot be seen to use more than it has */
		{1000, 990, 1024}, /* not above the maximum */
		{1024, 1024, 1024}, {600, 300, 600},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct dynamic_zone d = zone_with(row[i].have_mib * MIB, row[i].used_mib * MIB);

		cr_assert_eq(balloon_target(&edera, &d) / MIB, row[i].wants_mib, "row %zu: %lld", i,
			     (long long)(balloon_target(&edera, &d) / MIB));
	}
}

Test(balloon, growth_is_more_eager_than_shrinking)
{
	struct dynamic_zone grow = zone_with(300 * MIB, 290 * MIB);
	struct dynamic_zone shrink = zone_with(1024 * MIB, 10 * MIB);

	cr_assert_eq(balloon_next_check(&edera, &grow, 0), 100 * NS_PER_MS);
	cr_assert_eq(balloon_next_check(&edera, &shrink, 0), 2 * NS_PER_S);
	/* settled checks are every two seconds since the start */
	cr_assert_eq(balloon_next_check(&edera, &shrink, 5 * NS_PER_S + 1), 6 * NS_PER_S);
	grow.interval_ns = edera.check_last_ns;
	cr_assert_eq(balloon_next_check(&edera, &grow, 5 * NS_PER_S), 6 * NS_PER_S);
	/* one that would not act is not asked */
	grow.have_bytes = 600 * MIB;
	cr_assert_eq(balloon_next_check(&edera, &grow, 0), NS_NEVER);
}

/*
 * Jumping to the next check that acts gives the same sizes as asking at every
 * settled check, for random use in steps of five minutes.
 */
Test(balloon, jumping_over_idle_checks_changes_nothing)
{
	struct rng rng;

	rng_seed(&rng, 1, "balloon");
	for (int round = 0; round < 200; round++) {
		struct dynamic_zone jump = zone_with(1024 * MIB, 300 * MIB), ask = jump;

		jump.interval_ns = ask.interval_ns = edera.check_last_ns;
		for (int64_t t = 0; t < 20 * 300 * NS_PER_S; t += 300 * NS_PER_S) {
			int64_t used = (int64_t)rng_below(&rng, 1024) * MIB, now = t, next;

			jump.use.bytes = ask.use.bytes = used;
			while ((next = balloon_next_check(&edera, &jump, now)) <
			       t + 300 * NS_PER_S) {
				cr_assert_gt(next, now);
				jump.have_bytes = balloon_target(&edera, &jump);
				now = next;
			}
			for (int64_t c = t + 2 * NS_PER_S; c < t + 300 * NS_PER_S;
			     c += 2 * NS_PER_S)
				ask.have_bytes = balloon_target(&edera, &ask);
			cr_assert_eq(jump.have_bytes, ask.have_bytes);
		}
	}
}
