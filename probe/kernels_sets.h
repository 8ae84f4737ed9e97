/* Every set that there is, for the tables of kernels_x86.c, kernels_arm.c, kernels_other.c. */
#ifndef PROBE_KERNELS_SETS_H
#define PROBE_KERNELS_SETS_H

#include "probe/kernels.h"

extern const struct kernel_set kernels_avx512, kernels_avx2, kernels_sse2, kernels_neon,
	kernels_plain;

#endif
