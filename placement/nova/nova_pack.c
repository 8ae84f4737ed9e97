/*
 * Nova with hw:cpu_policy=dedicated and packing_host_numa_cells_allocation_strategy=True:
 * host cells with least room first, so that large ones stay whole for large guests, and
 * the first cell fills first (LP#1940668).
 *
 * Source: openstack/nova 00a030403f67, nova/virt/hardware.py
 * (numa_fit_instance_to_host).
 */
#include "placement/nova/nova.h"
#include "placement/policies.h"

static int place(const struct policy_input *in, struct plan *out, struct error *err)
{
	static const struct nova_rules rules = {.pack = true};

	return nova_place(in, &rules, out, err);
}

const struct policy policy_nova_pack = {
	.name = "nova-pack",
	.summary = "OpenStack, dedicated CPUs, cells with least room first",
	.source = "openstack/nova 00a030403f67: nova/virt/hardware.py, "
		  "nova/scheduler/filters/numa_topology_filter.py",
	.place = place,
	.heeds_count = true,
	.capacity = nova_capacity,
	.remembers = true,
	.books_by_vnode = true,
};
