/*
 * What policies remember.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "tests/placement/hosts.h"

#define G(n) ((int64_t)(n)*GIB)

/* Books follow starts and stops; launches are never counted down. */
Test(memory, memory_is_kept_and_given_back)
{
	struct host *h = test_host_seed();
	struct zone z = test_zone("z", 32, G(8));
	struct policy_memory *m;
	struct host_state s;
	struct plan p;

	host_state_init(&s, h);
	cr_assert_eq(host_state_take_dom0(&s, G(8), 2, NULL), 0);
	m = policy_memory_new(policy_find("libxl"), &s);
	cr_assert_eq(m->node[0].bytes, G(1));
	cr_assert_eq(m->node[0].spread_vcpus, 0);
	cr_assert_eq(test_place("libxl", &s, &z, &p, NULL), 0);
	policy_note_start(m, 7, &p);
	/* whole on each of its nodes */
	cr_assert_eq(m->node[p.vnode[0].node].spread_vcpus, 32);
	cr_assert_eq(m->node[p.vnode[1].node].spread_vcpus, 32);
	policy_note_stop(m, 7);
	for (unsigned n = 0; n < 8; n++) {
		cr_assert_eq(m->node[n].spread_vcpus, 0);
		cr_assert_eq(m->node[n].zones, 0);
		cr_assert_eq(m->node[n].bytes, G(1));
		cr_assert_eq(m->node[n].group, nodeset_of(n));
		cr_assert_eq(m->node[n].launches, nodeset_has(p.nodes, n));
	}
	policy_memory_free(m);
	cr_assert_null(policy_memory_new(policy_find("homenode"), &s));
	policy_note_start(NULL, 1, &p);
	policy_note_stop(NULL, 1);
	policy_memory_free(NULL);
	host_state_release(&s);
	host_free(h);
}
