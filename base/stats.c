#include "base/stats.h"

#include <math.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/units.h"

static const double quantile[] = {
	12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
	2.201,	2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
	2.080,	2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
};

double student_95(size_t degrees)
{
	BUG_ON(!degrees);
	return quantile[(degrees > 30 ? 30 : degrees) - 1];
}

struct interval interval_of(const double *value, size_t nr)
{
	struct interval out = {.mean = 0};
	double squares = 0;

	BUG_ON(nr < 2);
	for (size_t i = 0; i < nr; i++)
		out.mean += value[i];
	out.mean /= (double)nr;
	for (size_t i = 0; i < nr; i++)
		squares += (value[i] - out.mean) * (value[i] - out.mean);
	out.half = student_95(nr - 1) * sqrt(squares / (double)(nr - 1) / (double)nr);
	return out;
}

size_t percentile_index(size_t nr, unsigned percent)
{
	BUG_ON(!nr);
	return (nr - 1) * percent / 100;
}

static int by_value(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

struct spread spread_of(int64_t *value, size_t nr)
{
	struct spread s;

	qsort(value, nr, sizeof(*value), by_value);
	s.p5 = value[percentile_index(nr, 5)];
	s.p50 = value[percentile_index(nr, 50)];
	s.p95 = value[percentile_index(nr, 95)];
	s.ppm = ppm(s.p95 - s.p5, s.p50);
	return s;
}
