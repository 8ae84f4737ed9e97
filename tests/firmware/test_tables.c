/* What is written is read back equal, and agrees with the plan it came from. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/acpi.h"
#include "firmware/acpi_others.h"
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
		cr_assert_eq((int64_t)bytes[0], p->zone->memory_bytes);
		cr_assert_eq(online[0], p->zone->vcpus);
		return;
	}
	for (uint32_t v = 0; v < p->nr_vnodes; v++) {
		if (zone_boot_bytes(p->zone) == p->zone->memory_bytes)
			cr_assert_eq((int64_t)bytes[v], p->vnode[v].memory_bytes);
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

/* Structures of `type` in a table whose structures begin at `at`. */
static unsigned count_type(const struct bytes *b, size_t at, unsigned type)
{
	unsigned nr = 0;

	for (; at < b->nr; at += b->data[at + 1])
		nr += b->data[at] == type;
	return nr;
}

/* 64 vnodes of 5 vCPUs: ids go up to 63 * 8 + 4 = 508. Those from 255 on, which one
 * byte cannot hold, are in x2APIC structures (SRAT 2, MADT 9), the others in the
 * short ones (SRAT 0, MADT 0). */
Test(tables, sixty_four_vnodes_need_x2apic_structures)
{
	unsigned cpus[64];
	int64_t memory[64];
	struct bytes srat = {0}, madt = {0};
	struct zone z = test_zone("wide", 320, 64 * GIB);
	struct guest_map m;
	struct host *h;

	for (unsigned n = 0; n < 64; n++) {
		cpus[n] = 5;
		memory[n] = 2 * GIB;
	}
	h = test_host_done(test_host(64, cpus, memory, 300));
	z.numa_nodes = 64;
	seed_map(&m, h, &z);
	cr_assert_eq(m.nr_domains, 64);
	cr_assert_eq(m.cpu[319].apic_id, 63 * 8 + 4);
	cr_assert_eq(m.distance[1], 254, "further than a SLIT can say");
	check_cpus(&m);
	check_matrices(&m);
	acpi_write(ACPI_SRAT, &m, &srat);
	acpi_write(ACPI_MADT, &m, &madt);
	/* vnodes 0 to 31 end at 31 * 8 + 4 = 252 */
	cr_assert_eq(count_type(&srat, 48, 0), 160);
	cr_assert_eq(count_type(&srat, 48, 2), 160);
	cr_assert_eq(count_type(&madt, 44, 0) + count_type(&madt, 44, 9), 320);
	cr_assert_geq(count_type(&madt, 44, 9), 160);
	bytes_release(&srat);
	bytes_release(&madt);
	guest_map_release(&m);
	host_free(h);
}

/* vCPUs above the target are in the tables, in a domain, and not online. */
Test(tables, ceilings_are_there_and_disabled)
{
	struct host *h = test_host_seed();
	struct zone z = test_zone("grows", 20, 24 * GIB);
	unsigned online = 0;
	struct guest_map m;

	z.vcpus_max = 30;
	seed_map(&m, h, &z);
	cr_assert_eq(m.nr_domains, 2);
	cr_assert_eq(m.nr_cpus, 30);
	for (uint32_t i = 0; i < m.nr_cpus; i++) {
		online += m.cpu[i].online;
		cr_assert_lt(m.cpu[i].domain, 2);
		cr_assert_eq(m.cpu[i].apic_id >> m.core_bits, m.cpu[i].domain);
		for (uint32_t k = 0; k < i; k++)
			cr_assert_neq(m.cpu[i].apic_id, m.cpu[k].apic_id);
	}
	cr_assert_eq(online, 20);
	check_cpus(&m);
	guest_map_release(&m);
	host_free(h);
}

/* q35 has no memory between 0x80000000 and 4 GiB, nor in the VGA hole. */
Test(tables, the_layout_of_q35_leaves_its_holes)
{
	struct host *h = test_host_seed();
	struct zone z = test_zone("q35", 32, 24 * GIB);
	char text[ERROR_TEXT_MAX];
	struct host_state s;
	struct plan p;
	struct guest_map m;
	uint64_t bytes[2] = {0};

	host_state_init(&s, h);
	cr_assert_eq(test_place("edera-compact", &s, &z, &p, text), 0, "%s", text);
	guest_map_make(&m, &p, GUEST_Q35);
	for (uint32_t i = 0; i < m.nr_ranges; i++) {
		const struct guest_range *r = &m.range[i];

		cr_assert(r->base + r->bytes <= 0xa0000 ||
			  (r->base >= 0x100000 && r->base + r->bytes <= 0x80000000) ||
			  r->base >= (uint64_t)4 * GIB);
		bytes[r->domain] += r->bytes;
	}
	/* the first vnode loses what the VGA hole covers */
	cr_assert_eq(bytes[0], (uint64_t)12 * GIB - 0x60000);
	cr_assert_eq(bytes[1], (uint64_t)12 * GIB);
	guest_map_release(&m);
	host_state_release(&s);
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

static void put_text(struct bytes *b, const char *text)
{
	for (; *text; text++)
		bytes_put(b, (unsigned char)*text, 1);
}

static void put_header(struct bytes *b, const char *signature)
{
	static const char ids[] = "OWN   TESTTEST";

	put_text(b, signature);
	bytes_put(b, 0, 4); /* length, later */
	bytes_put(b, 3, 1);
	bytes_put(b, 0, 1); /* sum, later */
	put_text(b, ids);
	bytes_put(b, 1, 4);
	put_text(b, "OWN ");
	bytes_put(b, 1, 4);
}

static void put_zeros(struct bytes *b, size_t nr)
{
	while (nr--)
		bytes_put(b, 0, 1);
}

/* Of an Arm machine with an accelerator: CPUs by GICC, an ITS, a generic initiator. ACPI 6.5,
 * 5.2.16.4 to 5.2.16.6. */
Test(reader, what_it_has_no_place_for_is_named)
{
	struct bytes b = {0};
	struct acpi_table t;
	struct error err = {0};
	uint8_t sum = 0;

	put_header(&b, "SRAT");
	bytes_put(&b, 1, 4);
	put_zeros(&b, 8);
	for (uint64_t cpu = 0; cpu < 4; cpu++) {
		bytes_put(&b, 3 | 18 << 8, 2);
		bytes_put(&b, cpu / 3, 4); /* domain: 0 0 0 1 */
		bytes_put(&b, cpu, 4);
		bytes_put(&b, 1, 4);
		put_zeros(&b, 4);
	}
	bytes_put(&b, 4 | 12 << 8, 2);
	bytes_put(&b, 1, 4);
	put_zeros(&b, 6);
	bytes_put(&b, 5 | 32 << 8, 2);
	put_zeros(&b, 2);
	bytes_put(&b, 7, 4);
	put_zeros(&b, 24);
	bytes_put(&b, 9 | 4 << 8, 2); /* no such type */
	put_zeros(&b, 2);
	b.data[4] = (uint8_t)b.nr;
	for (size_t i = 0; i < b.nr; i++)
		sum = (uint8_t)(sum + b.data[i]);
	b.data[9] = (uint8_t)-sum;
	cr_assert_eq(acpi_read(&t, "t", b.data, b.nr, &err), 0, "%s", err.text);
	cr_assert_eq(t.nr_others, 5);
	for (uint32_t i = 0; i < 5; i++) {
		static const struct {
			const char *name;
			uint32_t nr, domain;
		} want[] = {{"GICC affinity", 3, 0},
			    {"GICC affinity", 1, 1},
			    {"GIC ITS affinity", 1, 1},
			    {"generic initiator affinity", 1, 7},
			    {"unknown", 1, 0}};

		cr_assert_str_eq(acpi_other_name(t.kind, t.other[i].type), want[i].name);
		cr_assert_eq(t.other[i].nr, want[i].nr);
		cr_assert_eq(t.other[i].domain, want[i].domain);
		cr_assert_eq(t.other[i].has_domain, i < 4);
	}
	acpi_table_release(&t);
	bytes_release(&b);
}
