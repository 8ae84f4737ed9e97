/*
 * numad: what `numad -w` advises, and libvirt's strict binding to it.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "tests/placement/hosts.h"

#define G(n) ((int64_t)(n)*GIB)

/* Node 0's size is taken for all: 20 GiB are two nodes of 16, or one of 32. */
Test(numad, takes_node_0_for_all)
{
	static const unsigned cpus[3] = {8, 8, 8};
	static const int64_t small_first[3] = {G(16), G(32), G(32)};
	static const int64_t large_first[3] = {G(32), G(16), G(16)};
	struct host *h = test_host_done(test_host(3, cpus, small_first, 20));

	test_expect("numad", h, 4, G(20), 0, "1,2");
	host_free(h);
	h = test_host_done(test_host(3, cpus, large_first, 20));
	test_expect("numad", h, 4, G(20), 0, "0");
	host_free(h);
}

/* 100 MiB are kept back on each node: 16 GiB do not fit a node of 16. */
Test(numad, keeps_a_margin)
{
	struct host *h = test_host_uniform(3, 8, G(16));

	test_expect("numad", h, 4, G(16) - 100 * MIB, 0, "0");
	test_expect("numad", h, 4, G(16), 0, "0,1");
	host_free(h);
}

/* A full node adds the margin it lacks to what is wanted, even when nothing was wanted
 * any more: three nodes for the CPUs, the third is full, so a fourth is taken. */
Test(numad, wants_more_after_a_full_node)
{
	struct host *h = test_host_uniform(4, 8, G(16));
	struct zone z = test_zone("z", 24, G(32) - 200 * MIB);
	struct host_state s;
	struct plan p;

	host_state_init(&s, h);
	host_state_set_free(&s, 2, 0);
	host_state_set_free(&s, 3, 0);
	cr_assert_eq(test_place("numad", &s, &z, &p, NULL), 0);
	cr_assert_str_eq(test_nodes(&p), "0,1,2,3");
	host_state_set_free(&s, 2, 100 * MIB);
	cr_assert_eq(test_place("numad", &s, &z, &p, NULL), 0);
	cr_assert_str_eq(test_nodes(&p), "0,1,2");
	host_state_release(&s);
	host_free(h);
}

/* The start whose first nodes weigh most by distance squared wins: the socket with room. */
Test(numad, prefers_the_socket_with_room)
{
	struct host *h = test_host_seed();
	struct zone z = test_zone("z", 32, G(20));
	struct host_state s;
	struct plan p;

	host_state_init(&s, h);
	for (unsigned n = 0; n < 4; n++)
		host_state_set_free(&s, n, G(11));
	cr_assert_eq(test_place("numad", &s, &z, &p, NULL), 0);
	cr_assert_str_eq(test_nodes(&p), "4,5");
	host_state_release(&s);
	host_free(h);
}

/* The binding is strict: what numad's nodes lack is a failure although others have it. */
Test(numad, binds_strictly)
{
	struct host *h = test_host_seed();
	struct zone z = test_zone("z", 4, G(16) - 50 * MIB);
	struct host_state s;
	struct plan p;
	char text[ERROR_TEXT_MAX];

	host_state_init(&s, h);
	for (unsigned n = 0; n < 8; n++)
		host_state_set_free(&s, n, n < 6 ? G(4) : 0);
	/* wanted: 16 GiB; six nodes of 4 GiB less the margin: five of them do */
	cr_assert_eq(test_place("numad", &s, &z, &p, text), 0);
	cr_assert_eq(p.memory_rule, PLAN_MEMORY_STRICT);
	cr_assert_eq(p.spilled_bytes, 0);
	cr_assert_not(p.pinned);
	host_state_release(&s);
	host_free(h);
}
