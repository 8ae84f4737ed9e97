/* The map against a sorted array, under keys that are near each other, far apart and
 * that all want the same room. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/rng.h"

#define PAIRS_MAX 4096

struct pair {
	uint64_t key;
	uint32_t value;
};

/* Ascending by key, then by value. */
struct reference {
	struct pair pair[PAIRS_MAX];
	size_t nr;
};

static size_t place_of(const struct reference *r, uint64_t key, uint32_t value)
{
	size_t low = 0, high = r->nr;

	while (low < high) {
		size_t middle = (low + high) / 2;
		const struct pair *p = &r->pair[middle];

		if (p->key < key || (p->key == key && p->value < value))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void reference_add(struct reference *r, uint64_t key, uint32_t value)
{
	size_t at = place_of(r, key, value);

	cr_assert_lt(r->nr, PAIRS_MAX);
	memmove(&r->pair[at + 1], &r->pair[at], (r->nr - at) * sizeof(r->pair[0]));
	r->pair[at] = (struct pair){key, value};
	r->nr++;
}

static bool reference_remove(struct reference *r, uint64_t key, uint32_t value)
{
	size_t at = place_of(r, key, value);

	if (at == r->nr || r->pair[at].key != key || r->pair[at].value != value)
		return false;
	r->nr--;
	memmove(&r->pair[at], &r->pair[at + 1], (r->nr - at) * sizeof(r->pair[0]));
	return true;
}

static int by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* What stands under the key, by walking, is what the reference has. */
static void check_key(const struct map *m, const struct reference *r, uint64_t key)
{
	uint32_t found[PAIRS_MAX];
	size_t nr = 0, at, first = place_of(r, key, 0);

	for (uint32_t v = map_first(m, key, &at); v != MAP_NONE; v = map_next(m, key, &at)) {
		cr_assert_lt(nr, PAIRS_MAX);
		found[nr++] = v;
	}
	qsort(found, nr, sizeof(found[0]), by_value);
	for (size_t i = 0; i < nr; i++) {
		cr_assert_lt(first + i, r->nr);
		cr_assert_eq(r->pair[first + i].key, key);
		cr_assert_eq(r->pair[first + i].value, found[i]);
	}
	cr_assert(first + nr == r->nr || r->pair[first + nr].key != key, "one was not found");
	cr_assert_eq(map_find(m, key) == MAP_NONE, nr == 0);
}

static uint64_t key_near(struct rng *rng)
{
	return rng_below(rng, 300);
}

/* Equal in the low 32 bits, and the ends of the range. */
static uint64_t key_far(struct rng *rng)
{
	uint64_t k = rng_below(rng, 300);

	return k < 2 ? k - 1 : k << 32 | 7;
}

/* The low 58 bits of the hash are random, the high six put it at the end of the
 * smallest map: runs that go round. 0xf1de83e19937733d undoes the multiplication. */
static uint64_t key_at_end(struct rng *rng)
{
	uint64_t hash = (62 + rng_below(rng, 2)) << 58 | rng_below(rng, 12) << 40;

	return hash * 0xf1de83e19937733du;
}

/* Fills up to `most` entries and empties again, in turn. */
static void compare(uint64_t (*key_of)(struct rng *), uint32_t values, size_t most, int operations)
{
	struct reference *r = calloc(1, sizeof(*r));
	struct map m = {0};
	struct rng rng;
	bool fills = true;

	rng_seed(&rng, most, "map");
	for (int i = 0; i < operations; i++) {
		uint64_t key = key_of(&rng);
		uint32_t value = MAP_NONE - 1 - (uint32_t)rng_below(&rng, values);

		fills = r->nr == 0 || (fills && r->nr < most);
		if (rng_below(&rng, 4) < (fills ? 3 : 1) && r->nr < most) {
			map_add(&m, key, value);
			reference_add(r, key, value);
		} else {
			cr_assert_eq(map_remove(&m, key, value), reference_remove(r, key, value));
		}
		cr_assert_eq(m.nr, r->nr);
		check_key(&m, r, key);
		check_key(&m, r, key_of(&rng));
		for (size_t k = 0; i % 64 == 0 && k < r->nr; k++)
			check_key(&m, r, r->pair[k].key);
	}
	map_release(&m);
	free(r);
}

Test(map, agrees_with_a_sorted_array)
{
	compare(key_near, 3, 600, 30000);
	compare(key_far, 3, 600, 30000);
}

Test(map, runs_that_go_round_the_end_are_closed)
{
	cr_assert_eq(0x9e3779b97f4a7c15u * 0xf1de83e19937733du, 1u);
	compare(key_at_end, 2, 30, 60000);
}

Test(map, an_empty_one_knows_nothing)
{
	struct map m = {0};

	cr_assert_eq(map_find(&m, 0), MAP_NONE);
	cr_assert_not(map_remove(&m, 0, 0));
	map_add(&m, 0, 0);
	cr_assert_eq(map_find(&m, 0), 0);
	cr_assert_not(map_remove(&m, 0, 1));
	cr_assert(map_remove(&m, 0, 0));
	cr_assert_eq(map_find(&m, 0), MAP_NONE);
	map_release(&m);
	map_release(&m);
}

/* A million pass through, few at a time: room for few. */
Test(map, stays_as_large_as_what_it_holds_at_one_time)
{
	struct map m = {0};

	for (uint64_t id = 0; id < 1000000; id++) {
		if (id >= 100)
			cr_assert(map_remove(&m, (id - 100) << 20, (uint32_t)(id - 100)));
		map_add(&m, id << 20, (uint32_t)id);
	}
	cr_assert_eq(m.nr, 100);
	cr_assert_leq(m.size, 256);
	map_release(&m);
}

/* Keys that differ in either half alone, more than any first room holds. */
Test(map, grows)
{
	struct map m = {0};
	uint32_t nr = 300000;

	for (uint32_t i = 0; i < nr; i++)
		map_add(&m, (uint64_t)i * 0x100000001u, i);
	for (uint32_t i = 0; i < nr; i++) {
		cr_assert_eq(map_find(&m, (uint64_t)i * 0x100000001u), i);
		cr_assert(i == 0 || map_find(&m, i) == MAP_NONE);
	}
	cr_assert_leq(3 * m.size, 8 * (size_t)nr);
	map_release(&m);
}
