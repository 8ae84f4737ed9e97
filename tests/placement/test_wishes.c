/* What policies say of heeding numa_nodes and placement is what they do, and a person is told. */
#include <criterion/criterion.h>
#include <string.h>

#include "placement/policies.h"
#include "tests/placement/hosts.h"

static struct plan placed(const struct policy *policy, const struct host_state *s,
			  const struct zone *z)
{
	char text[ERROR_TEXT_MAX];
	struct plan p;

	cr_assert_eq(test_place(policy->name, s, z, &p, text), 0, "%s: %s", policy->name, text);
	return p;
}

static unsigned warnings(const struct policy *policy, const struct host_state *s,
			 const struct plan *p, const char *words)
{
	struct explain lint = {0};
	unsigned nr = 0;

	policy_lint(policy, p, s, &lint);
	for (size_t i = 0; i < lint.nr; i++)
		nr += strstr(lint.line[i], words) && strstr(lint.line[i], policy->name);
	explain_release(&lint);
	return nr;
}

Test(wishes, node_counts)
{
	struct zone free = test_zone("z", 6, 6 * GIB), two = free, three = free;
	struct host *h = test_host_seed();
	struct host_state s;

	host_state_init(&s, h);
	two.numa_nodes = 2;
	three.numa_nodes = 3;
	for (const struct policy *const *p = policies; *p; p++) {
		struct plan by_itself = placed(*p, &s, &free);
		struct plan on_two = placed(*p, &s, &two), on_three = placed(*p, &s, &three);
		bool heeds = nodeset_count(on_two.nodes) == 2 && nodeset_count(on_three.nodes) == 3;

		cr_expect_eq(heeds, (*p)->heeds_count, "%s", (*p)->name);
		cr_expect(heeds || on_three.nodes == by_itself.nodes, "%s", (*p)->name);
		cr_expect_eq(warnings(*p, &s, &on_two, "does not heed numa_nodes 2"), !heeds, "%s",
			     (*p)->name);
		cr_expect_eq(warnings(*p, &s, &by_itself, "does not heed"), 0, "%s", (*p)->name);
	}
	host_state_release(&s);
	host_free(h);
}

/* 20 vCPUs need two nodes of 16 CPUs; some of the kubelet's policies refuse such pods. */
Test(wishes, spreads)
{
	struct zone free = test_zone("z", 20, 10 * GIB), compact = free, scatter = free;
	struct host *h = test_host_seed();
	struct host_state s;
	char text[ERROR_TEXT_MAX];

	host_state_init(&s, h);
	compact.spread = ZONE_COMPACT;
	scatter.spread = ZONE_SCATTER;
	for (const struct policy *const *p = policies; *p; p++) {
		struct plan near, far;
		bool heeds;

		if (test_place((*p)->name, &s, &free, &near, text) != 0) {
			cr_expect_not((*p)->heeds_spread, "%s", (*p)->name);
			continue;
		}
		near = placed(*p, &s, &compact);
		far = placed(*p, &s, &scatter);
		heeds = near.nodes != far.nodes;
		cr_expect_eq(heeds, (*p)->heeds_spread, "%s", (*p)->name);
		cr_expect_eq(warnings(*p, &s, &far, "does not heed placement scatter"), !heeds,
			     "%s", (*p)->name);
		cr_expect_eq(warnings(*p, &s, &near, "does not heed placement compact"), !heeds,
			     "%s", (*p)->name);
	}
	host_state_release(&s);
	host_free(h);
}
