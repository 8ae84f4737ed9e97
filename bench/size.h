/*
 * How many hosts of one kind a workload needs: the least number with which no zone
 * is refused.
 *
 * Found by running the workload (loop/run.h) on more and more hosts, then by bisection,
 * each run ending at its first refusal. With hosts chosen first-fit that is exact: a
 * fleet with one host more goes the same way until a zone needs that host. With other
 * choices and policies that draw or remember, more hosts can refuse a zone that fewer
 * took: the number is then one that suffices while one less does not.
 */
#ifndef BENCH_SIZE_H
#define BENCH_SIZE_H

#include "bench/experiment/experiment.h"

struct size_input {
	/* Its host, nr_hosts and cost do not count, nor does how its workload takes
	 * refusals. */
	struct run_input run;
	const struct host *host;
	uint32_t most; /* hosts, at least 1 */
	/* size_policies(): policies at a time, and how far they are; NULL: nobody asks. */
	unsigned jobs;
	void (*progress)(void *context, const struct experiment_progress *p);
	void *progress_context;
};

/* No policy does with less: the fullest moment of all zones together, against what one
 * host has in CPUs (times overcommit) and memory (less dom0). */
struct size_bound {
	uint64_t zones; /* in the workload */
	uint32_t peak_zones;
	uint64_t peak_vcpus;
	int64_t peak_bytes; /* with what zones boot with */
	uint32_t hosts;
};

struct size_result {
	uint32_t hosts; /* 0: not even `most` are enough */
	struct row row; /* with so many */
	/* hosts 0: why; "even with 100 hosts zone 17 is refused: no host has room";
	 * with its size where an empty host refuses it too */
	char why[ERROR_TEXT_MAX];
};

/* Errors are the workload's; ERR_INPUT too when no zone comes. */
int size_bound(const struct size_input *in, struct size_bound *out, struct error *err) MUST_USE;
/* As run_row(); that too few hosts are enough is no error. `bound` from above. */
int size_fleet(const struct size_input *in, const struct size_bound *bound, struct size_result *out,
	       struct error *err) MUST_USE;
/* The same for several policies, side by side; in->run's own policy does not count. */
int size_policies(const struct size_input *in, const struct size_bound *bound,
		  const struct policy *const *policy, size_t nr, struct size_result *out,
		  struct error *err) MUST_USE;

#endif
