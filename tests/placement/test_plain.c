/*
 * flat, first-touch, random and round-robin: what looks at nothing, or at little.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "tests/placement/hosts.h"

#define G(n) ((int64_t)(n)*GIB)

/* Node 0 is taken; what first touch needs beyond it comes by distance. */
Test(plain, first_touch_follows_the_zonelist)
{
	struct host *h = test_host_seed();
	struct zone z = test_zone("z", 4, G(20));
	struct plan p = test_plan("first-touch", h, &z);

	cr_assert_not(p.pinned);
	cr_assert_eq(p.vnode[0].memory_bytes, G(16));
	cr_assert_eq(p.vnode[1].memory_bytes, G(4));
	host_free(h);
}

/* It starts on the node with fewest vCPUs a CPU; of two at the same distance the higher
 * id comes first, as lower ids cost one more. */
Test(plain, first_touch_starts_on_the_idlest)
{
	struct host *h = test_host_seed();
	struct zone z = test_zone("z", 4, G(30));
	struct host_state s;
	struct plan p;

	host_state_init(&s, h);
	for (unsigned n = 0; n < 8; n++)
		s.vcpus[n] = n == 5 ? 1 : 2;
	cr_assert_eq(test_place("first-touch", &s, &z, &p, NULL), 0);
	cr_assert_eq(p.vnode[5].memory_bytes, G(16));
	cr_assert_eq(p.vnode[6].memory_bytes, G(14));
	host_state_release(&s);
	host_free(h);
}

Test(plain, flat_stripes_over_all_nodes)
{
	struct host *h = test_host_seed();
	struct zone z = test_zone("z", 12, G(16));
	struct plan p = test_plan("flat", h, &z);

	cr_assert_eq(p.nr_vnodes, 8);
	cr_assert_eq(p.told, PLAN_TOLD_FLAT);
	cr_assert_not(p.pinned);
	for (unsigned v = 0; v < 8; v++) {
		cr_assert_eq(p.vnode[v].memory_bytes, G(2));
		cr_assert_eq(p.vnode[v].vcpus, v < 4 ? 2 : 1);
	}
	test_expect("flat", h, 129, G(1), ERR_NO_ROOM, "129 vCPUs asked, host");
	host_free(h);
}

Test(plain, round_robin_goes_round)
{
	struct host *h = test_host_uniform(3, 8, G(16));
	struct policy_memory *m;
	struct host_state s;
	char text[ERROR_TEXT_MAX];

	host_state_init(&s, h);
	m = policy_memory_new(policy_find("round-robin"), &s);
	cr_assert_eq(test_start_zone("round-robin", &s, m, 1, 2, G(1), text), 0);
	cr_assert_eq(test_start_zone("round-robin", &s, m, 2, 16, G(1), text), 0);
	cr_assert_eq(test_start_zone("round-robin", &s, m, 3, 2, G(1), text), 0);
	cr_assert_eq(m->node[0].launches, 2);
	cr_assert_eq(m->node[1].launches, 1);
	cr_assert_eq(m->node[2].launches, 1);
	policy_memory_free(m);
	host_state_release(&s);
	host_free(h);
}

/* Equal states of the generator give equal plans; over many, every node comes up. */
Test(plain, random_is_repeatable_and_reaches_all)
{
	struct host *h = test_host_seed();
	struct zone z = test_zone("z", 2, G(1));
	unsigned seen[8] = {0};
	struct host_state s;

	host_state_init(&s, h);
	for (unsigned i = 0; i < 400; i++) {
		struct policy_input in = {.host = h, .state = &s, .zone = &z};
		struct rng a, b;
		struct plan p, q;

		rng_seed(&a, i, "random");
		b = a;
		in.rng = &a;
		cr_assert_eq(policy_place(policy_find("random"), &in, &p, NULL), 0);
		in.rng = &b;
		cr_assert_eq(policy_place(policy_find("random"), &in, &q, NULL), 0);
		cr_assert_eq(p.nodes, q.nodes);
		seen[p.vnode[0].node]++;
	}
	for (unsigned n = 0; n < 8; n++)
		cr_assert_gt(seen[n], 20);
	host_state_release(&s);
	host_free(h);
}

/* Hosts that lack one of the two altogether: every policy says no, and can be asked what
 * would help. */
Test(plain, nothing_goes_where_there_are_no_cpus_or_no_memory)
{
	static const unsigned cpus[][2] = {{4, 4}, {0, 0}};
	static const int64_t bytes[][2] = {{0, 0}, {G(4), G(4)}};

	for (unsigned i = 0; i < 2; i++) {
		struct host *h = test_host_done(test_host(2, cpus[i], bytes[i], 20));
		struct zone z = test_zone("z", 1, G(1));
		struct host_state s;

		host_state_init(&s, h);
		cr_assert_eq(host_state_take_dom0(&s, 0, 0, NULL), 0);
		for (size_t k = 0; policies[k]; k++) {
			for (z.numa_nodes = 0; z.numa_nodes <= 2; z.numa_nodes++) {
				struct explain why = {.line = NULL};
				struct rng rng;
				struct plan p;
				struct policy_input in = {
					.host = h, .state = &s, .zone = &z, .rng = &rng};

				rng_seed(&rng, 1, "plain");
				cr_expect_eq(policy_place(policies[k], &in, &p, NULL), ERR_NO_ROOM,
					     "%s on host %u", policies[k]->name, i);
				policy_advise(policies[k], &in, &why);
				cr_expect_eq(why.nr, 1);
				explain_release(&why);
			}
		}
		host_state_release(&s);
		host_free(h);
	}
}
