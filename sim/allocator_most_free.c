/*
 * Whichever node has room: each extent from the node with most free memory, ties
 * to the lowest id. Taken together, the fullest nodes are levelled down to a
 * common height; `height` below is what a node keeps.
 */
#include "sim/allocator.h"

/* Extents that the nodes give when each keeps at most `height` extents. */
static int64_t above(const struct heap *h, int64_t extent, int64_t height)
{
	int64_t sum = 0;
	uint32_t node;

	nodeset_for_each (node, h->host->memory_nodes) {
		int64_t nr = h->free_bytes[node] / extent;

		sum += nr > height ? nr - height : 0;
	}
	return sum;
}

/* The greatest height at which the nodes give at least `want` extents; 0 when
 * they have fewer. */
static int64_t find_height(const struct heap *h, int64_t extent, int64_t want)
{
	int64_t low = 0, high = 0;
	uint32_t node;

	nodeset_for_each (node, h->host->memory_nodes) {
		int64_t nr = h->free_bytes[node] / extent;

		high = nr > high ? nr : high;
	}
	while (low < high) {
		int64_t middle = low + (high - low + 1) / 2;

		if (above(h, extent, middle) >= want)
			low = middle;
		else
			high = middle - 1;
	}
	return low;
}

static int64_t take_to(struct heap *h, const struct allocator_request *r, int64_t height,
		       int64_t most, int64_t *got, int64_t *low)
{
	int64_t taken = 0;
	uint32_t node;

	nodeset_for_each (node, h->host->memory_nodes) {
		int64_t nr = h->free_bytes[node] / r->extent - height, here;

		if (nr <= 0 || taken == most)
			continue;
		here = nr * r->extent;
		here = here < most - taken ? here : most - taken;
		here = heap_take(h, node, here, r->extent, HEAP_ANY, low);
		got[node] += here;
		taken += here;
	}
	return taken;
}

static int64_t take(struct heap *h, const struct allocator_request *r, int64_t *got, int64_t *low)
{
	int64_t height = find_height(h, r->extent, r->bytes / r->extent);
	/* down to one above the common height, then the last ones from the lowest ids */
	int64_t taken = take_to(h, r, height + 1, r->bytes, got, low);

	taken += take_to(h, r, height, r->bytes - taken, got, low);
	/* an extent may straddle the DMA width of a node and not be there after all */
	if (taken < r->bytes)
		taken += take_to(h, r, 0, r->bytes - taken, got, low);
	return taken;
}

const struct allocator allocator_most_free = {
	.name = "most-free",
	.summary = "each extent from the node with most free memory",
	.knows_home = false,
	.spills = true,
	.take = take,
};
