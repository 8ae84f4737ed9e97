/*
 * Xen. For each extent the walk starts at the named node, or without one at the
 * member of the affinity after the node of the zone's previous page, goes
 * through the affinity cyclically, then through all other nodes in ascending id.
 * Only when no node has memory above the DMA width is the walk repeated with all
 * of it. The loops below take the walk's result for many extents at a time.
 */
#include "plan/plan.h"
#include "sim/allocator.h"

/* The node of `set` that follows `after`, cyclically; `set` is not empty. */
static uint32_t next_in(nodeset set, uint32_t after)
{
	nodeset above = set & ~nodeset_first_n(after + 1);

	return nodeset_lowest(above ? above : set);
}

/* An extent never straddles the DMA width. */
static int64_t extents_on(const struct heap *h, uint32_t node, int64_t extent, enum heap_side side)
{
	int64_t nr = heap_high_extents(h, node, extent) / extent;

	if (side == HEAP_ANY && node == h->low_node)
		nr += h->low_free / extent;
	return nr;
}

/* Every node of `able` gives `rounds` extents. */
static int64_t take_rounds(struct heap *h, const struct allocator_request *r, nodeset able,
			   int64_t rounds, enum heap_side side, int64_t *got, int64_t *low)
{
	int64_t taken = 0;
	uint32_t node;

	nodeset_for_each (node, able) {
		int64_t bytes = heap_take(h, node, rounds * r->extent, r->extent, side, low);

		got[node] += bytes;
		taken += bytes;
	}
	return taken;
}

/*
 * Round robin over the affinity, extent by extent. In each round every node with
 * room gives one; rounds are taken at once up to the one that empties a node.
 * What is left of less than a round goes to the nodes that follow the last one.
 */
static int64_t take_round_robin(struct heap *h, const struct allocator_request *r,
				enum heap_side side, int64_t *got, int64_t *low)
{
	int64_t left = r->bytes / r->extent, taken = 0;

	while (left) {
		int64_t rounds = left, nr;
		nodeset able = 0;
		uint32_t node;

		nodeset_for_each (node, r->affinity & h->host->memory_nodes) {
			int64_t here = extents_on(h, node, r->extent, side);

			if (!here)
				continue;
			able |= nodeset_of(node);
			rounds = here < rounds ? here : rounds;
		}
		if (!able)
			break;
		nr = nodeset_count(able);
		if (rounds * nr > left)
			rounds = left / nr;
		if (!rounds) {
			rounds = nr = 1;
			able = nodeset_of(next_in(able, *r->last_node));
			*r->last_node = nodeset_lowest(able);
		}
		taken += take_rounds(h, r, able, rounds, side, got, low);
		left -= rounds * nr;
	}
	return taken;
}

static int64_t take_in_order(struct heap *h, const struct allocator_request *r, int64_t bytes,
			     const uint8_t *order, unsigned nr, enum heap_side side, int64_t *got,
			     int64_t *low)
{
	int64_t taken = 0;

	for (unsigned i = 0; i < nr && taken < bytes; i++) {
		int64_t here = heap_take(h, order[i], bytes - taken, r->extent, side, low);

		got[order[i]] += here;
		taken += here;
		if (here && r->home == HEAP_NO_NODE)
			*r->last_node = order[i];
	}
	return taken;
}

static int64_t take_pass(struct heap *h, const struct allocator_request *r, enum heap_side side,
			 int64_t *got, int64_t *low)
{
	uint8_t order[NODES_MAX];
	unsigned nr = 0;
	int64_t taken = 0;

	if (r->home != HEAP_NO_NODE) {
		nr = plan_fallback_order(h->host, r->affinity, r->home, order);
		return take_in_order(h, r, r->bytes, order, nr, side, got, low);
	}
	taken = take_round_robin(h, r, side, got, low);
	if (taken < r->bytes) {
		uint32_t node;

		nodeset_for_each (node, h->host->memory_nodes & ~r->affinity) {
			order[nr++] = (uint8_t)node;
		}
		taken += take_in_order(h, r, r->bytes - taken, order, nr, side, got, low);
	}
	return taken;
}

static int64_t take(struct heap *h, const struct allocator_request *r, int64_t *got, int64_t *low)
{
	struct allocator_request rest = *r;
	int64_t taken = take_pass(h, r, HEAP_HIGH, got, low);

	rest.bytes -= taken;
	if (rest.bytes)
		taken += take_pass(h, &rest, HEAP_ANY, got, low);
	return taken;
}

const struct allocator allocator_xen = {
	.name = "xen",
	.summary = "round robin over the zone's nodes, then ascending ids; low memory last",
	.knows_home = false,
	.spills = true,
	.take = take,
};
