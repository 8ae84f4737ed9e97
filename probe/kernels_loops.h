/*
 * The loops of kernels.h, for the file of one instruction set to include once it has
 * defined
 *
 *	vector		a type whose size divides a line of 64 bytes
 *	load(p), store(p, v), bypass(p, v), settle()
 *			bypass stores past the caches, settle waits for such stores
 *	zero(), step(), plus(v, w)	of whole numbers, 0 and 1: no pattern of bits is slow
 *	filler()			1.0: what is written is a number to every loop
 *	scaled(b, c)			b + 3 c, of doubles
 *	fold(v)				to one number
 *
 * Eight lines a turn, four sums: neither counting nor adding is what is timed.
 */
#ifndef PROBE_KERNELS_LOOPS_H
#define PROBE_KERNELS_LOOPS_H

#include "probe/kernels.h"

#define LINE 64
#define WIDE sizeof(vector)
#define EIGHT(x) x(0) x(1) x(2) x(3) x(4) x(5) x(6) x(7)
/* a copy, which no store can change */
#define SPAN const struct kernel_span copied = *span, *const s = &copied;
#define TURN(step) for (size_t at = 0; at + (step)*LINE <= s->bytes; at += (step)*LINE)

static inline vector line_sum(const char *p, vector sum)
{
	for (size_t v = 0; v < LINE; v += WIDE)
		sum = plus(sum, load(p + v));
	return sum;
}

/* Read and changed in place. */
static inline vector line_change(char *p, vector sum, vector by)
{
	for (size_t v = 0; v < LINE; v += WIDE) {
		vector was = load(p + v);

		sum = plus(sum, was);
		store(p + v, plus(was, by));
	}
	return sum;
}

static inline void line_store(char *p, vector x)
{
	for (size_t v = 0; v < LINE; v += WIDE)
		store(p + v, x);
}

static inline void line_bypass(char *p, vector x)
{
	for (size_t v = 0; v < LINE; v += WIDE)
		bypass(p + v, x);
}

static uint64_t run_read(const struct kernel_span *span)
{
	SPAN vector sum[4] = {zero(), zero(), zero(), zero()};

#define ONE(n) sum[(n) % 4] = line_sum(s->a + at + (n)*LINE, sum[(n) % 4]);
	TURN(8)
	{
		EIGHT(ONE)
	}
#undef ONE
	return fold(plus(plus(sum[0], sum[1]), plus(sum[2], sum[3])));
}

static uint64_t run_write(const struct kernel_span *span)
{
	SPAN vector x = filler();

#define ONE(n) line_store(s->a + at + (n)*LINE, x);
	TURN(8)
	{
		EIGHT(ONE)
	}
#undef ONE
	return 0;
}

static uint64_t run_write_nt(const struct kernel_span *span)
{
	SPAN vector x = filler();

#define ONE(n) line_bypass(s->a + at + (n)*LINE, x);
	TURN(8){EIGHT(ONE)}
#undef ONE
	settle();
	return 0;
}

static uint64_t run_copy(const struct kernel_span *span)
{
	SPAN
#define ONE(n)                                                                                     \
	for (size_t v = 0; v < LINE; v += WIDE)                                                    \
		store(s->a + at + (n)*LINE + v, load(s->b + at + (n)*LINE + v));
		TURN(8)
	{
		EIGHT(ONE)
	}
#undef ONE
	return 0;
}

static uint64_t run_copy_nt(const struct kernel_span *span)
{
	SPAN
#define ONE(n)                                                                                     \
	for (size_t v = 0; v < LINE; v += WIDE)                                                    \
		bypass(s->a + at + (n)*LINE + v, load(s->b + at + (n)*LINE + v));
		TURN(8){EIGHT(ONE)}
#undef ONE
	settle();
	return 0;
}

static uint64_t run_triad(const struct kernel_span *span)
{
	SPAN
#define ONE(n)                                                                                     \
	for (size_t v = (n)*LINE; v < (n)*LINE + LINE; v += WIDE)                                  \
		store(s->a + at + v, scaled(load(s->b + at + v), load(s->c + at + v)));
		TURN(8)
	{
		EIGHT(ONE)
	}
#undef ONE
	return 0;
}

static uint64_t run_triad_nt(const struct kernel_span *span)
{
	SPAN
#define ONE(n)                                                                                     \
	for (size_t v = (n)*LINE; v < (n)*LINE + LINE; v += WIDE)                                  \
		bypass(s->a + at + v, scaled(load(s->b + at + v), load(s->c + at + v)));
		TURN(8){EIGHT(ONE)}
#undef ONE
	settle();
	return 0;
}

#define READ(n) sum[(n) % 4] = line_sum(s->a + at + (n)*LINE, sum[(n) % 4]);
#define CHANGE(n) sum[(n) % 4] = line_change(s->a + at + (n)*LINE, sum[(n) % 4], by);

static uint64_t run_mix_3_1(const struct kernel_span *span)
{
	SPAN vector sum[4] = {zero(), zero(), zero(), zero()}, by = step();

	TURN(12)
	{
		CHANGE(0)
		READ(1) READ(2) CHANGE(3) READ(4) READ(5) CHANGE(6) READ(7) READ(8) CHANGE(9)
			READ(10) READ(11)
	}
	return fold(plus(plus(sum[0], sum[1]), plus(sum[2], sum[3])));
}

static uint64_t run_mix_2_1(const struct kernel_span *span)
{
	SPAN vector sum[4] = {zero(), zero(), zero(), zero()}, by = step();

	TURN(8)
	{
		CHANGE(0) READ(1) CHANGE(2) READ(3) CHANGE(4) READ(5) CHANGE(6) READ(7)
	}
	return fold(plus(plus(sum[0], sum[1]), plus(sum[2], sum[3])));
}

static uint64_t run_mix_1_1(const struct kernel_span *span)
{
	SPAN vector sum[4] = {zero(), zero(), zero(), zero()}, by = step();

	TURN(8)
	{
		EIGHT(CHANGE)
	}
	return fold(plus(plus(sum[0], sum[1]), plus(sum[2], sum[3])));
}

#undef READ
#undef CHANGE

/* The rows of a set, whose -nt loops may be missing. */
#define KERNEL_LOOPS                                                                               \
	[KERNEL_READ] = run_read, [KERNEL_WRITE] = run_write, [KERNEL_COPY] = run_copy,            \
	[KERNEL_TRIAD] = run_triad, [KERNEL_MIX_3_1] = run_mix_3_1,                                \
	[KERNEL_MIX_2_1] = run_mix_2_1, [KERNEL_MIX_1_1] = run_mix_1_1,                            \
	[KERNEL_WRITE_NT] = run_write_nt, [KERNEL_COPY_NT] = run_copy_nt,                          \
	[KERNEL_TRIAD_NT] = run_triad_nt

#endif
