/*
 * What is taken on a host right now. A backend keeps one per host current and
 * lends it out (backend_observe); policies read it and never change it.
 */
#ifndef PLAN_HOST_STATE_H
#define PLAN_HOST_STATE_H

#include <stdint.h>

#include "base/nodeset.h"
#include "host/host.h"

struct host_state {
	const struct host *host;
	/* Arrays of host->nr_nodes. Bytes are multiples of PAGE_BYTES. */
	int64_t *free_bytes; /* what the machine's allocator could still hand out on the node */
	uint32_t *vcpus;     /* vCPUs whose home is this node */
	uint8_t *device_taken; /* host->nr_devices */
	int64_t total_free_bytes; /* sum of free_bytes */
	uint32_t total_vcpus;	  /* vCPUs of all zones and of dom0 */
	/* Most vCPUs the host accepts (CPUs x overcommit); UINT32_MAX: no limit. */
	uint32_t vcpus_limit;
	uint32_t nr_zones;
};

/* For callers without a backend (plan, tests): all memory free, nothing taken. */
void host_state_init(struct host_state *s, const struct host *host);
void host_state_release(struct host_state *s);

#endif
