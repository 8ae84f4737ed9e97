/* vCPUs of a zone as its vnodes, where the guest was told of none: those that may run on the same
 * nodes and prefer the same are one. */
#ifndef LIVE_VCPUS_H
#define LIVE_VCPUS_H

#include "live/sample.h"

struct live_vcpu {
	nodeset runs_on, prefers;
};

/* Sets z's vnodes, in the order of the first vCPU of each, and vcpus. None: one vnode that may run
 * nowhere. What is beyond NODES_MAX vnodes is with the last. */
void live_zone_set_vcpus(struct live_zone *z, const struct live_vcpu *vcpu, uint32_t nr);

#endif
