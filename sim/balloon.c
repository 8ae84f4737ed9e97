#include "sim/balloon.h"

#include <string.h>

#include "base/units.h"
#include "sim/cold.h"
#include "sim/guest.h"
#include "sim/pieces.h"

/* Is the order kept in which pages came? Nobody asks where all are drawn alike. */
static bool keeps_order(const struct sim *sim)
{
	return sim->exchange_ppm < 1000000;
}

/* --- down ------------------------------------------------------------------------- */

struct giving {
	struct sim *sim;
	struct sim_zone *z;
};

static void give_run(void *context, uint32_t vnode, uint32_t node, int64_t bytes)
{
	const struct giving *g = context;
	const struct sim_more *m = g->z->more;

	for (uint32_t i = 0; i < m->nr_parts; i++)
		if (m->part[i].vnode == vnode && m->part[i].node == node)
			pieces_give(g->sim, g->z, i, bytes);
}

/* `bytes` of all pages of a group alike. */
static void give_alike(struct sim *sim, struct sim_zone *z, uint32_t group, int64_t bytes)
{
	int64_t pages = bytes / PAGE_BYTES, before = 0, given = 0;
	int64_t total = pieces_bytes(z->more, group);

	for (uint32_t i = 0; i < z->more->nr_parts; i++) {
		const struct plan_memory *part = &z->more->part[i];
		int64_t here, upto;

		if (!in_group(part->vnode, group))
			continue;
		before += part->bytes;
		upto = pieces_share(pages, before, total);
		here = upto - given;
		if (here && z->more->nr_runs) {
			int64_t cold = cold_bytes_on(z->more, part->vnode, part->node);

			cold_forget(z->more, part->vnode, part->node,
				    pieces_share(here, cold, part->bytes) * PAGE_BYTES);
		}
		pieces_give(sim, z, i, here * PAGE_BYTES);
		given = upto;
	}
}

/* What came last, then the rest alike. */
static void give_last_first(struct sim *sim, struct sim_zone *z, uint32_t group, int64_t bytes)
{
	struct giving g = {sim, z};
	int64_t gone = cold_pop(z->more, group, bytes, give_run, &g);

	if (bytes > gone)
		give_alike(sim, z, group, bytes - gone);
}

/* Of vnodes that nothing tells apart, each in proportion to what came to it. */
static void give_cold_of_each(struct sim *sim, struct sim_zone *z, int64_t bytes)
{
	int64_t total = cold_bytes(z->more, GROUP_ALL), before = 0, given = 0;
	struct giving g = {sim, z};

	for (uint32_t v = 0; v < z->more->nr_vnodes && total; v++) {
		int64_t upto;

		before += cold_bytes(z->more, v);
		upto = pieces_share(bytes / PAGE_BYTES, before, total) * PAGE_BYTES;
		(void)cold_pop(z->more, v, upto - given, give_run, &g);
		given = upto;
	}
}

static void shrink(struct sim *sim, struct sim_zone *z, int64_t bytes)
{
	int64_t alike = pieces_share(bytes / PAGE_BYTES, sim->exchange_ppm, 1000000) * PAGE_BYTES;
	int64_t cold = bytes - alike, total = cold_bytes(z->more, GROUP_ALL), of_vnode[NODES_MAX];

	if (!alike && guest_order(z, bytes, of_vnode)) {
		for (uint32_t v = 0; v < z->more->nr_vnodes; v++)
			if (of_vnode[v])
				give_last_first(sim, z, v, of_vnode[v]);
	} else {
		struct giving g = {sim, z};

		cold = cold < total ? cold : total;
		if (cold && guest_is_one(z->more))
			(void)cold_pop(z->more, GROUP_ALL, cold, give_run, &g);
		else if (cold)
			give_cold_of_each(sim, z, cold);
		if (bytes > cold)
			give_alike(sim, z, GROUP_ALL, bytes - cold);
	}
	pieces_account(sim, z, -bytes);
	pieces_drop_empty(z->more);
}

/* --- up --------------------------------------------------------------------------- */

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
		upto = pieces_share(want / PAGE_BYTES, before, sum);
		lack[v] = (upto - given) * PAGE_BYTES;
		given = upto;
	}
}

struct growth {
	struct sim *sim;
	struct sim_zone *z;
	struct cold_growth came;
};

/* A vnode got bytes[] by node. */
static void add_to_vnode(const struct growth *g, uint32_t v, const int64_t *bytes)
{
	for (uint32_t n = 0; n < g->came.nr_nodes; n++)
		pieces_add(g->z->more, v, n, bytes[n]);
	if (keeps_order(g->sim))
		cold_push(g->z->more, v, bytes, &g->came);
}

/* Deal the pages of got[] out to the vnodes: each the same mixture. */
static void deal(const struct growth *g, int64_t total, const int64_t lack[NODES_MAX],
		 int64_t lack_total)
{
	int64_t got[NODES_MAX];

	memcpy(got, g->came.got, g->came.nr_nodes * sizeof(*got));
	for (uint32_t v = 0; v < g->z->more->nr_vnodes && total; v++) {
		/* short of memory, every vnode stays short in proportion */
		int64_t mine = pieces_share(lack[v] / PAGE_BYTES, total, lack_total), before = 0;
		int64_t given = 0, left = 0, bytes[NODES_MAX];

		for (unsigned n = 0; n < g->came.nr_nodes; n++) {
			int64_t upto;

			before += got[n];
			upto = pieces_share(mine, before, total);
			bytes[n] = (upto - given) * PAGE_BYTES;
			given = upto;
			got[n] -= bytes[n];
			left += bytes[n];
		}
		add_to_vnode(g, v, bytes);
		total -= left;
		lack_total -= lack[v];
	}
}

static int64_t grow_by_zone(struct sim *sim, struct sim_zone *z, int64_t want,
			    const int64_t lack[NODES_MAX])
{
	struct heap *h = sim_heap(sim, z);
	int64_t got[NODES_MAX] = {0}, taken;
	struct growth g = {sim, z, {got, z->more->nodes, h->host->nr_nodes, h->low_node, 0}};
	struct allocator_request r = {
		.bytes = want,
		.extent = sim->balloon_extent_bytes,
		.affinity = z->more->nodes,
		.home = HEAP_NO_NODE,
		.last_node = &z->more->last_node,
	};

	taken = sim->allocator->take(h, &r, got, &g.came.low);
	pieces_add_low(z, g.came.low);
	if (z->more->nr_vnodes == 1)
		add_to_vnode(&g, 0, got);
	else
		deal(&g, taken, lack, want);
	return taken;
}

static int64_t grow_by_vnode(struct sim *sim, struct sim_zone *z, const int64_t lack[NODES_MAX])
{
	struct heap *h = sim_heap(sim, z);
	int64_t taken = 0;

	for (uint32_t v = 0; v < z->more->nr_vnodes; v++) {
		uint32_t home = sim_vnodes(z->more)[v].node;
		int64_t got[NODES_MAX] = {0};
		struct growth g = {
			sim, z, {got, nodeset_of(home), h->host->nr_nodes, h->low_node, 0}};
		struct allocator_request r = {
			.extent = sim->balloon_extent_bytes,
			.affinity = z->more->nodes,
			.home = home,
			.last_node = &z->more->last_node,
		};

		r.bytes = lack[v] - lack[v] % r.extent;
		if (!r.bytes)
			continue;
		taken += sim->allocator->take(h, &r, got, &g.came.low);
		pieces_add_low(z, g.came.low);
		add_to_vnode(&g, v, got);
	}
	return taken;
}

static void enlarge(struct sim *sim, struct sim_zone *z, int64_t target)
{
	int64_t want = target - z->more->resident_bytes, lack[NODES_MAX], taken;
	uint32_t lacking = 0;

	want -= want % sim->balloon_extent_bytes;
	if (!want)
		return;
	if (z->more->nr_vnodes > 1)
		deficits(z, target, want, lack);
	else
		lack[0] = want;
	for (uint32_t v = 0; v < z->more->nr_vnodes; v++)
		lacking += lack[v] > 0;
	taken = sim->allocator->knows_home ? grow_by_vnode(sim, z, lack)
					   : grow_by_zone(sim, z, want, lack);
	z->more->mixed |= lacking > 1 && !sim->allocator->knows_home;
	cold_end_growth(z->more);
	pieces_account(sim, z, taken);
}

void balloon_resize(struct sim *sim, struct sim_zone *z, int64_t bytes)
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

/* --- as it was found ---------------------------------------------------------------- */

/* The vnode that belongs on this node, else the first. */
static uint32_t vnode_on(const struct sim_zone *z, uint32_t node)
{
	for (uint32_t v = 0; v < z->more->nr_vnodes; v++)
		if (sim_vnodes(z->more)[v].node == node)
			return v;
	return 0;
}

/* `less` of a piece went back. Those that came last went first: so they are cold while
 * there are any. */
static void take_away(struct sim *sim, struct sim_zone *z, uint32_t i, int64_t less)
{
	const struct plan_memory *part = &z->more->part[i];

	cold_forget(z->more, part->vnode, part->node, less);
	pieces_give(sim, z, i, less);
}

/* `more` of a node did not go back. */
static void put_back(struct sim *sim, struct sim_zone *z, uint32_t node, int64_t more)
{
	int64_t low = 0, bytes[NODES_MAX] = {0};
	const struct cold_growth again = {bytes, nodeset_of(node), node + 1, HEAP_NO_NODE, 0};
	uint32_t v = vnode_on(z, node);

	(void)heap_take(sim_heap(sim, z), node, more, PAGE_BYTES, HEAP_ANY, &low);
	pieces_add_low(z, low);
	pieces_add(z->more, v, node, more);
	bytes[node] = more;
	if (keeps_order(sim) && z->more->nr_runs)
		cold_push(z->more, v, bytes, &again);
}

/* Each vnode's memory on its own node alone. */
static bool at_home(struct sim_more *m)
{
	for (uint32_t i = 0; i < m->nr_parts; i++)
		if (m->part[i].node != sim_vnodes(m)[m->part[i].vnode].node)
			return false;
	return true;
}

bool balloon_correct(struct sim *sim, struct sim_zone *z, const int64_t *bytes)
{
	struct heap *h = sim_heap(sim, z);
	int64_t more[NODES_MAX];

	(void)sim_describe(sim, z);
	memcpy(more, bytes, h->host->nr_nodes * sizeof(*more));
	for (uint32_t i = 0; i < z->more->nr_parts; i++)
		more[z->more->part[i].node] -= z->more->part[i].bytes;
	for (uint32_t n = 0; n < h->host->nr_nodes; n++)
		if (more[n] > h->free_bytes[n])
			return false;
	if (!guest_is_one(z->more) && !at_home(z->more))
		z->more->mixed = true;
	for (uint32_t i = 0; i < z->more->nr_parts; i++) {
		int64_t *here = &more[z->more->part[i].node];
		int64_t less = -*here < z->more->part[i].bytes ? -*here : z->more->part[i].bytes;

		if (less <= 0)
			continue;
		*here += less;
		take_away(sim, z, i, less);
	}
	for (uint32_t n = 0; n < h->host->nr_nodes; n++)
		if (more[n] > 0)
			put_back(sim, z, n, more[n]);
	cold_end_growth(z->more);
	pieces_drop_empty(z->more);
	return true;
}
