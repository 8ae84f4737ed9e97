/*
 * What was going on while something was measured: what others took, what the kernel
 * moved, what the processor did to its clock. Looked at before and after; what it means
 * for the figures comes out as sentences.
 */
#ifndef PROBE_CONDITIONS_H
#define PROBE_CONDITIONS_H

#include <stdint.h>

#include "base/cpuset.h"

/* Counters since boot, settings as they are; -1: not known. */
struct conditions {
	int64_t steal_ticks, all_ticks; /* of all CPUs: taken by a hypervisor; passed */
	int64_t hinted_pages; /* pages that NUMA balancing moved */
	int64_t swapped_pages; /* in and out */
	int64_t preempted; /* how often this process lost a CPU */
	int64_t running; /* threads that run or want to, ours too */
	int64_t balancing; /* kernel.numa_balancing */
	int64_t ksm; /* 1: pages are merged */
	int64_t slowest_khz, fastest_khz; /* clocks of the CPUs asked about */
	char governor[32]; /* of those that are not set for performance; "" */
};

/* `sysfs` as in machine.h; `proc`: where that is, NULL: "/proc". */
void conditions_take(struct conditions *out, const char *sysfs, const char *proc,
		     const struct cpuset *cpus);

/* Each thing that makes figures doubtful, as a sentence that begins in lower case and has
 * no full stop. `threads`: how many of ours were at work. */
void conditions_judge(const struct conditions *before, const struct conditions *after,
		      int64_t threads, void (*say)(void *context, const char *sentence),
		      void *context);

#endif
