/*
 * Threads that work together: each pinned to its CPUs, asleep between jobs. A job
 * begins and, where it asks, goes on by a barrier that spins, because a thread that
 * sleeps would be timed too.
 */
#ifndef PROBE_CREW_H
#define PROBE_CREW_H

#include <stdint.h>

#include "base/cpuset.h"
#include "base/error.h"

struct crew;

/*
 * Start `nr` >= 1 threads, thread i pinned to cpus[i]; *out is NULL on failure
 * (ERR_CANNOT: none of the CPUs is allowed here, ERR_MACHINE).
 */
int crew_open(struct crew **out, const struct cpuset *cpus, uint32_t nr,
	      struct error *err) MUST_USE;
void crew_close(struct crew *crew); /* NULL is fine */
uint32_t crew_size(const struct crew *crew);

/* Every thread runs work(context, its number), all beginning together; returns when
 * all are done. Not from within such a thread. */
void crew_work(struct crew *crew, void (*work)(void *context, uint32_t i), void *context);

/* From within work: returns when all threads of the crew have called. */
void crew_meet(struct crew *crew);

#endif
