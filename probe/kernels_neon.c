/* The loops of kernels.h in NEON, which every 64-bit ARM has. */
#include <arm_neon.h>

#include "base/compiler.h"
#include "probe/kernels_sets.h"

/* two registers: what a non-temporal store of a pair takes */
typedef struct {
	uint64x2_t low, high;
} vector;

static inline vector load(const char *p)
{
	const uint64_t *at = (const uint64_t *)(const void *)p;

	return (vector){vld1q_u64(at), vld1q_u64(at + 2)};
}

static inline void store(char *p, vector v)
{
	uint64_t *at = (uint64_t *)(void *)p;

	vst1q_u64(at, v.low);
	vst1q_u64(at + 2, v.high);
}

static inline void bypass(char *p, vector v)
{
	store_pair_non_temporal(p, v.low, v.high);
}

#define settle() store_barrier()
#define zero() ((vector){vdupq_n_u64(0), vdupq_n_u64(0)})
#define step() ((vector){vdupq_n_u64(1), vdupq_n_u64(1)})
#define filler()                                                                                   \
	((vector){vreinterpretq_u64_f64(vdupq_n_f64(1.0)), vreinterpretq_u64_f64(vdupq_n_f64(1.0))})

static inline vector plus(vector v, vector w)
{
	return (vector){vaddq_u64(v.low, w.low), vaddq_u64(v.high, w.high)};
}

static inline uint64x2_t scaled_half(uint64x2_t b, uint64x2_t c)
{
	float64x2_t times = vmulq_f64(vdupq_n_f64(3.0), vreinterpretq_f64_u64(c));

	return vreinterpretq_u64_f64(vaddq_f64(vreinterpretq_f64_u64(b), times));
}

static inline vector scaled(vector b, vector c)
{
	return (vector){scaled_half(b.low, c.low), scaled_half(b.high, c.high)};
}

#include "probe/kernels_loops.h"

static bool usable(void)
{
	return true;
}

const struct kernel_set kernels_neon = {
	.name = "neon", .usable = usable, .run = {KERNEL_LOOPS}, .non_temporal = true};
