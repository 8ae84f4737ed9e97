/*
 * The text that the hypervisor prints for a debug key, read. Pure functions: what
 * they get is a piece of the console ring, with whatever else was printed into it.
 *
 *	u	dump_numa() of xen/arch/x86/numa.c (4.17)
 *	H	dump_heap() of xen/common/page_alloc.c (4.17)
 *
 * Lines begin with "(XEN) ", with a time stamp behind it when the hypervisor was
 * booted with console_timestamps. Lines that belong to neither dump are passed over;
 * the last dump of the text counts.
 */
#ifndef BACKEND_XEN_DUMP_H
#define BACKEND_XEN_DUMP_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/nodeset.h"

struct dump_domain {
	uint32_t domid;
	uint64_t total_pages; /* all that the domain has */
	/* By Xen's node number. Pages that the domain has and that are on none of its
	 * lists (a populate-on-demand cache) are in total_pages alone. */
	uint64_t node_pages[NODES_MAX];
	uint32_t nr_vnodes; /* 0: the hypervisor was told of none */
	uint32_t vnode_node[NODES_MAX]; /* DUMP_NO_NODE: none was named */
};

#define DUMP_NO_NODE UINT32_MAX

/* Zero-initialise. */
struct numa_dump {
	nodeset nodes; /* online, by Xen's number */
	uint64_t node_free_pages[NODES_MAX];
	size_t nr_domains, cap_domains;
	struct dump_domain *domain; /* in the order printed: ascending domid */
};

/* ERR_MACHINE when there is no dump in the text, when its beginning or end was
 * overwritten or lost, or a number is none; *out is then empty. */
int numa_dump_parse(struct numa_dump *out, const char *text, size_t size,
		    struct error *err) MUST_USE;
void numa_dump_release(struct numa_dump *d);
/* NULL: not there. */
const struct dump_domain *numa_dump_find(const struct numa_dump *d, uint32_t domid);

/*
 * The allocator's free pages. Zone z of a node holds the pages whose machine
 * address is in [2^(z+11), 2^(z+12)) bytes; zone 0 is Xen's own heap.
 */
#define DUMP_ZONES 53

struct heap_dump {
	nodeset nodes;
	uint64_t pages[NODES_MAX][DUMP_ZONES];
	uint64_t dirty_pages[NODES_MAX]; /* free, not scrubbed yet */
	uint32_t nr_zones; /* highest zone printed + 1 */
};

/* As above. struct heap_dump is 27 KiB. */
int heap_dump_parse(struct heap_dump *out, const char *text, size_t size,
		    struct error *err) MUST_USE;

/* "Domain heap initialised DMA width N bits", which a booting hypervisor with
 * several nodes prints; 0 when the text does not have it. */
unsigned dump_dma_bits(const char *text, size_t size);

#endif
