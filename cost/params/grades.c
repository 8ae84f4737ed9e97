#include "cost/params/grades.h"

enum host_grade cost_worse_grade(enum host_grade a, enum host_grade b)
{
	return b == GRADE_NONE || (a != GRADE_NONE && a < b) ? a : b;
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

int64_t cost_latency_error_ppm(enum host_grade g)
{
	return g == GRADE_MEASURED ? 90000 : g == GRADE_FIRMWARE ? 150000 : 370000;
}

int64_t cost_bandwidth_error_ppm(enum host_grade g)
{
	return g == GRADE_MEASURED || g == GRADE_FIRMWARE ? 100000 : 500000;
}
