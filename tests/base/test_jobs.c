/* Pieces of work by several threads: in the order of their numbers whatever they take. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/jobs.h"
#include "base/rng.h"

#define PIECES 200

/* What was done, by whom, and in which order it was handed over. */
struct book {
	atomic_int at_once, most_at_once, done;
	size_t order[PIECES], nr;
	int code[PIECES];
	size_t fails[2]; /* pieces that do; SIZE_MAX: none */
	size_t waits; /* piece that goes on until it is asked to give up */
	bool gave_up;
	size_t bad_hand; /* piece whose handing over fails */
	pthread_t caller;
	bool caller_alone;
};

static struct book new_book(void)
{
	return (struct book){.fails = {SIZE_MAX, SIZE_MAX},
			     .waits = SIZE_MAX,
			     .bad_hand = SIZE_MAX,
			     .caller = pthread_self(),
			     .caller_alone = true};
}

static void take_time(size_t i)
{
	struct rng r;

	rng_seed(&r, i, "time");
	for (uint64_t n = rng_below(&r, 20); n; n--)
		sched_yield();
}

static int work(void *context, size_t i, const atomic_bool *cancel, struct error *err)
{
	struct book *b = context;
	int now = atomic_fetch_add(&b->at_once, 1) + 1, most = atomic_load(&b->most_at_once);

	while (now > most && !atomic_compare_exchange_weak(&b->most_at_once, &most, now))
		;
	b->caller_alone &= pthread_equal(pthread_self(), b->caller) != 0;
	take_time(i);
	while (i == b->waits && !atomic_load(cancel))
		sched_yield();
	b->gave_up |= i == b->waits;
	atomic_fetch_sub(&b->at_once, 1);
	atomic_fetch_add(&b->done, 1);
	if (i == b->waits)
		return error_set(err, ERR_INTERRUPTED, "piece %zu gave up", i);
	if (i == b->fails[0] || i == b->fails[1])
		return error_set(err, ERR_INPUT, "piece %zu is bad", i);
	return 0;
}

static int hand_over(void *context, size_t i, int rc, struct error *err)
{
	struct book *b = context;

	b->code[b->nr] = rc;
	b->order[b->nr++] = i;
	return i == b->bad_hand ? error_set(err, ERR_MACHINE, "the disk is full at %zu", i) : 0;
}

static int run(struct book *b, size_t nr, unsigned threads, struct error *err)
{
	struct jobs j = {
		.nr = nr, .threads = threads, .work = work, .hand_over = hand_over, .context = b};
	int rc = jobs_run(&j, err);

	for (size_t i = 0; i < b->nr; i++)
		cr_assert_eq(b->order[i], i, "piece %zu in place %zu", b->order[i], i);
	cr_assert_leq(atomic_load(&b->most_at_once), (int)threads);
	return rc;
}

Test(jobs, handed_over_in_order)
{
	for (unsigned threads = 1; threads <= 9; threads += 2) {
		struct book b = new_book();

		cr_assert_eq(run(&b, PIECES, threads, NULL), 0);
		cr_assert_eq(b.nr, PIECES);
		cr_assert_eq(atomic_load(&b.done), PIECES);
	}
}

Test(jobs, one_thread_is_the_callers)
{
	struct book b = new_book();

	cr_assert_eq(run(&b, 20, 1, NULL), 0);
	cr_assert(b.caller_alone);
	b = new_book();
	cr_assert_eq(run(&b, 0, 4, NULL), 0);
	cr_assert_eq(b.nr, 0);
}

/* Whatever the threads: the error is the lower piece's, and what is below it was done. */
Test(jobs, the_lowest_error)
{
	for (unsigned threads = 1; threads <= 8; threads++) {
		struct book b = new_book();
		struct error err = {0};

		b.fails[0] = 41;
		b.fails[1] = 40;
		cr_assert_eq(run(&b, PIECES, threads, &err), ERR_INPUT);
		cr_assert_str_eq(err.text, "piece 40 is bad");
		cr_assert_geq(b.nr, 41);
		cr_assert_eq(b.code[39], 0);
		cr_assert_eq(b.code[40], ERR_INPUT);
	}
}

/* A piece above the one that failed is asked to give up, and its word does not count. */
Test(jobs, those_above_give_up, .timeout = 60)
{
	struct book b = new_book();
	struct error err = {0};

	b.fails[0] = 2;
	b.waits = 3;
	cr_assert_eq(run(&b, 4, 2, &err), ERR_INPUT);
	cr_assert_str_eq(err.text, "piece 2 is bad");
	/* with two threads piece 3 may not have begun when piece 2 failed */
	cr_assert(b.gave_up || b.nr == 3);
}

Test(jobs, what_cannot_be_handed_over_is_an_error)
{
	struct book b = new_book();
	struct error err = {0};

	b.bad_hand = 5;
	cr_assert_eq(run(&b, PIECES, 3, &err), ERR_MACHINE);
	cr_assert_str_eq(err.text, "the disk is full at 5");
}

Test(jobs, some_cpu_is_usable)
{
	cr_assert_geq(jobs_usable_cpus(), 1);
	cr_assert_leq(jobs_usable_cpus(), (unsigned)4096);
}
