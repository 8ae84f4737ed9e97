#include "backend-xen/pause.h"

#include <time.h>

#include "base/units.h"

bool pause_ms(int64_t ms)
{
	struct timespec t = {.tv_sec = (time_t)(ms / 1000),
			     .tv_nsec = (long)(ms % 1000 * NS_PER_MS)};

	return nanosleep(&t, NULL) == 0;
}
