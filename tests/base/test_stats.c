#include <criterion/criterion.h>
#include <math.h>

#include "base/stats.h"

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

Test(stats, student)
{
	cr_assert_eq(student_95(1), 12.706);
	cr_assert_eq(student_95(30), 2.042);
	cr_assert_eq(student_95(1000), 2.042, "on the safe side");
	for (size_t n = 2; n < 40; n++)
		cr_assert_leq(student_95(n), student_95(n - 1));
}
