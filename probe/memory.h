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
void memory_put(struct memory *m); /* zeroed is fine */

/* Prefer (`strict` false) or bind a range to one node. False with errno set. */
bool memory_bind(void *base, size_t bytes, uint32_t node, bool strict) MUST_USE;

/*
 * Of up to `samples` pages spread evenly over the range, how many are on which
 * node: count[id] for id < nr. Pages that are not resident or beyond nr are
 * counted by nobody. Returns how many pages were asked about, or -1 where the
 * kernel does not say.
 */
long memory_sample(const void *base, size_t bytes, size_t samples, uint32_t *count, uint32_t nr);

#endif
