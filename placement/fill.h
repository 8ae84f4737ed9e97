/* Plans put together from a set of nodes: what most policies share. */
#ifndef PLACEMENT_FILL_H
#define PLACEMENT_FILL_H

#include "placement/policy.h"

/* vnodes on `node[0..nr)` in that order, without vCPUs and memory. */
void fill_order(const struct policy_input *in, const uint8_t *node, uint32_t nr, struct plan *out);
void fill_nodes(const struct policy_input *in, nodeset nodes, struct plan *out); /* ascending */

/* Usable nodes for a policy that chooses by itself: without those of slower memory where
 * the others have the CPUs. */
nodeset fill_usable(const struct policy_input *in);

/* What a zone that is told of its nodes is told of so many: nothing of one, which is as
 * flat as what it sees untold (placement/edera/edera.h says why), and PV of none. */
enum plan_told fill_told(const struct zone *z, uint32_t nr_vnodes);

/* Evenly, the remainder to the earlier vnodes, no node above its CPUs while
 * another has room; evenly again when all are full. Some vnode must have CPUs. */
void fill_vcpus(struct plan *out);
/* In proportion to the vnodes' memory, which is dealt out already (Sainte-Lague's
 * divisors; ties: the earlier), no node above its CPUs. The nodes' CPUs must suffice. */
void fill_vcpus_by_memory(struct plan *out);
/* The boot memory evenly in whole pages over the vnodes whose nodes have memory
 * (over all when none has), the remainder to the earlier ones. */
void fill_memory_evenly(struct plan *out);
/* What of the boot memory is not dealt out yet evenly over the vnodes on `nodes`,
 * but a node gives at most what is free on it and others give more. What all of
 * them lack stays undealt: returned, and added to no vnode. */
int64_t fill_memory_by_room(const struct host_state *state, nodeset nodes, struct plan *out);

/* Nobody placed anything: vCPUs float over all CPUs, memory is striped over all
 * nodes, the guest sees one flat node. */
int fill_everywhere(const struct policy_input *in, struct plan *out, struct error *err) MUST_USE;

/* `order[0..nr)` until their CPUs suffice: vCPUs pinned, memory even, the guest told by
 * fill_told(). Where all of them have too few, nodes without memory lend their CPUs, the
 * nearest to the first node first, and the guest is told nothing; ERR_NO_ROOM when those
 * are too few as well. */
int fill_in_order(const struct policy_input *in, const uint8_t *order, uint32_t nr,
		  struct plan *out, struct error *err) MUST_USE;

/* Automatic node count for nodes of this host: ceil(vcpus / CPUs of the largest
 * usable node), at least 1. */
uint32_t fill_count(const struct policy_input *in);

/* Nodes of one of the zone's devices, by the device's number in the zone; 0 when
 * its place is unknown. The device must exist (policy_place() saw to it). */
nodeset fill_device_nodes(const struct policy_input *in, uint32_t device);

/* Mean distance over ordered pairs of the set, each node with itself included,
 * times the number of pairs: an exact integer. */
uint64_t fill_distance_sum(const struct host *h, nodeset nodes);

#endif
