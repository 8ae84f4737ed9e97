/*
 * One fleet tried: a run, and what of it bears on the planner's question. Private to
 * bench/size/.
 */
#ifndef BENCH_SIZE_TRY_H
#define BENCH_SIZE_TRY_H

#include <pthread.h>

#include "bench/size/size.h"

/* How far several runs are, told to how->progress. `now.rows` are what is counted. */
struct size_tally {
	const struct size_how *how;
	pthread_mutex_t lock;
	struct experiment_progress now;
};

void size_tally_init(struct size_tally *t, const struct size_how *how, size_t rows);
void size_tally_begin(struct size_tally *t); /* one of what is counted */
void size_tally_end(struct size_tally *t);
void size_tally_release(struct size_tally *t);

/* how->stop says so. */
bool size_stopped(const struct size_how *how);

/* Hosts of its fleet that are in use before the first zone comes: those up to the last. */
uint32_t size_used_hosts(const struct workload *w);

struct size_trial {
	const struct size_how *how;
	const struct size_question *question;
	uint32_t hosts;
	uint64_t zones; /* that will come */
	bool whole; /* do not end with a refusal too many */
	bool priced;
	/* Completes the input, adds observers; NULL: nobody does. */
	const struct gatherer *gatherer;
	void *gatherer_self;
	size_t row;
	const atomic_bool *cancel;
	struct size_tally *tally;
};

/* ERR_INTERRUPTED when it was cancelled; else as run_row(). */
int size_try(const struct size_trial *t, struct run_result *result, struct size_point *out,
	     struct error *err) MUST_USE;

/* Why a question has no answer, `last` being the largest fleet that was tried. */
void size_write_why(const struct size_how *how, const struct size_bound *bound,
		    const struct size_question *question, const struct size_point *last,
		    char why[ERROR_TEXT_MAX]);

#endif
