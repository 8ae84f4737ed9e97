#include "sim/memory.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/units.h"
#include "sim/overhead.h"

static struct heap *heap_of(const struct sim *sim, const struct sim_zone *z)
{
	return &sim_host(sim, z->host)->heap;
}

/* Bytes from below the DMA width, which is at most 4 GiB: they count in 32 bits. */
static void add_low(struct sim_zone *z, int64_t low)
{
	z->low_pages += (uint32_t)(low / PAGE_BYTES);
}

static void account(struct sim *sim, struct sim_zone *z, int64_t bytes)
{
	z->more->resident_bytes += bytes;
	sim_host(sim, z->host)->state.total_free_bytes -= bytes;
}

/* part * whole / of, for shares of page counts; all >= 0. */
static int64_t share(int64_t part, int64_t whole, int64_t of)
{
	return (int64_t)((int128)part * whole / of);
}

/* --- pieces --------------------------------------------------------------------- */

static void make_room(struct sim_more *m, uint32_t room)
{
	uint32_t cap = m->cap_parts ? m->cap_parts * 2 : 2;

	if (m->cap_parts >= room)
		return;
	cap = cap < room ? room : cap;
	m->part = xreallocarray(m->part, cap, sizeof(*m->part));
	m->cold = xreallocarray(m->cold, cap, sizeof(*m->cold));
	m->cap_parts = cap;
}

static void add_part(struct sim_more *m, uint32_t vnode, uint32_t node, int64_t bytes, int64_t cold)
{
	if (!bytes)
		return;
	for (uint32_t i = 0; i < m->nr_parts; i++) {
		if (m->part[i].vnode == vnode && m->part[i].node == node) {
			m->part[i].bytes += bytes;
			m->cold[i] += cold;
			return;
		}
	}
	make_room(m, m->nr_parts + 1u);
	m->part[m->nr_parts] = (struct plan_memory){vnode, node, bytes};
	m->cold[m->nr_parts++] = cold;
}

static void drop_empty(struct sim_more *m)
{
	uint16_t nr = 0;

	for (uint32_t i = 0; i < m->nr_parts; i++) {
		if (!m->part[i].bytes)
			continue;
		m->part[nr] = m->part[i];
		m->cold[nr++] = m->cold[i];
	}
	m->nr_parts = nr;
}

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
	add_part(m, 0, z->node, m->resident_bytes, 0);
	return m;
}

/* --- launch --------------------------------------------------------------------- */

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
			bytes -= a->take(heap_of(sim, z), &r, got, &low);
	}
	BUG_ON(bytes);
	add_low(z, low);
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
		add_part(z->more, vnode, n, got[n], 0);
}

/* A plan that names no node: extents go round its nodes, as Xen deals them. What is
 * not on a vnode's node counts as the first vnode's. */
static void launch_striped(struct sim *sim, struct sim_zone *z, const struct plan *p)
{
	int64_t got[NODES_MAX] = {0};

	take_all(sim, z, &allocator_xen, HEAP_NO_NODE, plan_memory_bytes(p), got);
	for (uint32_t v = 0; v < p->nr_vnodes; v++) {
		add_part(z->more, v, p->vnode[v].node, got[p->vnode[v].node], 0);
		got[p->vnode[v].node] = 0;
	}
	for (unsigned n = 0; n < p->host->nr_nodes; n++)
		add_part(z->more, 0, n, got[n], 0);
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
		int64_t got = heap_take(heap_of(sim, z), node, p->vnode[v].memory_bytes, PAGE_BYTES,
					HEAP_ANY, &low);

		missing[v] = p->vnode[v].memory_bytes - got;
		all = all && !missing[v];
		add_part(z->more, v, node, got, 0);
		z->more->last_node = node;
	}
	add_low(z, low);
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
	account(sim, z, plan_memory_bytes(p));
	overhead_behind(sim, z);
}

/* --- balloon down ----------------------------------------------------------------- */

/* `bytes` of piece i go back, `cold` of them from the cold pool. */
static void give_piece(struct sim *sim, struct sim_zone *z, uint32_t i, int64_t bytes, int64_t cold)
{
	struct heap *h = heap_of(sim, z);
	int64_t low = 0;

	if (!bytes)
		return;
	if (z->more->part[i].node == h->low_node && z->low_pages) {
		int64_t held = 0;

		for (uint32_t k = 0; k < z->more->nr_parts; k++)
			held += z->more->part[k].node == h->low_node ? z->more->part[k].bytes : 0;
		low = share(bytes / PAGE_BYTES, z->low_pages * PAGE_BYTES, held) * PAGE_BYTES;
		z->low_pages -= (uint32_t)(low / PAGE_BYTES);
	}
	z->more->part[i].bytes -= bytes;
	z->more->cold[i] -= cold;
	heap_give(h, z->more->part[i].node, bytes, low);
}

/* `bytes` of the cold pool, each piece in proportion to its cold pages. */
static void give_cold(struct sim *sim, struct sim_zone *z, int64_t bytes, int64_t total)
{
	int64_t pages = bytes / PAGE_BYTES, before = 0, given = 0;

	for (uint32_t i = 0; i < z->more->nr_parts; i++) {
		int64_t upto;

		before += z->more->cold[i];
		upto = share(pages, before, total);
		give_piece(sim, z, i, (upto - given) * PAGE_BYTES, (upto - given) * PAGE_BYTES);
		given = upto;
	}
}

/* `bytes` of all pages alike. */
static void give_uniform(struct sim *sim, struct sim_zone *z, int64_t bytes, int64_t total)
{
	int64_t pages = bytes / PAGE_BYTES, before = 0, given = 0;

	for (uint32_t i = 0; i < z->more->nr_parts; i++) {
		int64_t here, upto, cold;

		before += z->more->part[i].bytes;
		upto = share(pages, before, total);
		here = upto - given;
		cold = here ? share(here, z->more->cold[i], z->more->part[i].bytes) * PAGE_BYTES
			    : 0;
		give_piece(sim, z, i, here * PAGE_BYTES, cold);
		given = upto;
	}
}

static void shrink(struct sim *sim, struct sim_zone *z, int64_t bytes)
{
	int64_t uniform = share(bytes / PAGE_BYTES, sim->exchange_ppm, 1000000) * PAGE_BYTES;
	int64_t cold_total = 0, cold = bytes - uniform;

	for (uint32_t i = 0; i < z->more->nr_parts; i++)
		cold_total += z->more->cold[i];
	cold = cold < cold_total ? cold : cold_total;
	uniform = bytes - cold;
	if (cold)
		give_cold(sim, z, cold, cold_total);
	if (uniform)
		give_uniform(sim, z, uniform, z->more->resident_bytes - cold);
	account(sim, z, -bytes);
	drop_empty(z->more);
}

/* --- balloon up ------------------------------------------------------------------- */

/* How `want` bytes divide among the vnodes: in proportion to what each lacks of
 * its even share of `target`. */
static void deficits(const struct sim_zone *z, int64_t target, int64_t want,
		     int64_t lack[NODES_MAX])
{
	int64_t pages = target / PAGE_BYTES, sum = 0, before = 0, given = 0;

	for (uint32_t v = 0; v < z->more->nr_vnodes; v++)
		lack[v] = (pages / z->more->nr_vnodes + (v < pages % z->more->nr_vnodes)) *
			  PAGE_BYTES;
	for (uint32_t i = 0; i < z->more->nr_parts; i++)
		lack[z->more->part[i].vnode] -= z->more->part[i].bytes;
	for (uint32_t v = 0; v < z->more->nr_vnodes; v++) {
		lack[v] = lack[v] > 0 ? lack[v] : 0;
		sum += lack[v];
	}
	for (uint32_t v = 0; v < z->more->nr_vnodes; v++) {
		int64_t upto;

		before += lack[v];
		upto = share(want / PAGE_BYTES, before, sum);
		lack[v] = (upto - given) * PAGE_BYTES;
		given = upto;
	}
}

/* Deal the pages of got[] out to the vnodes: each the same mixture. */
static void deal(const struct host *host, struct sim_zone *z, int64_t *got, int64_t total,
		 const int64_t lack[NODES_MAX], int64_t lack_total)
{
	for (uint32_t v = 0; v < z->more->nr_vnodes && total; v++) {
		/* short of memory, every vnode stays short in proportion */
		int64_t mine = share(lack[v] / PAGE_BYTES, total, lack_total), before = 0;
		int64_t given = 0, left = 0;

		for (unsigned n = 0; n < host->nr_nodes; n++) {
			int64_t here, upto;

			before += got[n];
			upto = share(mine, before, total);
			here = (upto - given) * PAGE_BYTES;
			given = upto;
			got[n] -= here;
			left += here;
			add_part(z->more, v, n, here, here);
		}
		total -= left;
		lack_total -= lack[v];
	}
}

static int64_t grow_by_zone(struct sim *sim, struct sim_zone *z, int64_t want,
			    const int64_t lack[NODES_MAX])
{
	struct heap *h = heap_of(sim, z);
	int64_t got[NODES_MAX] = {0}, taken, low = 0;
	struct allocator_request r = {
		.bytes = want,
		.extent = sim->balloon_extent_bytes,
		.affinity = z->more->nodes,
		.home = HEAP_NO_NODE,
		.last_node = &z->more->last_node,
	};

	taken = sim->allocator->take(h, &r, got, &low);
	add_low(z, low);
	if (z->more->nr_vnodes == 1) {
		for (unsigned n = 0; n < h->host->nr_nodes; n++)
			add_part(z->more, 0, n, got[n], got[n]);
		return taken;
	}
	deal(h->host, z, got, taken, lack, want);
	return taken;
}

static int64_t grow_by_vnode(struct sim *sim, struct sim_zone *z, const int64_t lack[NODES_MAX])
{
	struct heap *h = heap_of(sim, z);
	int64_t taken = 0;

	for (uint32_t v = 0; v < z->more->nr_vnodes; v++) {
		int64_t got[NODES_MAX] = {0}, low = 0;
		struct allocator_request r = {
			.extent = sim->balloon_extent_bytes,
			.affinity = z->more->nodes,
			.home = sim_vnodes(z->more)[v].node,
			.last_node = &z->more->last_node,
		};

		r.bytes = lack[v] - lack[v] % r.extent;
		if (!r.bytes)
			continue;
		taken += sim->allocator->take(h, &r, got, &low);
		add_low(z, low);
		for (unsigned n = 0; n < h->host->nr_nodes; n++)
			add_part(z->more, v, n, got[n], got[n]);
	}
	return taken;
}

static void enlarge(struct sim *sim, struct sim_zone *z, int64_t target)
{
	int64_t want = target - z->more->resident_bytes, lack[NODES_MAX], taken;

	want -= want % sim->balloon_extent_bytes;
	if (!want)
		return;
	if (z->more->nr_vnodes > 1)
		deficits(z, target, want, lack);
	else
		lack[0] = want;
	taken = sim->allocator->knows_home ? grow_by_vnode(sim, z, lack)
					   : grow_by_zone(sim, z, want, lack);
	account(sim, z, taken);
}

void memory_resize(struct sim *sim, struct sim_zone *z, int64_t bytes)
{
	int64_t now = sim_resident(z);

	if (bytes == now)
		return;
	(void)sim_describe(sim, z);
	if (bytes < now)
		shrink(sim, z, now - bytes);
	else
		enlarge(sim, z, bytes);
}

/* The vnode that belongs on this node, else the first. */
static uint32_t vnode_on(const struct sim_zone *z, uint32_t node)
{
	for (uint32_t v = 0; v < z->more->nr_vnodes; v++)
		if (sim_vnodes(z->more)[v].node == node)
			return v;
	return 0;
}

bool memory_correct(struct sim *sim, struct sim_zone *z, const int64_t *bytes)
{
	struct heap *h = heap_of(sim, z);
	int64_t more[NODES_MAX];

	(void)sim_describe(sim, z);
	memcpy(more, bytes, h->host->nr_nodes * sizeof(*more));
	for (uint32_t i = 0; i < z->more->nr_parts; i++)
		more[z->more->part[i].node] -= z->more->part[i].bytes;
	for (uint32_t n = 0; n < h->host->nr_nodes; n++)
		if (more[n] > h->free_bytes[n])
			return false;
	for (uint32_t i = 0; i < z->more->nr_parts; i++) {
		int64_t *here = &more[z->more->part[i].node];
		int64_t less = -*here < z->more->part[i].bytes ? -*here : z->more->part[i].bytes;

		if (less <= 0)
			continue;
		*here += less;
		give_piece(sim, z, i, less, less < z->more->cold[i] ? less : z->more->cold[i]);
	}
	for (uint32_t n = 0; n < h->host->nr_nodes; n++) {
		int64_t low = 0;

		if (more[n] <= 0)
			continue;
		(void)heap_take(h, n, more[n], PAGE_BYTES, HEAP_ANY, &low);
		add_low(z, low);
		add_part(z->more, vnode_on(z, n), n, more[n], 0);
	}
	drop_empty(z->more);
	return true;
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
