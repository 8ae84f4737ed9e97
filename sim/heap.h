/*
 * One host's memory as its hypervisor hands it out.
 *
 * Free memory is kept per node and, on the node that holds it, apart below the
 * DMA width, as Xen keeps it in zones. A request is for extents of one size;
 * an extent fits where that much is free on one side of the DMA width of one
 * node. So a 1 GiB request can go to another node while the home node still has
 * 900 MiB in small pieces, as on the real thing.
 *
 * Not modelled: which pages pin a larger block. What is free on one side of one
 * node counts as contiguous as its amount allows (but see `blocks`), so a node that has
 * been churned for long looks less broken up here than it is. Neither is scrubbing.
 */
#ifndef SIM_HEAP_H
#define SIM_HEAP_H

#include <stdint.h>

#include "host/host.h"

#define HEAP_NO_NODE UINT32_MAX

struct heap {
	const struct host *host;
	int64_t *free_bytes; /* per node, low memory included */
	int64_t low_free; /* of the memory below the DMA width, free */
	uint32_t low_node; /* node with that memory, or HEAP_NO_NODE */
	/* Whole blocks of 2 MiB that are free on low_node above the DMA width, where Xen's
	 * own heap and dom0 have broken some up; now, and with no zone there. -1: as many
	 * as its free memory makes. */
	int32_t blocks, blocks_start;
};

/* Extent sizes the domain builder asks for, in bytes, largest first: 1 GiB, 2 MiB,
 * 4 KiB (tools/libs/guest/xg_dom_x86.c, meminit_hvm). */
#define HEAP_EXTENTS 3
extern const int64_t heap_extent_bytes[HEAP_EXTENTS];

/*
 * All memory of the nodes free, in `free_bytes` (host->nr_nodes entries, lent to
 * the heap). The DMA width is Xen's own default (arch_get_dma_bitsize() in
 * xen/arch/x86/numa.c): with more than one node, the bits of the first node's
 * start + span / 4, at most 32; the PCI hole below 4 GiB, 1 GiB wide, is no
 * memory. `low_bytes` >= 0 overrides it (a host whose boot log is known).
 */
void heap_init(struct heap *h, const struct host *host, int64_t *free_bytes, int64_t low_bytes);

/* Which side of the DMA width a request may use. */
enum heap_side {
	HEAP_HIGH, /* above only */
	HEAP_ANY, /* above, then below: a request for exactly this node */
};

/* Take at most `want` bytes from one node in whole extents. Returns what was
 * taken; *low is increased by the part that came from below the DMA width. */
int64_t heap_take(struct heap *h, uint32_t node, int64_t want, int64_t extent, enum heap_side side,
		  int64_t *low);
/* Give back `bytes`, `low` of them to below the DMA width (0 on other nodes). */
void heap_give(struct heap *h, uint32_t node, int64_t bytes, int64_t low);

/* Bytes above the DMA width that a request for extents of this size can have. */
int64_t heap_high_extents(const struct heap *h, uint32_t node, int64_t extent);

static inline int64_t heap_high_free(const struct heap *h, uint32_t node)
{
	return h->free_bytes[node] - (node == h->low_node ? h->low_free : 0);
}

#endif
