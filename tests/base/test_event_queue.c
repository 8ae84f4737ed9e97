#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/event_queue.h"
#include "base/rng.h"

static int by_order(const void *pa, const void *pb)
{
	const struct queued *a = pa, *b = pb;

	if (a->at_ns != b->at_ns)
		return (a->at_ns > b->at_ns) - (a->at_ns < b->at_ns);
	return (a->number > b->number) - (a->number < b->number);
}

/* Pushed all at once, then popped: the sorted order, ties in insertion order. */
Test(event_queue, pops_in_sorted_order)
{
	struct rng r;

	rng_seed(&r, 1, "queue/sorted");
	for (int round = 0; round < 200; round++) {
		struct event_queue q = {0};
		size_t nr = rng_below(&r, 500);
		uint64_t times = 1 + rng_below(&r, 200), ties = 0;
		struct queued *all = calloc(nr + 1, sizeof(*all));

		for (size_t i = 0; i < nr; i++) {
			all[i] = (struct queued){(int64_t)rng_below(&r, times), i,
						 (uint32_t)~i % EVENT_SLOTS_MAX};
			event_queue_push(&q, all[i].at_ns, all[i].slot);
		}
		qsort(all, nr, sizeof(*all), by_order);
		for (size_t i = 0; i < nr; i++) {
			struct queued got;

			cr_assert_eq(event_queue_next_ns(&q), all[i].at_ns);
			got = event_queue_pop(&q);
			cr_assert_eq(got.at_ns, all[i].at_ns);
			cr_assert_eq(got.number, all[i].number);
			cr_assert_eq(got.slot, all[i].slot);
			ties += i && all[i].at_ns == all[i - 1].at_ns;
		}
		cr_assert_eq(q.ties, ties);
		cr_assert_eq(event_queue_next_ns(&q), NS_NEVER);
		event_queue_release(&q);
		free(all);
	}
}

/* Pushes between pops, as a simulation does: the least of what is there comes out. */
Test(event_queue, least_of_what_is_there)
{
	struct queued pending[64];
	struct event_queue q = {0};
	size_t nr = 0;
	int64_t now = 0;
	struct rng r;

	rng_seed(&r, 2, "queue/mixed");
	for (uint32_t i = 0; i < 20000; i++) {
		if (nr < 64 && (nr == 0 || rng_below(&r, 2))) {
			int64_t at = now + (int64_t)rng_below(&r, 4);

			pending[nr++] = (struct queued){at, q.inserted, i};
			event_queue_push(&q, at, i);
		} else {
			struct queued got = event_queue_pop(&q);

			qsort(pending, nr, sizeof(pending[0]), by_order);
			cr_assert_eq(got.slot, pending[0].slot);
			now = got.at_ns;
			pending[0] = pending[--nr];
		}
	}
	event_queue_release(&q);
}

Test(event_queue, first_event_is_no_tie)
{
	struct event_queue q = {0};

	event_queue_push(&q, 0, 1);
	event_queue_push(&q, 5, 2);
	event_queue_pop(&q);
	cr_assert_eq(q.ties, 0);
	event_queue_push(&q, 0, 3);
	event_queue_pop(&q);
	cr_assert_eq(q.ties, 1);
	event_queue_release(&q);
}
