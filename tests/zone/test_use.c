/* Patterns of memory use. */
#include <criterion/criterion.h>

#include "base/units.h"
#include "zone/use.h"

#define MAX (4 * GIB)

static int64_t share(const struct use_cursor *c)
{
	return c->bytes * 1000000 / c->max_bytes;
}

/* Every pattern stays between its bounds, in whole pages, in steps of its own. */
Test(use, patterns_stay_within_their_bounds)
{
	for (int p = 0; use_pattern_names[p]; p++) {
		for (uint64_t id = 0; id < 50; id++) {
			struct zone_use u;
			struct use_cursor c;
			int64_t last = 7 * NS_PER_S;

			zone_use_init(&u, (enum use_pattern)p);
			use_begin(&c, &u, MAX, last, 1, id);
			for (int i = 0; i < 2000 && c.next_ns != NS_NEVER; i++) {
				cr_assert(share(&c) <= u.high_ppm && share(&c) >= u.low_ppm - 1,
					  "%s: %lld", use_pattern_names[p], (long long)share(&c));
				cr_assert_eq(c.bytes % PAGE_BYTES, 0);
				cr_assert_eq(c.next_ns, last + u.step_ns);
				last = c.next_ns;
				use_step(&c);
			}
		}
	}
}

/* Twice a day the triangle is at its ends; the mean is in the middle. */
Test(use, the_day_goes_up_and_down)
{
	struct zone_use u;
	struct use_cursor c;
	int64_t sum = 0, low = INT64_MAX, high = 0;

	zone_use_init(&u, USE_DIURNAL);
	u.spread_ppm = 0;
	use_begin(&c, &u, MAX, 0, 1, 1);
	for (int i = 0; i < 288; i++) {
		sum += share(&c);
		low = share(&c) < low ? share(&c) : low;
		high = share(&c) > high ? share(&c) : high;
		if (i == 0)
			cr_assert_leq(share(&c), 100000);
		if (i == 144)
			cr_assert_geq(share(&c), 599990);
		use_step(&c);
	}
	cr_assert_float_eq((double)sum / 288, 350000, 2000);
	cr_assert(low >= 99999 && high <= 600000);
}

/* Bursts come once a period on average and last their length. */
Test(use, bursts_are_as_frequent_and_long_as_asked)
{
	struct zone_use u;
	struct use_cursor c;
	int bursts = 0, high = 0;
	bool was = false;

	zone_use_init(&u, USE_BURSTS);
	u.period_ns = 10 * NS_PER_HOUR;
	u.length_ns = NS_PER_HOUR;
	use_begin(&c, &u, MAX, 0, 1, 1);
	for (int i = 0; i < 120 * 2000; i++) {
		bool is = share(&c) > 500000;

		bursts += is && !was;
		high += is;
		was = is;
		use_step(&c);
	}
	/* 20,000 h: 12 steps an hour; a burst begins in one of 120 idle steps */
	cr_assert(bursts > 1600 && bursts < 2000, "%d", bursts);
	cr_assert(high >= 12 * bursts && high <= 13 * bursts, "%d in %d", high, bursts);
}

Test(use, the_same_seed_and_zone_use_the_same)
{
	struct zone_use u;
	struct use_cursor a, b, c;
	int differs = 0;

	zone_use_init(&u, USE_WALK);
	use_begin(&a, &u, MAX, 0, 1, 1);
	use_begin(&b, &u, MAX, 0, 1, 1);
	use_begin(&c, &u, MAX, 0, 1, 2);
	for (int i = 0; i < 1000; i++) {
		cr_assert_eq(a.bytes, b.bytes);
		differs += a.bytes != c.bytes;
		use_step(&a);
		use_step(&b);
		use_step(&c);
	}
	cr_assert_gt(differs, 900);
}
