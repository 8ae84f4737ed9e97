/* The seven zones of the seed's host: cumulative, every node, byte and order. */
#include <criterion/criterion.h>

#include "tests/placement/hosts.h"

struct want {
	const char *nodes;
	uint32_t nr_parts;
	struct plan_memory part[8];
};

#define G(n) ((n)*GIB)

static void check_row(const char *policy, const struct want *want)
{
	static const char *const nic[] = {"nic0"};
	struct zone z[7] = {
		test_zone("A", 4, G(6)),   test_zone("B", 4, G(6)), test_zone("C", 32, G(24)),
		test_zone("D", 8, G(20)),  test_zone("E", 4, G(4)), test_zone("F", 16, G(12)),
		test_zone("G", 48, G(30)),
	};
	struct host *h = test_host_seed();
	struct host_state s;

	z[4].nr_devices = 1;
	z[4].device = nic;
	host_state_init(&s, h);
	for (unsigned i = 0; i < 7; i++) {
		struct plan p;

		cr_assert_eq(test_place(policy, &s, &z[i], &p, NULL), 0, "%s %s", policy,
			     z[i].name);
		cr_assert_str_eq(test_nodes(&p), want[i].nodes, "%s %s: %s", policy, z[i].name,
				 test_nodes(&p));
		cr_assert_eq(p.nr_memory, want[i].nr_parts, "%s %s", policy, z[i].name);
		for (uint32_t m = 0; m < p.nr_memory; m++) {
			cr_assert_eq(p.memory[m].vnode, want[i].part[m].vnode);
			cr_assert_eq(p.memory[m].node, want[i].part[m].node);
			cr_assert_eq(p.memory[m].bytes, want[i].part[m].bytes);
		}
		host_state_take(&s, &p);
	}
	cr_assert_eq(s.total_vcpus, 116);
	cr_assert_eq(s.total_free_bytes, G(128 - 102));
	host_state_release(&s);
	host_free(h);
}

Test(golden, compact)
{
	static const struct want want[7] = {
		{"0", 1, {{0, 0, G(6)}}},
		{"1", 1, {{0, 1, G(6)}}},
		{"2,3", 2, {{0, 2, G(12)}, {1, 3, G(12)}}},
		{"4", 2, {{0, 4, G(16)}, {0, 0, G(4)}}},
		{"5", 1, {{0, 5, G(4)}}},
		{"6", 1, {{0, 6, G(12)}}},
		{"7,5,6", 4, {{0, 7, G(10)}, {1, 5, G(10)}, {2, 6, G(4)}, {2, 7, G(6)}}},
	};

	check_row("edera-compact", want);
}

Test(golden, scatter)
{
	static const struct want want[7] = {
		{"0", 1, {{0, 0, G(6)}}},
		{"1", 1, {{0, 1, G(6)}}},
		{"2,4", 2, {{0, 2, G(12)}, {1, 4, G(12)}}},
		{"3", 2, {{0, 3, G(16)}, {0, 0, G(4)}}},
		{"5", 1, {{0, 5, G(4)}}},
		{"6", 1, {{0, 6, G(12)}}},
		{"7,1,0", 4, {{0, 7, G(10)}, {1, 1, G(10)}, {2, 0, G(6)}, {2, 7, G(4)}}},
	};

	check_row("edera-scatter", want);
}

/* "A 96-vCPU zone on the same host lands on six": the seed's own figures. */
Test(golden, counts_of_the_seed)
{
	struct zone c = test_zone("c", 32, GIB), six = test_zone("six", 96, GIB);
	struct host *h = test_host_seed();
	struct host_state s;
	struct plan p;

	host_state_init(&s, h);
	cr_assert_eq(test_place("edera-compact", &s, &c, &p, NULL), 0);
	cr_assert_eq(p.nr_vnodes, 2);
	cr_assert_eq(test_place("edera-compact", &s, &six, &p, NULL), 0);
	cr_assert_eq(p.nr_vnodes, 6);
	cr_assert_str_eq(test_nodes(&p), "0,1,2,3,4,5");
	for (unsigned i = 0; i < 6; i++)
		cr_assert_eq(p.vnode[i].vcpus, 16);
	host_state_release(&s);
	host_free(h);
}
