/*
 * What a zone's domain is made of, worked out from its plan before anything is
 * launched: memory piece by piece, vCPU numbers, the CPUID that goes with them, and
 * the map from which its ACPI tables are written. Knows nothing of libxl.
 *
 * vCPU numbers. Xen 4.17 gives vCPU n the APIC id 2n and says so in the MADT, and a
 * guest finds its package by shifting that id (tools/libs/light/libxl_x86_acpi.c,
 * xen/arch/x86/cpuid.c). So that package = vnode, each vnode owns a block of 2^bits
 * numbers, bits as the largest vnode needs; numbers that a vnode has no vCPU for are
 * never online and not in the MADT. A zone that is told of one node is numbered
 * without gaps.
 *
 * Memory. Pieces follow each other in guest addresses, from 0 to 0xfc000000 and from
 * 4 GiB on, vnode after vnode; a vnode's own node comes first, then where the plan
 * expects its spill. The hypervisor is asked for each piece on exactly its node. A
 * zone that is told of several nodes is built with all its memory (Xen refuses
 * populate-on-demand with vNUMA) and ballooned down to its boot size afterwards: what
 * it has beyond that is on its vnodes' own nodes.
 */
#ifndef BACKEND_XEN_GUEST_BUILD_H
#define BACKEND_XEN_GUEST_BUILD_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/guest_map.h"
#include "plan/plan.h"

#define GUEST_VCPUS_MAX 128 /* HVM_MAX_VCPUS, xen/include/public/hvm/hvm_info_table.h */
/* One for each of plan->memory, one more where it crosses the hole below 4 GiB. */
#define GUEST_PIECES_MAX (PLAN_MEMORY_MAX + 1)
/* Xen hands out a domain's memory in whole MiB (xc_dom_mem_init()). */
#define GUEST_MEMORY_UNIT ((int64_t)1 << 20)

struct guest_piece {
	uint64_t base, bytes;
	uint32_t node; /* host node index */
};

struct guest_build {
	bool told; /* of several nodes: needs our ACPI tables */
	bool exact; /* memory is asked for by node; else wherever Xen finds it */
	bool on_demand; /* boots with less than its maximum, by populate-on-demand */
	int64_t build_bytes; /* what the hypervisor must have when it is built */
	uint32_t nr_vnodes;
	uint32_t vnode_node[NODES_MAX]; /* host node index */
	uint32_t nr_vcpus; /* numbers, gaps included */
	uint32_t vcpu_vnode[GUEST_VCPUS_MAX];
	bool vcpu_online[GUEST_VCPUS_MAX];
	uint32_t nr_online, nr_gaps;
	uint32_t core_bits; /* of the APIC id: 1 << core_bits ids a vnode */
	uint32_t nr_pieces;
	struct guest_piece piece[GUEST_PIECES_MAX];
	struct guest_map map; /* APIC ids and uids as above; empty unless told */
};

/*
 * ERR_CANNOT: PV, more vCPUs than Xen allows, not whole MiB of memory, devices (libxl
 * has no passthrough for PVH). guest_build_release() frees; zeroed is fine. The struct
 * is 12 KiB.
 */
int guest_build_make(struct guest_build *out, const struct plan *p, struct error *err) MUST_USE;
void guest_build_release(struct guest_build *b);

/* Is the zone told of several nodes? */
bool guest_build_told(const struct plan *p);
/* Bytes of all pieces on a node. */
int64_t guest_build_on_node(const struct guest_build *b, uint32_t node);

/*
 * Memory that Xen takes for the domain beside its own: page tables of the second level
 * (libxl__get_required_paging_memory(): 1 MiB a vCPU and 8 KiB a MiB) and 1 MiB for
 * vCPUs, special pages and the rest, which was never above 300 KiB.
 */
int64_t guest_build_overhead(const struct guest_build *b, const struct plan *p);

#endif
