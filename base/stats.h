/*
 * What many values of one thing tell: mean and 95 % confidence interval of repeated
 * measurements, quantiles, and how far values lie apart.
 */
#ifndef BASE_STATS_H
#define BASE_STATS_H

#include <stddef.h>
#include <stdint.h>

/* Two-sided 95 % quantile of Student's distribution for 1 and more degrees of freedom;
 * above 30 that for 30, which is on the safe side. Source: NIST/SEMATECH e-Handbook of
 * Statistical Methods, table 1.3.6.7.2. */
double student_95(size_t degrees);

struct interval {
	double mean;
	double half; /* the mean of many more repeats lies this near, 95 times in 100 */
};

/* Of nr >= 2 values, taken in the order given. */
struct interval interval_of(const double *value, size_t nr);

/* Where the value at so many percent stands among nr >= 1 that ascend: rank
 * floor((nr - 1) x percent / 100), no interpolation. */
size_t percentile_index(size_t nr, unsigned percent);

struct spread {
	int64_t p5, p50, p95;
	int64_t ppm; /* (p95 - p5) / p50 */
};

/* Of nr >= 1 values, which are reordered, in time that grows as they do. */
struct spread spread_of(int64_t *value, size_t nr);

#endif
