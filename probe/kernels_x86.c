#include "probe/kernels_sets.h"

const struct kernel_set *const kernel_sets[] = {&kernels_avx512, &kernels_avx2, &kernels_sse2,
						NULL};
