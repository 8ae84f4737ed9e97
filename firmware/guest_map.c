#include "firmware/guest_map.h"

#include <string.h>

#include "base/units.h"

#define DISTANCE_SELF 10
#define DISTANCE_MAX 254
#define ENTRY_MAX 0xfffe
#define ADDRESS_4G ((uint64_t)4 * GIB)
#define LEGACY_BASE ((uint64_t)640 * KIB)
#define LEGACY_END ((uint64_t)MIB)

const char *guest_untold(const struct zone *z)
{
	if (z->virt == ZONE_PV)
		return "a PV guest boots without firmware: it has no ACPI tables and its CPUID is "
		       "flat, so it cannot be told of nodes; a PVH guest can";
	return NULL;
}

uint8_t guest_distance(uint32_t far, uint32_t own)
{
	uint64_t d = ((uint64_t)far * DISTANCE_SELF * 2 + own) / ((uint64_t)own * 2);

	if (d <= DISTANCE_SELF)
		return DISTANCE_SELF + 1;
	return d > DISTANCE_MAX ? DISTANCE_MAX : (uint8_t)d;
}

static bool is_flat(const struct plan *p)
{
	return p->told == PLAN_TOLD_FLAT;
}

static uint32_t vnode_cpus(const struct plan *p, uint32_t vnode)
{
	return p->vnode[vnode].vcpus + plan_offline_vcpus(p, vnode);
}

static uint32_t bits_for(uint32_t nr)
{
	uint32_t bits = 0;

	while (((uint32_t)1 << bits) < nr)
		bits++;
	return bits;
}

static void make_vnode_cpus(struct guest_map *m, const struct plan *p, uint32_t vnode)
{
	uint32_t online = p->vnode[vnode].vcpus, all = vnode_cpus(p, vnode);
	uint32_t first = plan_first_vcpu(p, vnode);
	uint32_t first_offline = plan_first_offline_vcpu(p, vnode);

	for (uint32_t i = 0; i < all; i++) {
		uint32_t uid = i < online ? first + i : first_offline + i - online;
		struct guest_cpu *c = &m->cpu[uid];

		c->uid = uid;
		c->apic_id = is_flat(p) ? uid : vnode << m->core_bits | i;
		c->domain = is_flat(p) ? 0 : vnode;
		c->online = i < online;
	}
}

static void make_cpus(struct guest_map *m, const struct plan *p)
{
	uint32_t most = is_flat(p) ? p->zone->vcpus_max : 1;

	for (uint32_t v = 0; v < p->nr_vnodes; v++) {
		if (!is_flat(p) && vnode_cpus(p, v) > most)
			most = vnode_cpus(p, v);
	}
	m->core_bits = bits_for(most);
	m->nr_cpus = p->zone->vcpus_max;
	m->cpu = arena_alloc(&m->arena, m->nr_cpus * sizeof(*m->cpu));
	for (uint32_t v = 0; v < p->nr_vnodes; v++)
		make_vnode_cpus(m, p, v);
}

/* Pages from the start of the guest's memory to the end of vnode's share. */
static int64_t share_end(const struct plan *p, uint32_t vnode)
{
	int128 before = 0, pages = p->zone->memory_bytes / PAGE_BYTES;

	for (uint32_t v = 0; v <= vnode; v++)
		before += p->vnode[v].memory_bytes;
	return (int64_t)(before * pages / plan_memory_bytes(p)) * PAGE_BYTES;
}

static void add_range(struct guest_map *m, uint32_t domain, uint64_t base, uint64_t end)
{
	struct guest_range *last = m->nr_ranges ? &m->range[m->nr_ranges - 1] : NULL;

	if (base >= end)
		return;
	if (last && last->domain == domain && last->base + last->bytes == base) {
		last->bytes += end - base;
		return;
	}
	m->range[m->nr_ranges++] =
		(struct guest_range){.base = base, .bytes = end - base, .domain = domain};
}

/* Guest addresses of the memory from offset `from` to `to`. */
static void add_memory(struct guest_map *m, uint32_t domain, uint64_t from, uint64_t to,
		       uint64_t low_bytes, enum guest_layout layout)
{
	uint64_t low_to = to < low_bytes ? to : low_bytes;

	if (layout == GUEST_Q35 && from < LEGACY_END) {
		add_range(m, domain, from, low_to < LEGACY_BASE ? low_to : LEGACY_BASE);
		from = LEGACY_END;
	}
	add_range(m, domain, from, low_to);
	if (to > low_bytes)
		add_range(m, domain, ADDRESS_4G + (from > low_bytes ? from - low_bytes : 0),
			  ADDRESS_4G + to - low_bytes);
}

static void make_ranges(struct guest_map *m, const struct plan *p, enum guest_layout layout)
{
	uint64_t low = 0xfc000000, from = 0;

	if (layout == GUEST_Q35)
		low = p->zone->memory_bytes >= 0xb0000000 ? 0x80000000 : 0xb0000000;
	m->range = arena_alloc(&m->arena, (p->nr_vnodes + 2) * sizeof(*m->range));
	for (uint32_t v = 0; v < p->nr_vnodes; v++) {
		uint64_t to = (uint64_t)share_end(p, v);

		add_memory(m, is_flat(p) ? 0 : v, from, to, low, layout);
		from = to;
	}
}

uint8_t guest_vnode_distance(const struct plan *p, uint32_t from, uint32_t to)
{
	unsigned node = p->vnode[from].node;

	if (from == to)
		return DISTANCE_SELF;
	return guest_distance(host_distance(p->host, node, p->vnode[to].node),
			      host_distance(p->host, node, node));
}

static void make_distances(struct guest_map *m, const struct plan *p)
{
	m->distance = arena_alloc(&m->arena, (size_t)m->nr_domains * m->nr_domains);
	for (uint32_t i = 0; i < m->nr_domains; i++) {
		for (uint32_t j = 0; j < m->nr_domains; j++)
			m->distance[i * m->nr_domains + j] = guest_vnode_distance(p, i, j);
	}
}

static bool has_cpus(const struct guest_map *m, uint32_t domain)
{
	for (uint32_t i = 0; i < m->nr_cpus; i++) {
		if (m->cpu[i].domain == domain)
			return true;
	}
	return false;
}

static bool has_memory(const struct guest_map *m, uint32_t domain)
{
	for (uint32_t i = 0; i < m->nr_ranges; i++) {
		if (m->range[i].domain == domain)
			return true;
	}
	return false;
}

/* ps or MB/s; 0 where the host knows nothing. */
static uint64_t figure(const struct host *h, enum host_matrix_kind kind, unsigned from, unsigned to)
{
	const struct host_matrix *hm = &h->matrix[kind];
	uint64_t value = hm->value[from * h->nr_nodes + to];

	if (value == MATRIX_UNKNOWN)
		return 0;
	if (kind == MATRIX_LATENCY)
		return value * 1000;
	return hm->grade == GRADE_MEASURED ? value * (uint64_t)MIB / 1000000 : value;
}

/* The finest unit in which the largest figure fits into an entry: 1 for MB/s, ns
 * for latencies, whole multiples of them otherwise. */
static uint64_t unit_for(uint64_t largest, uint64_t base)
{
	uint64_t units = largest / base;

	return base * (units <= ENTRY_MAX ? 1 : (units + ENTRY_MAX - 1) / ENTRY_MAX);
}

static void fill_matrix(struct guest_matrix *gm, const struct plan *p, enum host_matrix_kind kind,
			uint64_t unit)
{
	for (uint32_t i = 0; i < gm->nr_initiators; i++) {
		for (uint32_t j = 0; j < gm->nr_targets; j++) {
			uint64_t value = figure(p->host, kind, p->vnode[gm->initiator[i]].node,
						p->vnode[gm->target[j]].node);

			gm->entry[i * gm->nr_targets + j] = (uint16_t)((value + unit / 2) / unit);
		}
	}
}

static void make_matrix(struct guest_map *m, const struct plan *p, enum host_matrix_kind kind,
			enum guest_matrix_kind told)
{
	struct guest_matrix gm = {.kind = (uint8_t)told};
	uint64_t largest = 0;

	if (p->host->matrix[kind].grade < GRADE_FIRMWARE)
		return;
	gm.initiator = arena_alloc(&m->arena, m->nr_domains * sizeof(*gm.initiator));
	gm.target = arena_alloc(&m->arena, m->nr_domains * sizeof(*gm.target));
	for (uint32_t d = 0; d < m->nr_domains; d++) {
		if (has_cpus(m, d))
			gm.initiator[gm.nr_initiators++] = d;
		if (has_memory(m, d))
			gm.target[gm.nr_targets++] = d;
	}
	for (uint32_t i = 0; i < gm.nr_initiators; i++) {
		for (uint32_t j = 0; j < gm.nr_targets; j++) {
			uint64_t value = figure(p->host, kind, p->vnode[gm.initiator[i]].node,
						p->vnode[gm.target[j]].node);

			if (value > largest)
				largest = value;
		}
	}
	if (!largest)
		return;
	gm.unit = unit_for(largest, kind == MATRIX_LATENCY ? 1000 : 1);
	gm.entry = arena_alloc(&m->arena,
			       (size_t)gm.nr_initiators * gm.nr_targets * sizeof(*gm.entry));
	fill_matrix(&gm, p, kind, gm.unit);
	m->matrix[m->nr_matrices++] = gm;
}

static void make_memories(struct guest_map *m)
{
	m->memory = arena_alloc(&m->arena, m->nr_domains * sizeof(*m->memory));
	for (uint32_t d = 0; m->nr_matrices && d < m->nr_domains; d++) {
		struct guest_memory gm = {.domain = d, .has_initiator = has_cpus(m, d)};

		if (!has_memory(m, d))
			continue;
		gm.initiator = gm.has_initiator ? d : 0;
		m->memory[m->nr_memories++] = gm;
	}
}

void guest_map_make(struct guest_map *out, const struct plan *p, enum guest_layout layout)
{
	BUG_ON(guest_untold(p->zone));
	memset(out, 0, sizeof(*out));
	out->nr_domains = is_flat(p) ? 1 : p->nr_vnodes;
	make_cpus(out, p);
	make_ranges(out, p, layout);
	make_distances(out, p);
	/* one figure for all nodes together would be wrong for most of them */
	if (!is_flat(p)) {
		make_matrix(out, p, MATRIX_LATENCY, GUEST_READ_LATENCY);
		make_matrix(out, p, MATRIX_BANDWIDTH, GUEST_READ_BANDWIDTH);
		make_matrix(out, p, MATRIX_WRITE_BANDWIDTH, GUEST_WRITE_BANDWIDTH);
	}
	make_memories(out);
}

void guest_map_release(struct guest_map *m)
{
	arena_release(&m->arena);
	memset(m, 0, sizeof(*m));
}
