/*
 * Who runs which row of a sweep: the longest first, so that the last to end ends early. How long
 * a row takes is estimated (events x the cube root of hosts x what prices cost; 1,000 hosts take
 * about twice the time of an event on 100), and corrected by the rows that are done and most like
 * it. Estimates decide on the order of work and on nothing else.
 *
 * A row that differs from another in its seed alone waits for it where nothing may depend on the
 * seed (no generator); when that one drew nothing, it has its figures and is not run.
 *
 * Not for several threads at once: its user holds a lock.
 */
#ifndef BENCH_SWEEP_DISPATCH_H
#define BENCH_SWEEP_DISPATCH_H

#include "bench/experiment/experiment.h"
#include "bench/sweep/outcome.h"

/* Rows like each other: all but the seed, then less and less. */
#define DISPATCH_LEVELS 5

struct dispatch_class {
	double estimated, measured_ns; /* sums over rows that were run */
	size_t nr;
};

struct dispatch_row {
	enum { ROW_HELD, ROW_READY, ROW_RUNS, ROW_DONE } state;
	size_t same_as; /* whose outcome it has; itself where it was run */
	struct outcome *outcome; /* NULL: not there, or another's */
};

struct dispatch_work {
	size_t row;
	double ns; /* as estimated when it was sorted */
};

struct dispatch {
	const struct experiment *x;
	size_t nr_rows, nr_done, nr_running;
	size_t nr_resumed; /* of those done: before this process */
	uint64_t events; /* of the rows that this process had run */
	int64_t run_ns; /* sum over the same */
	struct dispatch_row *row;
	struct dispatch_work *ready; /* the next is the last */
	size_t nr_ready, sort_at; /* when so many are done, the estimates are renewed */
	bool unsorted;
	double *estimated; /* events x ...: by row / seeds */
	struct dispatch_class *class[DISPATCH_LEVELS];
	int rc; /* of the lowest row that failed */
	size_t failed;
	struct error err;
};

/* `events` by workload (about). The experiment is borrowed, seeds in turn are no
 * sweep's. */
void dispatch_init(struct dispatch *d, const struct experiment *x, const double *events);
void dispatch_release(struct dispatch *d); /* zeroed is fine */

/* The next row to run; false: none is ready now, and after a failure none ever. */
bool dispatch_take(struct dispatch *d, size_t *row);
/* It is done: the outcome is the dispatch's from then on. A row that is done already is left
 * as it is. */
void dispatch_finish(struct dispatch *d, const struct outcome *o);
/* The same from a journal: it was not run now, and tells how long rows are all the same. */
void dispatch_resume(struct dispatch *d, const struct outcome *o);
void dispatch_fail(struct dispatch *d, size_t row, int rc, const struct error *err);
/* Nothing is running, and nothing can be taken any more. */
bool dispatch_over(const struct dispatch *d);

/* What all rows not done take, one after the other, in seconds; below 0: nothing is known. */
double dispatch_left_s(const struct dispatch *d);

#endif
