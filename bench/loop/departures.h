/*
 * Who leaves when: a queue for times that are known when they are pushed and are not before
 * the last that was popped. What leaves at one instant leaves in the order in which it was
 * pushed, so a replay is the same every time.
 *
 * A radix heap (Ahuja, Mehlhorn, Orlin, Tarjan: "Faster algorithms for the shortest path
 * problem", 1990) with digits of six bits and, in front of it, a sorted run of the next
 * few. An item waits in the bucket of the highest digit in which its time differs from
 * `base_ns`. When the run is empty the lowest bucket that holds something becomes the run,
 * or, where it is large, is dealt out to buckets of lower digits first. So an item is copied
 * two or three times, always from one piece of memory to the end of another, where a heap
 * of many zones misses the cache at every level.
 *
 * The run says ahead of time who leaves next (departures_ahead()), so that what is known of
 * them can be fetched. Memory: 16 bytes an item, and a piece of 1 KiB for each of the some
 * hundred and fifty buckets in use.
 *
 * A time before the last popped one is no error: it is the next then.
 */
#ifndef BENCH_LOOP_DEPARTURES_H
#define BENCH_LOOP_DEPARTURES_H

#include <stddef.h>
#include <stdint.h>

#include "base/units.h"

/* A number of the caller's and a slot share 64 bits. */
#define DEPARTURE_SLOT_BITS 26
#define DEPARTURE_SLOTS_MAX ((uint32_t)1 << DEPARTURE_SLOT_BITS)
#define DEPARTURE_NUMBER_MAX (((uint64_t)1 << (64 - DEPARTURE_SLOT_BITS)) - 1)

struct departure {
	int64_t at_ns;
	uint64_t key; /* number << DEPARTURE_SLOT_BITS | slot */
};

static inline uint32_t departure_slot(const struct departure *d)
{
	return (uint32_t)(d->key & (DEPARTURE_SLOTS_MAX - 1));
}

static inline uint64_t departure_number(const struct departure *d)
{
	return d->key >> DEPARTURE_SLOT_BITS;
}

#define DEPARTURE_DIGIT_BITS 6
#define DEPARTURE_DIGITS (1 << DEPARTURE_DIGIT_BITS)
#define DEPARTURE_LEVELS ((63 + DEPARTURE_DIGIT_BITS) / DEPARTURE_DIGIT_BITS)

struct departure_piece;
struct departure_block;

/* Zero-initialise. */
struct departures {
	/* The run: item[first .. end), sorted; all before `run_end_ns`. Empty only when
	 * nothing is pending. */
	struct departure *item;
	size_t first, end, cap;
	int64_t run_end_ns;
	/* The buckets: nothing in them is before run_end_ns or base_ns. */
	int64_t base_ns;
	uint32_t levels; /* bits: levels in use; 0: nothing waits */
	uint64_t digits[DEPARTURE_LEVELS]; /* bits: digits in use */
	struct departure_bucket {
		struct departure_piece *first, *last;
		struct departure *next, *end; /* of the last piece: the room that is left */
	} bucket[DEPARTURE_LEVELS][DEPARTURE_DIGITS];
	struct departure_piece *unused;
	struct departure_block *block; /* what pieces are made of */
	uint64_t popped, ties; /* ties: pops with the time of the pop before */
	int64_t last_ns; /* of the last pop */
};

void departures_push(struct departures *q, int64_t at_ns, uint64_t number, uint32_t slot);
/* Must not be empty. */
struct departure departures_pop(struct departures *q);
void departures_release(struct departures *q);

/* Time of the next item, NS_NEVER when there is none. */
static inline int64_t departures_next_ns(const struct departures *q)
{
	return q->first < q->end ? q->item[q->first].at_ns : NS_NEVER;
}

/* The one that is popped after `nr` others, as far as the run reaches; else NULL. */
static inline const struct departure *departures_ahead(const struct departures *q, size_t nr)
{
	return q->end - q->first > nr ? &q->item[q->first + nr] : NULL;
}

#endif
