/*
 * The search for the smallest fleet that meets the goals, as a machine that asks for one
 * size after the other and is told whether it does. It knows no workload: what it asks next
 * follows from what it was told, so that a copy of it can be asked what it would want after
 * either answer (bench/size/size.c lets other threads try that meanwhile), and the answer is
 * the same for any number of threads.
 *
 *	rise or fall	from a first guess in steps that double, until one size meets the
 *			goals and one below it does not
 *	halve		between the two
 *	look above	the sizes above must meet them too: so many as `around`. One that does
 *			not sends the search on, size by size.
 *
 * Whether goals are met need not be monotone: a policy given one host more may place
 * otherwise and refuse a zone it took. What comes out is a size N that meets them, as do
 * N+1 to N+around, while N-1 does not (or is below `least`). It is the smallest such size
 * where goals once met stay met, which is proven for hosts chosen first-fit by a policy
 * that neither draws nor remembers, with no refusals allowed; otherwise sizes further below
 * that were not tried may do. `fell` says that a size above one that does was seen to fail.
 */
#ifndef BENCH_SIZE_SEARCH_H
#define BENCH_SIZE_SEARCH_H

#include <stdbool.h>
#include <stdint.h>

struct size_search {
	enum { SEARCH_RISE, SEARCH_FALL, SEARCH_HALVE, SEARCH_SCAN, SEARCH_ABOVE, SEARCH_DONE } at;
	uint32_t least, most; /* sizes there are */
	uint32_t around;
	uint32_t low; /* low - 1 does not do, or is below least */
	uint32_t high; /* does, once one was found; scanning: asked next */
	uint32_t next, step;
	uint32_t above; /* sizes above high that do */
	uint32_t answer; /* 0: none found */
	bool fell;
};

/* 1 <= least <= guess <= most. */
void size_search_begin(struct size_search *s, uint32_t least, uint32_t guess, uint32_t most,
		       uint32_t around);
/* The size that it wants to know of; 0: it is done. */
uint32_t size_search_next(const struct size_search *s);
void size_search_tell(struct size_search *s, bool meets);
/* Nothing more is asked: no size will do. */
void size_search_give_up(struct size_search *s);

#endif
