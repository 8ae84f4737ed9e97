#include "cost/params.h"

#include <stddef.h>

/* u, latency / idle latency; the last point carries the slope on. */
static const double points[][2] = {
	{0.0, 1.00}, {0.1, 1.05}, {0.2, 1.09}, {0.3, 1.12}, {0.4, 1.17},  {0.5, 1.23},
	{0.6, 1.30}, {0.7, 1.39}, {0.8, 1.49}, {0.9, 1.60}, {0.95, 1.64}, {1.0, 1.68},
};

double cost_curve(double u)
{
	size_t nr = sizeof(points) / sizeof(points[0]), i = 1;

	if (!(u > 0))
		return points[0][1];
	if (u >= 1)
		return points[nr - 1][1];
	while (points[i][0] < u)
		i++;
	return points[i - 1][1] + (points[i][1] - points[i - 1][1]) * (u - points[i - 1][0]) /
					  (points[i][0] - points[i - 1][0]);
}

const char *cost_grade_name(enum host_grade g)
{
	switch (g) {
	case GRADE_MEASURED:
		return "probed";
	case GRADE_FIRMWARE:
		return "firmware";
	case GRADE_ASSUMED:
	case GRADE_NONE:
		break;
	}
	return "assumed";
}

const char *cost_latency_error(enum host_grade g)
{
	switch (g) {
	case GRADE_MEASURED:
		return "latency within 2 % idle, 9 % loaded";
	case GRADE_FIRMWARE:
		return "latency ratios within 2 %, absolute latency within 15 %";
	case GRADE_ASSUMED:
	case GRADE_NONE:
		break;
	}
	return "latency ratios within 6 % in the median, 37 % at worst";
}

const char *cost_bandwidth_error(enum host_grade g)
{
	switch (g) {
	case GRADE_MEASURED:
		return "bandwidth within 2 %, mixes of reads and writes within 5 % (10 % with L3 "
		       "ports)";
	case GRADE_FIRMWARE:
		return "bandwidth as the firmware says, mixes within 10 %";
	case GRADE_ASSUMED:
	case GRADE_NONE:
		break;
	}
	return "bandwidth within 50 %";
}
