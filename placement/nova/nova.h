/*
 * Nova's fit of a guest's NUMA cells to a host's.
 *
 * Source: openstack/nova 00a030403f67, nova/virt/hardware.py
 * (numa_get_constraints, _get_numa_topology_auto, numa_fit_instance_to_host,
 * _numa_fit_instance_cell), nova/scheduler/filters/numa_topology_filter.py.
 *
 * A guest has k equal cells; vCPUs and MiB that k does not divide are refused
 * (ImageNUMATopologyAsymmetric). With more host cells than guest cells the host's
 * are sorted by available memory, then by CPUs, then by free PCI devices, each
 * sort stable and the last one strongest; spread takes those with most first,
 * pack those with least, and without a PCI request cells with devices come last.
 * The first permutation of k cells wins where every guest cell fits and every PCI
 * device has its node among them, so many of a class ("2xgpu") their free ones (of
 * several classes each alone: a guest that takes two may be refused a set that has
 * both only together). Memory is bound strictly. Distances count for
 * nothing.
 *
 * Nova walks n!/(n-k)! permutations. All cells of the guest are alike here, so a
 * host cell fits all or none, and the first permutation that fits is the first k
 * fitting cells in order that cover the devices: found directly, the same answer.
 *
 * Our reading where a flavour would say it: a zone without numa_nodes gets
 * ceil(vCPUs / CPUs of the largest cell) cells, as whoever wrote the flavour for
 * this host would have put into hw:numa_nodes. [pci] device_spec lists network
 * devices and whatever a zone asks for. Ratios are Nova's defaults, 16 for CPUs
 * and 1.5 for memory. Siblings are not told apart: a cell has CPUs, not cores.
 */
#ifndef PLACEMENT_NOVA_H
#define PLACEMENT_NOVA_H

#include <stdbool.h>

#include "placement/policy.h"

struct nova_rules {
	bool shared; /* cpu_policy shared, else dedicated */
	bool pack; /* packing_host_numa_cells_allocation_strategy */
};

int nova_place(const struct policy_input *in, const struct nova_rules *rules, struct plan *out,
	       struct error *err) MUST_USE;
/* capacity_one_node() for zones of one dedicated cell. */
int64_t nova_capacity(const struct policy_input *in);

#endif
