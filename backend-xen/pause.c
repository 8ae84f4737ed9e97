#include "backend-xen/pause.h"

#include <time.h>

#include "base/units.h"

int64_t clock_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * NS_PER_S + t.tv_nsec;
}

bool pause_ms(int64_t ms)
{
	struct timespec t = {.tv_sec = (time_t)(ms / 1000),
			     .tv_nsec = (long)(ms % 1000 * NS_PER_MS)};

	return nanosleep(&t, NULL) == 0;
}
