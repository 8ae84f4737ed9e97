/* Slots and the id map against a plain array. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "bench/loop/live.h"

#define IDS 500

Test(live, ids_are_found_as_long_as_they_live)
{
	struct live_set l = {.want_ids = true};
	uint32_t slot_of[IDS];
	struct rng rng;

	memset(slot_of, 0xff, sizeof(slot_of));
	rng_seed(&rng, 1, "live");
	for (int i = 0; i < 200000; i++) {
		uint64_t id = rng_below(&rng, IDS), key = id * 0x100000000u;

		cr_assert_eq(live_find(&l, key), slot_of[id]);
		if (slot_of[id] == SLOT_NONE) {
			slot_of[id] = live_add(&l);
			live_map(&l, slot_of[id], key);
		} else {
			live_remove(&l, slot_of[id]);
			slot_of[id] = SLOT_NONE;
		}
	}
	cr_assert_leq(l.nr_slots, IDS, "slots are reused");
	live_release(&l);
}

static bool same(const struct plan_locality *a, const struct plan_locality *b)
{
	return a->resident_bytes == b->resident_bytes && a->local_bytes == b->local_bytes &&
	       a->own_bytes == b->own_bytes && a->mean_distance_centi == b->mean_distance_centi;
}

/* Those that pack, and those that do not: remote, odd, or too large for 32 bits. */
Test(live, localities_come_back_as_they_were_given)
{
	static const struct plan_locality kind[] = {
		{0, 0, 0, 0},
		{4096, 4096, 4096, 1000},
		{4096 * 3, 4096, 4096 * 2, 1250},
		{4097, 4097, 4097, 1000},
		{INT64_C(4096) << 32, INT64_C(4096) << 32, INT64_C(4096) << 32, 1000},
		{INT64_C(4096) * UINT32_MAX, INT64_C(4096) * UINT32_MAX, INT64_C(4096) * UINT32_MAX,
		 INT32_MAX},
		{8192, 8192, 8192, INT64_C(1) << 31},
	};
	size_t kinds = sizeof(kind) / sizeof(kind[0]);
	size_t now[200];
	struct live_set l = {.want_ids = false};
	struct plan_locality got;
	struct rng rng;

	rng_seed(&rng, 1, "locality");
	for (uint32_t i = 0; i < 200; i++) {
		cr_assert_eq(live_add(&l), i);
		now[i] = 0;
	}
	for (int i = 0; i < 20000; i++) {
		uint32_t slot = (uint32_t)rng_below(&rng, 200);

		live_locality(&l, slot, &got);
		cr_assert(same(&got, &kind[now[slot]]), "slot %u, kind %zu", slot, now[slot]);
		if (rng_below(&rng, 4) == 0) {
			live_remove(&l, slot);
			cr_assert_eq(live_next_slot(&l), slot);
			cr_assert_eq(live_add(&l), slot, "the last that became free");
			now[slot] = 0;
			continue;
		}
		now[slot] = rng_below(&rng, kinds);
		live_set_locality(&l, slot, &kind[now[slot]]);
	}
	cr_assert_leq(l.nr_far, 200, "far ones are used again");
	live_release(&l);
}

static struct zone_event event_of(uint64_t id, struct zone *z)
{
	zone_init(z);
	return (struct zone_event){.id = id, .zone = z};
}

Test(live, zones_wait_in_order_and_own_their_strings)
{
	struct wait_queue q = {0};
	struct waiting *w;
	struct zone z;
	struct zone_event ev;
	char name[8] = "first";
	const char *devices[] = {"nic0"};

	for (uint64_t id = 1; id <= 4; id++) {
		ev = event_of(id, &z);
		z.name = name;
		z.device = devices;
		z.nr_devices = 1;
		wait_queue_push(&q, &ev, id);
	}
	strcpy(name, "gone");
	w = wait_queue_remove(&q, 4);
	cr_assert_eq(w->ordinal, 4);
	waiting_free(w);
	cr_assert_null(wait_queue_remove(&q, 9));
	ev = event_of(5, &z);
	z.name = name;
	wait_queue_push(&q, &ev, 5);
	w = wait_queue_pop(&q);
	cr_assert_eq(w->ordinal, 1);
	cr_assert_str_eq(w->event.zone->name, "first");
	cr_assert_str_eq(w->event.zone->device[0], "nic0");
	waiting_free(w);
	cr_assert_eq(q.nr, 3);
	w = wait_queue_remove(&q, 2);
	waiting_free(w);
	w = wait_queue_pop(&q);
	cr_assert_eq(w->ordinal, 3);
	waiting_free(w);
	w = wait_queue_pop(&q);
	cr_assert_eq(w->ordinal, 5);
	waiting_free(w);
	cr_assert_null(wait_queue_pop(&q));
	wait_queue_release(&q);
}
