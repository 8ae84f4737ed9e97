/*
 * Work side by side: `nr` pieces, numbered, done by a few threads. Pieces begin in the order
 * of their numbers and are handed over in that order too, one at a time, so that what is
 * made of them does not depend on the number of threads.
 *
 * With one thread nothing is started: the caller's does it all. When a piece fails, none
 * is begun any more, those with higher numbers are asked to give up, and those with lower
 * ones go on: the error is that of the lowest piece that fails, whatever the threads.
 */
#ifndef BASE_JOBS_H
#define BASE_JOBS_H

#include <stdatomic.h>
#include <stddef.h>

#include "base/error.h"

struct jobs {
	size_t nr;
	unsigned threads; /* at least 1 */
	/* Do piece i, in any thread. `cancel` becomes true when the result is not wanted any
	 * more; an error is then the right answer. */
	int (*work)(void *context, size_t i, const atomic_bool *cancel, struct error *err);
	/* Piece i is done, with this code, and all below it were handed over. One call at a
	 * time, in any thread. NULL: nobody waits for it. */
	int (*hand_over)(void *context, size_t i, int rc, struct error *err);
	void *context;
};

int jobs_run(const struct jobs *j, struct error *err) MUST_USE;

/* CPUs that this process may use (its affinity, not the machine's size); at least 1. */
unsigned jobs_usable_cpus(void);

#endif
