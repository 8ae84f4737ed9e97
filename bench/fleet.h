/*
 * Which host of a fleet gets the next zone. The index knows two sums of every
 * host, free memory and free vCPUs, and finds candidates by them; whether the
 * zone really fits is the policy's word, so the caller asks for the next
 * candidate until one takes it.
 *
 * first-fit: lowest host. A tree of maxima finds it in O(log hosts).
 * best-fit:  least free memory, then fewest free vCPUs, then lowest host.
 * worst-fit: most free memory, then most free vCPUs, then lowest host.
 * random:    uniformly among the hosts that fit.
 */
#ifndef BENCH_FLEET_H
#define BENCH_FLEET_H

#include <stdint.h>

#include "base/rng.h"
#include "plan/host_state.h"
#include "zone/workload.h"

#define FLEET_NONE UINT32_MAX

/* Zero-initialise; fleet_init allocates, fleet_release frees. */
struct fleet {
	uint32_t nr_hosts;
	uint32_t leaves; /* power of two >= nr_hosts */
	int64_t *free_bytes; /* tree: [1] is the root, [leaves + i] host i */
	uint32_t *free_vcpus;
	/* Hosts already tried for the current request carry its number. */
	uint64_t *tried;
	uint64_t request;
};

struct fleet_request {
	enum host_choice choice;
	int64_t bytes;
	uint32_t vcpus;
	uint32_t after; /* first-fit: look from this host on */
	struct rng *rng;
};

void fleet_init(struct fleet *f, uint32_t nr_hosts);
void fleet_release(struct fleet *f);
/* The host's state has changed (or is seen for the first time). */
void fleet_update(struct fleet *f, uint32_t host, const struct host_state *s);

/* Start a request: nothing tried yet. */
void fleet_begin(struct fleet *f, struct fleet_request *r);
/* The next candidate, or FLEET_NONE. */
uint32_t fleet_next(struct fleet *f, struct fleet_request *r);

#endif
