/*
 * Rows of a sweep on MPI ranks. Rank 0 hands them out, keeps the journal and writes the results;
 * it runs rows in a thread beside. The others ask for one row at a time and send back the line
 * that the journal keeps (bench/sweep/outcome.h). No rank but 0 writes a file; all must be able
 * to read the inputs, and are asked what they read before the first row.
 *
 * Waiting is polling with sleeps: Open MPI's own waiting takes a core.
 */
#ifndef BENCH_RANKS_RANKS_H
#define BENCH_RANKS_RANKS_H

#include "cli/sweep_run.h"

/* What rank 0 sleeps at most between looks at its messages. */
#define RANKS_NAP_MAX_NS 1000000

/* Zero-initialise. */
struct ranks {
	int rank, nr;
	struct sweep_team team;
};

/* MPI from here to ranks_end(), once in a process. */
int ranks_begin(struct ranks *r, struct error *err) MUST_USE;
void ranks_end(struct ranks *r);

#endif
