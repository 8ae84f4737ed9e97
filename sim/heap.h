/*
 * One host's memory as its hypervisor hands it out.
 *
 * A zone's launch asks, vnode by vnode, for its memory on that vnode's node
 * (Xen: populate_physmap with an exact node), largest extents first: 1 GiB, then
 * 2 MiB, then 4 KiB (tools/libs/guest/xg_dom_x86.c, meminit_hvm). What the node
 * does not have is asked again without "exact", and Xen's get_free_buddy() then
 * walks the zone's other nodes and after them every node in ascending id
 * (plan_fallback_order()).
 */
#ifndef SIM_HEAP_H
#define SIM_HEAP_H

#include "plan/plan.h"

/* Extent sizes the domain builder asks for, in bytes, largest first. */
#define HEAP_EXTENTS 3
extern const int64_t heap_extent_bytes[HEAP_EXTENTS];

/*
 * Take the memory of plan `p` from `free_bytes` (one entry a node of p->host).
 * Writes at most `cap` pieces, merged per (vnode, node), and returns how many.
 * The caller has made sure that the host as a whole has enough.
 */
uint32_t heap_take_plan(int64_t *free_bytes, const struct plan *p, struct plan_memory *piece,
			uint32_t cap);

/* Take as much of `bytes` as node `node` has, in whole extents; returns what was taken. */
int64_t heap_take(int64_t *free_bytes, uint32_t node, int64_t bytes);

#endif
