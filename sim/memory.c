#include "sim/memory.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/units.h"
#include "sim/cold.h"
#include "sim/guest.h"
#include "sim/overhead.h"
#include "sim/pieces.h"

struct sim_more *sim_describe(struct sim *sim, struct sim_zone *z)
{
	struct sim_more *m = z->more ? z->more : sim->unused;

	if (z->more)
		return m;
	if (m)
		sim->unused = m->next;
	else
		m = xcalloc(1, sizeof(*m));
	z->more = m;
	m->resident_bytes = z->pages * PAGE_BYTES;
	m->nodes = nodeset_of(z->node);
	m->last_node = z->node;
	m->nr_vnodes = 1;
	m->one_vnode = (struct sim_vnode){z->node, z->vcpus};
	m->nr_devices = m->nr_parts = 0;
	m->flat = true;
	m->paired = m->mixed = false;
	cold_clear(m);
	free(m->guest);
	m->guest = NULL;
	if (m->bound)
		bound_forget(z);
	pieces_add(m, 0, z->node, m->resident_bytes);
	return m;
}

int memory_check_launch(const struct sim *sim, uint32_t host, const struct plan *p,
			struct error *err)
{
	const struct host_state *s = &sim_host(sim, host)->state;
	int64_t need = plan_memory_bytes(p) + overhead_bytes(sim, p);

	if (need > s->total_free_bytes)
		return error_set(err, ERR_NO_ROOM,
				 "zone %s needs %lld MiB, host %s has %lld MiB free", p->zone->name,
				 (long long)(need / MIB), s->host->name,
				 (long long)(s->total_free_bytes / MIB));
	if (p->memory_rule == PLAN_MEMORY_STRIPED ||
	    (sim->allocator->spills && p->memory_rule != PLAN_MEMORY_STRICT))
		return 0;
	for (uint32_t v = 0; v < p->nr_vnodes; v++) {
		uint32_t node = p->vnode[v].node;

		if (p->vnode[v].memory_bytes > s->free_bytes[node])
			return error_set(err, ERR_NO_ROOM,
					 "zone %s needs %lld MiB on node %u of host %s, which has "
					 "%lld MiB free, and no other node's may be taken",
					 p->zone->name, (long long)(p->vnode[v].memory_bytes / MIB),
					 s->host->node[node].os_index, s->host->name,
					 (long long)(s->free_bytes[node] / MIB));
	}
	return 0;
}

/* All of `bytes`, in the extents that the domain builder tries, largest first. */
static void take_all(struct sim *sim, struct sim_zone *z, const struct allocator *a, uint32_t home,
		     int64_t bytes, int64_t got[NODES_MAX])
{
	struct allocator_request r = {
		.affinity = z->more->nodes,
		.home = home,
		.last_node = &z->more->last_node,
	};
	int64_t low = 0;

	for (unsigned e = 0; e < HEAP_EXTENTS && bytes; e++) {
		r.extent = heap_extent_bytes[e];
		r.bytes = bytes - bytes % r.extent;
		if (r.bytes)
			bytes -= a->take(sim_heap(sim, z), &r, got, &low);
	}
	BUG_ON(bytes);
	pieces_add_low(z, low);
}

/* What a vnode's node lacks, from wherever the allocator says, or the nearest nodes
 * when the plan names them. */
static void launch_elsewhere(struct sim *sim, struct sim_zone *z, const struct plan *p,
			     uint32_t vnode, int64_t bytes)
{
	const struct allocator *a =
		p->memory_rule == PLAN_MEMORY_NEAREST ? &allocator_slit : sim->allocator;
	int64_t got[NODES_MAX] = {0};

	take_all(sim, z, a, p->vnode[vnode].node, bytes, got);
	for (unsigned n = 0; n < p->host->nr_nodes; n++)
		pieces_add(z->more, vnode, n, got[n]);
}

/* Extents of 2 MiB came from two nodes in turns, to the end. */
static bool paired(const struct plan *p, const int64_t got[NODES_MAX])
{
	int64_t more;

	if (p->nr_vnodes != 2 || plan_memory_bytes(p) >= GIB)
		return false;
	more = got[p->vnode[0].node] - got[p->vnode[1].node];
	return got[p->vnode[0].node] + got[p->vnode[1].node] == plan_memory_bytes(p) &&
	       more <= 2 * MIB && more >= -2 * MIB;
}

/* A plan that names no node: extents go round its nodes, as Xen deals them. What is
 * not on a vnode's node counts as the first vnode's. */
static void launch_striped(struct sim *sim, struct sim_zone *z, const struct plan *p)
{
	int64_t got[NODES_MAX] = {0};

	take_all(sim, z, &allocator_xen, HEAP_NO_NODE, plan_memory_bytes(p), got);
	z->more->paired = paired(p, got);
	for (uint32_t v = 0; v < p->nr_vnodes; v++) {
		pieces_add(z->more, v, p->vnode[v].node, got[p->vnode[v].node]);
		got[p->vnode[v].node] = 0;
	}
	for (unsigned n = 0; n < p->host->nr_nodes; n++)
		pieces_add(z->more, 0, n, got[n]);
}

bool memory_launch_plain(struct sim *sim, struct sim_zone *z, const struct step *s)
{
	struct sim_host *h = sim_host(sim, s->host);
	const struct plan *p = s->plan;
	const struct plan_vnode *v = &p->vnode[0];
	int64_t low = 0;

	if (p->nr_vnodes != 1 || p->nr_devices || p->memory_rule == PLAN_MEMORY_STRIPED ||
	    sim->keeps_overhead || v->memory_bytes > h->state.free_bytes[v->node] ||
	    !v->memory_bytes || v->memory_bytes / PAGE_BYTES > UINT32_MAX)
		return false;
	/* whole extents first and the rest in pages: all that is asked for */
	(void)heap_take(&h->heap, v->node, v->memory_bytes, PAGE_BYTES, HEAP_ANY, &low);
	h->state.total_free_bytes -= v->memory_bytes;
	h->state.vcpus[v->node] += v->vcpus;
	*z = (struct sim_zone){
		.host = s->host,
		.vcpus = v->vcpus,
		.pages = (uint32_t)(v->memory_bytes / PAGE_BYTES),
		.low_pages = (uint32_t)(low / PAGE_BYTES),
		.node = (uint8_t)v->node,
		.pinned = p->pinned,
	};
	return true;
}

/* What each vnode's node has; *missing is what it lacks. */
static bool launch_at_home(struct sim *sim, struct sim_zone *z, const struct plan *p,
			   int64_t missing[NODES_MAX])
{
	int64_t low = 0;
	bool all = true;

	for (uint32_t v = 0; v < p->nr_vnodes; v++) {
		uint32_t node = p->vnode[v].node;
		int64_t got = heap_take(sim_heap(sim, z), node, p->vnode[v].memory_bytes,
					PAGE_BYTES, HEAP_ANY, &low);

		missing[v] = p->vnode[v].memory_bytes - got;
		all = all && !missing[v];
		pieces_add(z->more, v, node, got);
		z->more->last_node = node;
	}
	pieces_add_low(z, low);
	return all;
}

void memory_launch(struct sim *sim, struct sim_zone *z, const struct plan *p)
{
	int64_t missing[NODES_MAX];

	z->low_pages = 0;
	z->more->nr_parts = 0;
	z->more->last_node = 0;
	z->more->resident_bytes = 0;
	overhead_before(sim, z, p);
	if (p->memory_rule == PLAN_MEMORY_STRIPED)
		launch_striped(sim, z, p);
	else if (!launch_at_home(sim, z, p, missing))
		for (uint32_t v = 0; v < p->nr_vnodes; v++)
			if (missing[v])
				launch_elsewhere(sim, z, p, v, missing[v]);
	pieces_account(sim, z, plan_memory_bytes(p));
	overhead_behind(sim, z);
}

int memory_check_adopt(const struct sim *sim, uint32_t host, const struct plan *p,
		       struct error *err)
{
	const struct host_state *s = &sim_host(sim, host)->state;
	int64_t bytes[NODES_MAX] = {0};

	for (uint32_t i = 0; i < p->nr_memory; i++) {
		uint32_t node = p->memory[i].node;

		bytes[node] += p->memory[i].bytes;
		if (bytes[node] > s->free_bytes[node])
			return error_set(err, ERR_NO_ROOM,
					 "zone %s is to have more of node %u of host %s than there "
					 "is",
					 p->zone->name, s->host->node[node].os_index,
					 s->host->name);
	}
	return 0;
}

void memory_adopt(struct sim *sim, struct sim_zone *z, const struct plan *p)
{
	int64_t low = 0, bytes = 0;

	z->low_pages = 0;
	z->more->nr_parts = 0;
	z->more->last_node = 0;
	z->more->resident_bytes = 0;
	for (uint32_t i = 0; i < p->nr_memory; i++) {
		const struct plan_memory *m = &p->memory[i];

		(void)heap_take(sim_heap(sim, z), m->node, m->bytes, PAGE_BYTES, HEAP_ANY, &low);
		pieces_add(z->more, m->vnode, m->node, m->bytes);
		bytes += m->bytes;
	}
	pieces_add_low(z, low);
	pieces_account(sim, z, bytes);
	overhead_none(sim, z);
}

void memory_stop_plain(struct sim_host *host, const struct sim_zone *z)
{
	int64_t bytes = z->pages * PAGE_BYTES;

	heap_give(&host->heap, z->node, bytes, 0);
	if (z->low_pages)
		host->heap.low_free += z->low_pages * PAGE_BYTES;
	host->state.total_free_bytes += bytes;
}

void memory_stop(struct sim *sim, struct sim_zone *z)
{
	struct sim_host *host = sim_host(sim, z->host);
	const struct sim_more *m = z->more;

	for (uint32_t i = 0; i < m->nr_parts; i++)
		heap_give(&host->heap, m->part[i].node, m->part[i].bytes, 0);
	/* pieces on the low node share one count of low memory */
	if (z->low_pages)
		host->heap.low_free += z->low_pages * PAGE_BYTES;
	z->low_pages = 0;
	host->state.total_free_bytes += m->resident_bytes;
	overhead_stop(sim, z);
}
