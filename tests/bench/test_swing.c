/* Swing of launches whose quantiles can be counted. */
#include <criterion/criterion.h>

#include "base/units.h"
#include "bench/accounts/swing.h"
#include "schema/schema.h"

static struct zone a_zone(uint32_t vcpus)
{
	struct zone z;

	zone_init(&z);
	z.vcpus = z.vcpus_max = vcpus;
	return z;
}

Test(swing, groups_by_what_is_asked)
{
	struct swing s = {0};
	struct zone a = a_zone(2), b = a_zone(4), c = a_zone(2);
	struct zone_profile profile = *zone_profile_find("chase");

	c.name = "another name";
	cr_expect_eq(swing_group(&s, &a), swing_group(&s, &c));
	cr_expect_neq(swing_group(&s, &a), swing_group(&s, &b));
	c.profile = &profile;
	cr_expect_neq(swing_group(&s, &a), swing_group(&s, &c));
	for (uint32_t i = 0; i < 1000; i++) {
		struct zone z = a_zone(10 + i);

		cr_expect_eq(swing_group(&s, &z), 3 + i);
	}
	cr_expect_eq(swing_group(&s, &b), 1);
	swing_release(&s);
}

Test(swing, a_hundred_launches)
{
	struct swing s = {0};
	struct zone a = a_zone(2);
	uint32_t g = swing_group(&s, &a);

	/* 500000, 505000, ... 1000000: p5 at 525000, p50 at 750000, p95 at 975000 */
	for (int64_t i = 100; i >= 0; i--)
		swing_add(&s, g, 500000 + i * 5000);
	cr_expect_float_eq((double)swing_ppm(&s), 450000.0 / 750000.0 * 1e6, 10);
	swing_release(&s);
}

/* Launches of many groups, told in turn: each is ranked in its own group, by all of its
 * digits. */
Test(swing, launches_of_many_groups)
{
	struct swing s = {0};

	for (uint32_t i = 0; i < 5000; i++) {
		struct zone z = a_zone(1 + i);

		cr_assert_eq(swing_group(&s, &z), i);
	}
	/* group g has 1, 2, ... 5 times 100 (g + 1) in an order of its own, its median 3 times */
	for (uint32_t i = 0; i < 5; i++) {
		for (uint32_t g = 0; g < 5000; g++)
			swing_add(&s, g, (int64_t)(1 + (3 * i + g) % 5) * 100 * (g + 1));
	}
	/* a fifth each: p5 is 333333 ppm, p95 1666666 */
	cr_expect_eq(swing_ppm(&s), 1333333);
	for (size_t i = 1; i < s.nr; i++)
		cr_assert(s.launch[i - 1].group < s.launch[i].group ||
			  (s.launch[i - 1].group == s.launch[i].group &&
			   s.launch[i - 1].performance_ppm <= s.launch[i].performance_ppm));
	swing_release(&s);
}

/* Two kinds of zone that do not vary at all, at different speeds, do not swing. */
Test(swing, is_relative_to_the_group)
{
	struct swing s = {0};
	struct zone a = a_zone(2), b = a_zone(4);
	uint32_t g = swing_group(&s, &a), h = swing_group(&s, &b);

	for (int i = 0; i < 50; i++) {
		swing_add(&s, g, 800000);
		swing_add(&s, h, 1000000);
	}
	cr_expect_eq(swing_ppm(&s), 0);
	swing_release(&s);
}

Test(swing, a_few_launches_say_nothing)
{
	struct swing s = {0};
	struct zone a = a_zone(2);
	uint32_t g = swing_group(&s, &a);

	for (int i = 0; i < SWING_LAUNCHES - 1; i++)
		swing_add(&s, g, 100000 * (i + 1));
	cr_expect_eq(swing_ppm(&s), FIGURE_UNKNOWN);
	swing_release(&s);
}
