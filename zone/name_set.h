/*
 * Which names zones of a trace have, and when: a name stands for one zone at a
 * time. Memory follows the names that are in use at one time where time only goes
 * on. Private to zone/.
 */
#ifndef ZONE_NAME_SET_H
#define ZONE_NAME_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "zone/zone_check.h"

/* Zero-initialise. */
struct name_set {
	struct named_span *span;
	size_t nr, cap, full; /* full: with so many, look first which have ended */
	/* Names have come in one order so far, by length and then by bytes (numbers that count up):
	 * a name behind the last one is new, and there is no index yet. */
	bool mixed; /* not any more */
	char last[ZONE_NAME_MAX + 1];
	size_t last_length;
	/* By hash of the name; a quarter of it is free. Half as large as a struct map, which it
	 * would be but for that: where it is too large for the CPU's cache, looking into it is what
	 * reading a trace waits for. Nothing is ever taken out alone. */
	struct name_slot *slot;
	size_t nr_slots; /* 0 or a power of two */
};

/* The name is copied. [start, end) and that of the same name must not overlap, else
 * false. No later call is about a time before `now`. */
bool name_set_add(struct name_set *s, const char *name, int64_t start_ns, int64_t end_ns,
		  int64_t now_ns) MUST_USE;
void name_set_release(struct name_set *s);

#endif
