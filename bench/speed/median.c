#include "bench/speed/median.h"

#include <stdlib.h>

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double median(double *value, size_t nr)
{
	qsort(value, nr, sizeof(*value), by_value);
	return value[nr / 2];
}
