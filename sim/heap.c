#include "sim/heap.h"

#include "base/units.h"

#define BLOCK_BYTES (2 * MIB)

const int64_t heap_extent_bytes[HEAP_EXTENTS] = {GIB, 2 * MIB, PAGE_BYTES};

static int64_t default_low_bytes(const struct host *host)
{
	int64_t span, width;

	if (nodeset_count(host->memory_nodes) < 2)
		return 0;
	span = host->node[nodeset_lowest(host->memory_nodes)].memory_bytes;
	for (width = PAGE_BYTES; width < span / 4 && width < 4 * GIB; width *= 2)
		;
	/* 3 to 4 GiB is the PCI hole */
	return width < 4 * GIB ? width : span < 3 * GIB ? span : 3 * GIB;
}

void heap_init(struct heap *h, const struct host *host, int64_t *free_bytes, int64_t low_bytes)
{
	int64_t low = low_bytes >= 0 ? low_bytes : default_low_bytes(host);

	*h = (struct heap){
		.host = host,
		.free_bytes = free_bytes,
		.low_node = HEAP_NO_NODE,
		.blocks = -1,
		.blocks_start = -1,
	};
	for (unsigned n = 0; n < host->nr_nodes; n++)
		free_bytes[n] = host->node[n].memory_bytes / PAGE_BYTES * PAGE_BYTES;
	if (!low || !host->memory_nodes)
		return;
	h->low_node = nodeset_lowest(host->memory_nodes);
	h->low_free = low < free_bytes[h->low_node] ? low : free_bytes[h->low_node];
	h->low_free = h->low_free / PAGE_BYTES * PAGE_BYTES;
}

static int64_t whole(int64_t bytes, int64_t extent)
{
	/* amounts are whole pages: no division for most requests */
	return extent == PAGE_BYTES ? bytes : bytes - bytes % extent;
}

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

int64_t heap_high_extents(const struct heap *h, uint32_t node, int64_t extent)
{
	int64_t bytes = heap_high_free(h, node);

	if (h->blocks >= 0 && extent > PAGE_BYTES && node == h->low_node)
		bytes = least(bytes, h->blocks * BLOCK_BYTES);
	return whole(bytes, extent);
}

/* After taking `high` bytes above the DMA width of low_node in such extents. Pages come
 * from what is broken up already, while there is any. */
static void count_blocks(struct heap *h, int64_t high, int64_t extent)
{
	if (h->blocks < 0)
		return;
	if (extent > PAGE_BYTES)
		h->blocks -= (int32_t)(high / BLOCK_BYTES);
	h->blocks = (int32_t)least(h->blocks, heap_high_free(h, h->low_node) / BLOCK_BYTES);
}

int64_t heap_take(struct heap *h, uint32_t node, int64_t want, int64_t extent, enum heap_side side,
		  int64_t *low)
{
	int64_t high = whole(least(want, heap_high_extents(h, node, extent)), extent), got = high;

	if (side == HEAP_ANY && node == h->low_node) {
		int64_t more = whole(least(want - got, h->low_free), extent);

		h->low_free -= more;
		*low += more;
		got += more;
	}
	h->free_bytes[node] -= got;
	if (node == h->low_node)
		count_blocks(h, high, extent);
	return got;
}

void heap_give(struct heap *h, uint32_t node, int64_t bytes, int64_t low)
{
	h->free_bytes[node] += bytes;
	if (node != h->low_node)
		return;
	h->low_free += low;
	if (h->blocks >= 0) {
		int64_t blocks = least(h->blocks + (bytes - low) / BLOCK_BYTES, h->blocks_start);

		h->blocks = (int32_t)least(blocks, heap_high_free(h, node) / BLOCK_BYTES);
	}
}
