/*
 * Threads that start together: one a CPU set, pinned, and a barrier that spins,
 * because a sleeping thread would be timed too.
 */
#ifndef PROBE_CREW_H
#define PROBE_CREW_H

#include <stdatomic.h>
#include <stdint.h>

#include "base/cpuset.h"
#include "base/error.h"

struct crew {
	uint32_t nr;
	atomic_uint arrived, round;
	atomic_bool failed; /* a thread could not be pinned or started: nobody works */
};

/*
 * Run work(context, i) for i = 0 .. nr - 1, each in a thread pinned to cpus[i];
 * returns when all are done. The threads begin work together. On failure none
 * works. Not for use inside such a thread.
 */
int crew_run(struct crew *crew, const struct cpuset *cpus, uint32_t nr,
	     void (*work)(void *context, uint32_t i), void *context, struct error *err) MUST_USE;

/* Called by every thread of the crew: returns when all have called. */
void crew_meet(struct crew *crew);

#endif
