#include "base/stats.h"

#include <math.h>

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

static void swap(int64_t *a, int64_t *b)
{
	int64_t was = *a;

	*a = *b;
	*b = was;
}

/* What would stand at `rank` were they sorted. What is less comes before it, what is more
 * behind it: Hoare's find, in three parts, since many values are equal. */
static int64_t select_rank(int64_t *value, size_t nr, size_t rank)
{
	size_t low = 0, high = nr;

	for (;;) {
		int64_t pivot = value[low + (high - low) / 2];
		size_t less = low, more = high;

		for (size_t i = low; i < more;) {
			if (value[i] < pivot)
				swap(&value[i++], &value[less++]);
			else if (value[i] > pivot)
				swap(&value[i], &value[--more]);
			else
				i++;
		}
		if (rank < less)
			high = less;
		else if (rank >= more)
			low = more;
		else
			return pivot;
	}
}

struct spread spread_of(int64_t *value, size_t nr)
{
	size_t last = percentile_index(nr, 95), middle = percentile_index(nr, 50);
	struct spread s;

	s.p95 = select_rank(value, nr, last);
	s.p50 = select_rank(value, last + 1, middle);
	s.p5 = select_rank(value, middle + 1, percentile_index(nr, 5));
	s.ppm = ppm(s.p95 - s.p5, s.p50);
	return s;
}
