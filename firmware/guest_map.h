/*
 * What a guest is told of its nodes, free of any encoding: which CPUs and which
 * memory belong to which node ("proximity domain" in ACPI's words), how far the
 * nodes are from each other, how fast. Made from a plan, or read from tables.
 *
 * Domains are the plan's vnodes, in its order. A guest that is told "flat" has
 * one domain with everything in it.
 *
 * CPUs. A vCPU floats over all CPUs of its node, so to tell it of hyperthread
 * siblings would be untrue: a core has one thread. The x2APIC id is
 *	vnode << core_bits | number within the vnode
 * with core_bits wide enough for the largest vnode, so that every vnode is a
 * package of its own and counts that are no powers of two leave ids unused.
 * Within a vnode the vCPUs that are online at boot come first.
 *
 * Memory. A balloon moves below the maximum, so the map always covers the whole
 * maximum; a dynamic zone's shares are those of the plan scaled up, in whole
 * pages. Domains follow each other in guest addresses, in vnode order; a domain
 * that crosses a hole has two ranges.
 *
 * Distances. Those of the host between the chosen nodes, as the guest's kernel
 * wants them (ACPI 6.4, 5.2.17): 10 for a node itself, more for every other. A
 * host whose diagonal is not 10 has its row scaled by it, to the nearest. 255
 * means unreachable and 0-9 are reserved, so what is left outside of 11..254 is
 * clamped to that. Asymmetry stays.
 *
 * Latency and bandwidth. Copied for every kind of which the host knows (grade
 * firmware or measured) at least one figure between the chosen nodes; a pair
 * without a figure is 0, "not provided". From domains with CPUs to domains with
 * memory. Latencies are ns. Bandwidths are MB/s: measured MiB/s are converted,
 * while what the firmware said comes through hwloc without conversion and goes
 * back as it came. A figure too large for 16 bits makes the unit coarser.
 */
#ifndef FIRMWARE_GUEST_MAP_H
#define FIRMWARE_GUEST_MAP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/alloc.h"
#include "plan/plan.h"

struct guest_cpu {
	uint32_t uid; /* the vCPU's number; ACPI's processor UID, from which a guest
		       * under Xen knows its vCPU */
	uint32_t apic_id; /* x2APIC id */
	uint32_t domain;
	bool online; /* at boot; the rest may be added later */
};

struct guest_range {
	uint64_t base, bytes;
	uint32_t domain;
};

/* ACPI 6.4, table 5.131 ("data type"); those that a host can know. */
enum guest_matrix_kind {
	GUEST_READ_LATENCY = 1,
	GUEST_READ_BANDWIDTH = 4,
	GUEST_WRITE_BANDWIDTH = 5,
};

#define GUEST_MATRICES_MAX 8

/* entry x unit is picoseconds or MB/s; 0 unknown, 0xffff unreachable. */
struct guest_matrix {
	uint8_t kind;
	uint64_t unit;
	uint32_t nr_initiators, nr_targets;
	uint32_t *initiator, *target; /* domains */
	uint16_t *entry; /* row: initiator, column: target */
};

/* Memory of a domain and the domain whose CPUs are next to it. */
struct guest_memory {
	uint32_t domain;
	bool has_initiator;
	uint32_t initiator;
};

/* Zero-initialise; guest_map_release() frees all and leaves it zeroed. */
struct guest_map {
	uint32_t nr_domains;
	uint32_t core_bits; /* not part of the tables, but of the ids in them */
	uint32_t nr_cpus, nr_ranges, nr_memories, nr_matrices;
	struct guest_cpu *cpu; /* ascending uid when made from a plan */
	struct guest_range *range; /* ascending */
	uint8_t *distance; /* nr_domains x nr_domains, row = from */
	struct guest_memory *memory;
	struct guest_matrix matrix[GUEST_MATRICES_MAX];
	struct arena arena;
};

/* Where a guest's machine has no memory. */
enum guest_layout {
	/* A Xen PVH guest: memory from 0 to 0xfc000000, where ACPI tables, special pages
	 * and the local APIC begin (xen/include/public/arch-x86/xen.h and
	 * tools/libs/light/libxl_dom.c), the rest from 4 GiB. */
	GUEST_PVH,
	/* QEMU's q35: memory below 0xb0000000, or 0x80000000 when there are 0xb0000000
	 * bytes or more, the rest from 4 GiB (pc_q35_init() in hw/i386/pc_q35.c); no
	 * memory from 640 KiB to 1 MiB, which the guest loses. */
	GUEST_Q35,
};

/* Why this zone cannot be told anything; NULL when it can. PV guests have no ACPI
 * tables and see a synthetic, flat CPUID. */
const char *guest_untold(const struct zone *z);

/* A zone for which guest_untold() gives a reason is a bug. */
void guest_map_make(struct guest_map *out, const struct plan *p, enum guest_layout layout);
void guest_map_release(struct guest_map *m);

/* The distance that is told for `far` on a host whose own distance is `own`. */
uint8_t guest_distance(uint32_t far, uint32_t own);
/* What is told between two vnodes of a plan: 10 for one and itself. */
uint8_t guest_vnode_distance(const struct plan *p, uint32_t from, uint32_t to);

#endif
