/*
 * What this process may use of the machine: cpusets, the cgroup's quota and memory
 * limit (versions 1 and 2, every level above it), whatever is tightest.
 */
#ifndef BACKEND_LINUX_LIMITS_H
#define BACKEND_LINUX_LIMITS_H

#include <stdint.h>

#include "base/cpuset.h"

#define LIMIT_NONE INT64_MAX

struct limits {
	int64_t cpu_milli; /* CPUs of time, in thousandths */
	int64_t memory_left_bytes; /* what the cgroup would still let us have */
};

/* `cgroups`: where cgroup file systems are mounted, NULL: "/sys/fs/cgroup";
 * `membership`: NULL: "/proc/self/cgroup". What cannot be read limits nothing. */
void limits_read(struct limits *out, const char *cgroups, const char *membership);

#endif
