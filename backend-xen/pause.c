#include "backend-xen/pause.h"

#include <stddef.h>
#include <time.h>

#include "base/clock.h"
#include "base/units.h"

#define SLICE_NS (100 * NS_PER_MS)

/* False: a signal ended it early. */
static bool sleep_ns(int64_t ns)
{
	struct timespec t = {.tv_sec = (time_t)(ns / NS_PER_S), .tv_nsec = (long)(ns % NS_PER_S)};

	return nanosleep(&t, NULL) == 0;
}

/* A signal may come while nobody sleeps, and one that is no stop (a child of libxl's ended) may end
 * a sleep: so the flag counts where there is one. */
bool pause_ms(const atomic_bool *stop, int64_t ms)
{
	int64_t until = monotonic_ns() + ms * NS_PER_MS, left = ms * NS_PER_MS;

	for (; left > 0; left = until - monotonic_ns()) {
		bool whole;

		if (stop && atomic_load_explicit(stop, memory_order_relaxed))
			return false;
		whole = sleep_ns(left < SLICE_NS ? left : SLICE_NS);
		if (!stop && !whole)
			return false;
	}
	return !stop || !atomic_load_explicit(stop, memory_order_relaxed);
}
