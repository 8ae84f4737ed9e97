/* Where memory goes, and how far it is: figures worked out by hand. */
#include <criterion/criterion.h>
#include <signal.h>

#include "tests/placement/hosts.h"

static void expect_order(const struct host *h, nodeset affinity, unsigned start,
			 const uint8_t *want, unsigned nr)
{
	uint8_t order[NODES_MAX];

	cr_assert_eq(plan_fallback_order(h, affinity, start, order), nr);
	for (unsigned i = 0; i < nr; i++)
		cr_assert_eq(order[i], want[i], "position %u: %u, not %u", i, order[i], want[i]);
}

Test(order, affinity_cyclic_then_ascending)
{
	static const uint8_t from6[] = {6, 7, 5, 0, 1, 2, 3, 4};
	static const uint8_t from5[] = {5, 6, 7, 0, 1, 2, 3, 4};
	static const uint8_t from4[] = {4, 0, 1, 2, 3, 5, 6, 7};
	struct host *h = test_host_seed();

	expect_order(h, 0xe0, 6, from6, 8);
	expect_order(h, 0xe0, 5, from5, 8);
	expect_order(h, 0x10, 4, from4, 8);
	host_free(h);
}

Test(order, skips_nodes_without_memory_at_both_ends)
{
	static const unsigned cpus[] = {1, 1, 1, 1};
	static const int64_t bytes[] = {0, GIB, 0, GIB};
	static const uint8_t from3[] = {3, 1}, from2[] = {3, 1};
	struct host *h = test_host_done(test_host(4, cpus, bytes, 20));

	expect_order(h, 0xf, 3, from3, 2);
	expect_order(h, 0xf, 2, from2, 2);
	host_free(h);
}

Test(order, the_64th_node)
{
	unsigned cpus[64];
	int64_t bytes[64];
	uint8_t order[NODES_MAX];
	struct host *h;

	for (unsigned n = 0; n < 64; n++) {
		cpus[n] = 1;
		bytes[n] = GIB;
	}
	h = test_host_done(test_host(64, cpus, bytes, 20));
	cr_assert_eq(plan_fallback_order(h, nodeset_of(63) | nodeset_of(5), 63, order), 64);
	cr_assert_eq(order[0], 63);
	cr_assert_eq(order[1], 5);
	cr_assert_eq(order[2], 0);
	host_free(h);
}

/* Own nodes give first, even to a vnode whose turn is later. */
Test(fill, own_share_before_spill)
{
	static const unsigned cpus[] = {1, 1, 1};
	static const int64_t bytes[] = {GIB, 4 * GIB, 4 * GIB};
	struct host *h = test_host_done(test_host(3, cpus, bytes, 20));
	struct zone z = test_zone("z", 2, 8 * GIB);
	struct host_state s;
	struct plan p = {.zone = &z, .host = h, .pinned = true, .nodes = 3, .nr_vnodes = 2};

	host_state_init(&s, h);
	p.vnode[0] = (struct plan_vnode){.node = 0, .vcpus = 1, .memory_bytes = 4 * GIB};
	p.vnode[1] = (struct plan_vnode){.node = 1, .vcpus = 1, .memory_bytes = 4 * GIB};
	cr_assert_eq(plan_fill_memory(&p, &s, NULL), 0);
	plan_assert(&p);
	cr_assert_eq(p.nr_memory, 3);
	cr_assert_eq(p.memory[1].node, 1);
	cr_assert_eq(p.memory[1].bytes, 4 * GIB);
	cr_assert_eq(p.memory[2].node, 2);
	cr_assert_eq(p.memory[2].vnode, 0);
	cr_assert_eq(p.spilled_bytes, 3 * GIB);
	p.vnode[1].memory_bytes = 5 * GIB + PAGE_BYTES;
	cr_assert_eq(plan_fill_memory(&p, &s, NULL), ERR_NO_ROOM);
	host_state_release(&s);
	host_free(h);
}

static struct plan two_nodes(const struct host *h, const struct zone *z)
{
	struct plan p = {.zone = z, .host = h, .pinned = true, .nodes = 3, .nr_vnodes = 2};

	p.vnode[0] = (struct plan_vnode){.node = 0, .vcpus = 3, .memory_bytes = 4 * GIB};
	p.vnode[1] = (struct plan_vnode){.node = 1, .vcpus = 1, .memory_bytes = 4 * GIB};
	return p;
}

Test(locality, told_of_nodes)
{
	/* vnode 1's second half is on vnode 0's node: own, not local */
	static const struct plan_memory part[] = {
		{0, 0, 4 * GIB}, {1, 1, 2 * GIB}, {1, 0, GIB}, {1, 4, GIB}};
	struct host *h = test_host_seed();
	struct zone z = test_zone("z", 4, 8 * GIB);
	struct plan p = two_nodes(h, &z);
	struct plan_locality l;

	plan_locality(&p, part, 4, &l);
	cr_assert_eq(l.resident_bytes, 8 * GIB);
	cr_assert_eq(l.local_bytes, 6 * GIB);
	cr_assert_eq(l.own_bytes, 7 * GIB);
	/* 3 vCPUs on 0, 1 on 1: node 0 costs 10.5, node 1 11.5, node 4 32;
	 * (5 x 10.5 + 2 x 11.5 + 32) / 8 = 13.4375 */
	cr_assert_eq(l.mean_distance_centi, 1343);
	plan_locality(&p, part, 0, &l);
	cr_assert_eq(l.resident_bytes, 0);
	cr_assert_eq(l.mean_distance_centi, 0);
	host_free(h);
}

Test(locality, told_flat)
{
	static const struct plan_memory part[] = {
		{0, 0, 4 * GIB}, {1, 1, 2 * GIB}, {1, 4, 2 * GIB}, {0, 0, 3}};
	struct host *h = test_host_seed();
	struct zone z = test_zone("z", 4, 8 * GIB);
	struct plan p = two_nodes(h, &z);
	struct plan_locality l;

	p.told = PLAN_TOLD_FLAT;
	plan_locality(&p, part, 4, &l);
	/* 3/4 of node 0's, 1/4 of node 1's, each part rounded down */
	cr_assert_eq(l.local_bytes, 3 * GIB + GIB / 2 + 2);
	cr_assert_eq(l.own_bytes, 6 * GIB + 3);
	p.pinned = false; /* now by CPUs: half and half */
	plan_locality(&p, part, 4, &l);
	cr_assert_eq(l.local_bytes, 3 * GIB + 1);
	host_free(h);
}

/* A fleet's largest host at the largest distance must not overflow. */
Test(locality, large_figures)
{
	static const unsigned cpus[] = {1000, 1000};
	static const int64_t bytes[] = {((int64_t)1 << 60), (int64_t)1 << 60};
	struct host *h = test_host_done(test_host(2, cpus, bytes, UINT32_MAX - 1));
	struct zone z = test_zone("z", 1000, (int64_t)1 << 60);
	const struct plan_memory part = {0, 1, (int64_t)1 << 60};
	struct plan p = {.zone = &z, .host = h, .pinned = true, .nodes = 1, .nr_vnodes = 1};
	struct plan_locality l;

	p.vnode[0] =
		(struct plan_vnode){.node = 0, .vcpus = 1000, .memory_bytes = (int64_t)1 << 60};
	plan_locality(&p, &part, 1, &l);
	cr_assert_eq(l.mean_distance_centi, (int64_t)(UINT32_MAX - 1) * 100);
	cr_assert_eq(l.local_bytes, 0);
	host_free(h);
}

/* Two GiB on node 1, as a policy would write it. */
static void assert_whole(uint32_t node, int64_t bytes, int64_t spilled)
{
	static const unsigned cpus[] = {1, 1, 1};
	static const int64_t bytes_of[] = {4 * GIB, 4 * GIB, 0};
	struct host *h = test_host_done(test_host(3, cpus, bytes_of, 20));
	struct zone z = test_zone("z", 1, 2 * GIB);
	struct plan p = {.zone = &z, .host = h, .pinned = true, .nodes = nodeset_of(node)};

	p.told = PLAN_TOLD_FLAT;
	p.nr_vnodes = p.nr_memory = 1;
	p.vnode[0] = (struct plan_vnode){node, 1, 2 * GIB};
	p.memory[0] = (struct plan_memory){0, node, bytes};
	p.spilled_bytes = spilled;
	plan_assert(&p);
	host_free(h);
}

Test(whole, is_consistent)
{
	assert_whole(1, 2 * GIB, 0);
}

Test(whole, memory_is_missing, .signal = SIGABRT)
{
	assert_whole(1, GIB, 0);
}

Test(whole, nothing_can_have_spilled, .signal = SIGABRT)
{
	assert_whole(1, 2 * GIB, PAGE_BYTES);
}

Test(whole, the_node_has_no_memory, .signal = SIGABRT)
{
	assert_whole(2, 2 * GIB, 0);
}
