#include "backend-xen/guest_build.h"

#include <string.h>

#include "base/units.h"

#define LOW_END 0xfc000000u
#define HIGH_BEGIN ((uint64_t)1 << 32)

static uint32_t vnode_vcpus(const struct plan *p, uint32_t vnode)
{
	return p->vnode[vnode].vcpus + plan_offline_vcpus(p, vnode);
}

static uint32_t bits_for(uint32_t values)
{
	uint32_t bits = 0;

	while ((1u << bits) < values)
		bits++;
	return bits;
}

static int check(const struct plan *p, struct error *err)
{
	const struct zone *z = p->zone;

	if (z->virt == ZONE_PV)
		return error_set(err, ERR_CANNOT,
				 "zone %s asks for PV: this backend launches PVH domains", z->name);
	if (z->nr_devices)
		return error_set(err, ERR_CANNOT,
				 "zone %s asks for a device: libxl passes none through to PVH "
				 "domains",
				 z->name);
	if (z->memory_bytes % GUEST_MEMORY_UNIT || zone_boot_bytes(z) % GUEST_MEMORY_UNIT)
		return error_set(err, ERR_CANNOT,
				 "zone %s has memory that is no whole number of MiB, which is what "
				 "Xen builds domains of",
				 z->name);
	return 0;
}

static int number_vcpus(struct guest_build *b, const struct plan *p, struct error *err)
{
	uint32_t most = 1, next = 0;

	for (uint32_t v = 0; v < p->nr_vnodes; v++)
		most = vnode_vcpus(p, v) > most ? vnode_vcpus(p, v) : most;
	b->core_bits = bits_for(most);
	b->nr_vcpus = b->told ? p->nr_vnodes << b->core_bits : p->zone->vcpus_max;
	if (b->nr_vcpus > GUEST_VCPUS_MAX)
		return error_set(err, ERR_CANNOT,
				 "zone %s needs %u vCPU numbers%s, and Xen gives a PVH domain at "
				 "most %d",
				 p->zone->name, b->nr_vcpus,
				 b->told ? " (its largest vnode, rounded up, times its vnodes)"
					 : "",
				 GUEST_VCPUS_MAX);
	for (uint32_t v = 0; v < p->nr_vnodes; v++) {
		if (b->told)
			next = v << b->core_bits;
		for (uint32_t i = 0; i < vnode_vcpus(p, v); i++, next++) {
			b->vcpu_vnode[next] = v;
			b->vcpu_online[next] = i < p->vnode[v].vcpus;
		}
		for (uint32_t gap = next; b->told && gap < (v + 1) << b->core_bits; gap++) {
			b->vcpu_vnode[gap] = v;
			b->nr_gaps++;
		}
	}
	b->nr_online = p->zone->vcpus;
	return 0;
}

/* Guest addresses of `bytes` from offset `from` of its memory on. */
static void add_piece(struct guest_build *b, uint32_t node, uint64_t from, uint64_t bytes)
{
	uint64_t low = from < LOW_END ? LOW_END - from : 0;

	low = low < bytes ? low : bytes;
	if (low)
		b->piece[b->nr_pieces++] =
			(struct guest_piece){.base = from, .bytes = low, .node = node};
	if (bytes > low)
		b->piece[b->nr_pieces++] = (struct guest_piece){
			.base = HIGH_BEGIN + (from > LOW_END ? from - LOW_END : 0),
			.bytes = bytes - low,
			.node = node,
		};
}

static int64_t map_bytes(const struct guest_map *m, uint32_t domain)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < m->nr_ranges; i++)
		if (m->range[i].domain == domain)
			sum += m->range[i].bytes;
	return (int64_t)sum;
}

static void place_memory(struct guest_build *b, const struct plan *p)
{
	uint64_t at = 0;

	for (uint32_t v = 0; v < p->nr_vnodes; v++) {
		int64_t share = b->told ? map_bytes(&b->map, v) : p->vnode[v].memory_bytes;
		int64_t away = 0;

		for (uint32_t i = 0; i < p->nr_memory; i++)
			if (p->memory[i].vnode == v && p->memory[i].node != p->vnode[v].node)
				away += p->memory[i].bytes;
		if (share > away)
			add_piece(b, p->vnode[v].node, at, (uint64_t)(share - away));
		at += (uint64_t)(share - away);
		for (uint32_t i = 0; i < p->nr_memory; i++) {
			const struct plan_memory *m = &p->memory[i];

			if (m->vnode != v || m->node == p->vnode[v].node)
				continue;
			add_piece(b, m->node, at, (uint64_t)m->bytes);
			at += (uint64_t)m->bytes;
		}
	}
}

/* The map numbers vCPUs without gaps and vnodes by their order: Xen's numbers instead. */
static void renumber(struct guest_build *b)
{
	uint32_t used[NODES_MAX] = {0};

	/* online ones first: within a vnode they are, in both numberings */
	for (int pass = 0; pass < 2; pass++) {
		for (uint32_t i = 0; i < b->map.nr_cpus; i++) {
			struct guest_cpu *c = &b->map.cpu[i];

			if (c->online != (pass == 0))
				continue;
			c->uid = c->domain << b->core_bits | used[c->domain]++;
			c->apic_id = 2 * c->uid;
		}
	}
	b->map.core_bits = b->core_bits + 1;
}

bool guest_build_told(const struct plan *p)
{
	return p->told == PLAN_TOLD_VNUMA && p->nr_vnodes > 1;
}

int guest_build_make(struct guest_build *out, const struct plan *p, struct error *err)
{
	struct guest_build *b = out;
	int rc = check(p, err);

	memset(b, 0, sizeof(*b));
	if (rc)
		return rc;
	b->told = guest_build_told(p);
	b->on_demand = !b->told && zone_boot_bytes(p->zone) < p->zone->memory_bytes;
	b->exact = p->memory_rule != PLAN_MEMORY_STRIPED && !b->on_demand;
	b->build_bytes = b->told ? p->zone->memory_bytes : zone_boot_bytes(p->zone);
	b->nr_vnodes = p->nr_vnodes;
	for (uint32_t v = 0; v < p->nr_vnodes; v++)
		b->vnode_node[v] = p->vnode[v].node;
	rc = number_vcpus(b, p, err);
	if (rc)
		return rc;
	if (b->told) {
		guest_map_make(&b->map, p, GUEST_PVH);
		renumber(b);
	}
	if (b->exact)
		place_memory(b, p);
	return 0;
}

void guest_build_release(struct guest_build *b)
{
	guest_map_release(&b->map);
}

int64_t guest_build_on_node(const struct guest_build *b, uint32_t node)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < b->nr_pieces; i++)
		if (b->piece[i].node == node)
			sum += b->piece[i].bytes;
	return (int64_t)sum;
}

int64_t guest_build_overhead(const struct guest_build *b, const struct plan *p)
{
	return MIB * b->nr_vcpus + 8 * KIB * (p->zone->memory_bytes / MIB) + MIB;
}
