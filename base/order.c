#include "base/order.h"

#include <stdlib.h>

#include "base/alloc.h"

int order_compare(const struct order_key *a, const struct order_key *b)
{
	if (a->at_ns != b->at_ns)
		return a->at_ns < b->at_ns ? -1 : 1;
	if (a->place != b->place)
		return a->place < b->place ? -1 : 1;
	return (a->part > b->part) - (a->part < b->part);
}

void order_push(struct order *o, const struct order_key *key)
{
	size_t i = o->nr;

	o->heap = grow(o->heap, &o->cap, o->nr, sizeof(*o->heap));
	for (o->nr++; i && order_compare(key, &o->heap[(i - 1) / 2]) < 0; i = (i - 1) / 2)
		o->heap[i] = o->heap[(i - 1) / 2];
	o->heap[i] = *key;
}

struct order_key order_pop(struct order *o)
{
	struct order_key first = o->heap[0], last = o->heap[--o->nr];
	size_t i = 0, child;

	for (; (child = 2 * i + 1) < o->nr; i = child) {
		if (child + 1 < o->nr && order_compare(&o->heap[child + 1], &o->heap[child]) < 0)
			child++;
		if (order_compare(&last, &o->heap[child]) <= 0)
			break;
		o->heap[i] = o->heap[child];
	}
	o->heap[i] = last;
	return first;
}

void order_release(struct order *o)
{
	free(o->heap);
	*o = (struct order){0};
}
