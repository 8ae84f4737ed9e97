/*
 * A run as its directory tells it: summary.csv (in memory), run.json (how it was
 * made) and the paths of timeline.csv and zones.csv, which can be large and are
 * read as streams. A run that was interrupted has *.partial.csv and is marked.
 * A single summary file can stand for a run too; what run.json would say is then
 * unknown (`about` false).
 */
#ifndef REPORT_RUN_DIR_H
#define REPORT_RUN_DIR_H

#include "report/sheet.h"

/* The newest format of run.json and of baselines that is understood. */
#define RUN_FORMAT 2

struct run_input {
	const char *path; /* as given when the run was made */
	const char *name; /* the last part of it */
	const char *sha256;
};

/* The grades of what the cost model knew, and what that means; NULL: run.json does not say. */
struct run_cost {
	const char *latency, *latency_error, *bandwidth, *bandwidth_error;
	int64_t latency_error_ppm, bandwidth_error_ppm; /* FIGURE_UNKNOWN: the same */
};

struct run_dir {
	const char *path;
	struct sheet summary;
	const char *timeline, *zones, *measured, *contention; /* NULL: there is none */
	bool about; /* the rest is known */
	bool complete;
	bool real_clock; /* made on a machine, where figures differ from repeat to repeat */
	const char *version, *backend;
	const char **argument; /* of `homenode run`; NULL-terminated */
	/* Names of the policies that were asked for, the baseline first; NULL-terminated, or NULL.
	 * Left to whoever knows what the arguments mean. */
	const char *const *policy;
	struct run_input *input;
	size_t nr_inputs;
	int64_t rows_asked, events, wall_ms, events_per_s, bad_trace_rows;
	struct run_cost cost;
	struct arena arena;
};

/*
 * ERR_INPUT: nothing there, no run, a file that is none of ours, or a newer
 * format than this program reads (the sentence says which). On failure `out` is
 * released.
 */
int run_dir_load(struct run_dir *out, const char *path, struct error *err) MUST_USE;
void run_dir_release(struct run_dir *r); /* zeroed is fine */

/* run_dir_json.c: fills in what run.json says. */
int run_dir_read_about(struct run_dir *r, const char *path, struct error *err) MUST_USE;

struct doc_value;
/* The format of a record ("run", "baseline") is one that this program reads. */
int run_format_read(const struct doc_value *top, const char *what, struct error *err) MUST_USE;
/* The inputs that run.json and a baseline's record list; each has its path under `name`
 * and its sha256. Strings and *out are of `a`. */
int run_inputs_read(const struct doc_value *top, const char *name, struct arena *a,
		    struct run_input **out, size_t *nr, struct error *err) MUST_USE;

/* The part of a path behind the last slash. */
const char *last_part(const char *path);

#endif
