#include "backend-linux/layout.h"

#include <string.h>

#include "base/units.h"

static int64_t boot_pages(const struct layout *l)
{
	int64_t pages = 0;

	for (uint32_t v = 0; v < l->nr_vnodes; v++)
		pages += l->vnode[v].boot_bytes / PAGE_BYTES;
	return pages;
}

static int64_t whole_share(const struct layout *l, uint32_t v, int64_t pages, int64_t boot)
{
	return (int64_t)((int128)pages * (l->vnode[v].boot_bytes / PAGE_BYTES) / boot);
}

int64_t layout_share(const struct layout *l, uint32_t v, int64_t bytes)
{
	int64_t boot = boot_pages(l), pages = bytes / PAGE_BYTES, left = pages, mine;

	mine = whole_share(l, v, pages, boot);
	for (uint32_t i = 0; i < l->nr_vnodes; i++)
		left -= whole_share(l, i, pages, boot);
	for (uint32_t i = 0; i < v; i++)
		left -= l->vnode[i].boot_bytes > 0;
	return (mine + (left > 0 && l->vnode[v].boot_bytes > 0)) * PAGE_BYTES;
}

void layout_make(struct layout *out, const struct plan *p, const struct cpuset *allowed)
{
	const struct zone *z = p->zone;

	memset(out, 0, sizeof(*out));
	out->nr_nodes = p->host->nr_nodes;
	out->nr_vnodes = p->nr_vnodes;
	out->nr_pieces = p->nr_memory;
	out->strict = p->memory_rule == PLAN_MEMORY_STRICT;
	out->flat = p->told == PLAN_TOLD_FLAT;
	for (unsigned n = 0; n < out->nr_nodes; n++)
		out->os_node[n] = (uint16_t)p->host->node[n].os_index;
	memcpy(out->piece, p->memory, p->nr_memory * sizeof(p->memory[0]));
	for (uint32_t v = 0; v < p->nr_vnodes; v++) {
		struct layout_vnode *to = &out->vnode[v];

		to->vcpus = p->vnode[v].vcpus;
		to->boot_bytes = p->vnode[v].memory_bytes;
		plan_cpus(p, v, &to->cpus);
		cpuset_and(&to->cpus, allowed);
		to->nr_order = plan_spill_order(p, v, to->order);
		out->nr_vcpus += to->vcpus;
	}
	for (uint32_t v = 0; v < p->nr_vnodes; v++)
		out->vnode[v].max_bytes = layout_share(out, v, z->memory_bytes);
}
