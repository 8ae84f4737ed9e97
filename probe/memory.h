/*
 * Memory on a chosen node, with known pages. What the kernel promises is read
 * back: a figure for memory that lay elsewhere is worse than no figure.
 */
#ifndef PROBE_MEMORY_H
#define PROBE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define MEMORY_ANY_NODE UINT32_MAX

enum memory_pages {
	MEMORY_PAGES_HUGE, /* hugetlb pages if the pool has them, else transparent ones */
	MEMORY_PAGES_BASE, /* never huge */
};

struct memory {
	void *base; /* aligned to 2 MiB */
	size_t bytes; /* whole pages of 2 MiB */
	bool hugetlb; /* of the pool */
	uint32_t node; /* asked for; MEMORY_ANY_NODE: wherever the thread runs */
	const char *pages; /* "hugetlb", "thp" or "base": what most of it is */
	int64_t huge_ppm; /* share in huge pages; -1: unknown (no /proc) */
	int64_t on_node_ppm; /* of a sample, on `node`; -1: unknown */
};

/*
 * At least `bytes`, bound to `node` and touched by the calling thread.
 * ERR_NO_ROOM when the node's free memory does not hold it (the kernel would
 * kill somebody instead of saying no), ERR_CANNOT when there is no such node,
 * ERR_MACHINE when pages came from elsewhere. `sysfs` as in machine.h.
 */
int memory_get(struct memory *out, const char *sysfs, size_t bytes, uint32_t node,
	       enum memory_pages pages, struct error *err) MUST_USE;
/*
 * The same for memory that the threads touch first who use it: reserved, then touched by the
 * caller's threads, then looked back at, which fills in what is said of pages.
 */
int memory_reserve(struct memory *out, const char *sysfs, size_t bytes, uint32_t node,
		   enum memory_pages pages, struct error *err) MUST_USE;
int memory_look_back(struct memory *m, struct error *err) MUST_USE;
void memory_put(struct memory *m); /* zeroed is fine */

#endif
