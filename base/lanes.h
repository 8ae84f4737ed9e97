/*
 * Thirty-two numbers looked at as one: vector registers where the machine has them (every
 * x86-64 has), a loop elsewhere. The answers are the same.
 */
#ifndef BASE_LANES_H
#define BASE_LANES_H

#include <stdint.h>

#if defined(__AVX2__)
#include <immintrin.h>
#elif defined(__SSE2__)
#include <emmintrin.h>
#endif

#define LANES 32

#if defined(__AVX2__)

/* Bits of those that are `least` or more; `v` begins on 16 bytes. */
static inline uint32_t lanes_at_least(const int32_t v[LANES], int32_t least)
{
	const __m256i_u *at = (const __m256i_u *)(const void *)v;
	__m256i than = _mm256_set1_epi32(least);
	__m256i a = _mm256_packs_epi32(_mm256_cmpgt_epi32(than, at[0]),
				       _mm256_cmpgt_epi32(than, at[1]));
	__m256i b = _mm256_packs_epi32(_mm256_cmpgt_epi32(than, at[2]),
				       _mm256_cmpgt_epi32(than, at[3]));
	/* packing goes by halves of a register: fours in the order 0 2 4 6 1 3 5 7 */
	__m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
	__m256i below = _mm256_permutevar8x32_epi32(_mm256_packs_epi16(a, b), order);

	return ~(uint32_t)_mm256_movemask_epi8(below);
}

/* The largest, were v[but] `instead`. */
static inline int32_t lanes_most(const int32_t v[LANES], unsigned but, int32_t instead)
{
	const __m256i_u *at = (const __m256i_u *)(const void *)v;
	__m256i eight = _mm256_set1_epi32(8), at_but = _mm256_set1_epi32((int32_t)but);
	__m256i number = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
	__m256i in_place = _mm256_set1_epi32(instead), most = in_place;
	__m128i half;

	for (unsigned i = 0; i < LANES / 8; i++) {
		__m256i out = _mm256_cmpeq_epi32(number, at_but);

		most = _mm256_max_epi32(most, _mm256_blendv_epi8(at[i], in_place, out));
		number = _mm256_add_epi32(number, eight);
	}
	half = _mm_max_epi32(_mm256_castsi256_si128(most), _mm256_extracti128_si256(most, 1));
	half = _mm_max_epi32(half, _mm_shuffle_epi32(half, 0x4e));
	half = _mm_max_epi32(half, _mm_shuffle_epi32(half, 0xb1));
	return _mm_cvtsi128_si32(half);
}

#elif defined(__SSE2__)

/* Of sixteen of them. */
static inline unsigned lanes_half_below(const __m128i *v, __m128i than)
{
	__m128i a = _mm_packs_epi32(_mm_cmpgt_epi32(than, v[0]), _mm_cmpgt_epi32(than, v[1]));
	__m128i b = _mm_packs_epi32(_mm_cmpgt_epi32(than, v[2]), _mm_cmpgt_epi32(than, v[3]));

	return (unsigned)_mm_movemask_epi8(_mm_packs_epi16(a, b));
}

/* Bits of those that are `least` or more; `v` begins on 16 bytes. */
static inline uint32_t lanes_at_least(const int32_t v[LANES], int32_t least)
{
	const __m128i *at = (const __m128i *)(const void *)v;
	__m128i than = _mm_set1_epi32(least);

	return ~(lanes_half_below(at, than) | lanes_half_below(at + 4, than) << 16);
}

static inline __m128i lanes_larger(__m128i a, __m128i b)
{
	__m128i more = _mm_cmpgt_epi32(a, b);

	return _mm_or_si128(_mm_and_si128(more, a), _mm_andnot_si128(more, b));
}

/* The largest, were v[but] `instead`. */
static inline int32_t lanes_most(const int32_t v[LANES], unsigned but, int32_t instead)
{
	const __m128i *at = (const __m128i *)(const void *)v;
	__m128i four = _mm_set1_epi32(4), at_but = _mm_set1_epi32((int32_t)but);
	__m128i number = _mm_setr_epi32(0, 1, 2, 3), most = _mm_set1_epi32(instead);

	for (unsigned i = 0; i < LANES / 4; i++) {
		__m128i out = _mm_cmpeq_epi32(number, at_but);

		most = lanes_larger(
			most, _mm_or_si128(_mm_andnot_si128(out, at[i]), _mm_and_si128(out, most)));
		number = _mm_add_epi32(number, four);
	}
	most = lanes_larger(most, _mm_shuffle_epi32(most, 0x4e));
	most = lanes_larger(most, _mm_shuffle_epi32(most, 0xb1));
	return _mm_cvtsi128_si32(most);
}

#else

static inline uint32_t lanes_at_least(const int32_t v[LANES], int32_t least)
{
	uint32_t bits = 0;

	for (unsigned i = 0; i < LANES; i++)
		bits |= (uint32_t)(v[i] >= least) << i;
	return bits;
}

static inline int32_t lanes_most(const int32_t v[LANES], unsigned but, int32_t instead)
{
	int32_t most = instead;

	for (unsigned i = 0; i < LANES; i++)
		most = i != but && v[i] > most ? v[i] : most;
	return most;
}

#endif
#endif
