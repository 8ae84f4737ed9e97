/* Nova's CPU policies and cell allocation strategies. */
#include "placement/nova.h"
#include "placement/policies.h"

#define SOURCE                                                                                     \
	"openstack/nova 00a030403f67: nova/virt/hardware.py, "                                     \
	"nova/scheduler/filters/numa_topology_filter.py"

static int spread(const struct policy_input *in, struct plan *out, struct error *err)
{
	static const struct nova_rules rules = {0};

	return nova_place(in, &rules, out, err);
}

static int pack(const struct policy_input *in, struct plan *out, struct error *err)
{
	static const struct nova_rules rules = {.pack = true};

	return nova_place(in, &rules, out, err);
}

static int shared(const struct policy_input *in, struct plan *out, struct error *err)
{
	static const struct nova_rules rules = {.shared = true};

	return nova_place(in, &rules, out, err);
}

const struct policy policy_nova = {
	.name = "nova",
	.summary = "OpenStack, dedicated CPUs, cells with most room first (spread)",
	.source = SOURCE,
	.place = spread,
	.capacity = nova_capacity,
	.remembers = true,
	.books_by_vnode = true,
};

const struct policy policy_nova_pack = {
	.name = "nova-pack",
	.summary = "OpenStack, dedicated CPUs, cells with least room first",
	.source = SOURCE,
	.place = pack,
	.capacity = nova_capacity,
	.remembers = true,
	.books_by_vnode = true,
};

const struct policy policy_nova_shared = {
	.name = "nova-shared",
	.summary = "OpenStack, shared CPUs with the default overcommit, spread",
	.source = SOURCE,
	.place = shared,
	.remembers = true,
	.books_by_vnode = true,
};
