#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "backend-xen/elf_imports.h"
#include "backend-xen/guest_acpi.h"
#include "backend-xen/guest_build.h"
#include "base/output.h"
#include "base/rng.h"
#include "base/units.h"
#include "firmware/acpi.h"
#include "placement/policy.h"
#include "tests/placement/hosts.h"

static struct guest_build build;
static struct plan plan;
static struct zone zone;
static struct host *host;

static void setup(void)
{
	host = test_host_seed();
	zone_init(&zone);
	zone.name = "z";
	zone.memory_policy = ZONE_STATIC;
}

static void teardown(void)
{
	guest_build_release(&build);
	host_free(host);
}

TestSuite(xen_guest, .init = setup, .fini = teardown);

static void place(uint32_t vcpus, uint32_t vcpus_max, int64_t bytes)
{
	struct host_state state;
	struct policy_input in = {.host = host, .state = &state, .zone = &zone};
	struct error err = {0};

	zone.vcpus = vcpus;
	zone.vcpus_max = vcpus_max;
	zone.memory_bytes = bytes;
	if (zone.memory_policy == ZONE_STATIC)
		zone.memory_initial_bytes = bytes;
	host_state_init(&state, host);
	cr_assert_eq(policy_place(policy_find("edera-compact"), &in, &plan, &err), 0, "%s",
		     err.text);
	host_state_release(&state);
}

static int64_t pieces_sum(void)
{
	uint64_t sum = 0, end = 0;

	for (uint32_t i = 0; i < build.nr_pieces; i++) {
		const struct guest_piece *p = &build.piece[i];

		cr_assert(p->bytes > 0);
		/* in order, without overlap, none across the hole */
		cr_assert_geq(p->base, end);
		cr_assert(p->base >= (uint64_t)4 * GIB || p->base + p->bytes <= 0xfc000000u);
		end = p->base + p->bytes;
		sum += p->bytes;
	}
	return (int64_t)sum;
}

Test(xen_guest, two_vnodes)
{
	place(32, 32, 8 * GIB);
	cr_assert_eq(guest_build_make(&build, &plan, NULL), 0);
	cr_expect(build.told && build.exact && !build.on_demand);
	cr_expect_eq(build.nr_vnodes, 2);
	cr_expect_eq(build.core_bits, 4);
	cr_expect_eq(build.nr_vcpus, 32);
	cr_expect_eq(build.nr_gaps, 0);
	cr_expect_eq(build.vcpu_vnode[15], 0);
	cr_expect_eq(build.vcpu_vnode[16], 1);
	cr_expect_eq(pieces_sum(), 8 * GIB);
	/* 4 GiB each; the first crosses the hole */
	cr_expect_eq(build.nr_pieces, 3);
	for (uint32_t v = 0; v < 2; v++)
		cr_expect_eq(guest_build_on_node(&build, plan.vnode[v].node), 4 * GIB);
	for (uint32_t i = 0; i < build.map.nr_cpus; i++)
		cr_expect_eq(build.map.cpu[i].apic_id, 2 * build.map.cpu[i].uid);
}

/* 33 vCPUs on three nodes of 16: 11 each is no power of two, so ids are left out. */
Test(xen_guest, vnodes_that_are_no_power_of_two)
{
	uint32_t online = 0;

	place(33, 40, 6 * GIB);
	cr_assert_eq(guest_build_make(&build, &plan, NULL), 0);
	cr_expect_eq(build.nr_vnodes, 3);
	cr_expect_eq(build.nr_vcpus, 3u << build.core_bits);
	cr_expect_eq(build.nr_gaps, build.nr_vcpus - 40);
	for (uint32_t i = 0; i < build.nr_vcpus; i++) {
		cr_expect_eq(build.vcpu_vnode[i], i >> build.core_bits);
		online += build.vcpu_online[i];
	}
	cr_expect_eq(online, 33);
	cr_expect_eq(build.map.nr_cpus, 40);
	for (uint32_t i = 0; i < build.map.nr_cpus; i++) {
		const struct guest_cpu *c = &build.map.cpu[i];

		cr_assert_lt(c->uid, build.nr_vcpus);
		cr_expect_eq(build.vcpu_online[c->uid], c->online, "vCPU %u", c->uid);
		/* the package that a guest finds by its APIC id is the vnode */
		cr_expect_eq(c->apic_id >> (build.core_bits + 1), c->domain);
		cr_expect_eq(build.vcpu_vnode[c->uid], c->domain);
		for (uint32_t k = 0; k < i; k++)
			cr_assert_neq(build.map.cpu[k].uid, c->uid);
	}
}

Test(xen_guest, one_node_is_told_nothing)
{
	place(4, 6, 3 * GIB);
	cr_assert_eq(guest_build_make(&build, &plan, NULL), 0);
	cr_expect(!build.told && build.exact);
	cr_expect_eq(build.nr_vcpus, 6);
	cr_expect_eq(build.nr_gaps, 0);
	cr_expect_eq(build.nr_pieces, 1);
	cr_expect_eq(build.map.nr_domains, 0);
	cr_expect_eq(pieces_sum(), 3 * GIB);
}

/* More than the node has: the plan's spill is asked for where it is expected. */
Test(xen_guest, spill_is_placed_too)
{
	place(4, 4, 20 * GIB);
	cr_assert_gt(plan.spilled_bytes, 0);
	cr_assert_eq(guest_build_make(&build, &plan, NULL), 0);
	cr_expect_eq(pieces_sum(), 20 * GIB);
	for (uint32_t i = 0; i < plan.nr_memory; i++)
		cr_expect_eq(guest_build_on_node(&build, plan.memory[i].node),
			     plan.memory[i].bytes);
}

Test(xen_guest, dynamic_memory)
{
	zone.memory_policy = ZONE_DYNAMIC;
	zone.memory_initial_bytes = GIB;
	zone.memory_min_bytes = GIB / 2;
	place(4, 4, 4 * GIB);
	cr_assert_eq(guest_build_make(&build, &plan, NULL), 0);
	cr_expect(build.on_demand && !build.exact && !build.told);
	cr_expect_eq(build.build_bytes, GIB);
	guest_build_release(&build);

	place(32, 32, 4 * GIB);
	cr_assert_eq(guest_build_make(&build, &plan, NULL), 0);
	cr_expect(build.told && build.exact && !build.on_demand);
	cr_expect_eq(build.build_bytes, 4 * GIB);
	cr_expect_eq(pieces_sum(), 4 * GIB);
}

Test(xen_guest, refusals)
{
	static const char *const nic[] = {"nic0"};
	struct error err = {0};

	place(2, 2, GIB + PAGE_BYTES);
	cr_expect_eq(guest_build_make(&build, &plan, &err), ERR_CANNOT);
	cr_expect(strstr(err.text, "MiB"), "%s", err.text);
	zone.device = nic;
	zone.nr_devices = 1;
	place(2, 2, GIB);
	cr_expect_eq(guest_build_make(&build, &plan, &err), ERR_CANNOT);
	cr_expect(strstr(err.text, "device"), "%s", err.text);
	zone.nr_devices = 0;
	place(2, 129, GIB);
	cr_expect_eq(guest_build_make(&build, &plan, &err), ERR_CANNOT);
	/* 6 vnodes of 16 + 2 take 32 numbers each */
	place(96, 108, GIB);
	cr_expect_eq(guest_build_make(&build, &plan, &err), ERR_CANNOT);
	cr_expect(strstr(err.text, "vCPU numbers"), "%s", err.text);
	zone.virt = ZONE_PV;
	place(2, 2, GIB);
	cr_expect_eq(guest_build_make(&build, &plan, &err), ERR_CANNOT);
	cr_expect(strstr(err.text, "PV"), "%s", err.text);
}

/* What libacpi makes, in small: FACP, MADT and XSDT in one page, behind acpi_info. */
#define INFO_AT 0xfc000000u
#define TABLES_AT 0xfc001000u
#define RSDP_AT 0xfc002000u
#define OURS_AT 0xfc003000u

static uint8_t info[4096], tables[4096], rsdp[64];
static const struct guest_memory_piece pieces[] = {
	{rsdp, RSDP_AT, sizeof(rsdp)},
	{info, INFO_AT, sizeof(info)},
	{tables, TABLES_AT, sizeof(tables)},
};
static const struct guest_acpi acpi = {
	.piece = pieces, .nr_pieces = 3, .rsdp_at = RSDP_AT, .info_at = INFO_AT};

static void put(uint8_t *at, uint64_t value, unsigned width)
{
	for (unsigned i = 0; i < width; i++)
		at[i] = (uint8_t)(value >> 8 * i);
}

static uint8_t sum(const uint8_t *at, size_t n)
{
	unsigned total = 0;

	for (size_t i = 0; i < n; i++)
		total += at[i];
	return (uint8_t)total;
}

static void make_table(uint8_t *at, const char *signature, uint32_t length)
{
	memcpy(at, signature, 4);
	put(at + 4, length, 4);
	at[9] = 0;
	at[9] = (uint8_t)-sum(at, length);
}

static void make_libacpi(void)
{
	memset(info, 0, sizeof(info));
	memset(tables, 0, sizeof(tables));
	memset(rsdp, 0, sizeof(rsdp));
	make_table(tables, "FACP", 268);
	tables[512 + 44] = 0; /* the MADT's first local APIC */
	tables[512 + 45] = 8;
	make_table(tables + 512, "APIC", 52);
	put(tables + 1024 + 36, TABLES_AT, 8);
	put(tables + 1024 + 44, TABLES_AT + 512, 8);
	make_table(tables + 1024, "XSDT", 52);
	put(info + 16, TABLES_AT + 512 + 44, 4);
	memcpy(rsdp, "RSD PTR ", 8);
	put(rsdp + 24, TABLES_AT + 1024, 8);
	rsdp[32] = (uint8_t)-sum(rsdp, 36);
}

/* A table of ours by its guest address. */
static struct acpi_table read_table(const struct bytes *b, uint64_t address)
{
	const uint8_t *at = b->data + (address - OURS_AT);
	struct acpi_table t;
	struct error err = {0};

	cr_assert_eq(acpi_read(&t, "table", at, bytes_get(at + 4, 4), &err), 0, "%s", err.text);
	return t;
}

Test(xen_guest, tables_are_added)
{
	struct bytes out = {0};
	struct error err = {0};
	uint64_t scratch;

	host_matrix_new(host, MATRIX_LATENCY, GRADE_MEASURED, "test");
	for (unsigned i = 0; i < host->nr_nodes * host->nr_nodes; i++)
		host->matrix[MATRIX_LATENCY].value[i] = 100 + i;
	place(33, 40, 6 * GIB);
	cr_assert_eq(guest_build_make(&build, &plan, NULL), 0);
	make_libacpi();
	cr_assert_eq(guest_acpi_make(&acpi, &build.map, OURS_AT, &out, &err), 0, "%s", err.text);

	cr_expect_eq(sum(rsdp, 36), 0);
	cr_expect_eq(sum(rsdp, 20), 0);
	cr_expect_eq(bytes_get(rsdp + 24, 8), OURS_AT);
	cr_assert_eq(memcmp(out.data, "XSDT", 4), 0);
	cr_expect_eq(bytes_get(out.data + 4, 4), 36 + 5 * 8);
	cr_expect_eq(sum(out.data, 36 + 5 * 8), 0);
	cr_expect_eq(bytes_get(out.data + 36, 8), TABLES_AT); /* libacpi's FACP stays */
	for (unsigned i = 0; i < 4; i++) {
		struct acpi_table t = read_table(&out, bytes_get(out.data + 44 + 8 * i, 8));

		cr_expect_eq((unsigned)t.kind, i);
		if (t.kind == ACPI_SRAT) {
			cr_expect_eq(t.map.nr_cpus, 40);
			cr_expect_eq(t.map.nr_domains, 3);
		}
		acpi_table_release(&t);
	}
	/* the DSDT counts to 128 CPUs of 8 bytes: all in a place of their own */
	scratch = bytes_get(info + 16, 4);
	cr_expect_geq(scratch, OURS_AT);
	cr_expect_leq(scratch + 128 * 8 + 8, OURS_AT + out.nr);
	cr_expect_eq(bytes_get(info + 12, 4), scratch + 128 * 8);
	for (unsigned i = 0; i < 4; i++)
		cr_expect_lt(bytes_get(out.data + 44 + 8 * i, 8), scratch);
	bytes_release(&out);
}

Test(xen_guest, what_is_not_libacpis_is_refused)
{
	struct error err = {0};

	place(32, 32, 8 * GIB);
	cr_assert_eq(guest_build_make(&build, &plan, NULL), 0);
	for (int broken = 0; broken < 6; broken++) {
		struct bytes out = {0};

		make_libacpi();
		switch (broken) {
		case 0:
			rsdp[0] = 'X';
			break;
		case 1:
			rsdp[33]++;
			break;
		case 2:
			tables[1024 + 50]++;
			break;
		case 3:
			put(tables + 1024 + 44, 0x1234, 8);
			make_table(tables + 1024, "XSDT", 52);
			break;
		case 4:
			put(info + 16, 0xfb000000, 4);
			break;
		default:
			put(info + 16, TABLES_AT, 4);
			break;
		}
		cr_expect_eq(guest_acpi_make(&acpi, &build.map, OURS_AT, &out, &err), ERR_MACHINE,
			     "case %d", broken);
		cr_expect_eq(out.nr, 0);
	}
}

Test(xen_guest, overhead_grows_with_the_zone)
{
	int64_t small;

	place(2, 2, GIB);
	cr_assert_eq(guest_build_make(&build, &plan, NULL), 0);
	small = guest_build_overhead(&build, &plan);
	cr_expect_eq(small, 2 * MIB + 8 * MIB + MIB);
}

/* This very program leaves malloc() to the C library and defines main(). */
Test(xen_guest, imports_of_an_elf_file)
{
	char *data;
	size_t size;
	struct error err = {0};
	struct rng rng;

	cr_assert_eq(file_read("/proc/self/exe", (size_t)64 << 20, &data, &size, &err), 0, "%s",
		     err.text);
	cr_expect(elf_imports((const uint8_t *)data, size, "memcmp") ||
		  elf_imports((const uint8_t *)data, size, "strlen") ||
		  elf_imports((const uint8_t *)data, size, "fopen"));
	cr_expect(!elf_imports((const uint8_t *)data, size, "no_such_function_anywhere"));
	cr_expect(!elf_imports((const uint8_t *)data, 63, "fopen"));
	/* damaged tables must be survived */
	rng_seed(&rng, 1, "elf");
	for (int i = 0; i < 2000; i++) {
		size_t at = rng_below(&rng, 64), shoff = bytes_get((uint8_t *)data + 40, 8);

		data[i % 2 ? at : (shoff + rng_below(&rng, 2048)) % size] ^=
			(char)(1 << rng_below(&rng, 8));
		(void)elf_imports((const uint8_t *)data, size, "fopen");
	}
	free(data);
}
