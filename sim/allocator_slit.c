/*
 * Nearest first: every request names the node it belongs to, then the others by
 * distance from it, ties to the lower id.
 */
#include "sim/allocator.h"

static int64_t take(struct heap *h, const struct allocator_request *r, int64_t *got, int64_t *low)
{
	nodeset left = h->host->memory_nodes;
	int64_t taken = 0;

	while (left && taken < r->bytes) {
		uint32_t node, nearest = nodeset_lowest(left);
		int64_t here;

		nodeset_for_each (node, left) {
			if (host_distance(h->host, r->home, node) <
			    host_distance(h->host, r->home, nearest))
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
