/*
 * Nova with hw:cpu_policy=dedicated and the default order of host cells: most room
 * first ([compute] packing_host_numa_cells_allocation_strategy=False).
 *
 * Source: openstack/nova 00a030403f67, nova/virt/hardware.py
 * (_numa_fit_instance_cell, _pack_instance_onto_cores, numa_fit_instance_to_host).
 */
#include "placement/nova/nova.h"
#include "placement/policies.h"

static int place(const struct policy_input *in, struct plan *out, struct error *err)
{
	static const struct nova_rules rules = {0};

	return nova_place(in, &rules, out, err);
}

const struct policy policy_nova = {
	.name = "nova",
	.summary = "OpenStack, dedicated CPUs, cells with most room first (spread)",
	.source = "openstack/nova 00a030403f67: nova/virt/hardware.py, "
		  "nova/scheduler/filters/numa_topology_filter.py",
	.place = place,
	.heeds_count = true,
	.capacity = nova_capacity,
	.remembers = true,
	.books_by_vnode = true,
};
