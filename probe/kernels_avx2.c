/* The loops of kernels.h in AVX2; built with its flags (CMakeLists.txt). */
#include <immintrin.h>

#include "base/compiler.h"
#include "probe/kernels_sets.h"

typedef __m256i vector;

#define load(p) _mm256_load_si256((const __m256i *)(const void *)(p))
#define store(p, v) _mm256_store_si256((__m256i *)(void *)(p), v)
#define bypass(p, v) _mm256_stream_si256((__m256i *)(void *)(p), v)
#define settle() _mm_sfence()
#define zero() _mm256_setzero_si256()
#define step() _mm256_set1_epi64x(1)
#define filler() _mm256_castpd_si256(_mm256_set1_pd(1.0))
#define plus(v, w) _mm256_add_epi64(v, w)

static inline vector scaled(vector b, vector c)
{
	__m256d three = _mm256_set1_pd(3.0);

	return _mm256_castpd_si256(_mm256_add_pd(_mm256_castsi256_pd(b),
						 _mm256_mul_pd(three, _mm256_castsi256_pd(c))));
}

#include "probe/kernels_loops.h"

static bool usable(void)
{
	return cpu_has_avx2();
}

const struct kernel_set kernels_avx2 = {
	.name = "avx2", .usable = usable, .run = {KERNEL_LOOPS}, .non_temporal = true};
