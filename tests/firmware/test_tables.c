/* What is written is read back equal, and agrees with the plan it came from. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/acpi.h"
#include "firmware/cpuid.h"
#include "tests/placement/hosts.h"

/* Write and read one table; the caller releases both. */
static void round_trip(enum acpi_kind kind, const struct guest_map *m, struct bytes *b,
		       struct acpi_table *t)
{
	struct error err = {0};

	acpi_write(kind, m, b);
	cr_assert_eq(acpi_read(t, "t", b->data, b->nr, &err), 0, "%s", err.text);
	cr_assert_eq(t->kind, kind);
	cr_assert_eq(t->nr_others, 0);
}

static void check_cpus(const struct guest_map *m)
{
	struct bytes b = {0}, d = {0};
	struct acpi_table srat, madt;

	round_trip(ACPI_SRAT, m, &b, &srat);
	round_trip(ACPI_MADT, m, &d, &madt);
	cr_assert_eq(srat.map.nr_cpus, m->nr_cpus);
	cr_assert_eq(madt.map.nr_cpus, m->nr_cpus);
	for (uint32_t i = 0; i < m->nr_cpus; i++) {
		cr_assert_eq(srat.map.cpu[i].apic_id, m->cpu[i].apic_id);
		cr_assert_eq(srat.map.cpu[i].domain, m->cpu[i].domain);
		cr_assert_eq(madt.map.cpu[i].apic_id, m->cpu[i].apic_id);
		cr_assert_eq(madt.map.cpu[i].uid, i);
		cr_assert_eq(madt.map.cpu[i].online, m->cpu[i].online);
	}
	cr_assert_eq(srat.map.nr_ranges, m->nr_ranges);
	for (uint32_t i = 0; i < m->nr_ranges; i++) {
		cr_assert_eq(srat.map.range[i].base, m->range[i].base);
		cr_assert_eq(srat.map.range[i].bytes, m->range[i].bytes);
		cr_assert_eq(srat.map.range[i].domain, m->range[i].domain);
	}
	acpi_table_release(&srat);
	acpi_table_release(&madt);
	bytes_release(&b);
	bytes_release(&d);
}

static void check_matrices(const struct guest_map *m)
{
	struct bytes b = {0}, d = {0};
	struct acpi_table t;

	round_trip(ACPI_SLIT, m, &b, &t);
	cr_assert_eq(t.map.nr_domains, m->nr_domains);
	cr_assert(memcmp(t.map.distance, m->distance, m->nr_domains * m->nr_domains) == 0);
	acpi_table_release(&t);
	bytes_release(&b);
	if (!m->nr_matrices)
		return;
	round_trip(ACPI_HMAT, m, &d, &t);
	cr_assert_eq(t.map.nr_matrices, m->nr_matrices);
	cr_assert_eq(t.map.nr_memories, m->nr_memories);
	for (uint32_t i = 0; i < m->nr_matrices; i++) {
		const struct guest_matrix *a = &m->matrix[i], *c = &t.map.matrix[i];
		size_t n = (size_t)a->nr_initiators * a->nr_targets;

		cr_assert(a->kind == c->kind && a->unit == c->unit &&
			  a->nr_initiators == c->nr_initiators && a->nr_targets == c->nr_targets);
		cr_assert(memcmp(a->initiator, c->initiator, 4 * a->nr_initiators) == 0);
		cr_assert(memcmp(a->target, c->target, 4 * a->nr_targets) == 0);
		cr_assert(memcmp(a->entry, c->entry, 2 * n) == 0);
	}
	acpi_table_release(&t);
	bytes_release(&d);
}

/* The map against the plan, by other means than those that made it. */
static void check_plan(const struct guest_map *m, const struct plan *p)
{
	uint64_t bytes[NODES_MAX] = {0};
	uint32_t online[NODES_MAX] = {0};

	for (uint32_t i = 0; i < m->nr_ranges; i++) {
		const struct guest_range *r = &m->range[i];

		cr_assert(r->base + r->bytes <= 0xfc000000 || r->base >= (uint64_t)4 * GIB);
		bytes[r->domain] += r->bytes;
	}
	for (uint32_t i = 0; i < m->nr_cpus; i++)
		online[m->cpu[i].domain] += m->cpu[i].online;
	if (p->told == PLAN_TOLD_FLAT) {
		cr_assert_eq(bytes[0], p->zone->memory_bytes);
		cr_assert_eq(online[0], p->zone->vcpus);
		return;
	}
	for (uint32_t v = 0; v < p->nr_vnodes; v++) {
		if (zone_boot_bytes(p->zone) == p->zone->memory_bytes)
			cr_assert_eq(bytes[v], p->vnode[v].memory_bytes);
		cr_assert_eq(online[v], p->vnode[v].vcpus);
	}
	for (uint32_t i = 0; i < m->nr_cpus; i++)
		cr_assert_eq(m->cpu[i].apic_id >> m->core_bits, m->cpu[i].domain);
}

static void random_matrix(struct rng *r, struct host *h, enum host_matrix_kind kind)
{
	uint32_t *value = host_matrix_new(
		h, kind, rng_below(r, 2) ? GRADE_MEASURED : GRADE_FIRMWARE, "random");

	for (unsigned i = 0; i < h->nr_nodes * h->nr_nodes; i++) {
		if (rng_below(r, 3))
			value[i] = 1 + (uint32_t)rng_below(r, 1000000);
	}
}

Test(tables, random_plans_survive)
{
	static const char *const policy[] = {"edera-compact", "edera-scatter"};
	unsigned placed = 0, with_hmat = 0;
	struct rng r;

	rng_seed(&r, 1, "firmware");
	for (unsigned i = 0; i < 4000; i++) {
		struct host *h = test_host_random(&r);
		const char *store[8];
		struct zone z = test_zone_random(&r, h, store);
		char text[ERROR_TEXT_MAX];
		struct host_state s;
		struct plan p;

		random_matrix(&r, h, MATRIX_LATENCY);
		random_matrix(&r, h, MATRIX_BANDWIDTH);
		host_state_init(&s, h);
		if (!guest_untold(&z) && test_place(policy[i % 2], &s, &z, &p, text) == 0) {
			struct guest_map m;

			guest_map_make(&m, &p, GUEST_PVH);
			check_plan(&m, &p);
			check_cpus(&m);
			check_matrices(&m);
			placed++;
			with_hmat += m.nr_matrices > 0;
			guest_map_release(&m);
		}
		host_state_release(&s);
		host_free(h);
	}
	cr_assert_gt(placed, 1000);
	cr_assert_gt(with_hmat, 100);
}

Test(tables, distances_a_kernel_accepts)
{
	cr_assert_eq(guest_distance(12, 10), 12);
	cr_assert_eq(guest_distance(10, 10), 11);
	cr_assert_eq(guest_distance(255, 10), 254);
	cr_assert_eq(guest_distance(4000, 10), 254);
	cr_assert_eq(guest_distance(17, 14), 12);
	cr_assert_eq(guest_distance(8, 1), 80);
}

static void seed_map(struct guest_map *m, struct host *h, struct zone *z)
{
	char text[ERROR_TEXT_MAX];
	struct host_state s;
	struct plan p;

	host_state_init(&s, h);
	cr_assert_eq(test_place("edera-compact", &s, z, &p, text), 0, "%s", text);
	guest_map_make(m, &p, GUEST_PVH);
	host_state_release(&s);
}

/* 40 vCPUs on three nodes (14 + 13 + 13): 4 bits of core, a package each. */
Test(cpuid, packages_are_vnodes)
{
	struct host *h = test_host_seed();
	struct zone z = test_zone("z", 40, 24 * GIB);
	struct cpuid_leaf leaf[CPUID_LEAVES];
	struct guest_map m;

	seed_map(&m, h, &z);
	cr_assert_eq(m.core_bits, 4);
	cpuid_leaves(&m, 14, leaf);
	cr_assert_eq(leaf[0].edx, 16);
	cr_assert_eq(leaf[0].ecx, 0x100);
	cr_assert_eq(leaf[1].eax, 4);
	cr_assert_eq(leaf[1].ebx, 13);
	cr_assert_eq(leaf[1].ecx, 0x201);
	cr_assert_eq(leaf[6].eax, 16);
	cr_assert_eq(leaf[6].ebx, 0);
	cr_assert_eq(leaf[6].ecx, 1);
	guest_map_release(&m);
	host_free(h);
}

/* Every byte changed, every length cut: refused with a sentence, or harmless. */
Test(reader, damage_is_found)
{
	struct host *h = test_host_seed();
	struct zone z = test_zone("z", 40, 24 * GIB);
	struct guest_map m;

	seed_map(&m, h, &z);
	for (int k = ACPI_SRAT; k <= ACPI_MADT; k++) {
		struct bytes b = {0};
		struct acpi_table t;

		acpi_write((enum acpi_kind)k, &m, &b);
		for (size_t i = 0; i < b.nr; i++) {
			struct error err = {0};

			b.data[i] ^= 0x55; /* the sum cannot stay what it was */
			cr_assert_eq(acpi_read(&t, "t", b.data, b.nr, &err), ERR_INPUT);
			cr_assert_neq(err.text[0], '\0');
			b.data[i] ^= 0x55;
			cr_assert_eq(acpi_read(&t, "t", b.data, i, &err), ERR_INPUT);
		}
		bytes_release(&b);
	}
	guest_map_release(&m);
	host_free(h);
}
