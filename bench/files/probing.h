/*
 * Probes every zone of a row once it runs, nobody else at work: STREAM's triad by all its
 * vCPUs and a pointer chase, where the machine can (STEP_PROBE), beside what the cost model
 * predicts for the same placement.
 */
#ifndef BENCH_FILES_PROBING_H
#define BENCH_FILES_PROBING_H

#include "base/compiler.h"
#include "bench/files/probes.h"
#include "bench/loop/observer.h"

/* Zero-initialise but for the list. Must be the last observer: to probe is a step, after
 * which what the news lends is stale. */
struct probing {
	struct probe_list *list; /* borrowed; gets a record for each zone */
	struct {
		int64_t nr;
		int128 triad, chase;
	} measured, predicted; /* sums over zones */
};

extern const struct observer_ops probing_observer;

#endif
