/* Where figures come from, and what error that means. */
#ifndef COST_PARAMS_GRADES_H
#define COST_PARAMS_GRADES_H

#include "host/host.h"

/* GRADE_NONE: says nothing. */
enum host_grade cost_worse_grade(enum host_grade a, enum host_grade b);
/* "probed", "firmware", "assumed". */
const char *cost_grade_name(enum host_grade g);
/* The error such a figure has, as a phrase: "latency within 2 %". */
const char *cost_latency_error(enum host_grade g);
const char *cost_bandwidth_error(enum host_grade g);
/* The same as figures, the most that the phrase allows, ppm of the figure. */
int64_t cost_latency_error_ppm(enum host_grade g);
int64_t cost_bandwidth_error_ppm(enum host_grade g);

#endif
