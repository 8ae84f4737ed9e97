/*
 * What a hypervisor takes for a zone beside the zone's own memory (option
 * overhead=xen; default: nothing). Xen 4.17 with nested paging:
 *
 *   - pages of Xen's own heap, for the domain, its vCPUs and its tables: on the node of
 *     dom0's CPU, which is the first;
 *   - 256 pages of its second-level page tables when the domain is made, round all
 *     nodes of the host, since it has no affinity yet (hap_enable(), xen/arch/x86/mm/hap),
 *     and a few more of the same kind (virtual APICs and the like);
 *   - the rest of 256 pages a vCPU and one a MiB, round the zone's nodes, before its
 *     memory (libxl__get_required_paging_memory(), tools/libs/light/libxl_utils.c);
 *   - special pages behind its memory, round the zone's nodes: console, xenstore,
 *     start info, ACPI tables (alloc_magic_pages_hvm(), tools/libs/guest/xg_dom_x86.c).
 *
 * All come in single pages by the rule of allocator_xen and go back at stop. Where it
 * is said above, the counts are the source's; the few pages of the first two kinds were
 * counted on a 4.17.7, for guests of one and of two vCPUs.
 */
#ifndef SIM_OVERHEAD_H
#define SIM_OVERHEAD_H

#include "sim/sim_impl.h"

/* A domain is made with 17; a Linux that runs has put Xen's shared page over one of its
 * own pages, and that one is back (XENMAPSPACE_shared_info). */
#define OVERHEAD_SPECIAL_PAGES 16
/* What a zone has more than these is nothing special. */
#define OVERHEAD_SPECIAL_PAGES_MAX 32

/* All of it for this plan; 0 without the option. */
int64_t overhead_bytes(const struct sim *sim, const struct plan *p);

/* Before the zone's memory is taken, and behind it. What the host lacks is not taken. */
void overhead_before(struct sim *sim, struct sim_zone *z, const struct plan *p);
void overhead_behind(struct sim *sim, struct sim_zone *z);
/* What is held for the zone is none of the run's. */
void overhead_none(struct sim *sim, struct sim_zone *z);
/* The zone was found to have this many special pages, not fewer than above. */
void overhead_set_special(struct sim *sim, struct sim_zone *z, int64_t pages);
/* Give everything back. */
void overhead_stop(struct sim *sim, struct sim_zone *z);

#endif
