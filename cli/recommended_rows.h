/*
 * Of a run's summary the rows that matter most: of each topology and workload the policy that the
 * verdict recommends, and the baseline; of each its first seed.
 */
#ifndef CLI_RECOMMENDED_ROWS_H
#define CLI_RECOMMENDED_ROWS_H

#include "base/alloc.h"
#include "report/run_dir.h"

/* Errors of the cost model in ppm, FIGURE_UNKNOWN where nobody says. Returns how many there are;
 * *row is the arena's. */
size_t recommended_rows(const struct run_dir *run, int64_t latency_error_ppm,
			int64_t bandwidth_error_ppm, struct arena *a, const size_t **row);

#endif
