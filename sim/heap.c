#include "sim/heap.h"

#include "base/units.h"

const int64_t heap_extent_bytes[HEAP_EXTENTS] = {GIB, 2 * MIB, PAGE_BYTES};

int64_t heap_default_low_bytes(const struct host *host)
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
	int64_t low = low_bytes >= 0 ? low_bytes : heap_default_low_bytes(host);

	*h = (struct heap){.host = host, .free_bytes = free_bytes, .low_node = HEAP_NO_NODE};
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

int64_t heap_take(struct heap *h, uint32_t node, int64_t want, int64_t extent, enum heap_side side,
		  int64_t *low)
{
	int64_t high_free = heap_high_free(h, node);
	int64_t got = whole(least(want, high_free), extent);

	if (side == HEAP_ANY && node == h->low_node) {
		int64_t more = whole(least(want - got, h->low_free), extent);

		h->low_free -= more;
		*low += more;
		got += more;
	}
	h->free_bytes[node] -= got;
	return got;
}

void heap_give(struct heap *h, uint32_t node, int64_t bytes, int64_t low)
{
	h->free_bytes[node] += bytes;
	if (node == h->low_node)
		h->low_free += low;
}
