/* Where a plan's memory is: filling it in, and judging where it ended up. */
#include "base/units.h"
#include "plan/plan.h"

unsigned plan_fallback_order(const struct host *host, nodeset affinity, unsigned start,
			     uint8_t order[NODES_MAX])
{
	nodeset with_memory = host->memory_nodes;
	/* those above `start` first, then from the bottom: "following, cyclic" */
	nodeset above = ~nodeset_first_n(start + 1);
	nodeset after = affinity & with_memory & above;
	nodeset before = affinity & with_memory & nodeset_first_n(start);
	nodeset rest = with_memory & ~affinity & ~nodeset_of(start);
	unsigned node, nr = 0;

	if (nodeset_has(with_memory, start))
		order[nr++] = (uint8_t)start;
	nodeset_for_each (node, after) {
		order[nr++] = (uint8_t)node;
	}
	nodeset_for_each (node, before) {
		order[nr++] = (uint8_t)node;
	}
	nodeset_for_each (node, rest) {
		order[nr++] = (uint8_t)node;
	}
	return nr;
}

/* Is `a` looked at after `b`? Slower memory after all other, then by distance. */
static bool comes_after(const struct host *h, unsigned home, unsigned a, unsigned b)
{
	bool slow_a = nodeset_has(h->slow_nodes, a), slow_b = nodeset_has(h->slow_nodes, b);

	return slow_a != slow_b ? slow_a : host_distance(h, home, a) > host_distance(h, home, b);
}

unsigned plan_spill_order(const struct plan *p, uint32_t vnode, uint8_t order[NODES_MAX])
{
	unsigned home = p->vnode[vnode].node, node, nr = 0;

	if (p->memory_rule != PLAN_MEMORY_NEAREST)
		return plan_fallback_order(p->host, p->nodes, home, order);
	if (nodeset_has(p->host->memory_nodes, home))
		order[nr++] = (uint8_t)home;
	nodeset_for_each (node, p->host->memory_nodes & ~nodeset_of(home)) {
		unsigned i = nr++;

		for (; i && order[i - 1] != home && comes_after(p->host, home, order[i - 1], node);
		     i--)
			order[i] = order[i - 1];
		order[i] = (uint8_t)node;
	}
	return nr;
}

static void add_piece(struct plan *p, uint32_t vnode, uint32_t node, int64_t bytes)
{
	BUG_ON(p->nr_memory >= PLAN_MEMORY_MAX);
	p->memory[p->nr_memory++] = (struct plan_memory){vnode, node, bytes};
}

/* Second pass: what `missing` says goes along the fallback order. */
static void spill(struct plan *p, const struct host_state *state, const int64_t *missing)
{
	int64_t left[NODES_MAX];
	uint8_t order[NODES_MAX];

	for (unsigned n = 0; n < p->host->nr_nodes; n++)
		left[n] = state->free_bytes[n];
	for (uint32_t i = 0; i < p->nr_memory; i++)
		left[p->memory[i].node] -= p->memory[i].bytes;
	for (uint32_t v = 0; v < p->nr_vnodes; v++) {
		int64_t todo = missing[v];
		unsigned nr = 0;

		if (todo)
			nr = plan_spill_order(p, v, order);
		for (unsigned i = 0; todo && i < nr; i++) {
			int64_t here = left[order[i]] < todo ? left[order[i]] : todo;

			if (!here)
				continue;
			add_piece(p, v, order[i], here);
			left[order[i]] -= here;
			todo -= here;
			p->spilled_bytes += here;
		}
		BUG_ON(todo);
	}
}

static int short_of_memory(int64_t asked, int64_t there, struct error *err)
{
	char a[32], b[32];

	if (!err)
		return ERR_NO_ROOM;
	return error_set(err, ERR_NO_ROOM, "%s of memory asked, the host has %s free",
			 bytes_text(asked, a, sizeof(a)), bytes_text(there, b, sizeof(b)));
}

static int short_on_node(const struct plan *p, const int64_t *missing, struct error *err)
{
	uint32_t v = 0;
	char a[32], b[32];

	if (!err)
		return ERR_NO_ROOM;
	while (!missing[v])
		v++;
	return error_set(
		err, ERR_NO_ROOM,
		"node %u has %s free, %s were to be on it, and this policy lets memory go nowhere "
		"else",
		p->host->node[p->vnode[v].node].os_index,
		bytes_text(p->vnode[v].memory_bytes - missing[v], a, sizeof(a)),
		bytes_text(p->vnode[v].memory_bytes, b, sizeof(b)));
}

static int fill_striped(struct plan *p, const struct host_state *state, struct error *err)
{
	int64_t left[NODES_MAX], taken[NODES_MAX] = {0};
	unsigned last = 0, node;

	for (unsigned n = 0; n < p->host->nr_nodes; n++)
		left[n] = state->free_bytes[n];
	if (plan_stripe(p->host, p->nodes, zone_boot_bytes(p->zone), &last, left, taken))
		return short_of_memory(zone_boot_bytes(p->zone), state->total_free_bytes, err);
	for (uint32_t v = 0; v < p->nr_vnodes; v++) {
		p->vnode[v].memory_bytes = taken[p->vnode[v].node];
		if (p->vnode[v].memory_bytes)
			add_piece(p, v, p->vnode[v].node, p->vnode[v].memory_bytes);
	}
	nodeset_for_each (node, p->host->memory_nodes & ~p->nodes) {
		if (!taken[node])
			continue;
		add_piece(p, 0, node, taken[node]);
		p->vnode[0].memory_bytes += taken[node];
		p->spilled_bytes += taken[node];
	}
	return 0;
}

int plan_fill_memory(struct plan *p, const struct host_state *state, struct error *err)
{
	int64_t missing[NODES_MAX];
	int64_t asked = 0, short_bytes = 0;

	p->nr_memory = 0;
	p->spilled_bytes = 0;
	if (p->memory_rule == PLAN_MEMORY_STRIPED)
		return fill_striped(p, state, err);
	for (uint32_t v = 0; v < p->nr_vnodes; v++) {
		int64_t want = p->vnode[v].memory_bytes;
		int64_t here = state->free_bytes[p->vnode[v].node];

		asked += want;
		if (here > want)
			here = want;
		if (here)
			add_piece(p, v, p->vnode[v].node, here);
		missing[v] = want - here;
		short_bytes += missing[v];
	}
	if (asked > state->total_free_bytes)
		return short_of_memory(asked, state->total_free_bytes, err);
	if (short_bytes && p->memory_rule == PLAN_MEMORY_STRICT)
		return short_on_node(p, missing, err);
	if (short_bytes)
		spill(p, state, missing);
	return 0;
}

/* Where vCPUs run: nodes and their weights. */
struct running {
	uint32_t nr;
	uint32_t node[NODES_MAX];
	uint32_t weight[NODES_MAX];
	uint64_t total;
};

static void find_running(const struct plan *p, struct running *r)
{
	unsigned node;

	r->nr = 0;
	r->total = 0;
	if (p->pinned) {
		for (uint32_t v = 0; v < p->nr_vnodes; v++) {
			if (!p->vnode[v].vcpus)
				continue;
			r->node[r->nr] = p->vnode[v].node;
			r->weight[r->nr++] = p->vnode[v].vcpus;
			r->total += p->vnode[v].vcpus;
		}
		return;
	}
	nodeset_for_each (node, p->nodes & p->host->cpu_nodes) {
		r->node[r->nr] = node;
		r->weight[r->nr++] = p->host->node[node].nr_cpus;
		r->total += p->host->node[node].nr_cpus;
	}
}

/* Sum over vCPUs of the distance to `node`, and the weight of those on it. */
static uint64_t weighted_distance(const struct host *h, const struct running *r, uint32_t node,
				  uint64_t *at_home)
{
	uint64_t sum = 0;

	*at_home = 0;
	for (uint32_t i = 0; i < r->nr; i++) {
		sum += (uint64_t)r->weight[i] * host_distance(h, r->node[i], node);
		if (r->node[i] == node)
			*at_home = r->weight[i];
	}
	return sum;
}

/* One piece at home, and vCPUs that stay there: nothing to weigh, what is below says the
 * same with divisions of 128 bits. */
static bool all_at_home(const struct plan *p, const struct plan_memory *part, uint32_t nr_parts,
			struct plan_locality *out)
{
	if (nr_parts != 1 || p->nr_vnodes != 1 || !p->pinned || part->node != p->vnode[0].node ||
	    !p->vnode[0].vcpus || part->bytes <= 0)
		return false;
	*out = (struct plan_locality){
		.resident_bytes = part->bytes,
		.local_bytes = part->bytes,
		.own_bytes = part->bytes,
		.mean_distance_centi =
			100 * (int64_t)host_distance(p->host, part->node, part->node),
	};
	return true;
}

void plan_locality(const struct plan *p, const struct plan_memory *part, uint32_t nr_parts,
		   struct plan_locality *out)
{
	struct running r;
	int128 way = 0;

	if (all_at_home(p, part, nr_parts, out))
		return;
	*out = (struct plan_locality){0};
	find_running(p, &r);
	BUG_ON(r.total == 0);
	for (uint32_t i = 0; i < nr_parts; i++) {
		uint64_t at_home;
		uint64_t sum = weighted_distance(p->host, &r, part[i].node, &at_home);

		way += (int128)part[i].bytes * (int128)sum;
		out->resident_bytes += part[i].bytes;
		if (nodeset_has(p->nodes, part[i].node))
			out->own_bytes += part[i].bytes;
		if (p->told == PLAN_TOLD_FLAT)
			out->local_bytes += (int64_t)((int128)part[i].bytes * (int128)at_home /
						      (int128)r.total);
		else if (p->vnode[part[i].vnode].node == part[i].node)
			out->local_bytes += part[i].bytes;
	}
	if (out->resident_bytes)
		out->mean_distance_centi =
			(int64_t)(way * 100 / ((int128)out->resident_bytes * (int128)r.total));
}
