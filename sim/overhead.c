#include "sim/overhead.h"

#include "base/alloc.h"
#include "base/units.h"

#define POOL_FIRST_PAGES 256
#define POOL_PAGES_A_VCPU 256
#define OTHER_PAGES 3
#define OTHER_PAGES_A_VCPU 3
#define HEAP_PAGES 23
#define HEAP_PAGES_A_VCPU 2

/* NULL: it is not kept, and then a zone may be plain. */
static struct sim_overhead *find(const struct sim_zone *z)
{
	return z->more ? z->more->overhead : NULL;
}

static void take(struct sim *sim, struct sim_zone *z, nodeset affinity, int64_t pages)
{
	struct sim_host *h = sim_host(sim, z->host);
	struct sim_overhead *o = find(z);
	int64_t low = 0;
	struct allocator_request r = {
		.bytes = pages * PAGE_BYTES,
		.extent = PAGE_BYTES,
		.affinity = affinity,
		.home = HEAP_NO_NODE,
		.last_node = &z->more->last_node,
	};

	if (pages > 0)
		h->state.total_free_bytes -= allocator_xen.take(&h->heap, &r, o->bytes, &low);
	o->low_bytes += low;
}

static int64_t pool_pages(const struct plan *p)
{
	return (int64_t)POOL_PAGES_A_VCPU * p->zone->vcpus_max + p->zone->memory_bytes / MIB;
}

static int64_t other_pages(const struct plan *p)
{
	return OTHER_PAGES + (int64_t)OTHER_PAGES_A_VCPU * p->zone->vcpus_max;
}

static int64_t heap_pages(const struct plan *p)
{
	return HEAP_PAGES + (int64_t)HEAP_PAGES_A_VCPU * p->zone->vcpus_max;
}

int64_t overhead_bytes(const struct sim *sim, const struct plan *p)
{
	int64_t pages = pool_pages(p) + heap_pages(p) + other_pages(p) + OVERHEAD_SPECIAL_PAGES;

	return sim->keeps_overhead ? pages * PAGE_BYTES : 0;
}

void overhead_none(struct sim *sim, struct sim_zone *z)
{
	if (!sim->keeps_overhead)
		return;
	if (!z->more->overhead)
		z->more->overhead = xmalloc(sizeof(*z->more->overhead));
	*z->more->overhead = (struct sim_overhead){0};
}

void overhead_before(struct sim *sim, struct sim_zone *z, const struct plan *p)
{
	overhead_none(sim, z);
	if (!sim->keeps_overhead)
		return;
	take(sim, z, nodeset_of(nodeset_lowest(p->host->memory_nodes)), heap_pages(p));
	z->more->last_node = 0;
	take(sim, z, p->host->memory_nodes, POOL_FIRST_PAGES + other_pages(p));
	take(sim, z, z->more->nodes, pool_pages(p) - POOL_FIRST_PAGES);
}

void overhead_behind(struct sim *sim, struct sim_zone *z)
{
	if (find(z))
		take(sim, z, z->more->nodes, OVERHEAD_SPECIAL_PAGES);
}

void overhead_set_special(struct sim *sim, struct sim_zone *z, int64_t pages)
{
	if (find(z))
		take(sim, z, z->more->nodes, pages - OVERHEAD_SPECIAL_PAGES);
}

void overhead_stop(struct sim *sim, struct sim_zone *z)
{
	struct sim_overhead *o = find(z);
	struct sim_host *host = sim_host(sim, z->host);
	struct heap *h = &host->heap;

	for (uint32_t n = 0; o && n < h->host->nr_nodes; n++) {
		heap_give(h, n, o->bytes[n], n == h->low_node ? o->low_bytes : 0);
		host->state.total_free_bytes += o->bytes[n];
	}
	if (o)
		*o = (struct sim_overhead){0};
}
