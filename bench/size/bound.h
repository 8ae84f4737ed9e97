/*
 * What a workload's zones call for in sum, whoever places them: its fullest moment.
 */
#ifndef BENCH_SIZE_BOUND_H
#define BENCH_SIZE_BOUND_H

#include "bench/loop/run_input.h"

struct size_bound {
	uint64_t zones; /* in the workload */
	uint32_t peak_zones;
	uint64_t peak_vcpus;
	/* What they cannot do without: what they boot with, or, where balloons move, the least
	 * that they may be shrunk to. */
	int64_t peak_bytes;
	struct zone_stream_stats stats; /* what its trace has said of its rows */
};

/* Of the workload, memory policy and seed of `in`. Errors are the workload's; ERR_INPUT too when
 * no zone comes. */
int size_bound(const struct run_input *in, struct size_bound *out, struct error *err) MUST_USE;

/* So many hosts at least take all of it, in CPUs (times overcommit) and memory (less dom0), beside
 * `nr` of another kind (NULL: none): no policy does with less. UINT32_MAX: none will do. */
uint32_t size_bound_hosts(const struct size_bound *b, const struct fleet_spec *fleet,
			  const struct host *host, const struct host *beside, uint32_t nr);

#endif
