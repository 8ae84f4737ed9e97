/* Probes of a running row's zones; included by bench/run*.c only. */
#ifndef BENCH_RUN_PROBE_H
#define BENCH_RUN_PROBE_H

#include "bench/run_impl.h"

/* The zone in `slot` was placed by r->plan and is there: predict what its memory gives
 * and, where the machine can, measure it. Nothing unless the run wants probes. */
int run_probe(struct run *r, uint32_t slot, uint64_t ordinal, uint32_t host,
	      struct error *err) MUST_USE;

/* The row's columns: means over the zones that were probed. */
void run_probe_finish(struct run *r);

#endif
