#ifndef BENCH_SPEED_MEDIAN_H
#define BENCH_SPEED_MEDIAN_H

#include <stddef.h>

/* Sorts. */
double median(double *value, size_t nr);

#endif
