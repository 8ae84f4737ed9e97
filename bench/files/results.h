/*
 * A run's directory: summary.csv, timeline.csv, zones.csv, probes.csv,
 * measured.csv and contention.csv (on request) and run.json. Files appear whole or not at all. A
 * run that was interrupted leaves summary.partial.csv and so on instead, and "complete": false in
 * run.json, so that nobody takes half a run for a whole one.
 *
 * All that may differ between machines and repeats (wall time, throughput,
 * versions, arguments) is in run.json; the CSV files are the same bytes for the
 * same inputs.
 */
#ifndef BENCH_FILES_RESULTS_H
#define BENCH_FILES_RESULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/output.h"
#include "bench/experiment/experiment.h"
#include "bench/files/contention.h"
#include "bench/files/probes.h"
#include "bench/row.h"
#include "cost/params/grades.h"
#include "host/host.h"

struct contention_levels;

/* What an experiment left. Zero-initialise; it is a gatherer's own. */
struct results {
	char *directory;
	int lock; /* held on the directory until release; -1 */
	struct output timeline, zones;
	bool want_timeline, want_zones, want_probes;
	const struct contention_levels *levels; /* NULL: nothing is measured under load */
	struct row_files *files; /* by row: what it writes while it runs */
	size_t nr_files;
	size_t kept; /* the row whose files are kept, for rows that are the same; SIZE_MAX */
	struct probe_list probes; /* the files appear when there are any */
	struct contention_list contention; /* likewise */
	struct row *row;
	size_t nr, cap;
	uint64_t events, bad_rows; /* of the rows that were run */
	char first_bad[256];
	uint64_t warnings; /* of the trace's reader */
	char first_warning[256];
	struct zone_stream_note
		note[ZONE_STREAM_NOTES_MAX]; /* of the trace, as the row that read most */
	size_t nr_same; /* rows that were not run: another has their figures */
	struct cost_basis basis; /* what prices rest on, of all rows */
	/* How long a policy takes to decide: CPU time, means of its rows added up. Not
	 * the same twice, so it is in run.json. */
	struct results_decision {
		const char *policy;
		int64_t sum_ns, rows;
	} * decision;
	size_t nr_decisions, cap_decisions;
};

extern const struct gatherer results_gatherer; /* of a struct results */

/* What run.json says besides the rows. */
struct results_about {
	const char *version, *backend;
	int argc;
	char *const *argv;
	const char *const *input; /* paths, NULL-terminated; each is hashed */
	uint64_t rows_asked;
	unsigned jobs;
	int64_t wall_ns;
	uint64_t events_before; /* of all events: not in that time, but by a process before */
	bool complete;
	bool real_clock; /* of the backend */
	bool cost; /* rows have prices */
};

/* 0 when it is not there yet or holds files of a run, the run.json that says so, and its page
 * only (and hidden ones); else ERR_USAGE names one that is something else. */
int results_check_directory(const char *directory, struct error *err) MUST_USE;
/* Makes the directory and opens the streams, for an experiment of so many rows; nothing
 * appears under its name yet. ERR_MACHINE: another program writes its results there now. */
int results_open(struct results *r, const char *directory, size_t nr_rows, bool want_zones,
		 bool want_probes, const struct contention_levels *levels,
		 struct error *err) MUST_USE;
/* The same for rows of which only summary.csv is wanted: they go to on_row alone. */
int results_open_summary(struct results *r, const char *directory, size_t nr_rows,
			 struct error *err) MUST_USE;
/* Write and rename everything. */
int results_commit(struct results *r, const struct results_about *about,
		   struct error *err) MUST_USE;
/* run.json alone; results_commit() calls it. */
int results_write_about(const struct results *r, const struct results_about *about,
			struct error *err) MUST_USE;
/* Free; files that were not committed vanish. */
void results_release(struct results *r);

#endif
