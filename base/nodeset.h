/*
 * A set of NUMA nodes as a value: bit i is the host's node *index* i (not its
 * os_index; see host/host.h). Indexes are in ascending os_index, so that
 * "ascending id" and "lowest bit first" are the same order.
 */
#ifndef BASE_NODESET_H
#define BASE_NODESET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

/* Xen's own limit on x86 (CONFIG_NR_NUMA_NODES=64 in its default build). */
#define NODES_MAX 64

typedef uint64_t nodeset;

static inline nodeset nodeset_of(unsigned node)
{
	return (nodeset)1 << node;
}

static inline nodeset nodeset_first_n(unsigned nr)
{
	return nr >= 64 ? ~(nodeset)0 : ((nodeset)1 << nr) - 1;
}

static inline bool nodeset_has(nodeset s, unsigned node)
{
	return (s >> node) & 1;
}

static inline unsigned nodeset_count(nodeset s)
{
	return count_bits(s);
}

/* Lowest node; the set must not be empty. */
static inline unsigned nodeset_lowest(nodeset s)
{
	return lowest_bit(s);
}

/* for each node in ascending order: nodeset_for_each(node, set) { ... } */
#define nodeset_for_each(node, set)                                                                \
	for (nodeset left_ = (set); left_ && ((node) = nodeset_lowest(left_), 1);                  \
	     left_ &= left_ - 1)

#endif
