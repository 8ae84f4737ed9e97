/*
 * incus-balanced: limits.cpu.nodes=balanced.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "tests/placement/hosts.h"

#define G(n) ((int64_t)(n)*GIB)

/* github.com/lxc/incus/issues/1605: 48 CPUs on 24 nodes of 8 were put on one node; since
 * pull request 1626 they get six. */
Test(incus, issue_1605_takes_as_many_nodes_as_cpus_need)
{
	struct host *h = test_host_uniform(24, 8, G(16));

	test_expect("incus-balanced", h, 48, G(8), 0, "0,1,2,3,4,5");
	test_expect("incus-balanced", h, 8, G(8), 0, "0");
	test_expect("incus-balanced", h, 9, G(8), 0, "0,1");
	host_free(h);
}

/* Incus looks at instances, not at memory: refused though another node has it. */
Test(incus, does_not_look_at_memory)
{
	static const unsigned cpus[2] = {8, 8};
	static const int64_t bytes[2] = {G(4), G(64)};
	struct host *h = test_host_done(test_host(2, cpus, bytes, 20));

	test_expect("incus-balanced", h, 4, G(8), ERR_NO_ROOM,
		    "the balanced nodes are 4096 MiB short; others were not considered");
	test_expect("homenode", h, 4, G(8), 0, "1");
	host_free(h);
}

/* Fewest instances first, however small they are; stops count down. */
Test(incus, balances_by_instances)
{
	struct host *h = test_host_uniform(2, 8, G(16));
	struct policy_memory *m;
	struct host_state s;
	char text[ERROR_TEXT_MAX];

	host_state_init(&s, h);
	m = policy_memory_new(policy_find("incus-balanced"), &s);
	for (uint64_t id = 0; id < 3; id++)
		cr_assert_eq(test_start_zone("incus-balanced", &s, m, id, 1, MIB, text), 0);
	cr_assert_eq(m->node[0].zones, 2);
	cr_assert_eq(m->node[1].zones, 1);
	policy_note_stop(m, 0);
	policy_note_stop(m, 2);
	cr_assert_eq(test_start_zone("incus-balanced", &s, m, 4, 1, MIB, text), 0);
	cr_assert_eq(m->node[0].zones, 1);
	policy_memory_free(m);
	host_state_release(&s);
	host_free(h);
}

/* k above the number of nodes, possible where CPUs do not come out even: within the
 * capacity of Go's slice it names node 0 again, above it Incus crashes. */
Test(incus, slice_capacity_decides_whether_it_crashes)
{
	static const unsigned three[3] = {7, 7, 8}, two[2] = {1, 2}, five[5] = {1, 1, 1, 1, 5};
	static const int64_t bytes[5] = {G(4), G(4), G(4), G(4), G(4)};
	struct host *h = test_host_done(test_host(3, three, bytes, 20));

	test_expect("incus-balanced", h, 21, G(1), 0, "0,1,2");
	test_expect("incus-balanced", h, 22, G(1), 0, "0,1,2");
	host_free(h);
	h = test_host_done(test_host(2, two, bytes, 20));
	test_expect("incus-balanced", h, 2, G(1), 0, "0,1");
	test_expect("incus-balanced", h, 3, G(1), ERR_INFEASIBLE,
		    "slice bounds out of range [:3] with capacity 2");
	host_free(h);
	h = test_host_done(test_host(5, five, bytes, 20));
	test_expect("incus-balanced", h, 8, G(1), 0, "0,1,2,3,4");
	test_expect("incus-balanced", h, 9, G(1), ERR_INFEASIBLE,
		    "slice bounds out of range [:9] with capacity 8");
	host_free(h);
}

/* 22 CPUs are 0,1,2,0 there: node 0 then has two instances, the others one. */
Test(incus, a_node_named_twice_counts_twice)
{
	static const unsigned cpus[3] = {7, 7, 8};
	static const int64_t bytes[3] = {G(4), G(4), G(4)};
	struct host *h = test_host_done(test_host(3, cpus, bytes, 20));
	struct policy_memory *m;
	struct host_state s;
	char text[ERROR_TEXT_MAX];

	host_state_init(&s, h);
	m = policy_memory_new(policy_find("incus-balanced"), &s);
	cr_assert_eq(test_start_zone("incus-balanced", &s, m, 1, 22, G(1), text), 0, "%s", text);
	cr_assert_eq(m->node[0].zones, 2);
	cr_assert_eq(m->node[1].zones, 1);
	cr_assert_eq(test_start_zone("incus-balanced", &s, m, 2, 1, MIB, text), 0);
	cr_assert_eq(m->node[1].zones, 2);
	policy_note_stop(m, 1);
	cr_assert_eq(m->node[0].zones, 0);
	cr_assert_eq(m->node[1].zones, 1);
	policy_memory_free(m);
	host_state_release(&s);
	host_free(h);
}

/* The zeros are a node's number, not its place in the list. */
Test(incus, node_0_may_be_another_or_none)
{
	static const unsigned cpus[4] = {0, 7, 7, 8};
	static const int64_t bytes[4] = {G(4), G(4), G(4), G(4)};
	struct host *h = test_host(4, cpus, bytes, 20);

	h = test_host_done(h);
	test_expect("incus-balanced", h, 22, G(1), 0, "0,1,2,3");
	test_expect("incus-balanced", h, 21, G(1), 0, "1,2,3");
	host_free(h);
	h = test_host(3, cpus + 1, bytes, 20);
	for (unsigned n = 0; n < 3; n++)
		h->node[n].os_index = n + 1;
	h = test_host_done(h);
	test_expect("incus-balanced", h, 22, G(1), ERR_INFEASIBLE, "names node 0");
	host_free(h);
}

/* Memory is bound to the set, not a share to each node. */
Test(incus, memory_is_bound_over_the_set)
{
	static const unsigned cpus[2] = {8, 8};
	static const int64_t bytes[2] = {G(4), G(64)};
	struct host *h = test_host_done(test_host(2, cpus, bytes, 20));
	struct zone z = test_zone("z", 16, G(60));
	struct explain why = {0};
	struct host_state s;
	struct policy_input in = {.host = h, .state = &s, .zone = &z, .why = &why};
	struct plan p;
	bool said = false;

	host_state_init(&s, h);
	cr_assert_eq(policy_place(policy_find("incus-balanced"), &in, &p, NULL), 0);
	cr_assert_str_eq(test_nodes(&p), "0,1");
	cr_assert_eq(p.vnode[0].memory_bytes, G(4));
	for (size_t i = 0; i < why.nr; i++)
		said = said || strstr(why.line[i], "memory is bound to the set as a whole");
	cr_assert(said);
	explain_release(&why);
	host_state_release(&s);
	test_expect("incus-balanced", h, 16, G(69), ERR_NO_ROOM, NULL);
	host_free(h);
}

/*
 * The published row of the seven zones has E and F refused on node 4 and G on 4, 5 and
 * 6. That is this policy's answer when the start of D, which failed for memory, still
 * holds what it got of node 4 without being an instance; with nothing left of D, E fits
 * there (tests/placement/test_golden_rows.c).
 */
Test(incus, published_row_when_a_failed_start_keeps_its_memory)
{
	struct host *h = test_host_seed();
	struct policy_memory *m;
	struct host_state s;
	char text[ERROR_TEXT_MAX];
	struct zone g = test_zone("G", 48, G(30));
	struct policy_input in = {.host = h, .state = &s, .zone = &g};
	struct plan p;

	host_state_init(&s, h);
	in.memory = m = policy_memory_new(policy_find("incus-balanced"), &s);
	cr_assert_eq(test_start_zone("incus-balanced", &s, m, 0, 4, G(6), text), 0);
	cr_assert_eq(test_start_zone("incus-balanced", &s, m, 1, 4, G(6), text), 0);
	cr_assert_eq(test_start_zone("incus-balanced", &s, m, 2, 32, G(24), text), 0);
	cr_assert_eq(test_start_zone("incus-balanced", &s, m, 3, 8, G(20), text), ERR_NO_ROOM);
	host_state_set_free(&s, 4, 0);
	cr_assert_eq(test_start_zone("incus-balanced", &s, m, 4, 4, G(4), text), ERR_NO_ROOM);
	cr_assert_eq(test_start_zone("incus-balanced", &s, m, 5, 16, G(12), text), ERR_NO_ROOM);
	cr_assert_eq(policy_place(policy_find("incus-balanced"), &in, &p, NULL), 0);
	cr_assert_str_eq(test_nodes(&p), "4,5,6");
	policy_memory_free(m);
	host_state_release(&s);
	host_free(h);
}
