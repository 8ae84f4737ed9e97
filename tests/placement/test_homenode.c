/*
 * slit-spill, mem-aware, set-distance and homenode.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "tests/placement/hosts.h"

#define G(n) ((int64_t)(n)*GIB)

/* 20 GiB on a host of 16 GiB nodes: Xen's spill of a zone on node 4 goes to node
 * 0 across the socket, ours to node 5; counted by memory it does not spill. */
Test(homenode, spill_goes_near_or_not_at_all)
{
	static const char *const nic[] = {"nic0"};
	struct host *h = test_host_seed();
	struct zone z = test_zone("z", 8, G(20));
	struct plan p;

	z.nr_devices = 1;
	z.device = nic;
	p = test_plan("edera-compact", h, &z);
	cr_assert_eq(p.memory[1].node, 0);
	p = test_plan("slit-spill", h, &z);
	cr_assert_eq(p.vnode[0].node, 5);
	cr_assert_eq(p.memory[1].node, 4);
	cr_assert_eq(p.spilled_bytes, G(4));
	p = test_plan("mem-aware", h, &z);
	cr_assert_eq(p.nr_vnodes, 2);
	cr_assert_eq(p.vnode[0].node, 5);
	cr_assert_eq(p.spilled_bytes, 0);
	p = test_plan("homenode", h, &z);
	cr_assert_eq(p.vnode[0].node, 5);
	cr_assert_eq(p.nr_vnodes, 2);
	cr_assert_eq(p.spilled_bytes, 0);
	host_free(h);
}

/* 12 and 6 GiB free, 16 asked: dealt by room, and vCPUs follow the memory. mem-aware wants
 * even shares and spills. */
Test(homenode, homenode_deals_memory_by_room)
{
	struct host *h = test_host_uniform(2, 8, G(16));
	struct zone z = test_zone("z", 8, G(16));
	struct host_state s;
	struct plan p;

	host_state_init(&s, h);
	host_state_set_free(&s, 0, G(12));
	host_state_set_free(&s, 1, G(6));
	cr_assert_eq(test_place("homenode", &s, &z, &p, NULL), 0);
	cr_assert_str_eq(test_nodes(&p), "0,1");
	cr_assert_eq(p.vnode[0].memory_bytes, G(10));
	cr_assert_eq(p.vnode[1].memory_bytes, G(6));
	cr_assert_eq(p.vnode[0].vcpus, 5);
	cr_assert_eq(p.vnode[1].vcpus, 3);
	cr_assert_eq(p.spilled_bytes, 0);
	cr_assert_eq(test_place("mem-aware", &s, &z, &p, NULL), 0);
	cr_assert_eq(p.nr_vnodes, 1);
	cr_assert_eq(p.spilled_bytes, G(4));
	host_state_release(&s);
	host_free(h);
}

/* A node with less than two fifths of an even share is no node for the guest: 3 of 16. */
Test(homenode, homenode_makes_no_slivers)
{
	struct host *h = test_host_uniform(2, 8, G(16));
	struct zone z = test_zone("z", 8, G(16));
	struct host_state s;
	struct plan p;

	host_state_init(&s, h);
	host_state_set_free(&s, 0, G(14));
	host_state_set_free(&s, 1, G(3));
	cr_assert_eq(test_place("homenode", &s, &z, &p, NULL), 0);
	cr_assert_str_eq(test_nodes(&p), "0");
	cr_assert_eq(p.spilled_bytes, G(2));
	host_state_set_free(&s, 1, G(4));
	cr_assert_eq(test_place("homenode", &s, &z, &p, NULL), 0);
	cr_assert_str_eq(test_nodes(&p), "0,1");
	cr_assert_eq(p.spilled_bytes, 0);
	host_state_release(&s);
	host_free(h);
}

/* Load, then free devices, then the tightest fit. */
Test(homenode, homenode_chooses_among_equals)
{
	static const char *const gpu[] = {"gpu0"};
	struct host *h = test_host_seed();
	struct zone z = test_zone("z", 2, G(2));
	struct host_state s;
	struct plan p;

	host_state_init(&s, h);
	for (unsigned n = 0; n < 8; n++)
		host_state_set_free(&s, n, G(n == 2 ? 3 : n == 3 ? 4 : 8));
	cr_assert_eq(test_place("homenode", &s, &z, &p, NULL), 0);
	cr_assert_str_eq(test_nodes(&p), "3"); /* 2 is tighter and has a device to give */
	s.vcpus[3] = 8;
	cr_assert_eq(test_place("homenode", &s, &z, &p, NULL), 0);
	cr_assert_str_eq(test_nodes(&p), "0");
	z.nr_devices = 1;
	z.device = gpu;
	cr_assert_eq(test_place("homenode", &s, &z, &p, NULL), 0);
	cr_assert_str_eq(test_nodes(&p), "2");
	host_state_release(&s);
	host_free(h);
}

/* Node 0 is near to 1 and to 2, which are far from each other; 3, 4 and 5 are level.
 * Measured from the first node alone the former set is nearer. */
Test(homenode, set_distance_looks_at_all_pairs)
{
	struct host *h = test_host_uniform(6, 8, G(16));
	struct zone z = test_zone("z", 24, G(3));
	struct host_state s;
	struct plan p;

	for (unsigned a = 0; a < 6; a++) {
		for (unsigned b = 0; b < 6; b++) {
			if (a != b && a / 3 == b / 3)
				test_set_distance(h, a, b, a >= 3 ? 14 : a && b ? 32 : 12);
		}
	}
	host_state_init(&s, h);
	for (unsigned n = 1; n < 6; n++)
		host_state_set_free(&s, n, G(8));
	cr_assert_eq(test_place("edera-compact", &s, &z, &p, NULL), 0);
	cr_assert_str_eq(test_nodes(&p), "0,1,2");
	cr_assert_eq(test_place("slit-spill", &s, &z, &p, NULL), 0);
	cr_assert_str_eq(test_nodes(&p), "0,1,2");
	cr_assert_eq(test_place("set-distance", &s, &z, &p, NULL), 0);
	cr_assert_eq(p.nodes, 0x38);
	host_state_release(&s);
	host_free(h);
}
