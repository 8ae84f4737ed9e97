/* The loops of kernels.h in AVX-512F; built with its flags (CMakeLists.txt). */
#include <immintrin.h>

#include "base/compiler.h"
#include "probe/kernels_sets.h"

typedef __m512i vector;

#define load(p) _mm512_load_si512(p)
#define store(p, v) _mm512_store_si512(p, v)
#define bypass(p, v) _mm512_stream_si512((__m512i *)(void *)(p), v)
#define settle() _mm_sfence()
#define zero() _mm512_setzero_si512()
#define step() _mm512_set1_epi64(1)
#define filler() _mm512_castpd_si512(_mm512_set1_pd(1.0))
#define plus(v, w) _mm512_add_epi64(v, w)

static inline vector scaled(vector b, vector c)
{
	__m512d three = _mm512_set1_pd(3.0);

	return _mm512_castpd_si512(_mm512_add_pd(_mm512_castsi512_pd(b),
						 _mm512_mul_pd(three, _mm512_castsi512_pd(c))));
}

#include "probe/kernels_loops.h"

static bool usable(void)
{
	return cpu_has_avx512f();
}

const struct kernel_set kernels_avx512 = {
	.name = "avx512", .usable = usable, .run = {KERNEL_LOOPS}, .non_temporal = true};
