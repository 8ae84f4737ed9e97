/* The loops of kernels.h in SSE2; built with its flags (CMakeLists.txt). */
#include <immintrin.h>

#include "probe/kernels_sets.h"

typedef __m128i vector;

#define load(p) _mm_load_si128((const __m128i *)(const void *)(p))
#define store(p, v) _mm_store_si128((__m128i *)(void *)(p), v)
#define bypass(p, v) _mm_stream_si128((__m128i *)(void *)(p), v)
#define settle() _mm_sfence()
#define zero() _mm_setzero_si128()
#define step() _mm_set1_epi64x(1)
#define filler() _mm_castpd_si128(_mm_set1_pd(1.0))
#define plus(v, w) _mm_add_epi64(v, w)

static inline vector scaled(vector b, vector c)
{
	__m128d three = _mm_set1_pd(3.0);

	return _mm_castpd_si128(
		_mm_add_pd(_mm_castsi128_pd(b), _mm_mul_pd(three, _mm_castsi128_pd(c))));
}

#include "probe/kernels_loops.h"

static bool usable(void)
{
	return true;
}

const struct kernel_set kernels_sse2 = {
	.name = "sse2", .usable = usable, .run = {KERNEL_LOOPS}, .non_temporal = true};
