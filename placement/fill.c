#include "placement/fill.h"

#include "base/units.h"

void fill_order(const struct policy_input *in, const uint8_t *node, uint32_t nr, struct plan *out)
{
	out->zone = in->zone;
	out->host = in->host;
	out->told = PLAN_TOLD_FLAT;
	out->pinned = true;
	out->nodes = 0;
	out->nr_vnodes = nr;
	for (uint32_t i = 0; i < nr; i++) {
		out->vnode[i] = (struct plan_vnode){.node = node[i]};
		out->nodes |= nodeset_of(node[i]);
	}
}

void fill_nodes(const struct policy_input *in, nodeset nodes, struct plan *out)
{
	uint8_t order[NODES_MAX];
	uint32_t nr = 0;
	unsigned node;

	nodeset_for_each (node, nodes) {
		order[nr++] = (uint8_t)node;
	}
	fill_order(in, order, nr, out);
}

nodeset fill_usable(const struct policy_input *in)
{
	const struct host *h = in->host;
	nodeset fast = h->usable_nodes & ~h->slow_nodes;
	uint32_t cpus = 0;
	unsigned node;

	if (!h->slow_nodes)
		return h->usable_nodes;
	nodeset_for_each (node, fast)
		cpus += h->node[node].nr_cpus;
	return cpus >= in->zone->vcpus ? fast : h->usable_nodes;
}

enum plan_told fill_told(const struct zone *z, uint32_t nr_vnodes)
{
	return z->virt == ZONE_PV || nr_vnodes == 1 ? PLAN_TOLD_FLAT : PLAN_TOLD_VNUMA;
}

void fill_vcpus(struct plan *out)
{
	const struct host *h = out->host;
	uint32_t left = out->zone->vcpus, level = 1;

	/* one at a time to the first of those with fewest: a zone has few vCPUs */
	for (; left; level++) {
		bool room = false;

		for (uint32_t i = 0; i < out->nr_vnodes && left; i++) {
			uint32_t cpus = h->node[out->vnode[i].node].nr_cpus;

			if (out->vnode[i].vcpus >= level || level > cpus)
				continue;
			room = true;
			out->vnode[i].vcpus++;
			left--;
		}
		if (!room)
			break;
	}
	while (left) {
		uint32_t before = left;

		for (uint32_t i = 0; i < out->nr_vnodes && left; i++) {
			if (!h->node[out->vnode[i].node].nr_cpus)
				continue;
			out->vnode[i].vcpus++;
			left--;
		}
		BUG_ON(left == before);
	}
}

void fill_vcpus_by_memory(struct plan *out)
{
	const struct host *h = out->host;

	for (uint32_t left = out->zone->vcpus; left; left--) {
		struct plan_vnode *best = NULL;

		for (uint32_t i = 0; i < out->nr_vnodes; i++) {
			struct plan_vnode *v = &out->vnode[i];

			if (v->vcpus >= h->node[v->node].nr_cpus)
				continue;
			if (!best || (int128)v->memory_bytes * (2 * best->vcpus + 1) >
					     (int128)best->memory_bytes * (2 * v->vcpus + 1))
				best = v;
		}
		BUG_ON(!best);
		best->vcpus++;
	}
}

static bool takes_memory(const struct plan *out, uint32_t vnode)
{
	nodeset with = out->nodes & out->host->memory_nodes;

	return !with || nodeset_has(with, out->vnode[vnode].node);
}

void fill_memory_evenly(struct plan *out)
{
	int64_t pages = zone_boot_bytes(out->zone) / PAGE_BYTES;
	int64_t nr = 0, i = 0;

	for (uint32_t v = 0; v < out->nr_vnodes; v++)
		nr += takes_memory(out, v);
	for (uint32_t v = 0; v < out->nr_vnodes; v++) {
		if (!takes_memory(out, v))
			continue;
		out->vnode[v].memory_bytes = (pages / nr + (i < pages % nr)) * PAGE_BYTES;
		i++;
	}
}

static int64_t room_pages(const struct host_state *state, nodeset nodes,
			  const struct plan_vnode *vn)
{
	if (!nodeset_has(nodes, vn->node))
		return 0;
	return (state->free_bytes[vn->node] - vn->memory_bytes) / PAGE_BYTES;
}

int64_t fill_memory_by_room(const struct host_state *state, nodeset nodes, struct plan *out)
{
	int64_t left = (zone_boot_bytes(out->zone) - plan_memory_bytes(out)) / PAGE_BYTES;

	while (left) {
		int64_t open = 0, each;

		for (uint32_t v = 0; v < out->nr_vnodes; v++)
			open += room_pages(state, nodes, &out->vnode[v]) > 0;
		if (!open)
			break;
		each = left / open ? left / open : 1;
		for (uint32_t v = 0; v < out->nr_vnodes && left; v++) {
			int64_t here = room_pages(state, nodes, &out->vnode[v]);

			here = here < each ? here : each;
			out->vnode[v].memory_bytes += here * PAGE_BYTES;
			left -= here;
		}
	}
	return left * PAGE_BYTES;
}

int fill_everywhere(const struct policy_input *in, struct plan *out, struct error *err)
{
	fill_nodes(in, in->host->cpu_nodes | in->host->memory_nodes, out);
	out->pinned = false;
	out->memory_rule = PLAN_MEMORY_STRIPED;
	fill_vcpus(out);
	return plan_fill_memory(out, in->state, err);
}

/* The node of `nodes` nearest to `from`; ties: the lower id. */
static unsigned nearest(const struct host *h, unsigned from, nodeset nodes)
{
	unsigned best = nodeset_lowest(nodes), node;

	nodeset_for_each (node, nodes) {
		if (host_distance(h, from, node) < host_distance(h, from, best))
			best = node;
	}
	return best;
}

/* CPUs of nodes without memory to order[0..k); the new k. */
static uint32_t add_memoryless(const struct policy_input *in, uint8_t order[NODES_MAX], uint32_t k,
			       uint32_t *cpus)
{
	const struct host *h = in->host;
	nodeset left = k ? h->cpu_nodes & ~h->memory_nodes : 0;

	while (left && *cpus < in->zone->vcpus) {
		unsigned node = nearest(h, order[0], left);

		left &= ~nodeset_of(node);
		*cpus += h->node[node].nr_cpus;
		order[k++] = (uint8_t)node;
	}
	return k;
}

int fill_in_order(const struct policy_input *in, const uint8_t *order, uint32_t nr,
		  struct plan *out, struct error *err)
{
	uint8_t chosen[NODES_MAX];
	uint32_t homes = 0, k, cpus = 0;

	for (; homes < nr && cpus < in->zone->vcpus; homes++) {
		chosen[homes] = order[homes];
		cpus += in->host->node[order[homes]].nr_cpus;
	}
	k = add_memoryless(in, chosen, homes, &cpus);
	if (cpus < in->zone->vcpus)
		return error_set(err, ERR_NO_ROOM,
				 "%u vCPUs asked, the nodes of host %s with CPUs and memory have "
				 "%u CPUs together",
				 in->zone->vcpus, in->host->name, cpus);
	fill_order(in, chosen, k, out);
	out->told = k > homes ? PLAN_TOLD_FLAT : fill_told(in->zone, k);
	fill_vcpus(out);
	fill_memory_evenly(out);
	return plan_fill_memory(out, in->state, err);
}

uint32_t fill_count(const struct policy_input *in)
{
	uint32_t most = 0;
	unsigned node;

	nodeset_for_each (node, in->host->usable_nodes) {
		if (in->host->node[node].nr_cpus > most)
			most = in->host->node[node].nr_cpus;
	}
	return most ? (in->zone->vcpus + most - 1) / most : 1;
}

nodeset fill_device_nodes(const struct policy_input *in, uint32_t device)
{
	int d = host_find_device(in->host, in->zone->device[device]);

	BUG_ON(d < 0);
	return in->host->device[d].nodes;
}

uint64_t fill_distance_sum(const struct host *h, nodeset nodes)
{
	uint64_t sum = 0;

	for (nodeset a = nodes; a; a &= a - 1) {
		for (nodeset b = nodes; b; b &= b - 1)
			sum += host_distance(h, nodeset_lowest(a), nodeset_lowest(b));
	}
	return sum;
}
