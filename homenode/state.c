#include <stdlib.h>

#include "base/alloc.h"
#include "base/units.h"
#include "homenode/objects.h"

struct hn_state *hn_state_new(const struct hn_host *h)
{
	struct hn_state *s = xcalloc(1, sizeof(*s));

	BUG_ON(!h->finished);
	host_state_init(&s->state, h->host);
	return s;
}

void hn_state_free(struct hn_state *s)
{
	if (s)
		host_state_release(&s->state);
	free(s);
}

static int check_node(const struct hn_state *s, unsigned node, struct hn_error *err)
{
	const struct host *h = s->state.host;

	return node < h->nr_nodes ? 0
				  : lib_fail(err, HN_USAGE, "host %s has %u nodes and no node %u",
					     h->name, h->nr_nodes, node);
}

int hn_state_set_free_bytes(struct hn_state *s, unsigned node, int64_t bytes, struct hn_error *err)
{
	int rc = check_node(s, node, err);

	if (rc)
		return rc;
	if (bytes < 0 || bytes > s->state.host->node[node].memory_bytes)
		return lib_fail(
			err, HN_USAGE, "node %u has %lld bytes, of which %lld cannot be free", node,
			(long long)s->state.host->node[node].memory_bytes, (long long)bytes);
	host_state_set_free(&s->state, node, bytes / PAGE_BYTES * PAGE_BYTES);
	return 0;
}

int64_t hn_state_free_bytes(const struct hn_state *s, unsigned node)
{
	BUG_ON(node >= s->state.host->nr_nodes);
	return s->state.free_bytes[node];
}

int hn_state_set_vcpus(struct hn_state *s, unsigned node, uint32_t vcpus, struct hn_error *err)
{
	int rc = check_node(s, node, err);

	if (rc)
		return rc;
	if (vcpus > UINT32_MAX - (s->state.total_vcpus - s->state.vcpus[node]))
		return lib_fail(err, HN_USAGE, "so many vCPUs cannot be counted");
	s->state.total_vcpus += vcpus - s->state.vcpus[node];
	s->state.vcpus[node] = vcpus;
	return 0;
}

uint32_t hn_state_vcpus(const struct hn_state *s, unsigned node)
{
	BUG_ON(node >= s->state.host->nr_nodes);
	return s->state.vcpus[node];
}

void hn_state_set_vcpus_limit(struct hn_state *s, uint32_t vcpus)
{
	s->state.vcpus_limit = vcpus ? vcpus : UINT32_MAX;
}

int hn_state_set_device_taken(struct hn_state *s, const char *device, bool taken,
			      struct hn_error *err)
{
	int found = host_find_device(s->state.host, device);

	if (found < 0)
		return lib_fail(err, HN_NO_DEVICE, "host %s has no device %s", s->state.host->name,
				device);
	s->state.device_taken[found] = taken;
	return 0;
}

static int check_plan(const struct hn_state *s, const struct hn_plan *p, struct hn_error *err)
{
	if (!p->filled)
		return lib_fail(err, HN_USAGE, "the plan is empty");
	if (p->plan.host != s->state.host)
		return lib_fail(err, HN_USAGE, "the plan is for host %s, not %s",
				p->plan.host->name, s->state.host->name);
	return 0;
}

/* Bytes that the plan expects on a node. */
static int64_t expected(const struct plan *p, unsigned node)
{
	int64_t bytes = 0;

	for (uint32_t i = 0; i < p->nr_memory; i++)
		if (p->memory[i].node == node)
			bytes += p->memory[i].bytes;
	return bytes;
}

int hn_state_take(struct hn_state *s, const struct hn_plan *plan, struct hn_error *err)
{
	const struct plan *p = &plan->plan;
	int rc = check_plan(s, plan, err);
	uint32_t vcpus = 0;

	for (unsigned n = 0; !rc && n < s->state.host->nr_nodes; n++)
		if (expected(p, n) > s->state.free_bytes[n])
			rc = lib_fail(err, HN_NO_ROOM,
				      "zone %s: node %u has %lld bytes free, not %lld",
				      p->zone->name, s->state.host->node[n].os_index,
				      (long long)s->state.free_bytes[n], (long long)expected(p, n));
	for (uint32_t v = 0; !rc && v < p->nr_vnodes; v++)
		vcpus += p->vnode[v].vcpus;
	if (!rc && vcpus > UINT32_MAX - s->state.total_vcpus)
		rc = lib_fail(err, HN_NO_ROOM, "so many vCPUs cannot be counted");
	for (uint32_t i = 0; !rc && i < p->nr_devices; i++)
		if (s->state.device_taken[p->device[i]])
			rc = lib_fail(err, HN_NO_DEVICE, "zone %s: device %s is taken",
				      p->zone->name, plan_device_name(p, i));
	if (!rc)
		host_state_take(&s->state, p);
	return rc;
}

int hn_state_give(struct hn_state *s, const struct hn_plan *plan, struct hn_error *err)
{
	const struct plan *p = &plan->plan;
	int rc = check_plan(s, plan, err);
	bool taken = !rc && s->state.nr_zones > 0;

	for (unsigned n = 0; taken && n < s->state.host->nr_nodes; n++)
		taken = expected(p, n) <=
			s->state.host->node[n].memory_bytes - s->state.free_bytes[n];
	for (uint32_t v = 0; taken && v < p->nr_vnodes; v++)
		taken = p->vnode[v].vcpus <= s->state.vcpus[p->vnode[v].node];
	for (uint32_t i = 0; taken && i < p->nr_devices; i++)
		taken = s->state.device_taken[p->device[i]];
	if (!rc && !taken)
		rc = lib_fail(err, HN_USAGE, "zone %s was not taken here", p->zone->name);
	if (!rc)
		host_state_give(&s->state, p);
	return rc;
}
