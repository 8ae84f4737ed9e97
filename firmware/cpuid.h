/*
 * What CPUID must say of a vCPU's place, for the guests and runtimes that never
 * look at ACPI or sysfs. It agrees with the SRAT because both come from the same
 * guest_map: package = x2APIC id >> core_bits = the vnode.
 *
 *	0000000Bh  Extended Topology Enumeration (Intel SDM, volume 2A, CPUID)
 *	0000001Fh  V2 Extended Topology Enumeration (the same); guests look here first
 *	8000001Eh  Extended APIC ID, Core and Node Identifiers (AMD64 Architecture
 *		   Programmer's Manual, volume 3, E.4.17; needs TopologyExtensions,
 *		   8000_0001h ECX[22]). Its core id has 8 bits; the id in EAX is whole.
 *
 * AMD's own 8000_0026h (volume 3, Extended CPU Topology) tells the same levels
 * for complexes and dies, which a vnode has one of; kernels fall back to 0Bh.
 *
 * A level's count of logical processors includes those that are offline at boot.
 */
#ifndef FIRMWARE_CPUID_H
#define FIRMWARE_CPUID_H

#include <stdint.h>
#include <stdio.h>

#include "firmware/guest_map.h"

struct cpuid_leaf {
	uint32_t leaf, subleaf;
	uint32_t eax, ebx, ecx, edx;
};

#define CPUID_LEAVES 7 /* 0Bh.0-2, 1Fh.0-2, 8000_001Eh */

/* The leaves of the CPU m->cpu[index]. */
void cpuid_leaves(const struct guest_map *m, uint32_t index, struct cpuid_leaf out[CPUID_LEAVES]);

/* cpuid.json; docs/firmware.md has the format. */
void cpuid_print_json(const struct guest_map *m, const char *zone, FILE *out);

#endif
