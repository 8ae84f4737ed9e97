/*
 * What is taken on a host right now. A backend keeps one per host current and
 * lends it out (backend_observe); policies read it and never change it.
 */
#ifndef PLAN_HOST_STATE_H
#define PLAN_HOST_STATE_H

#include <stdint.h>

#include "base/error.h"
#include "base/nodeset.h"
#include "host/host.h"

struct host_state {
	const struct host *host;
	/* Arrays of host->nr_nodes. Bytes are multiples of PAGE_BYTES. */
	int64_t *free_bytes; /* what the machine's allocator could still hand out on the node */
	uint32_t *vcpus; /* vCPUs whose home is this node */
	uint8_t *device_taken; /* host->nr_devices */
	int64_t total_free_bytes; /* sum of free_bytes */
	uint32_t total_vcpus; /* vCPUs of all zones and of dom0 */
	/* Most vCPUs the host accepts (CPUs x overcommit); UINT32_MAX: no limit. */
	uint32_t vcpus_limit;
	uint32_t nr_zones;
};

/* For callers without a backend (plan, tests): all memory free (whole pages of
 * it), nothing taken, no vCPU limit. */
void host_state_init(struct host_state *s, const struct host *host);
void host_state_release(struct host_state *s);

struct plan;

/*
 * The plan came true, or its zone is gone again: memory[], vCPUs (counted at
 * their vnode's node, also where they float), devices and totals. O(parts +
 * vnodes + devices). Taking more than is free, or giving what was not taken, is
 * a bug. Only for plans made on s->host.
 */
void host_state_take(struct host_state *s, const struct plan *p);
void host_state_give(struct host_state *s, const struct plan *p);

/*
 * dom0's share, before any zone: memory over the nodes in proportion to their
 * size (whole pages; what rounding leaves over goes to the lowest nodes), vCPUs
 * one to a CPU from the lowest node on, round again when there are more than
 * CPUs. ERR_NO_ROOM, and nothing taken, when the nodes have too little free. Nodes
 * without memory, or a host without any, have no share.
 */
int host_state_take_dom0(struct host_state *s, int64_t memory_bytes, uint32_t vcpus,
			 struct error *err) MUST_USE;
/* The two halves of it, for a machine that keeps more books of its memory: what each
 * node gives (nr_nodes of them; nothing is taken), and the vCPUs. */
int host_state_split_dom0(const struct host_state *s, int64_t memory_bytes, int64_t *bytes,
			  struct error *err) MUST_USE;
void host_state_take_dom0_vcpus(struct host_state *s, uint32_t vcpus);

/* Overwrite what is free on one node (a live host's figure); totals follow. */
void host_state_set_free(struct host_state *s, unsigned node, int64_t free_bytes);

#endif
