#include "probe/kernels_sets.h"

const struct kernel_set *const kernel_sets[] = {&kernels_neon, NULL};
