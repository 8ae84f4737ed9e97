/*
 * The hosts a choice is made among. The index knows two sums of every host, free
 * memory and free vCPUs, and finds candidates by them; for everything else there is the
 * host's state.
 */
#ifndef CHOICE_FLEET_H
#define CHOICE_FLEET_H

#include <stdbool.h>
#include <stdint.h>

#include "choice/choice.h"
#include "choice/fragment.h"
#include "plan/host_state.h"

/* Zero-initialise; fleet_init allocates, fleet_release frees. Choices read it. */
struct fleet {
	const struct choice *choice;
	const struct host_state *const *state; /* nr_hosts; the caller's, who keeps them current */
	uint32_t nr_hosts;
	uint32_t leaves; /* power of two >= nr_hosts */
	/* Trees of maxima: [1] is the root, [leaves + i] host i. */
	int64_t *free_bytes;
	uint32_t *free_vcpus;
	/* Hosts already tried for the current request carry its number. */
	uint64_t *tried;
	uint64_t request;
	/* What zones asked for so far, for choices that learn: shares of a node's memory. */
	struct fragment asked;
	uint64_t last_ordinal;
};

/* `state` must outlive the fleet. */
void fleet_init(struct fleet *f, const struct choice *choice, const struct host_state *const *state,
		uint32_t nr_hosts);
void fleet_release(struct fleet *f);
/* The host's state has changed. O(log hosts). */
void fleet_update(struct fleet *f, uint32_t host);

/* Start a request: nothing tried yet. */
void fleet_begin(struct fleet *f, struct choice_request *r);
/* The next host to ask, or HOST_NONE. */
uint32_t fleet_next(struct fleet *f, struct choice_request *r);
/* This host is not to be asked in the request that has begun. True: it has room in sum, and
 * was not barred before. */
bool fleet_bar(struct fleet *f, uint32_t host, const struct choice_request *r);

/* For choices. */

/* Of node i of the trees: could a host below it have room in sum? Exact for leaves. */
static inline bool fleet_has_room(const struct fleet *f, uint32_t i, const struct choice_request *r)
{
	return f->free_bytes[i] >= r->bytes && f->free_vcpus[i] >= r->vcpus;
}

static inline bool fleet_host_has_room(const struct fleet *f, uint32_t host,
				       const struct choice_request *r)
{
	return fleet_has_room(f, f->leaves + host, r);
}

/* Is the host a candidate? */
static inline bool fleet_may_take(const struct fleet *f, uint32_t host,
				  const struct choice_request *r)
{
	return fleet_has_room(f, f->leaves + host, r) && f->tried[host] != f->request;
}

/* Lowest host with room from r->after on, or HOST_NONE. O(log hosts) for most fleets. */
uint32_t fleet_lowest(const struct fleet *f, const struct choice_request *r);
/* Any candidate, each as likely as any other, or HOST_NONE. */
uint32_t fleet_draw(const struct fleet *f, const struct choice_request *r);

/* The vCPUs that the host takes in all: its limit, or its CPUs where it has none. */
uint32_t host_vcpu_capacity(const struct host_state *s);
/* On how many nodes of the host the zone is to live: as many as it asks for, else as many
 * of the largest as its vCPUs need. From 1 on; more than the host has for a zone too large. */
uint32_t zone_nodes_on(const struct zone *z, const struct host *h);

#endif
