/*
 * Nova with hw:numa_nodes and shared CPUs: a cell takes vCPUs to 16 times its CPUs and
 * memory to 1.5 times its own (cpu_allocation_ratio, ram_allocation_ratio).
 *
 * Source: openstack/nova 00a030403f67, nova/virt/hardware.py
 * (_numa_fit_instance_cell).
 */
#include "placement/nova/nova.h"
#include "placement/policies.h"

static int place(const struct policy_input *in, struct plan *out, struct error *err)
{
	static const struct nova_rules rules = {.shared = true};

	return nova_place(in, &rules, out, err);
}

const struct policy policy_nova_shared = {
	.name = "nova-shared",
	.summary = "OpenStack, shared CPUs with the default overcommit, spread",
	.source = "openstack/nova 00a030403f67: nova/virt/hardware.py, "
		  "nova/scheduler/filters/numa_topology_filter.py",
	.place = place,
	.heeds_count = true,
	.remembers = true,
	.books_by_vnode = true,
};
