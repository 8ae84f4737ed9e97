/*
 * What repeated measurements tell: mean and 95 % confidence interval.
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

#endif
