/*
 * A set of logical CPUs as a value, by os_index. Never a range: Linux numbers
 * the SMT siblings of an eight-node EPYC 0-7,64-71.
 */
#ifndef BASE_CPUSET_H
#define BASE_CPUSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

#define CPUS_MAX 4096
#define CPUSET_WORDS (CPUS_MAX / 64)
#define CPUSET_NONE UINT32_MAX

struct cpuset {
	uint64_t word[CPUSET_WORDS];
};

void cpuset_add(struct cpuset *s, unsigned cpu); /* cpu < CPUS_MAX */
bool cpuset_has(const struct cpuset *s, unsigned cpu);
unsigned cpuset_count(const struct cpuset *s);
bool cpuset_empty(const struct cpuset *s);
bool cpuset_equal(const struct cpuset *a, const struct cpuset *b);
bool cpuset_intersects(const struct cpuset *a, const struct cpuset *b);
bool cpuset_subset(const struct cpuset *inner, const struct cpuset *outer);
void cpuset_or(struct cpuset *into, const struct cpuset *other);
void cpuset_and(struct cpuset *into, const struct cpuset *other);
void cpuset_and_not(struct cpuset *into, const struct cpuset *other);
/* First CPU >= `from`, or CPUSET_NONE. */
unsigned cpuset_next(const struct cpuset *s, unsigned from);

/* "0-7,64-71", the kernel's list format; "" for the empty set. The caller frees. */
char *cpuset_list(const struct cpuset *s) MUST_USE;
/* Read the same format; false when it is not one or names a CPU >= CPUS_MAX. */
bool cpuset_parse(struct cpuset *out, const char *list) MUST_USE;

#endif
