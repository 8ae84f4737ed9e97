/*
 * What happens when: a heap ordered by (time in ns, insertion number). The
 * order is total, so replays are identical; ties are counted.
 *
 * The payload is a number of the caller's (a slot) below EVENT_SLOTS_MAX. 4-ary
 * implicit heap; an item is 16 bytes, so that the four children of a node share
 * one cache line. Memory follows the number of pending items.
 */
#ifndef BASE_EVENT_QUEUE_H
#define BASE_EVENT_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/units.h"

/* Insertion number and slot share 64 bits: 2^38 insertions, 2^26 slots. */
#define EVENT_SLOT_BITS 26
#define EVENT_SLOTS_MAX ((uint32_t)1 << EVENT_SLOT_BITS)
#define EVENT_INSERTIONS_MAX ((uint64_t)1 << (64 - EVENT_SLOT_BITS))

struct queued {
	int64_t at_ns;
	uint64_t number; /* insertion number */
	uint32_t slot;
};

/* Private: the order of the heap is that of (at_ns, key). */
struct queue_item {
	int64_t at_ns;
	uint64_t key; /* insertion number << EVENT_SLOT_BITS | slot */
};

/* Zero-initialise. */
struct event_queue {
	struct queue_item *item; /* the root; item - 3 is what malloc gave, aligned to 64 */
	size_t nr, cap;
	uint64_t inserted; /* numbers handed out so far */
	uint64_t ties; /* pops with the time of the pop before */
	int64_t last_ns;
};

void event_queue_push(struct event_queue *q, int64_t at_ns, uint32_t slot);
/* Time of the next item, NS_NEVER when empty. */
static inline int64_t event_queue_next_ns(const struct event_queue *q)
{
	return q->nr ? q->item[0].at_ns : NS_NEVER;
}
/* Must not be empty. */
struct queued event_queue_pop(struct event_queue *q);
void event_queue_release(struct event_queue *q);

#endif
