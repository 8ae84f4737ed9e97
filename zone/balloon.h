/*
 * The balloon controller that Edera documents for dynamic memory (ballooning
 * guide): what it looks at, when, and what it does.
 *
 *	use <= shrink_below of what the zone has: halve it, not below the zone's minimum
 *	use >= grow_above of it: to the smaller of its maximum and use + headroom
 *	checks every check_first after the start or a growth, doubling to check_last
 *
 * Growing acts at once and keeps the short interval; shrinking waits until the
 * interval has settled, so that growth is the more eager of the two.
 */
#ifndef ZONE_BALLOON_H
#define ZONE_BALLOON_H

#include <stdint.h>

struct balloon_rule {
	uint32_t shrink_below_ppm, grow_above_ppm;
	int64_t headroom_bytes;
	int64_t check_first_ns, check_last_ns;
	/* Share of the pages handed back that is drawn from all pages alike; the rest
	 * are the ones that came through the balloon last (sim/memory.h). */
	uint32_t exchange_ppm;
	int64_t extent_bytes; /* the guest asks for this much at a time */
};

#endif
