/* Which CPUs. */
#ifndef PLACEMENT_KUBELET_CPUS_H
#define PLACEMENT_KUBELET_CPUS_H

#include <stdint.h>

#include "placement/kubelet/kubelet_rules.h"
#include "placement/policy.h"

/* The CPU manager's pool, and what it hands out of it. */
struct kubelet_cpus {
	const struct host *host;
	uint32_t free_cpus[NODES_MAX];
	uint32_t vcpus[NODES_MAX], whole[NODES_MAX]; /* handed out; on whole cores of it */
	uint32_t first[NODES_MAX]; /* of the node's cores */
	uint16_t core_free[CPUS_MAX];
};

void kubelet_cpus_init(struct kubelet_cpus *c, const struct policy_input *in);
/* Nodes of the packages of `nodes`, with CPUs. */
nodeset kubelet_sockets(const struct host *h, nodeset nodes);
unsigned kubelet_count_sockets(const struct host *h, nodeset nodes);
/* takeByTopology: `want` CPUs of `nodes`. ERR_NO_ROOM with the CPU manager's words. */
int kubelet_take_cpus(struct kubelet_cpus *c, const struct kubelet_rules *rules, nodeset nodes,
		      uint32_t want, struct error *err) MUST_USE;

#endif
