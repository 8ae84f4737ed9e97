/* Does a loop of kernels.h do what it is named for? Without a test framework, so that it can be
 * asked on a processor that has none. */
#ifndef TESTS_PROBE_KERNELS_SAID_H
#define TESTS_PROBE_KERNELS_SAID_H

#include "probe/kernels.h"

/* False: `why` says what it did instead. */
bool kernel_does_as_said(const struct kernel_set *set, enum kernel_op op, char *why, size_t size);

#endif
