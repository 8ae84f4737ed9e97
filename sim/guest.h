/*
 * Which pages a guest's Linux gives back when its balloon is told to shrink, as far as its
 * kernel's sources determine it. After Linux 6.1:
 *
 *   - the thread xen-balloon allocates single pages, GFP_HIGHUSER without reclaim, 512 at a
 *     time, with no policy of its own: from the node of the CPU on which it happens to run
 *     (balloon_thread(), decrease_reservation() in drivers/xen/balloon.c; get_task_policy() in
 *     mm/mempolicy.c). Which CPU that is, is determined where the CPUs of all but one vnode
 *     are none;
 *   - a node gives until its zones have no more than their low watermark and what is kept from
 *     such requests, then the next node of its list is asked (get_page_from_freelist(),
 *     zone_watermark_fast(), setup_per_zone_lowmem_reserve() in mm/page_alloc.c);
 *   - within a zone the smallest free block of the balloon's own kind of pages is broken first,
 *     and of blocks of one size the one freed last (__rmqueue_smallest(),
 *     __free_one_page()); what the balloon once took are whole blocks of 4 MiB, which are of
 *     its kind from then on (steal_suitable_fallback()). So the pages that it put back last
 *     go again first, to within the blocks that are broken already and one being broken.
 *
 * What a guest said of its zones once it had booted is given by option "guests"
 * (guest/report.h); nothing it said later is used.
 */
#ifndef SIM_GUEST_H
#define SIM_GUEST_H

#include "sim/sim_impl.h"

/* Of a node of the guest in a slot, bytes. */
struct sim_guest_fact {
	uint32_t slot, node; /* host's, of the vnode; of a guest that knows none, any of its */
	int64_t least, most; /* given before another node is asked */
	int64_t broken; /* free in blocks below the largest size */
};

/* SLOT/NODE/LEAST/MOST/BROKEN in pages, colons between. ERR_USAGE. */
int guest_read_facts(struct sim *sim, const char *value, struct error *err) MUST_USE;

/* A zone was launched into this slot: what is known of its guest. */
void guest_note_start(struct sim *sim, struct sim_zone *z, uint32_t slot);

/* Does its guest have one node alone? Then its kernel has one set of free lists. */
static inline bool guest_is_one(const struct sim_more *m)
{
	return m->flat || m->nr_vnodes == 1;
}

/* How `bytes` that go back divide among the vnodes; false: nothing says. */
bool guest_order(const struct sim_zone *z, int64_t bytes, int64_t of_vnode[NODES_MAX]);

/* Notes before a balloon goes to `target` what it may leave on each node. It holds until the zone
 * was found, or its balloon moves again. */
void bound_resize(struct sim *sim, struct sim_zone *z, int64_t target);
/* What the zone may have by node: false where its guest had nothing to choose. */
bool bound_of(const struct sim *sim, uint32_t slot, int64_t *least, int64_t *most);
void bound_forget(struct sim_zone *z);

#endif
