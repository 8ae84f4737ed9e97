#include "sim/heap.h"

#include "base/units.h"

const int64_t heap_extent_bytes[HEAP_EXTENTS] = {GIB, 2 * MIB, PAGE_BYTES};

int64_t heap_take(int64_t *free_bytes, uint32_t node, int64_t bytes)
{
	int64_t taken = 0;

	for (unsigned e = 0; e < HEAP_EXTENTS; e++) {
		int64_t size = heap_extent_bytes[e];
		int64_t want = (bytes - taken) / size;
		int64_t have = free_bytes[node] / size;
		int64_t extents = want < have ? want : have;

		free_bytes[node] -= extents * size;
		taken += extents * size;
	}
	return taken;
}

static uint32_t add_piece(struct plan_memory *piece, uint32_t nr, uint32_t cap, uint32_t vnode,
			  uint32_t node, int64_t bytes)
{
	BUG_ON(nr == cap);
	piece[nr] = (struct plan_memory){.vnode = vnode, .node = node, .bytes = bytes};
	return nr + 1;
}

static uint32_t spill(int64_t *free_bytes, const struct plan *p, uint32_t vnode, int64_t missing,
		      struct plan_memory *piece, uint32_t nr, uint32_t cap)
{
	uint8_t order[NODES_MAX];
	unsigned nr_order = plan_fallback_order(p->host, p->nodes, p->vnode[vnode].node, order);

	/* order[0] is the vnode's own node, which has given all it had */
	for (unsigned i = 1; i < nr_order && missing; i++) {
		int64_t got = heap_take(free_bytes, order[i], missing);

		if (got)
			nr = add_piece(piece, nr, cap, vnode, order[i], got);
		missing -= got;
	}
	BUG_ON(missing);
	return nr;
}

uint32_t heap_take_plan(int64_t *free_bytes, const struct plan *p, struct plan_memory *piece,
			uint32_t cap)
{
	int64_t missing[NODES_MAX];
	bool any_missing = false;
	uint32_t nr = 0;

	for (uint32_t v = 0; v < p->nr_vnodes; v++) {
		const struct plan_vnode *vn = &p->vnode[v];
		int64_t got = heap_take(free_bytes, vn->node, vn->memory_bytes);

		missing[v] = vn->memory_bytes - got;
		any_missing |= missing[v] != 0;
		if (got)
			nr = add_piece(piece, nr, cap, v, vn->node, got);
	}
	for (uint32_t v = 0; any_missing && v < p->nr_vnodes; v++)
		if (missing[v])
			nr = spill(free_bytes, p, v, missing[v], piece, nr, cap);
	return nr;
}
