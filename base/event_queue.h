/*
 * What happens when: a heap ordered by (time in ns, insertion number). The
 * order is total, so replays are identical; ties are counted.
 *
 * The payload is a 32-bit number of the caller's (a slot). 4-ary implicit heap,
 * 24 bytes an item; memory follows the number of pending items.
 */
#ifndef BASE_EVENT_QUEUE_H
#define BASE_EVENT_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/units.h"

struct queued {
	int64_t at_ns;
	uint64_t number; /* insertion number */
	uint32_t slot;
};

/* Zero-initialise. */
struct event_queue {
	struct queued *item;
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
