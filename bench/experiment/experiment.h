/*
 * An experiment: all rows of a matrix, run side by side, each by the one loop
 * (bench/loop/run.h), and handed to whoever gathers them in the order of the matrix. What
 * is gathered is the same for any number of threads.
 *
 * A row that differs from another in its seed alone, and drew nothing from it, is that
 * other row: it is not run again.
 */
#ifndef BENCH_EXPERIMENT_EXPERIMENT_H
#define BENCH_EXPERIMENT_EXPERIMENT_H

#include "bench/experiment/matrix.h"

struct experiment_progress {
	size_t rows, begun, done;
	uint64_t events; /* of all rows */
	int64_t share_ppm; /* of all rows; -1: a row's length is unknown */
	uint32_t live_zones; /* in the rows that run */
};

/* A row that is handed over. */
struct experiment_row {
	size_t row;
	struct matrix_key key;
	size_t same_as; /* the row it was run as; itself where it was run */
	const struct run_result *result; /* labels are this row's */
};

/* Who makes something of rows. Everything but on_begin comes one at a time, in order. */
struct gatherer {
	/* A row is about to run, in any thread: complete its input, add observers. */
	int (*on_begin)(void *self, size_t row, struct run_input *in, struct error *err);
	/* A row is there. NULL: its observers had all there is to know. */
	int (*on_row)(void *self, const struct experiment_row *row, struct error *err);
};

struct experiment {
	struct matrix matrix;
	const struct backend_ops *backend;
	const char *backend_options, *recover; /* as in struct run_input */
	const char *record_path; /* NULL: do not record; a record holds one row */
	bool cost, check, skip_bad; /* as in struct run_input */
	bool every_seed; /* rows that drew nothing are run again all the same */
	unsigned jobs; /* rows at a time, at least 1; a machine that is not BACKEND_REPEATABLE runs
			  one */
	const struct gatherer *gatherer;
	void *gatherer_self;
	/* Now and then, one call at a time; NULL: never. */
	void (*progress)(void *context, const struct experiment_progress *p);
	void *progress_context;
	void (*say)(void *context, const char *sentence); /* as in struct run_input */
	void *say_context;
	const atomic_bool *stop;
};

/* What a row is run with, but for progress, sentences and who may cancel it. `own` becomes its
 * workload where the fleet has a choice of its own, and must outlive the run. */
struct run_input experiment_input(const struct experiment *x, size_t row, struct workload *own);

/* ERR_INTERRUPTED when stop was set: rows that were done by then were handed over. Other errors
 * are the lowest failing row's, or the gatherer's. */
int experiment_run(const struct experiment *x, struct error *err) MUST_USE;

#endif
