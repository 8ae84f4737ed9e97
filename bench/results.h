/*
 * A run's directory: summary.csv, timeline.csv, zones.csv, probes.csv and
 * measured.csv (on request) and run.json. Files appear whole or not at all. A run that was
 * interrupted leaves summary.partial.csv and so on instead, and "complete": false in run.json, so
 * that nobody takes half a run for a whole one.
 *
 * All that may differ between machines and repeats (wall time, throughput,
 * versions, arguments) is in run.json; the CSV files are the same bytes for the
 * same inputs.
 */
#ifndef BENCH_RESULTS_H
#define BENCH_RESULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/output.h"
#include "bench/probes.h"
#include "bench/row.h"
#include "host/host.h"

struct results {
	char *directory;
	struct output timeline, zones;
	bool want_zones;
	struct probe_list probes; /* the files appear when there are any */
	struct row *row;
	size_t nr, cap;
	/* How long a policy takes to decide: CPU time, means of its rows added up. Not
	 * the same twice, so it is in run.json. */
	struct results_decision {
		const char *policy;
		int64_t sum_ns, rows;
	} * decision;
	size_t nr_decisions, cap_decisions;
};

/* What run.json says besides the rows. */
struct results_about {
	const char *version, *backend;
	int argc;
	char *const *argv;
	const char *const *input; /* paths, NULL-terminated; each is hashed */
	uint64_t rows_asked, events, bad_rows;
	int64_t wall_ns;
	bool complete;
	bool cost; /* rows have prices, which rest on these: */
	enum host_grade latency_grade, bandwidth_grade;
};

/* Makes the directory and opens the streams; nothing appears under its name yet. */
int results_open(struct results *r, const char *directory, bool want_zones,
		 struct error *err) MUST_USE;
void results_add(struct results *r, const struct row *row);
/* A row's run_result.decision_ns; `policy` is kept. */
void results_add_decision(struct results *r, const char *policy, int64_t mean_ns);
/* Write and rename everything. */
int results_commit(struct results *r, const struct results_about *about,
		   struct error *err) MUST_USE;
/* run.json alone; results_commit() calls it. */
int results_write_about(const struct results *r, const struct results_about *about,
			struct error *err) MUST_USE;
/* Free; files that were not committed vanish. */
void results_release(struct results *r);

#endif
