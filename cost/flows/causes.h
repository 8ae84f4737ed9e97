/* What a zone's time is lost to. */
#ifndef COST_FLOWS_CAUSES_H
#define COST_FLOWS_CAUSES_H

#include <stdint.h>

enum cost_cause {
	COST_REMOTE, /* pages on other nodes: idle latency */
	COST_CONTROLLER,
	COST_PORT,
	COST_FABRIC,
	COST_LINK, /* links and paths between nodes */
	COST_CORES, /* lines in flight shared by too many vCPUs */
	COST_CAUSES
};

const char *cost_cause_name(enum cost_cause c); /* "remote", "controller", ... */
/* Parts of what was lost, which add up to 1,000,000; all 0 where there is none to
 * speak of, below 100 ppm of `time`. */
void cost_cause_parts(const double lost[COST_CAUSES], double time, int64_t ppm[COST_CAUSES]);

/* To the nearest whole number; not for negative ones. */
static inline int64_t cost_rounded(double x)
{
	return (int64_t)(x + 0.5);
}

#endif
