/*
 * Edera's placement, shared by edera-compact and edera-scatter.
 *
 * From "NUMA Part 2: NUMA-Aware Zone Placement" (the seed):
 *  - how many nodes: enough for the vCPUs, or exactly the number asked for, and
 *    then the launch fails when it cannot be met; memory does not drive it;
 *  - the first node: the one that owns the zone's devices, else the one with
 *    most free memory;
 *  - the rest: nearest to the first by SLIT (compact), or farthest (scatter);
 *  - vCPUs float over their node's CPUs and never leave it;
 *  - memory is asked on each chosen node; what does not fit goes elsewhere and
 *    the guest's map does not know, except where a node count was asked for;
 *  - PV zones are placed the same way and are told nothing.
 *
 * Where the seed is silent, this is what we do, and why:
 *  - Only nodes with CPUs and memory hold a vnode. The others still give memory.
 *    Where all of those have too few CPUs for the vCPUs and no count was asked for,
 *    nodes without memory lend theirs, in the same order, for the vCPUs that are left
 *    over: the alternative is a refusal. Their memory is that of the others, the guest
 *    is told nothing, and a warning says so.
 *  - Slower memory (host_node.memory) is chosen after all other, except where it is
 *    the zone's devices' node; a device's own memory never. What spills goes where
 *    Xen's allocator looks, which knows no kinds: ascending ids, and Linux numbers
 *    slower memory last. A warning says how much is there.
 *  - Ties: more free memory, then the lower id. It is the seed's own measure of
 *    headroom, and the id makes it repeatable.
 *  - The rest are measured against the first node only (its SLIT row), as the
 *    seed says; not against each other. Rows matter where a SLIT is asymmetric.
 *  - Automatic count: nodes are taken in that order until their CPUs suffice,
 *    which on uniform hosts is ceil(vcpus / CPUs a node). vCPUs pinned by other
 *    zones are not looked at: no rule of the seed does, CPUs are shared, and
 *    admission by vCPUs is host-wide (policy_place).
 *  - vCPUs are split evenly, earlier nodes take the remainder; a node takes no
 *    more vCPUs than it has CPUs, the others then take more. Memory is split
 *    evenly in whole pages, earlier nodes take the remainder, whatever the vCPU
 *    split: a guest's memory is interleaved or first-touched by any of them, and
 *    asking for more nodes is how one asks for more memory near by.
 *  - A zone on one node is told nothing: PLAN_TOLD_FLAT, as a PV zone is. The seed
 *    has it so ("not even tell the pod that NUMA exists"; for such a zone "one flat
 *    node and the truth are the same thing"), a map of one node holds no decision for
 *    the guest, it costs the guest tables and the kernel its NUMA balancing, and
 *    without it every toolstack can build the zone. One node asked for by number is
 *    one node too. What of it spills is not known to the guest either way.
 *  - Explicit count: a node holds a vnode only when its share is free on it, the
 *    first node too; when the device's node has no room the launch fails. So an
 *    explicit count never spills. The count is for the memory budget, so with dynamic
 *    memory a node must be large enough for its share of the maximum as well: else no
 *    balloon could ever keep the map true, and the launch fails. That it be free at
 *    launch is not asked, for then dynamic memory would hold what it lends out; where
 *    it is not, a warning has both figures. Where nodes differ in CPUs and the preferred
 *    ones have too few together, the preference order holds among those choices
 *    that can still be completed.
 *  - A zone that asks for compact or scatter gets it under either policy.
 */
#ifndef PLACEMENT_EDERA_H
#define PLACEMENT_EDERA_H

#include <stdbool.h>

#include "placement/policy.h"

int edera_place(const struct policy_input *in, bool scatter, struct plan *out,
		struct error *err) MUST_USE;

#endif
