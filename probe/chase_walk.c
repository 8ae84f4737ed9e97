/*
 * The walk that is timed; built alike in every build (see CMakeLists.txt).
 */
#include "probe/chase.h"

void *chase_walk(void *from, uint64_t hops)
{
	void **p = from;

	/* sixteen at a time, so that counting does not weigh in the first-level cache */
	for (uint64_t i = 0; i < hops; i += CHASE_STRIDE) {
		p = *p;
		p = *p;
		p = *p;
		p = *p;
		p = *p;
		p = *p;
		p = *p;
		p = *p;
		p = *p;
		p = *p;
		p = *p;
		p = *p;
		p = *p;
		p = *p;
		p = *p;
		p = *p;
	}
	return p;
}

/* `chains` is a constant wherever this is called, so that the pointers are in registers. */
static inline void walk(void **at, unsigned chains, uint64_t hops)
{
	void **p[32];

	for (unsigned c = 0; c < chains; c++)
		p[c] = at[c];
	for (uint64_t i = 0; i < hops; i++)
		for (unsigned c = 0; c < chains; c++)
			p[c] = *p[c];
	for (unsigned c = 0; c < chains; c++)
		at[c] = (void *)p[c];
}

void chase_walk_chains(void **at, unsigned chains, uint64_t hops)
{
	switch (chains) {
	case 1:
		at[0] = chase_walk(at[0], hops);
		break;
#define CASE(n)                                                                                    \
	case n:                                                                                    \
		walk(at, n, hops);                                                                 \
		break;
		CASE(2)
		CASE(4)
		CASE(6)
		CASE(8)
		CASE(10)
		CASE(12)
#undef CASE
	default:
		walk(at, chains, hops);
	}
}
