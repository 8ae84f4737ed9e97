#include "placement/policies.h"

#include <string.h>

#include "base/units.h"
#include "placement/device.h"
#include "placement/explain.h"

const struct policy *const policies[] = {
	&policy_edera_compact,
	&policy_edera_scatter,
	&policy_flat,
	&policy_libxl_plain,
	&policy_libxl_4_17,
	&policy_libxl_fixed,
	&policy_xapi_any,
	&policy_xapi_best_effort,
	&policy_xapi_prio_mem_only,
	&policy_nova,
	&policy_nova_pack,
	&policy_nova_shared,
	&policy_k8s_none,
	&policy_k8s_best_effort,
	&policy_k8s_restricted,
	&policy_k8s_single_numa_node,
	&policy_k8s_best_effort_closest,
	&policy_k8s_restricted_closest,
	&policy_k8s_best_effort_distribute,
	&policy_k8s_restricted_distribute,
	&policy_k8s_best_effort_socket,
	&policy_k8s_restricted_socket,
	&policy_k8s_best_effort_16,
	&policy_k8s_restricted_16,
	&policy_k8s_single_numa_node_16,
	&policy_numad,
	&policy_incus_balanced,
	&policy_random,
	&policy_round_robin,
	&policy_first_touch,
	&policy_esxi,
	&policy_hyper_v,
	&policy_slit_spill,
	&policy_mem_aware,
	&policy_set_distance,
	&policy_bandwidth,
	&policy_homenode,
	&policy_oracle,
	NULL,
};

const struct policy *policy_find(const char *name)
{
	for (const struct policy *const *p = policies; *p; p++) {
		if (strcmp((*p)->name, name) == 0)
			return *p;
	}
	return NULL;
}

static int short_of_memory(const struct policy_input *in, struct error *err)
{
	int64_t asked = zone_boot_bytes(in->zone);
	int64_t there = in->state->total_free_bytes;
	char a[32], b[32], c[32];

	if (!err)
		return ERR_NO_ROOM;
	return error_set(err, ERR_NO_ROOM,
			 "%s of memory asked at boot, host %s has %s free: %s short",
			 bytes_text(asked, a, sizeof(a)), in->host->name,
			 bytes_text(there, b, sizeof(b)), bytes_text(asked - there, c, sizeof(c)));
}

static int short_of_vcpus(const struct policy_input *in, struct error *err)
{
	const struct host_state *s = in->state;

	if (!err)
		return ERR_NO_ROOM;
	return error_set(err, ERR_NO_ROOM,
			 "%u vCPUs asked, host %s takes %u and has %u already: %u short",
			 in->zone->vcpus, in->host->name, s->vcpus_limit, s->total_vcpus,
			 in->zone->vcpus - (s->vcpus_limit - s->total_vcpus));
}

/* What holds whatever the policy. */
static int check_host(const struct policy_input *in, struct error *err)
{
	const struct host_state *s = in->state;
	const struct zone *z = in->zone;
	uint32_t limit = s->vcpus_limit > s->total_vcpus ? s->vcpus_limit - s->total_vcpus : 0;

	if (z->nr_devices) {
		int rc = device_check(in, err);

		if (rc)
			return rc;
	}
	if (zone_boot_bytes(z) > s->total_free_bytes)
		return short_of_memory(in, err);
	if (z->vcpus > limit)
		return short_of_vcpus(in, err);
	if (z->vcpus > in->host->nr_cpus && (z->numa_nodes == 0 || in->host->nr_cpus == 0))
		return error_set(err, ERR_NO_ROOM, "%u vCPUs asked, host %s has %u CPUs", z->vcpus,
				 in->host->name, in->host->nr_cpus);
	return 0;
}

static void explain_spill(const struct plan *p, struct explain *why)
{
	char bytes[32];

	for (uint32_t i = 0; i < p->nr_memory; i++) {
		const struct plan_memory *m = &p->memory[i];
		uint32_t home = p->vnode[m->vnode].node;

		if (m->node == home)
			continue;
		explain_add(why, "spill: %s of node %u's share is on node %u (distance %u), %s%s",
			    bytes_text(m->bytes, bytes, sizeof(bytes)), node_name(p->host, home),
			    node_name(p->host, m->node), host_distance(p->host, home, m->node),
			    p->memory_rule == PLAN_MEMORY_NEAREST
				    ? "the nearest with room"
				    : "where Xen's allocator looks next",
			    p->told == PLAN_TOLD_VNUMA ? "; the guest's map does not know"
						       : "; the guest does not know");
	}
}

/* check_host() saw to it that there are enough. */
static void fill_devices(const struct policy_input *in, struct plan *p)
{
	bool filled = plan_fill_devices(p, in->state);

	BUG_ON(!filled);
	for (uint32_t i = 0; in->why && i < p->nr_devices; i++) {
		nodeset owners = in->host->device[p->device[i]].nodes;
		struct sentence s;

		if (plan_zone_names(in->zone, in->host, p->device[i]))
			continue;
		sentence_set(&s, "asked for by class: device %s, ", plan_device_name(p, i));
		if (owners) {
			sentence_add(&s, "on node ");
			sentence_add_nodes(&s, in->host, owners);
		} else {
			sentence_add(&s, "its node unknown");
		}
		explain_add(in->why, "%s", s.text);
	}
}

int policy_place(const struct policy *policy, const struct policy_input *in, struct plan *out,
		 struct error *err)
{
	int rc = check_host(in, err);

	if (rc)
		return rc;
	out->soft = false;
	out->booked = 0;
	out->again = 0;
	out->memory_rule = PLAN_MEMORY_OWN_NODE;
	out->nr_devices = 0;
	rc = policy->place(in, out, err);
	if (rc)
		return rc;
	if (in->zone->nr_devices)
		fill_devices(in, out);
	plan_assert(out);
	if (in->why && out->spilled_bytes)
		explain_spill(out, in->why);
	return 0;
}
