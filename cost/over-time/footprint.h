/* Resources that a flow can share with others, coarsely: two flows that have one in
 * common have a bit in common. */
#ifndef COST_OVER_TIME_FOOTPRINT_H
#define COST_OVER_TIME_FOOTPRINT_H

#include <stdbool.h>
#include <stdint.h>

struct footprint {
	uint64_t nodes; /* cores, ports, controllers by their first node */
	uint64_t sockets; /* fabrics and links, folded */
};

static inline bool footprints_meet(const struct footprint *a, const struct footprint *b)
{
	return (a->nodes & b->nodes) || (a->sockets & b->sockets);
}

static inline bool footprints_equal(const struct footprint *a, const struct footprint *b)
{
	return a->nodes == b->nodes && a->sockets == b->sockets;
}

static inline void footprint_add(struct footprint *a, const struct footprint *b)
{
	a->nodes |= b->nodes;
	a->sockets |= b->sockets;
}

#endif
