/*
 * The simulator's own state; included by sim/ only.
 */
#ifndef SIM_SIM_IMPL_H
#define SIM_SIM_IMPL_H

#include "backend/backend_impl.h"
#include "sim/allocator.h"
#include "sim/heap.h"

#define SIM_NOBODY UINT32_MAX

struct sim_vnode {
	uint32_t node, vcpus;
};

/*
 * One slot: a cache line that serves most zones, which have one vnode and one
 * piece of memory, and a second one for the rest. Arrays stay with their slot
 * when the zone stops and serve the next one, so that a long run allocates only
 * while it grows.
 */
struct sim_zone {
	uint32_t host; /* SIM_NOBODY: the slot is free */
	uint32_t vcpus;
	uint16_t nr_parts, nr_vnodes, nr_devices;
	bool pinned;
	bool in_array; /* pieces are in part[] and cold[], not in one_part */
	int64_t resident_bytes;
	nodeset nodes; /* as they were at START, to verify that they never change */
	struct plan_memory one_part;
	struct sim_vnode one_vnode;
	uint32_t last_node; /* Xen's d->last_alloc_node */
	uint32_t low_pages; /* below the DMA width, all pieces together; 4 GiB at most */

	_Alignas(64) struct plan_memory *part;
	int64_t *cold; /* per piece: bytes that came through the balloon */
	struct sim_vnode *vnode;
	uint32_t *device; /* indexes into host->device */
	uint32_t cap_parts, cap_vnodes, cap_devices;
	uint32_t prev, next; /* zones of the same host when checking, SIM_NOBODY at the ends */
};

/* What is held for a zone beside its memory (sim/overhead.h). */
struct sim_overhead {
	int64_t bytes[NODES_MAX], low_bytes;
};

/* What is known of the real zone that this one stands for (sim/found.h). */
struct sim_found {
	bool known; /* special[]: it was found after its START */
	bool shrank; /* its last RESIZE took memory away */
	int64_t special[NODES_MAX]; /* bytes by node that it has beside its memory */
};

static inline const struct plan_memory *sim_parts(const struct sim_zone *z)
{
	return z->in_array ? z->part : &z->one_part;
}

static inline const struct sim_vnode *sim_vnodes(const struct sim_zone *z)
{
	return z->nr_vnodes == 1 ? &z->one_vnode : z->vnode;
}

struct sim {
	struct backend base;
	int64_t now_ns;
	struct host_state *state; /* one a host */
	int64_t *free_bytes; /* all hosts' free_bytes in one block; state points into it */
	uint32_t *first_zone; /* per host: head of its list; kept only when checking */
	int64_t *dom0_bytes; /* per host and node, like free_bytes */
	size_t *node_base; /* host's first index in the per-node blocks */
	uint32_t dom0_vcpus;
	uint32_t *initial_vcpus; /* per host: taken from the beginning, beside dom0's */
	struct sim_zone *zone;
	size_t cap_zones;
	bool check;
	int64_t *low_start; /* per host: low memory that was free before the first zone */
	struct heap *heap; /* one a host; shares free_bytes with its state */
	/* options */
	const struct allocator *allocator;
	int64_t exchange_ppm; /* share of ballooned pages drawn from all pages alike */
	int64_t balloon_extent_bytes;
	bool keeps_overhead;
	struct sim_overhead *overhead; /* by slot; NULL unless keeps_overhead */
	struct sim_found *found; /* by slot; grows with what is found (sim/found.h) */
	uint32_t nr_found;
	size_t cap_found;
	uint32_t nr_free; /* nodes that option "free" names, from the first on; 0: not given */
	int64_t free_pages[NODES_MAX];
	int64_t blocks; /* option "blocks"; -1: not given */
	int64_t low_bytes; /* below the DMA width on the first node; -1: Xen's default */
};

/* What the fleet's initial state (zone/initial.h) has taken of host `host`, booked as dom0's
 * memory is. ERR_USAGE: it does not fit the host. */
int sim_take_initial(struct sim *sim, uint32_t host, const struct fleet_initial *initial,
		     struct error *err) MUST_USE;

/* ERR_USAGE: it names a host that the fleet of `nr_hosts` does not have. */
int sim_check_initial(uint32_t nr_hosts, const struct fleet_initial *initial,
		      struct error *err) MUST_USE;

/* Everything that must hold of host `host` after every step: bytes conserved per
 * node, vCPUs and devices counted, residency sums to the allocation, every vCPU
 * on CPUs of its node. ERR_CHECK names what does not. */
int sim_verify_host(const struct sim *sim, uint32_t host, struct error *err) MUST_USE;

#endif
