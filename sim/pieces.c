#include "sim/pieces.h"

#include "base/alloc.h"
#include "base/units.h"

static void make_room(struct sim_more *m, uint32_t room)
{
	uint32_t cap = m->cap_parts ? m->cap_parts * 2 : 2;

	if (m->cap_parts >= room)
		return;
	cap = cap < room ? room : cap;
	m->part = xreallocarray(m->part, cap, sizeof(*m->part));
	m->cap_parts = cap;
}

void pieces_add(struct sim_more *m, uint32_t vnode, uint32_t node, int64_t bytes)
{
	if (!bytes)
		return;
	for (uint32_t i = 0; i < m->nr_parts; i++) {
		if (m->part[i].vnode == vnode && m->part[i].node == node) {
			m->part[i].bytes += bytes;
			return;
		}
	}
	make_room(m, m->nr_parts + 1u);
	m->part[m->nr_parts++] = (struct plan_memory){vnode, node, bytes};
}

int64_t pieces_bytes(const struct sim_more *m, uint32_t group)
{
	int64_t sum = 0;

	for (uint32_t i = 0; i < m->nr_parts; i++)
		if (in_group(m->part[i].vnode, group))
			sum += m->part[i].bytes;
	return sum;
}

void pieces_give(struct sim *sim, struct sim_zone *z, uint32_t i, int64_t bytes)
{
	struct heap *h = sim_heap(sim, z);
	int64_t low = 0;

	if (!bytes)
		return;
	if (z->more->part[i].node == h->low_node && z->low_pages) {
		int64_t held = 0;

		for (uint32_t k = 0; k < z->more->nr_parts; k++)
			held += z->more->part[k].node == h->low_node ? z->more->part[k].bytes : 0;
		low = pieces_share(bytes / PAGE_BYTES, z->low_pages * PAGE_BYTES, held) *
		      PAGE_BYTES;
		z->low_pages -= (uint32_t)(low / PAGE_BYTES);
	}
	z->more->part[i].bytes -= bytes;
	heap_give(h, z->more->part[i].node, bytes, low);
}

void pieces_drop_empty(struct sim_more *m)
{
	uint16_t nr = 0;

	for (uint32_t i = 0; i < m->nr_parts; i++)
		if (m->part[i].bytes)
			m->part[nr++] = m->part[i];
	m->nr_parts = nr;
}

void pieces_add_low(struct sim_zone *z, int64_t low)
{
	/* from below 4 GiB at most: they count in 32 bits */
	z->low_pages += (uint32_t)(low / PAGE_BYTES);
}

void pieces_account(struct sim *sim, struct sim_zone *z, int64_t bytes)
{
	z->more->resident_bytes += bytes;
	sim_host(sim, z->host)->state.total_free_bytes -= bytes;
}
