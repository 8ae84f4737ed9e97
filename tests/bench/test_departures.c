/* The queue of departures against a sorted reference that is slow and plain. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "bench/loop/departures.h"

#define PENDING_MAX 3000

/* Sorted by time, then by push. */
struct reference {
	size_t nr;
	struct departure item[PENDING_MAX];
};

static void reference_push(struct reference *r, struct departure d)
{
	size_t i = r->nr++;

	for (; i && r->item[i - 1].at_ns > d.at_ns; i--)
		r->item[i] = r->item[i - 1];
	r->item[i] = d;
}

static struct departure reference_pop(struct reference *r)
{
	struct departure d = r->item[0];

	memmove(&r->item[0], &r->item[1], --r->nr * sizeof(d));
	return d;
}

/* How long zones live: from all at one instant to all of 64 bits. */
static int64_t draw_lifetime(struct rng *rng, unsigned kind)
{
	switch (kind) {
	case 0:
		return (int64_t)rng_below(rng, 4);
	case 1: /* minutes, and now and then a moment */
		return rng_below(rng, 10) ? (int64_t)rng_below(rng, 60) * 60 * NS_PER_S
					  : (int64_t)rng_below(rng, 1000);
	case 2:
		return (int64_t)(rng_u64(rng) >> (2 + rng_below(rng, 60)));
	default:
		return NS_PER_S + (int64_t)rng_below(rng, 1000000);
	}
}

struct trial {
	struct departures q;
	struct reference *r;
	struct rng rng;
	int64_t now_ns;
	uint64_t pushed, ties;
	bool popped;
};

static void push(struct trial *t, unsigned kind)
{
	int64_t lifetime = draw_lifetime(&t->rng, kind);
	int64_t at = lifetime < NS_NEVER - t->now_ns ? t->now_ns + lifetime : NS_NEVER - 1;
	uint32_t slot = (uint32_t)rng_below(&t->rng, DEPARTURE_SLOTS_MAX);
	uint64_t number = ++t->pushed;

	departures_push(&t->q, at, number, slot);
	reference_push(t->r, (struct departure){at, number << DEPARTURE_SLOT_BITS | slot});
}

static void pop(struct trial *t)
{
	struct departure want = reference_pop(t->r), got;

	cr_assert_eq(departures_next_ns(&t->q), want.at_ns);
	cr_assert_eq(departures_ahead(&t->q, 0)->key, want.key);
	got = departures_pop(&t->q);
	cr_assert_eq(got.at_ns, want.at_ns);
	cr_assert_eq(departure_number(&got), departure_number(&want));
	cr_assert_eq(departure_slot(&got), departure_slot(&want));
	t->ties += t->popped && want.at_ns == t->now_ns;
	t->popped = true;
	t->now_ns = want.at_ns;
}

/* What the run shows ahead is what comes. */
static void look_ahead(struct trial *t)
{
	for (size_t i = 0; i < 16 && i < t->r->nr; i++) {
		const struct departure *d = departures_ahead(&t->q, i);

		cr_assert(d && d->key == t->r->item[i].key, "number %zu is seen ahead", i);
	}
}

static void run_trial(uint64_t seed, unsigned kind)
{
	struct trial t = {.r = calloc(1, sizeof(*t.r))};
	size_t most = 1 + (size_t)seed % PENDING_MAX;

	rng_seed(&t.rng, seed, "departures");
	for (int i = 0; i < 12000; i++) {
		bool full = t.r->nr == most, burst = rng_below(&t.rng, 50) == 0;
		/* bursts of either, so that the queue runs dry and floods */
		size_t times = burst ? rng_below(&t.rng, 200) : 1;
		bool up = !t.r->nr || (!full && rng_below(&t.rng, 2));

		for (; times; times--) {
			if (up && t.r->nr < most)
				push(&t, kind);
			else if (!up && t.r->nr)
				pop(&t);
		}
		if (i % 100 == 99 && t.r->nr && !up)
			look_ahead(&t);
	}
	while (t.r->nr)
		pop(&t);
	cr_assert_eq(departures_next_ns(&t.q), NS_NEVER);
	cr_assert_null(departures_ahead(&t.q, 0));
	cr_assert_eq(t.q.ties, t.ties);
	departures_release(&t.q);
	free(t.r);
}

Test(departures, come_as_a_sorted_list_says)
{
	for (uint64_t seed = 1; seed <= 24; seed++)
		run_trial(seed * 131, (unsigned)(seed % 4));
}

/* The first wave: all at time 0, the earliest pushed last. */
Test(departures, a_wave_in_falling_order)
{
	struct departures q = {0};

	for (int64_t i = 100000; i > 0; i--)
		departures_push(&q, i * NS_PER_S, (uint64_t)(100001 - i), (uint32_t)i);
	for (int64_t i = 1; i <= 100000; i++) {
		struct departure d = departures_pop(&q);

		cr_assert_eq(d.at_ns, i * NS_PER_S);
		cr_assert_eq(departure_slot(&d), (uint32_t)i);
	}
	departures_release(&q);
}

/* A long run, and then more and more that leave before it: what waits is dealt out anew. */
Test(departures, many_short_lives_before_an_instant_of_many)
{
	struct departures q = {0};
	int64_t last = -1;
	uint64_t number = 0;

	for (int64_t i = 0; i < 5000; i++)
		departures_push(&q, 1000000, ++number, 1);
	departures_push(&q, 10, ++number, 2);
	(void)departures_pop(&q);
	for (int64_t i = 0; i < 3000; i++)
		departures_push(&q, 500000 - i * 7 % 1000, ++number, 3);
	for (int64_t i = 0; i < 8000; i++) {
		struct departure d = departures_pop(&q);

		cr_assert_geq(d.at_ns, last);
		cr_assert_eq(departure_slot(&d), i < 3000 ? 3 : 1);
		last = d.at_ns;
	}
	departures_release(&q);
}
