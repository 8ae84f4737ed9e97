/*
 * Allocator models: from which node the next extent comes. Chosen per run
 * (--allocator). Each is one file, allocator_<name>.c.
 *
 * xen: what Xen does (get_free_buddy(), alloc_domheap_pages() in
 *	xen/common/page_alloc.c; rule per page measured on 4.17). Memory below
 *	the DMA width is the last resort of the whole host. Never the SLIT.
 * most-free: the plain words "whichever node has room": each extent from the
 *	node with most free memory, whatever the zone's nodes.
 * slit: nearest first, from the node that the missing memory belongs to: what a
 *	toolstack gets that names the node of every request.
 * home-strict: the node it belongs to or nothing.
 */
#ifndef SIM_ALLOCATOR_H
#define SIM_ALLOCATOR_H

#include <stdbool.h>

#include "base/nodeset.h"
#include "sim/heap.h"

struct allocator_request {
	int64_t bytes; /* a multiple of extent */
	int64_t extent;
	nodeset affinity; /* the zone's nodes */
	/* Node that the memory belongs to. The guest's own balloon does not say it:
	 * allocators with `knows_home` false are asked with HEAP_NO_NODE then. */
	uint32_t home;
	/* xen: node of the zone's previous page; moved by requests without a home. */
	uint32_t *last_node;
};

struct allocator {
	const char *name, *summary;
	/* The balloon names the vnode's node in its requests. */
	bool knows_home;
	/* What does not fit at home may go elsewhere. */
	bool spills;
	/*
	 * Take what can be had of r->bytes. Adds to got[node] (host->nr_nodes) and to
	 * *low. Returns the sum taken.
	 */
	int64_t (*take)(struct heap *h, const struct allocator_request *r, int64_t *got,
			int64_t *low);
};

/* NULL-terminated; the first is the default. */
extern const struct allocator *const allocators[];
const struct allocator *allocator_find(const char *name); /* NULL if unknown */

extern const struct allocator allocator_xen, allocator_most_free, allocator_slit,
	allocator_home_strict;

#endif
