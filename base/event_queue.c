#include "base/event_queue.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/error.h"

static inline bool earlier(const struct queued *a, const struct queued *b)
{
	return a->at_ns < b->at_ns || (a->at_ns == b->at_ns && a->number < b->number);
}

void event_queue_push(struct event_queue *q, int64_t at_ns, uint32_t slot)
{
	struct queued new = {.at_ns = at_ns, .number = q->inserted++, .slot = slot};
	size_t i = q->nr;

	q->item = grow(q->item, &q->cap, q->nr, sizeof(*q->item));
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

struct queued event_queue_pop(struct event_queue *q)
{
	struct queued top, last;
	size_t i = 0;

	BUG_ON(q->nr == 0);
	top = q->item[0];
	last = q->item[--q->nr];
	for (;;) {
		size_t child = 4 * i + 1, best = child, end = child + 4;

		if (child >= q->nr)
			break;
		if (end > q->nr)
			end = q->nr;
		for (size_t c = child + 1; c < end; c++)
			if (earlier(&q->item[c], &q->item[best]))
				best = c;
		if (!earlier(&q->item[best], &last))
			break;
		q->item[i] = q->item[best];
		i = best;
	}
	if (q->nr)
		q->item[i] = last;
	/* the first pop has none before it */
	if (top.at_ns == q->last_ns && q->inserted - q->nr > 1)
		q->ties++;
	q->last_ns = top.at_ns;
	return top;
}

void event_queue_release(struct event_queue *q)
{
	free(q->item);
	*q = (struct event_queue){0};
}
