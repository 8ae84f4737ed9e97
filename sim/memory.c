#include "sim/memory.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/units.h"
#include "sim/overhead.h"

static struct heap *heap_of(struct sim *sim, const struct sim_zone *z)
{
	return &sim->heap[z->host];
}

/* Bytes from below the DMA width, which is at most 4 GiB: they count in 32 bits. */
static void add_low(struct sim_zone *z, int64_t low)
{
	z->low_pages += (uint32_t)(low / PAGE_BYTES);
}

static void account(struct sim *sim, struct sim_zone *z, int64_t bytes)
{
	z->resident_bytes += bytes;
	sim->state[z->host].total_free_bytes -= bytes;
}

/* part * whole / of, for shares of page counts; all >= 0. */
static int64_t share(int64_t part, int64_t whole, int64_t of)
{
	return (int64_t)((int128)part * whole / of);
}

/* --- pieces --------------------------------------------------------------------- */

static void use_array(struct sim_zone *z, uint32_t room)
{
	if (z->cap_parts < room) {
		uint32_t cap = z->cap_parts ? z->cap_parts * 2 : 4;

		cap = cap < room ? room : cap;
		z->part = xreallocarray(z->part, cap, sizeof(*z->part));
		z->cold = xreallocarray(z->cold, cap, sizeof(*z->cold));
		z->cap_parts = cap;
	}
	if (!z->in_array) {
		if (z->nr_parts)
			z->part[0] = z->one_part;
		memset(z->cold, 0, z->nr_parts * sizeof(*z->cold));
		z->in_array = true;
	}
}

static void add_part(struct sim_zone *z, uint32_t vnode, uint32_t node, int64_t bytes, int64_t cold)
{
	if (!bytes)
		return;
	if (!z->in_array && z->nr_parts == 0 && !cold) {
		z->one_part = (struct plan_memory){vnode, node, bytes};
		z->nr_parts = 1;
		return;
	}
	use_array(z, (uint32_t)z->nr_parts + 1);
	for (uint32_t i = 0; i < z->nr_parts; i++) {
		if (z->part[i].vnode == vnode && z->part[i].node == node) {
			z->part[i].bytes += bytes;
			z->cold[i] += cold;
			return;
		}
	}
	z->part[z->nr_parts] = (struct plan_memory){vnode, node, bytes};
	z->cold[z->nr_parts++] = cold;
}

static void drop_empty(struct sim_zone *z)
{
	uint16_t nr = 0;

	for (uint32_t i = 0; i < z->nr_parts; i++) {
		if (!z->part[i].bytes)
			continue;
		z->part[nr] = z->part[i];
		z->cold[nr++] = z->cold[i];
	}
	z->nr_parts = nr;
}

/* --- launch --------------------------------------------------------------------- */

int memory_check_launch(const struct sim *sim, uint32_t host, const struct plan *p,
			struct error *err)
{
	const struct host_state *s = &sim->state[host];
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
		.affinity = z->nodes,
		.home = home,
		.last_node = &z->last_node,
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
		add_part(z, vnode, n, got[n], 0);
}

/* A plan that names no node: extents go round its nodes, as Xen deals them. What is
 * not on a vnode's node counts as the first vnode's. */
static void launch_striped(struct sim *sim, struct sim_zone *z, const struct plan *p)
{
	int64_t got[NODES_MAX] = {0};

	take_all(sim, z, &allocator_xen, HEAP_NO_NODE, plan_memory_bytes(p), got);
	for (uint32_t v = 0; v < p->nr_vnodes; v++) {
		add_part(z, v, p->vnode[v].node, got[p->vnode[v].node], 0);
		got[p->vnode[v].node] = 0;
	}
	for (unsigned n = 0; n < p->host->nr_nodes; n++)
		add_part(z, 0, n, got[n], 0);
}

void memory_launch(struct sim *sim, struct sim_zone *z, const struct plan *p)
{
	struct heap *h = heap_of(sim, z);
	int64_t missing[NODES_MAX], low = 0;
	bool any = false;

	z->nr_parts = 0;
	z->in_array = false;
	z->low_pages = 0;
	z->last_node = 0;
	z->resident_bytes = 0;
	overhead_before(sim, z, p);
	if (p->memory_rule == PLAN_MEMORY_STRIPED) {
		launch_striped(sim, z, p);
		account(sim, z, plan_memory_bytes(p));
		overhead_behind(sim, z);
		return;
	}
	for (uint32_t v = 0; v < p->nr_vnodes; v++) {
		uint32_t node = p->vnode[v].node;
		/* whole extents first and the rest in pages: all that the node has */
		int64_t got =
			heap_take(h, node, p->vnode[v].memory_bytes, PAGE_BYTES, HEAP_ANY, &low);

		missing[v] = p->vnode[v].memory_bytes - got;
		any |= missing[v] > 0;
		add_part(z, v, node, got, 0);
		z->last_node = node;
	}
	add_low(z, low);
	for (uint32_t v = 0; any && v < p->nr_vnodes; v++)
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
	if (z->part[i].node == h->low_node && z->low_pages) {
		int64_t held = 0;

		for (uint32_t k = 0; k < z->nr_parts; k++)
			held += z->part[k].node == h->low_node ? z->part[k].bytes : 0;
		low = share(bytes / PAGE_BYTES, z->low_pages * PAGE_BYTES, held) * PAGE_BYTES;
		z->low_pages -= (uint32_t)(low / PAGE_BYTES);
	}
	z->part[i].bytes -= bytes;
	z->cold[i] -= cold;
	heap_give(h, z->part[i].node, bytes, low);
}

/* `bytes` of the cold pool, each piece in proportion to its cold pages. */
static void give_cold(struct sim *sim, struct sim_zone *z, int64_t bytes, int64_t total)
{
	int64_t pages = bytes / PAGE_BYTES, before = 0, given = 0;

	for (uint32_t i = 0; i < z->nr_parts; i++) {
		int64_t upto;

		before += z->cold[i];
		upto = share(pages, before, total);
		give_piece(sim, z, i, (upto - given) * PAGE_BYTES, (upto - given) * PAGE_BYTES);
		given = upto;
	}
}

/* `bytes` of all pages alike. */
static void give_uniform(struct sim *sim, struct sim_zone *z, int64_t bytes, int64_t total)
{
	int64_t pages = bytes / PAGE_BYTES, before = 0, given = 0;

	for (uint32_t i = 0; i < z->nr_parts; i++) {
		int64_t here, upto, cold;

		before += z->part[i].bytes;
		upto = share(pages, before, total);
		here = upto - given;
		cold = here ? share(here, z->cold[i], z->part[i].bytes) * PAGE_BYTES : 0;
		give_piece(sim, z, i, here * PAGE_BYTES, cold);
		given = upto;
	}
}

static void shrink(struct sim *sim, struct sim_zone *z, int64_t bytes)
{
	int64_t uniform = share(bytes / PAGE_BYTES, sim->exchange_ppm, 1000000) * PAGE_BYTES;
	int64_t cold_total = 0, cold = bytes - uniform;

	use_array(z, z->nr_parts);
	for (uint32_t i = 0; i < z->nr_parts; i++)
		cold_total += z->cold[i];
	cold = cold < cold_total ? cold : cold_total;
	uniform = bytes - cold;
	if (cold)
		give_cold(sim, z, cold, cold_total);
	if (uniform)
		give_uniform(sim, z, uniform, z->resident_bytes - cold);
	account(sim, z, -bytes);
	drop_empty(z);
}

/* --- balloon up ------------------------------------------------------------------- */

/* How `want` bytes divide among the vnodes: in proportion to what each lacks of
 * its even share of `target`. */
static void deficits(const struct sim_zone *z, int64_t target, int64_t want,
		     int64_t lack[NODES_MAX])
{
	int64_t pages = target / PAGE_BYTES, sum = 0, before = 0, given = 0;

	for (uint32_t v = 0; v < z->nr_vnodes; v++)
		lack[v] = (pages / z->nr_vnodes + (v < pages % z->nr_vnodes)) * PAGE_BYTES;
	for (uint32_t i = 0; i < z->nr_parts; i++)
		lack[z->part[i].vnode] -= z->part[i].bytes;
	for (uint32_t v = 0; v < z->nr_vnodes; v++) {
		lack[v] = lack[v] > 0 ? lack[v] : 0;
		sum += lack[v];
	}
	for (uint32_t v = 0; v < z->nr_vnodes; v++) {
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
	for (uint32_t v = 0; v < z->nr_vnodes && total; v++) {
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
			add_part(z, v, n, here, here);
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
		.affinity = z->nodes,
		.home = HEAP_NO_NODE,
		.last_node = &z->last_node,
	};

	taken = sim->allocator->take(h, &r, got, &low);
	add_low(z, low);
	if (z->nr_vnodes == 1) {
		for (unsigned n = 0; n < h->host->nr_nodes; n++)
			add_part(z, 0, n, got[n], got[n]);
		return taken;
	}
	deal(h->host, z, got, taken, lack, want);
	return taken;
}

static int64_t grow_by_vnode(struct sim *sim, struct sim_zone *z, const int64_t lack[NODES_MAX])
{
	struct heap *h = heap_of(sim, z);
	int64_t taken = 0;

	for (uint32_t v = 0; v < z->nr_vnodes; v++) {
		int64_t got[NODES_MAX] = {0}, low = 0;
		struct allocator_request r = {
			.extent = sim->balloon_extent_bytes,
			.affinity = z->nodes,
			.home = sim_vnodes(z)[v].node,
			.last_node = &z->last_node,
		};

		r.bytes = lack[v] - lack[v] % r.extent;
		if (!r.bytes)
			continue;
		taken += sim->allocator->take(h, &r, got, &low);
		add_low(z, low);
		for (unsigned n = 0; n < h->host->nr_nodes; n++)
			add_part(z, v, n, got[n], got[n]);
	}
	return taken;
}

static void enlarge(struct sim *sim, struct sim_zone *z, int64_t target)
{
	int64_t want = target - z->resident_bytes, lack[NODES_MAX], taken;

	want -= want % sim->balloon_extent_bytes;
	if (!want)
		return;
	use_array(z, (uint32_t)z->nr_parts + 1);
	if (z->nr_vnodes > 1)
		deficits(z, target, want, lack);
	else
		lack[0] = want;
	taken = sim->allocator->knows_home ? grow_by_vnode(sim, z, lack)
					   : grow_by_zone(sim, z, want, lack);
	account(sim, z, taken);
}

void memory_resize(struct sim *sim, struct sim_zone *z, int64_t bytes)
{
	if (bytes < z->resident_bytes)
		shrink(sim, z, z->resident_bytes - bytes);
	else if (bytes > z->resident_bytes)
		enlarge(sim, z, bytes);
}

/* The vnode that belongs on this node, else the first. */
static uint32_t vnode_on(const struct sim_zone *z, uint32_t node)
{
	for (uint32_t v = 0; v < z->nr_vnodes; v++)
		if (sim_vnodes(z)[v].node == node)
			return v;
	return 0;
}

bool memory_correct(struct sim *sim, struct sim_zone *z, const int64_t *bytes)
{
	struct heap *h = heap_of(sim, z);
	int64_t more[NODES_MAX];

	memcpy(more, bytes, h->host->nr_nodes * sizeof(*more));
	use_array(z, z->nr_parts);
	for (uint32_t i = 0; i < z->nr_parts; i++)
		more[z->part[i].node] -= z->part[i].bytes;
	for (uint32_t n = 0; n < h->host->nr_nodes; n++)
		if (more[n] > h->free_bytes[n])
			return false;
	for (uint32_t i = 0; i < z->nr_parts; i++) {
		int64_t *here = &more[z->part[i].node];
		int64_t less = -*here < z->part[i].bytes ? -*here : z->part[i].bytes;

		if (less <= 0)
			continue;
		*here += less;
		give_piece(sim, z, i, less, less < z->cold[i] ? less : z->cold[i]);
	}
	for (uint32_t n = 0; n < h->host->nr_nodes; n++) {
		int64_t low = 0;

		if (more[n] <= 0)
			continue;
		(void)heap_take(h, n, more[n], PAGE_BYTES, HEAP_ANY, &low);
		add_low(z, low);
		add_part(z, vnode_on(z, n), n, more[n], 0);
	}
	drop_empty(z);
	return true;
}

void memory_stop(struct sim *sim, struct sim_zone *z)
{
	const struct plan_memory *part = sim_parts(z);
	struct heap *h = heap_of(sim, z);

	for (uint32_t i = 0; i < z->nr_parts; i++)
		heap_give(h, part[i].node, part[i].bytes, 0);
	/* pieces on the low node share one count of low memory */
	h->low_free += z->low_pages * PAGE_BYTES;
	z->low_pages = 0;
	account(sim, z, -z->resident_bytes);
	overhead_stop(sim, z);
}
