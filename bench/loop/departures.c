#include "bench/loop/departures.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/compiler.h"
#include "base/error.h"

/* A bucket of so many becomes the run as it is: sorting them costs less than dealing. */
#define RUN_FILL 24
/* Moves in the run that an insertion may cost before the later part goes back. */
#define RUN_MOVES 64
/* The run is filled up before it has fewer. */
#define RUN_AHEAD 16
/* Room before the run, for what leaves earlier than all of it. */
#define RUN_LEAD 32

#define PIECE_ITEMS 63
#define BLOCK_PIECES 64

/* 1 KiB: the unit of a bucket's memory. */
struct departure_piece {
	struct departure_piece *next;
	size_t nr; /* set when it is full, or its bucket is emptied */
	struct departure item[PIECE_ITEMS];
};

struct departure_block {
	struct departure_block *next;
	struct departure_piece piece[BLOCK_PIECES];
};

_Static_assert(sizeof(struct departure) == 16, "four to a cache line");
_Static_assert(sizeof(struct departure_piece) == 1024, "whole cache lines");

/* --- pieces ----------------------------------------------------------------------------- */

static struct departure_piece *piece_new(struct departures *q)
{
	struct departure_piece *p = q->unused;

	if (!p) {
		struct departure_block *b = xmalloc(sizeof(*b));

		b->next = q->block;
		q->block = b;
		for (size_t i = 0; i < BLOCK_PIECES; i++) {
			b->piece[i].next = q->unused;
			q->unused = &b->piece[i];
		}
		p = q->unused;
	}
	q->unused = p->next;
	p->next = NULL;
	p->nr = 0;
	return p;
}

static void piece_free(struct departures *q, struct departure_piece *p)
{
	p->next = q->unused;
	q->unused = p;
}

/* --- buckets ---------------------------------------------------------------------------- */

static unsigned level_of(const struct departures *q, int64_t at_ns)
{
	uint64_t differs = (uint64_t)(at_ns ^ q->base_ns);

	return differs ? highest_bit(differs) / DEPARTURE_DIGIT_BITS : 0;
}

static unsigned digit_of(int64_t at_ns, unsigned level)
{
	return (uint64_t)at_ns >> (level * DEPARTURE_DIGIT_BITS) & (DEPARTURE_DIGITS - 1);
}

/* The bucket has no room: its first piece, or one more. */
static void enlarge(struct departures *q, unsigned level, unsigned digit)
{
	struct departure_bucket *b = &q->bucket[level][digit];
	struct departure_piece *p = piece_new(q);

	if (b->last) {
		b->last->nr = PIECE_ITEMS;
		b->last->next = p;
	} else {
		b->first = p;
	}
	b->last = p;
	b->next = p->item;
	b->end = p->item + PIECE_ITEMS;
	q->levels |= 1u << level;
	q->digits[level] |= (uint64_t)1 << digit;
}

/* What is in a bucket is not looked at: it is seldom in the cache. */
static inline void put(struct departures *q, struct departure d)
{
	unsigned level = level_of(q, d.at_ns), digit = digit_of(d.at_ns, level);
	struct departure_bucket *b = &q->bucket[level][digit];

	if (b->next == b->end)
		enlarge(q, level, digit);
	*b->next++ = d;
}

/* All pieces of a bucket, which is then empty. */
static struct departure_piece *take_bucket(struct departures *q, unsigned level, unsigned digit)
{
	struct departure_bucket *b = &q->bucket[level][digit];
	struct departure_piece *first = b->first;

	b->last->nr = (size_t)(b->next - b->last->item);
	*b = (struct departure_bucket){0};
	q->digits[level] &= ~((uint64_t)1 << digit);
	if (!q->digits[level])
		q->levels &= ~(1u << level);
	return first;
}

/* Pieces that no bucket holds any more: their items to where they belong now. */
static void deal_out(struct departures *q, struct departure_piece *p)
{
	while (p) {
		struct departure_piece *next = p->next;

		if (next)
			fetch_lines(next, sizeof(*next));
		for (size_t i = 0; i < p->nr; i++)
			put(q, p->item[i]);
		piece_free(q, p);
		p = next;
	}
}

/* --- the run ---------------------------------------------------------------------------- */

static void run_reserve(struct departures *q, size_t nr)
{
	while (q->cap < nr)
		q->item = grow(q->item, &q->cap, q->cap, sizeof(*q->item));
}

/* What is left of the run, moved to its beginning. */
static void run_rewind(struct departures *q)
{
	size_t nr = q->end - q->first;

	run_reserve(q, RUN_LEAD + nr + 1);
	memmove(&q->item[RUN_LEAD], &q->item[q->first], nr * sizeof(*q->item));
	q->first = RUN_LEAD;
	q->end = RUN_LEAD + nr;
}

/* These pieces are next behind the run. Sorted by insertion, which keeps the order of
 * equal times; within one instant nothing moves. */
static void run_append(struct departures *q, struct departure_piece *p)
{
	run_rewind(q);
	while (p) {
		struct departure_piece *next = p->next;

		run_reserve(q, q->end + p->nr + 1);
		for (size_t k = 0; k < p->nr; k++) {
			size_t i = q->end++;

			for (; i > q->first && q->item[i - 1].at_ns > p->item[k].at_ns; i--)
				q->item[i] = q->item[i - 1];
			q->item[i] = p->item[k];
		}
		piece_free(q, p);
		p = next;
	}
}

/* The first time behind the bucket that `start` is the first time of. */
static int64_t bucket_end(int64_t start, unsigned level)
{
	uint64_t end = (uint64_t)start + ((uint64_t)1 << level * DEPARTURE_DIGIT_BITS);

	return end < (uint64_t)NS_NEVER ? (int64_t)end : NS_NEVER;
}

static int64_t bucket_start(const struct departures *q, unsigned level, unsigned digit)
{
	unsigned shift = level * DEPARTURE_DIGIT_BITS;
	uint64_t above =
		level + 1 < DEPARTURE_LEVELS ? ~(uint64_t)0 << (shift + DEPARTURE_DIGIT_BITS) : 0;

	return (int64_t)(((uint64_t)q->base_ns & above) | (uint64_t)digit << shift);
}

/* Something waits. */
static void refill(struct departures *q)
{
	for (;;) {
		unsigned level = lowest_bit(q->levels), digit = lowest_bit(q->digits[level]);
		int64_t start = bucket_start(q, level, digit);
		struct departure_piece *p = take_bucket(q, level, digit);

		if (level == 0 || (!p->next && p->nr <= RUN_FILL)) {
			q->run_end_ns = bucket_end(start, level);
			run_append(q, p);
			return;
		}
		q->base_ns = start;
		deal_out(q, p);
	}
}

/* Something of the run is before base_ns and is to wait: everything is dealt out anew. */
static void rebase(struct departures *q)
{
	struct departure_piece *all = NULL;

	for (unsigned level = 0; level < DEPARTURE_LEVELS; level++) {
		while (q->digits[level]) {
			unsigned digit = lowest_bit(q->digits[level]);
			struct departure_piece *last = q->bucket[level][digit].last;
			struct departure_piece *first = take_bucket(q, level, digit);

			last->next = all;
			all = first;
		}
	}
	q->base_ns = q->last_ns;
	deal_out(q, all);
}

/* The run has become long: its later part waits again, times that are equal together. */
static void shorten(struct departures *q)
{
	size_t keep = q->first + RUN_MOVES / 2;

	while (keep > q->first && q->item[keep - 1].at_ns == q->item[keep].at_ns)
		keep--;
	/* an instant with many of them at the front stays whole */
	if (keep == q->first || q->item[keep].at_ns < q->last_ns)
		return;
	if (q->item[keep].at_ns < q->base_ns)
		rebase(q);
	q->run_end_ns = q->item[keep].at_ns;
	for (size_t i = keep; i < q->end; i++)
		put(q, q->item[i]);
	q->end = keep;
}

/* Where in the run the time belongs: behind all that are not later. */
static size_t run_find(const struct departures *q, int64_t at_ns)
{
	size_t low = q->first, high = q->end;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (q->item[middle].at_ns <= at_ns)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void run_insert(struct departures *q, const struct departure *d, size_t at)
{
	if (q->first && at - q->first < q->end - at) {
		q->first--;
		memmove(&q->item[q->first], &q->item[q->first + 1],
			(at - q->first - 1) * sizeof(*d));
		q->item[at - 1] = *d;
		return;
	}
	run_reserve(q, q->end + 1);
	memmove(&q->item[at + 1], &q->item[at], (q->end - at) * sizeof(*d));
	q->item[at] = *d;
	q->end++;
}

/* Before run_end_ns, so it belongs into the run, unless that gives up its later part. */
static void push_early(struct departures *q, const struct departure *d)
{
	size_t at = run_find(q, d->at_ns), after = q->end - at;
	size_t before = q->first ? at - q->first : SIZE_MAX;

	if (after > RUN_MOVES && before > RUN_MOVES) {
		shorten(q);
		if (d->at_ns >= q->run_end_ns) {
			put(q, *d);
			return;
		}
		at = run_find(q, d->at_ns);
	}
	run_insert(q, d, at);
}

void departures_push(struct departures *q, int64_t at_ns, uint64_t number, uint32_t slot)
{
	struct departure d = {.at_ns = at_ns, .key = number << DEPARTURE_SLOT_BITS | slot};

	BUG_ON(slot >= DEPARTURE_SLOTS_MAX || number > DEPARTURE_NUMBER_MAX || at_ns < 0);
	if (q->first == q->end) {
		q->base_ns = at_ns < q->last_ns ? at_ns : q->last_ns;
		put(q, d);
		refill(q);
	} else if (at_ns < q->run_end_ns) {
		push_early(q, &d);
	} else {
		put(q, d);
	}
}

struct departure departures_pop(struct departures *q)
{
	struct departure d;

	BUG_ON(q->first == q->end);
	d = q->item[q->first++];
	while (q->end - q->first < RUN_AHEAD && q->levels)
		refill(q);
	q->ties += q->popped && d.at_ns == q->last_ns;
	q->popped++;
	q->last_ns = d.at_ns;
	return d;
}

void departures_release(struct departures *q)
{
	while (q->block) {
		struct departure_block *next = q->block->next;

		free(q->block);
		q->block = next;
	}
	free(q->item);
	*q = (struct departures){0};
}
