#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "base/stats.h"
#include "base/units.h"

/* Worked out by hand: mean 5, deviations 2, 0, -2, standard error 2 / sqrt(3), t(2) = 4.303. */
Test(stats, interval)
{
	static const double three[] = {7, 5, 3}, same[] = {4, 4, 4, 4};
	struct interval i = interval_of(three, 3);

	cr_assert_float_eq(i.mean, 5, 1e-12);
	cr_assert_float_eq(i.half, 4.303 * 2 / sqrt(3), 1e-9);
	i = interval_of(same, 4);
	cr_assert_eq(i.mean, 4);
	cr_assert_eq(i.half, 0);
}

static int ascending(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Against sorting: few and many values, equal ones, ascending and descending ones. */
Test(stats, spread_is_that_of_sorted_values)
{
	static int64_t value[3000], sorted[3000];
	struct rng r;

	rng_seed(&r, 1, "spread");
	for (int round = 0; round < 400; round++) {
		size_t nr = 1 + (size_t)rng_below(&r, round % 2 ? 3000 : 30);
		uint64_t kinds = (uint64_t)1 << rng_below(&r, 40);
		struct spread s;

		for (size_t i = 0; i < nr; i++)
			value[i] = 1 + (int64_t)rng_below(&r, kinds);
		for (size_t i = 0; round % 5 == 0 && i < nr; i++)
			value[i] = 1 + (int64_t)(round % 10 ? i : nr - i);
		memcpy(sorted, value, sizeof(value));
		qsort(sorted, nr, sizeof(*sorted), ascending);
		s = spread_of(value, nr);
		cr_assert_eq(s.p5, sorted[percentile_index(nr, 5)]);
		cr_assert_eq(s.p50, sorted[percentile_index(nr, 50)]);
		cr_assert_eq(s.p95, sorted[percentile_index(nr, 95)]);
		cr_assert_eq(s.ppm, ppm(s.p95 - s.p5, s.p50));
		qsort(value, nr, sizeof(*value), ascending);
		cr_assert_arr_eq(value, sorted, nr * sizeof(*value), "none is lost");
	}
}

Test(stats, student)
{
	cr_assert_eq(student_95(1), 12.706);
	cr_assert_eq(student_95(30), 2.042);
	cr_assert_eq(student_95(1000), 2.042, "on the safe side");
	for (size_t n = 2; n < 40; n++)
		cr_assert_leq(student_95(n), student_95(n - 1));
}
