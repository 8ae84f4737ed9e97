#include "cost/flows/causes.h"

const char *cost_cause_name(enum cost_cause c)
{
	static const char *const name[] = {"remote", "controller", "port",
					   "fabric", "link",	   "cores"};

	return name[c];
}

void cost_cause_parts(const double lost[COST_CAUSES], double time, int64_t ppm[COST_CAUSES])
{
	double sum = 0, before = 0;
	int64_t given = 0;

	for (int c = 0; c < COST_CAUSES; c++) {
		sum += lost[c];
		ppm[c] = 0;
	}
	if (!(sum > 1e-4 * time))
		return;
	/* the last cause with a part takes the rest */
	for (int c = 0; c < COST_CAUSES; c++) {
		before += lost[c];
		ppm[c] = cost_rounded(before / sum * 1e6) - given;
		given += ppm[c];
	}
}
