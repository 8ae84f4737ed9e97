#include "base/event_queue.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"

/* Items before the root, so that the children of i, 4i + 1 .. 4i + 4, start a cache line. */
#define LEAD 3

static inline bool earlier(const struct queue_item *a, const struct queue_item *b)
{
	return a->at_ns < b->at_ns || (a->at_ns == b->at_ns && a->key < b->key);
}

static void grow_items(struct event_queue *q)
{
	size_t cap = q->cap ? q->cap * 2 : 64;
	struct queue_item *block = xaligned(64, (cap + LEAD + 1) * sizeof(*block));

	if (q->item) {
		memcpy(block + LEAD, q->item, q->nr * sizeof(*block));
		free(q->item - LEAD);
	}
	q->item = block + LEAD;
	q->cap = cap;
}

void event_queue_push(struct event_queue *q, int64_t at_ns, uint32_t slot)
{
	struct queue_item new = {.at_ns = at_ns};
	size_t i = q->nr;

	BUG_ON(slot >= EVENT_SLOTS_MAX || q->inserted == EVENT_INSERTIONS_MAX);
	new.key = q->inserted++ << EVENT_SLOT_BITS | slot;
	if (q->nr == q->cap)
		grow_items(q);
	q->nr++;
	while (i) {
		size_t parent = (i - 1) / 4;

		if (!earlier(&new, &q->item[parent]))
			break;
		q->item[i] = q->item[parent];
		i = parent;
	}
	q->item[i] = new;
}

static inline size_t least(const struct queue_item *item, size_t a, size_t b)
{
	return earlier(&item[b], &item[a]) ? b : a;
}

/* Put `last` where the hole at the root ends up. */
static void sift(struct queue_item *item, size_t nr, struct queue_item last)
{
	size_t i = 0, child;

	for (; (child = 4 * i + 1) + 3 < nr;) {
		size_t best = least(item, least(item, child, child + 1),
				    least(item, child + 2, child + 3));

		if (!earlier(&item[best], &last)) {
			item[i] = last;
			return;
		}
		item[i] = item[best];
		i = best;
	}
	/* fewer than four children: the last inner node */
	if (child < nr) {
		size_t best = child;

		for (size_t c = child + 1; c < nr; c++)
			best = least(item, best, c);
		if (earlier(&item[best], &last)) {
			item[i] = item[best];
			i = best;
		}
	}
	item[i] = last;
}

struct queued event_queue_pop(struct event_queue *q)
{
	struct queue_item top;

	BUG_ON(q->nr == 0);
	top = q->item[0];
	q->nr--;
	if (q->nr)
		sift(q->item, q->nr, q->item[q->nr]);
	/* the first pop has none before it */
	if (top.at_ns == q->last_ns && q->inserted - q->nr > 1)
		q->ties++;
	q->last_ns = top.at_ns;
	return (struct queued){
		.at_ns = top.at_ns,
		.number = top.key >> EVENT_SLOT_BITS,
		.slot = (uint32_t)(top.key & (EVENT_SLOTS_MAX - 1)),
	};
}

void event_queue_release(struct event_queue *q)
{
	if (q->item)
		free(q->item - LEAD);
	*q = (struct event_queue){0};
}
