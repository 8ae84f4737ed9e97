#include "base/stats.h"

#include <math.h>

#include "base/error.h"

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
