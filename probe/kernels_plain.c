/* The loops of kernels.h for processors whose vectors are not known here: whole numbers of
 * 64 bits, which the compiler may join; no stores past the caches. */
#include "probe/kernels_sets.h"

typedef uint64_t vector;

#define load(p) (*(const uint64_t *)(const void *)(p))
#define store(p, v) (*(uint64_t *)(void *)(p) = (v))
#define bypass(p, v) store(p, v)
#define settle() (void)0
#define zero() ((uint64_t)0)
#define step() ((uint64_t)1)
#define filler() scaled(0, UINT64_C(0x3fd5555555555555))
#define plus(v, w) ((v) + (w))

union word {
	uint64_t whole;
	double number;
};

static inline uint64_t scaled(uint64_t b, uint64_t c)
{
	union word x = {.whole = b}, y = {.whole = c};

	x.number += 3.0 * y.number;
	return x.whole;
}

#include "probe/kernels_loops.h"

static bool usable(void)
{
	return true;
}

const struct kernel_set kernels_plain = {
	.name = "plain", .usable = usable, .run = {KERNEL_LOOPS}, .non_temporal = false};
