/*
 * The hosts a choice is made among. The index knows two sums of every host, free
 * memory and free vCPUs, and finds candidates by them; for everything else there is the
 * host's state.
 */
#ifndef CHOICE_FLEET_H
#define CHOICE_FLEET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/lanes.h"
#include "choice/choice.h"
#include "choice/fragment.h"
#include "plan/host_state.h"

/* What a group of hosts, or the best of as many groups of them, have free in sum, as the index
 * counts it: whole pages, and no more than FLEET_MOST of anything. Few large groups: each level
 * waits for the one above. */
struct fleet_sums {
	int32_t pages[LANES], vcpus[LANES];
};

#define FLEET_GROUP LANES
#define FLEET_MOST INT32_MAX
#define FLEET_LEVELS_MAX 7 /* 32^7 > 2^32 */

struct fleet_index; /* choice/index.h */

/* Zero-initialise; fleet_init allocates, fleet_release frees. Choices read it. */
struct fleet {
	const struct choice *choice;
	const struct fleet_index *index; /* as this processor does it best */
	const struct host_state *const *state; /* nr_hosts; the caller's, who keeps them current */
	uint32_t nr_hosts;
	/* Maxima: level[0] is the hosts, an entry above stands for a group of those below, the
	 * last level is one group. Changes end at the first level that they do not change. */
	struct fleet_sums *level[FLEET_LEVELS_MAX];
	unsigned top; /* the last level */
	uint32_t *tried; /* by host: number of the last request that it was tried for */
	uint32_t request; /* number of the current one */
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
/* It will be, soon. */
static inline void fleet_expect(const struct fleet *f, uint32_t host)
{
	fetch_line(&f->level[0][host / FLEET_GROUP].pages[host % FLEET_GROUP]);
	fetch_line(&f->level[0][host / FLEET_GROUP].vcpus[host % FLEET_GROUP]);
}

/* Start a request: nothing tried yet. */
void fleet_begin(struct fleet *f, struct choice_request *r);
/* The next host to ask, or HOST_NONE. */
uint32_t fleet_next(struct fleet *f, struct choice_request *r);
/* This host is not to be asked in the request that has begun. True: it has room in sum, and
 * was not barred before. */
bool fleet_bar(struct fleet *f, uint32_t host, const struct choice_request *r);

/* For choices. */

static inline int32_t fleet_pages(const struct fleet *f, uint32_t host)
{
	return f->level[0][host / FLEET_GROUP].pages[host % FLEET_GROUP];
}

static inline int32_t fleet_vcpus(const struct fleet *f, uint32_t host)
{
	return f->level[0][host / FLEET_GROUP].vcpus[host % FLEET_GROUP];
}

static inline bool fleet_host_has_room(const struct fleet *f, uint32_t host,
				       const struct choice_request *r)
{
	return fleet_pages(f, host) >= r->counted_pages &&
	       fleet_vcpus(f, host) >= r->counted_vcpus &&
	       (r->counted_pages < FLEET_MOST || f->state[host]->total_free_bytes >= r->bytes);
}

/* Is the host a candidate? */
static inline bool fleet_may_take(const struct fleet *f, uint32_t host,
				  const struct choice_request *r)
{
	return fleet_host_has_room(f, host, r) && f->tried[host] != f->request;
}

/* Lowest host with room from r->after on, or HOST_NONE. O(log hosts) for most fleets. */
uint32_t fleet_lowest(const struct fleet *f, const struct choice_request *r);
/* Any candidate, each as likely as any other, or HOST_NONE. */
uint32_t fleet_draw(const struct fleet *f, const struct choice_request *r);

/* The vCPUs that the host still takes; UINT32_MAX less what it has where it has no limit. */
static inline uint32_t host_free_vcpus(const struct host_state *s)
{
	return s->vcpus_limit > s->total_vcpus ? s->vcpus_limit - s->total_vcpus : 0;
}

/* The vCPUs that the host takes in all: its limit, or its CPUs where it has none. */
uint32_t host_vcpu_capacity(const struct host_state *s);
/* On how many nodes of the host the zone is to live: as many as it asks for, else as many
 * of the largest as its vCPUs need. From 1 on; more than the host has for a zone too large. */
uint32_t zone_nodes_on(const struct zone *z, const struct host *h);

#endif
