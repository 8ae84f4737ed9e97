/*
 * esxi and hyper-v, as documented.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "tests/placement/hosts.h"

#define G(n) ((int64_t)(n)*GIB)

/* 9 cores are needed before ESXi splits, and more than a node has. */
Test(vendors, esxi_splits_by_cores)
{
	struct host *h = test_host_seed();
	struct zone z = test_zone("z", 8, G(20));

	cr_assert_eq(test_plan("esxi", h, &z).nr_vnodes, 1);
	z = test_zone("z", 12, G(1));
	cr_assert_eq(test_plan("esxi", h, &z).nr_vnodes, 2);
	z.memory_policy = ZONE_DYNAMIC;
	z.memory_bytes = z.memory_initial_bytes = G(20);
	cr_assert_eq(test_plan("hyper-v", h, &z).told, PLAN_TOLD_FLAT);
	z.memory_policy = ZONE_STATIC;
	cr_assert_eq(test_plan("hyper-v", h, &z).told, PLAN_TOLD_VNUMA);
	host_free(h);
}

/* The greater of CPU load and memory load decides; clients after the first stay near. */
Test(vendors, esxi_starts_on_the_least_loaded_and_stays_near)
{
	struct host *h = test_host_seed();
	struct zone one = test_zone("one", 4, G(2)), wide = test_zone("wide", 24, G(2));
	struct host_state s;
	struct plan p;

	host_state_init(&s, h);
	for (unsigned n = 0; n < 8; n++)
		s.vcpus[n] = 8;
	s.vcpus[4] = 1;
	host_state_set_free(&s, 4, G(2)); /* 14 of 16 GiB: more loaded than by 8 of 16 CPUs */
	s.vcpus[6] = 5;
	cr_assert_eq(test_place("esxi", &s, &one, &p, NULL), 0);
	cr_assert_str_eq(test_nodes(&p), "6");
	cr_assert_eq(test_place("esxi", &s, &wide, &p, NULL), 0);
	cr_assert_str_eq(test_nodes(&p), "6,5,7");
	cr_assert_eq(p.told, PLAN_TOLD_VNUMA);
	host_state_release(&s);
	host_free(h);
}

/* One node that holds all of it, that with most free memory, before any two. */
Test(vendors, hyper_v_wants_one_node)
{
	struct host *h = test_host_seed();
	struct zone z = test_zone("z", 4, G(10)), large = test_zone("large", 4, G(24));
	struct host_state s;
	struct plan p;

	host_state_init(&s, h);
	for (unsigned n = 0; n < 8; n++)
		host_state_set_free(&s, n, G(n == 3 ? 12 : n == 6 ? 11 : 9));
	cr_assert_eq(test_place("hyper-v", &s, &z, &p, NULL), 0);
	cr_assert_str_eq(test_nodes(&p), "3");
	cr_assert_eq(test_place("hyper-v", &s, &large, &p, NULL), 0);
	cr_assert_str_eq(test_nodes(&p), "3,6,0");
	cr_assert_eq(p.spilled_bytes, 0);
	host_state_release(&s);
	host_free(h);
}
