/*
 * The simulator's own state; included by sim/ only.
 */
#ifndef SIM_SIM_IMPL_H
#define SIM_SIM_IMPL_H

#include "backend/backend_impl.h"

#define SIM_NOBODY UINT32_MAX
/* Most zones have one vnode and one piece of memory; a slot holds this many itself. */
#define SIM_SMALL 2

struct sim_vnode {
	uint32_t node, vcpus;
};

/* One slot. Its arrays stay with it when the zone stops and serve the next one,
 * so that a long run allocates only while it grows. */
struct sim_zone {
	uint32_t host; /* SIM_NOBODY: the slot is free */
	uint32_t prev, next; /* zones of the same host, SIM_NOBODY at the ends */
	uint32_t vcpus;
	uint32_t nr_parts, nr_vnodes, nr_devices;
	uint32_t cap_parts, cap_vnodes, cap_devices;
	bool pinned;
	int64_t resident_bytes;
	/* Placement as it was at START, for verification that it never changes. */
	nodeset nodes;
	struct plan_memory *part;
	struct sim_vnode *vnode;
	uint32_t *device; /* indexes into host->device */
	struct plan_memory small_part[SIM_SMALL];
	struct sim_vnode small_vnode[SIM_SMALL];
};

struct sim {
	struct backend base;
	int64_t now_ns;
	struct host_state *state; /* one a host */
	int64_t *free_bytes; /* all hosts' free_bytes in one block; state points into it */
	uint32_t *first_zone; /* per host: head of its list */
	int64_t *dom0_bytes; /* per host and node, like free_bytes */
	size_t *node_base; /* host's first index in the per-node blocks */
	uint32_t dom0_vcpus;
	struct sim_zone *zone;
	size_t cap_zones;
	bool check;
};

/* Everything that must hold of host `host` after every step: bytes conserved per
 * node, vCPUs and devices counted, residency sums to the allocation, every vCPU
 * on CPUs of its node. ERR_CHECK names what does not. */
int sim_verify_host(const struct sim *sim, uint32_t host, struct error *err) MUST_USE;

#endif
