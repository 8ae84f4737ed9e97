/* The search by itself: whatever fleets do and do not do, what it answers holds. */
#include <criterion/criterion.h>

#include "base/rng.h"
#include "bench/size/search.h"

#define MOST 60

/* Runs it to its end; false: it asked beyond its bounds, or for ever. */
static bool run_search(struct size_search *s, const bool *meets, uint32_t *asked)
{
	uint32_t next;

	*asked = 0;
	while ((next = size_search_next(s))) {
		if (next < s->least || next > s->most || ++*asked > 4 * MOST)
			return false;
		size_search_tell(s, meets[next]);
	}
	return true;
}

static uint32_t first_of(const bool *meets, uint32_t least, uint32_t most)
{
	for (uint32_t n = least; n <= most; n++)
		if (meets[n])
			return n;
	return 0;
}

Test(search, where_goals_stay_met_it_is_the_least)
{
	for (uint32_t least = 1; least <= 12; least++) {
		for (uint32_t guess = least; guess <= MOST; guess += 7) {
			for (uint32_t from = 1; from <= MOST + 1; from++) {
				struct size_search s;
				bool meets[MOST + 1];
				uint32_t asked;

				for (uint32_t n = 0; n <= MOST; n++)
					meets[n] = n >= from;
				size_search_begin(&s, least, guess, MOST, 2);
				cr_assert(run_search(&s, meets, &asked));
				cr_assert_eq(s.answer, first_of(meets, least, MOST),
					     "from %u, least %u, guess %u", from, least, guess);
				cr_assert_not(s.fell);
				cr_assert_leq(asked, 20);
			}
		}
	}
}

/* N does, and those above it that are looked at; one less does not. */
static void check_answer(const struct size_search *s, const bool *meets)
{
	if (!s->answer)
		return;
	for (uint32_t n = s->answer; n <= s->answer + s->around && n <= s->most; n++)
		cr_assert(meets[n], "%u fails beside the answer %u", n, s->answer);
	cr_assert(s->answer == s->least || !meets[s->answer - 1], "%u does as well", s->answer - 1);
}

Test(search, whatever_comes_the_answer_holds)
{
	struct rng rng;
	uint32_t fell = 0, none = 0;

	rng_seed(&rng, 1, "search");
	for (int i = 0; i < 20000; i++) {
		uint32_t least = 1 + (uint32_t)rng_below(&rng, 10);
		uint32_t guess = least + (uint32_t)rng_below(&rng, MOST - least + 1);
		uint32_t share = (uint32_t)rng_below(&rng, 101), asked;
		struct size_search s;
		bool meets[MOST + 1];

		for (uint32_t n = 0; n <= MOST; n++)
			meets[n] = rng_below(&rng, 100) < share;
		size_search_begin(&s, least, guess, MOST, (uint32_t)rng_below(&rng, 4));
		cr_assert(run_search(&s, meets, &asked), "it does not end");
		check_answer(&s, meets);
		fell += s.fell;
		none += !s.answer;
	}
	cr_expect_gt(fell, 1000);
	cr_expect_gt(none, 100);
}

Test(search, one_size_is_all_there_is)
{
	struct size_search s;

	size_search_begin(&s, 1, 1, 1, 2);
	cr_expect_eq(size_search_next(&s), 1);
	size_search_tell(&s, true);
	cr_expect_eq(size_search_next(&s), 0);
	cr_expect_eq(s.answer, 1);
	size_search_begin(&s, 1, 1, 1, 2);
	size_search_tell(&s, false);
	cr_expect_eq(size_search_next(&s), 0);
	cr_expect_eq(s.answer, 0);
}
