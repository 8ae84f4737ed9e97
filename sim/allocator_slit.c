/*
 * Nearest first: every request names the node it belongs to, then the others by
 * distance from it, slower memory after all other, ties to the lower id.
 */
#include "sim/allocator.h"

/* plan_spill_order()'s order, but for the node itself, which comes first. */
static uint64_t rank(const struct host *h, uint32_t home, uint32_t node)
{
	bool slow = node != home && nodeset_has(h->slow_nodes, node);

	return (uint64_t)slow << 32 | host_distance(h, home, node);
}

static int64_t take(struct heap *h, const struct allocator_request *r, int64_t *got, int64_t *low)
{
	nodeset left = h->host->memory_nodes;
	int64_t taken = 0;

	while (left && taken < r->bytes) {
		uint32_t node, nearest = nodeset_lowest(left);
		int64_t here;

		nodeset_for_each (node, left) {
			if (rank(h->host, r->home, node) < rank(h->host, r->home, nearest))
				nearest = node;
		}
		left &= ~nodeset_of(nearest);
		here = heap_take(h, nearest, r->bytes - taken, r->extent, HEAP_ANY, low);
		got[nearest] += here;
		taken += here;
	}
	return taken;
}

const struct allocator allocator_slit = {
	.name = "slit",
	.summary = "nearest first by SLIT, from the node that the memory belongs to",
	.knows_home = true,
	.spills = true,
	.take = take,
};
