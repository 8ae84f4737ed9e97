/*
 * The walk that is timed; built alike in every build (see CMakeLists.txt).
 */
#include "probe/chase.h"

void *chase_walk(void *from, uint64_t hops)
{
	void **p = from;

	/* sixteen at a time, so that counting does not weigh in the first-level cache */
	for (uint64_t i = 0; i < hops; i += CHASE_STRIDE) {
		p = *p;
		p = *p;
		p = *p;
		p = *p;
		p = *p;
		p = *p;
		p = *p;
		p = *p;
		p = *p;
		p = *p;
		p = *p;
		p = *p;
		p = *p;
		p = *p;
		p = *p;
		p = *p;
	}
	return p;
}
