/*
 * The simulator's own state; included by sim/ only.
 */
#ifndef SIM_SIM_IMPL_H
#define SIM_SIM_IMPL_H

#include "backend/backend_impl.h"
#include "base/slab.h"
#include "base/units.h"
#include "sim/allocator.h"
#include "sim/heap.h"

#define SIM_NOBODY UINT32_MAX

struct sim_vnode {
	uint32_t node, vcpus;
};

/* Pages that came through a zone's balloon (sim/cold.h). */
struct sim_run {
	uint32_t vnode, node, layer;
	int64_t bytes;
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

/* A zone that half a cache line does not describe. When the zone stops it is kept, arrays
 * and all, and serves the next one that needs it, so that a long run allocates only while
 * more such zones live than ever before. */
struct sim_more {
	struct sim_more *next; /* of those that are kept */
	int64_t resident_bytes;
	nodeset nodes; /* as they were at START, to verify that they never change */
	uint16_t nr_parts, nr_vnodes, nr_devices;
	bool flat; /* its guest knows no vnodes */
	bool paired; /* every 4 MiB of it had as much on the one as on the other of two nodes */
	bool mixed; /* which vnode has pages on a node is a guess */
	uint32_t last_node; /* Xen's d->last_alloc_node */
	uint32_t cap_parts, cap_vnodes, cap_devices;
	struct plan_memory *part;
	struct sim_run *run; /* the last that came is the last */
	uint32_t nr_runs, next_layer, last_layer;
	size_t cap_runs;
	struct sim_guest *guest; /* NULL: nothing is known of it */
	struct sim_bound *bound; /* on what it has (sim/guest.h); NULL: never was one */
	struct sim_vnode *vnode, one_vnode;
	uint32_t *device; /* indexes into host->device */
	struct sim_overhead *overhead; /* NULL unless keeps_overhead */
};

/*
 * One slot: half a cache line. Nearly all zones are plain: one vnode, all memory on its
 * node as it was at launch, no device. What another zone has is in `more`.
 */
struct sim_zone {
	uint32_t host; /* SIM_NOBODY: the slot is free */
	uint32_t vcpus;
	struct sim_more *more; /* NULL: plain */
	uint32_t pages; /* plain: of its memory */
	uint32_t low_pages; /* below the DMA width, all pieces together; 4 GiB at most */
	uint8_t node; /* plain: of its vnode and its memory */
	bool pinned;
};

/* Zones of the same host when checking, SIM_NOBODY at the ends. */
struct sim_link {
	uint32_t prev, next;
};

/*
 * A host: what every step reads and writes lies together, state, heap and behind them the
 * arrays that they point to. With eight nodes that is three lines, one after the other.
 */
struct sim_host {
	struct host_state state;
	struct heap heap; /* shares free_bytes with the state */
};

struct sim_guest_fact;

struct sim {
	struct backend base;
	int64_t now_ns;
	bool check;
	struct slab zone; /* struct sim_zone by slot */
	uint32_t nr_slots; /* those below were used */
	struct sim_more *unused;
	unsigned char *host; /* struct sim_host, host_bytes apart */
	size_t host_bytes;
	struct plan_memory one_part; /* lent out: a plain zone's memory */
	/* options */
	const struct allocator *allocator;
	int64_t exchange_ppm; /* share of ballooned pages drawn from all pages alike */
	int64_t balloon_extent_bytes;
	bool keeps_overhead;
	/* seldom looked at */
	struct sim_link *link; /* by slot; kept only when checking */
	size_t cap_links;
	uint32_t *first_zone; /* per host: head of its list; kept only when checking */
	int64_t *dom0_bytes; /* per host and node */
	size_t *node_base; /* host's first index there */
	uint32_t dom0_vcpus;
	uint32_t *initial_vcpus; /* per host: taken from the beginning, beside dom0's */
	int64_t *low_start; /* per host: low memory that was free before the first zone */
	struct sim_found *found; /* by slot; grows with what is found (sim/found.h) */
	uint32_t nr_found;
	size_t cap_found;
	struct sim_guest_fact *fact; /* option "guests"; sim/guest.h */
	uint32_t nr_facts;
	size_t cap_facts;
	uint32_t nr_free; /* nodes that option "free" names, from the first on; 0: not given */
	int64_t free_pages[NODES_MAX];
	int64_t blocks; /* option "blocks"; -1: not given */
	int64_t nr_there; /* option "there" */
	int64_t low_bytes; /* below the DMA width on the first node; -1: Xen's default */
};

/* What the fleet's initial state (zone/initial.h) has taken of host `host`, booked as dom0's
 * memory is. ERR_USAGE: it does not fit the host. */
int sim_take_initial(struct sim *sim, uint32_t host, const struct fleet_initial *initial,
		     struct error *err) MUST_USE;

/* ERR_USAGE: it names a host that the fleet of `nr_hosts` does not have. */
int sim_check_initial(uint32_t nr_hosts, const struct fleet_initial *initial,
		      struct error *err) MUST_USE;

static inline struct sim_host *sim_host(const struct sim *sim, uint32_t host)
{
	return (struct sim_host *)(void *)(sim->host + host * sim->host_bytes);
}

static inline struct sim_zone *sim_zone(const struct sim *sim, uint32_t slot)
{
	return slab_at(&sim->zone, slot, sizeof(struct sim_zone));
}

static inline int64_t sim_resident(const struct sim_zone *z)
{
	return z->more ? z->more->resident_bytes : z->pages * PAGE_BYTES;
}

static inline struct sim_vnode *sim_vnodes(struct sim_more *m)
{
	return m->nr_vnodes == 1 ? &m->one_vnode : m->vnode;
}

/* Its pieces of memory, good until the next call. */
static inline const struct plan_memory *sim_parts(struct sim *sim, const struct sim_zone *z,
						  uint32_t *nr)
{
	*nr = z->more ? z->more->nr_parts : 1;
	if (z->more)
		return z->more->part;
	sim->one_part = (struct plan_memory){.node = z->node, .bytes = z->pages * PAGE_BYTES};
	return &sim->one_part;
}

/* From here on the zone is described in `more`, which is returned. */
struct sim_more *sim_describe(struct sim *sim, struct sim_zone *z);

/* Everything that must hold of host `host` after every step: bytes conserved per
 * node, vCPUs and devices counted, residency sums to the allocation, every vCPU
 * on CPUs of its node. ERR_CHECK names what does not. */
int sim_verify_host(struct sim *sim, uint32_t host, struct error *err) MUST_USE;

#endif
