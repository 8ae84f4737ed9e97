/*
 * How the index of a fleet is kept and walked, for kinds of processors: the answers are the same.
 */
#ifndef CHOICE_INDEX_H
#define CHOICE_INDEX_H

#include "choice/fleet.h"

struct fleet_index {
	void (*update)(struct fleet *f, uint32_t host);
	uint32_t (*lowest)(const struct fleet *f, const struct choice_request *r);
};

extern const struct fleet_index fleet_index; /* for every processor of this build */
extern const struct fleet_index fleet_index_avx2; /* where cpu_has_avx2() */

static inline int32_t fleet_counted(int64_t n)
{
	return n < FLEET_MOST ? (int32_t)n : FLEET_MOST;
}

#endif
