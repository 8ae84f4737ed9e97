/*
 * slit-spill, mem-aware, set-distance and homenode.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "tests/placement/hosts.h"

#define G(n) ((int64_t)(n)*GIB)

/* 20 GiB on a host of 16 GiB nodes: Xen's spill of a zone on node 4 goes to node
 * 0 across the socket, ours to node 5; counted by memory it does not spill. */
Test(own, spill_goes_near_or_not_at_all)
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
