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
 *
 * Eight lines a turn, four sums: neither counting nor adding is what is timed.
 */
#ifndef PROBE_KERNELS_LOOPS_H
#define PROBE_KERNELS_LOOPS_H

#include "probe/kernels.h"

#define LINE 64
#define WIDE sizeof(vector)
#define EIGHT(x)                                                                                   \
	do {                                                                                       \
		x(0);                                                                              \
		x(1);                                                                              \
		x(2);                                                                              \
		x(3);                                                                              \
		x(4);                                                                              \
		x(5);                                                                              \
		x(6);                                                                              \
		x(7);                                                                              \
	} while (0)

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

static inline void line_copy(char *a, const char *b)
{
	for (size_t v = 0; v < LINE; v += WIDE)
		store(a + v, load(b + v));
}

static inline void line_copy_nt(char *a, const char *b)
{
	for (size_t v = 0; v < LINE; v += WIDE)
		bypass(a + v, load(b + v));
}

static inline void line_triad(char *a, const char *b, const char *c)
{
	for (size_t v = 0; v < LINE; v += WIDE)
		store(a + v, scaled(load(b + v), load(c + v)));
}

static inline void line_triad_nt(char *a, const char *b, const char *c)
{
	for (size_t v = 0; v < LINE; v += WIDE)
		bypass(a + v, scaled(load(b + v), load(c + v)));
}

static inline uint64_t total(const vector sum[4])
{
	_Alignas(64) uint64_t lane[sizeof(vector) / sizeof(uint64_t)];
	uint64_t out = 0;

	store((char *)lane, plus(plus(sum[0], sum[1]), plus(sum[2], sum[3])));
	for (size_t i = 0; i < sizeof(lane) / sizeof(lane[0]); i++)
		out += lane[i];
	return out;
}

/* The spans are copies, which no store can change. `at` is where a turn begins. */
#define READ(n) sum[(n) % 4] = line_sum(s.a + at + (n)*LINE, sum[(n) % 4])
#define CHANGE(n) sum[(n) % 4] = line_change(s.a + at + (n)*LINE, sum[(n) % 4], by)
#define WRITE(n) line_store(s.a + at + (n)*LINE, x)
#define WRITE_NT(n) line_bypass(s.a + at + (n)*LINE, x)
#define COPY(n) line_copy(s.a + at + (n)*LINE, s.b + at + (n)*LINE)
#define COPY_NT(n) line_copy_nt(s.a + at + (n)*LINE, s.b + at + (n)*LINE)
#define TRIAD(n) line_triad(s.a + at + (n)*LINE, s.b + at + (n)*LINE, s.c + at + (n)*LINE)
#define TRIAD_NT(n) line_triad_nt(s.a + at + (n)*LINE, s.b + at + (n)*LINE, s.c + at + (n)*LINE)

/* A loop that stores and sums nothing; `after` is settle() where its stores need it. */
#define STORING(name, line, after)                                                                 \
	static uint64_t name(const struct kernel_span *span)                                       \
	{                                                                                          \
		const struct kernel_span s = *span;                                                \
		const vector x = filler();                                                         \
                                                                                                   \
		(void)x;                                                                           \
		for (size_t at = 0; at + 8 * LINE <= s.bytes; at += 8 * LINE)                      \
			EIGHT(line);                                                               \
		after;                                                                             \
		return 0;                                                                          \
	}

STORING(run_write, WRITE, (void)0)
STORING(run_write_nt, WRITE_NT, settle())
STORING(run_copy, COPY, (void)0)
STORING(run_copy_nt, COPY_NT, settle())
STORING(run_triad, TRIAD, (void)0)
STORING(run_triad_nt, TRIAD_NT, settle())

static uint64_t run_read(const struct kernel_span *span)
{
	const struct kernel_span s = *span;
	vector sum[4] = {zero(), zero(), zero(), zero()};

	for (size_t at = 0; at + 8 * LINE <= s.bytes; at += 8 * LINE)
		EIGHT(READ);
	return total(sum);
}

static uint64_t run_mix_3_1(const struct kernel_span *span)
{
	const struct kernel_span s = *span;
	vector sum[4] = {zero(), zero(), zero(), zero()}, by = step();

	for (size_t at = 0; at + 12 * LINE <= s.bytes; at += 12 * LINE) {
		CHANGE(0);
		READ(1);
		READ(2);
		CHANGE(3);
		READ(4);
		READ(5);
		CHANGE(6);
		READ(7);
		READ(8);
		CHANGE(9);
		READ(10);
		READ(11);
	}
	return total(sum);
}

static uint64_t run_mix_2_1(const struct kernel_span *span)
{
	const struct kernel_span s = *span;
	vector sum[4] = {zero(), zero(), zero(), zero()}, by = step();

	for (size_t at = 0; at + 8 * LINE <= s.bytes; at += 8 * LINE) {
		CHANGE(0);
		READ(1);
		CHANGE(2);
		READ(3);
		CHANGE(4);
		READ(5);
		CHANGE(6);
		READ(7);
	}
	return total(sum);
}

static uint64_t run_mix_1_1(const struct kernel_span *span)
{
	const struct kernel_span s = *span;
	vector sum[4] = {zero(), zero(), zero(), zero()}, by = step();

	for (size_t at = 0; at + 8 * LINE <= s.bytes; at += 8 * LINE)
		EIGHT(CHANGE);
	return total(sum);
}

/* The rows of a set. */
#define KERNEL_LOOPS                                                                               \
	[KERNEL_READ] = run_read, [KERNEL_WRITE] = run_write, [KERNEL_WRITE_NT] = run_write_nt,    \
	[KERNEL_COPY] = run_copy, [KERNEL_COPY_NT] = run_copy_nt, [KERNEL_TRIAD] = run_triad,      \
	[KERNEL_TRIAD_NT] = run_triad_nt, [KERNEL_MIX_3_1] = run_mix_3_1,                          \
	[KERNEL_MIX_2_1] = run_mix_2_1, [KERNEL_MIX_1_1] = run_mix_1_1

#endif
