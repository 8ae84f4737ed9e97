/* Each rule of placement/edera/edera.h by an example that would come out otherwise. */
#include <criterion/criterion.h>
#include <string.h>

#include "tests/placement/hosts.h"

struct rig {
	struct host *h;
	struct host_state s;
	struct plan p;
	char text[ERROR_TEXT_MAX];
};

static void rig(struct rig *r, struct host *h)
{
	memset(r, 0, sizeof(*r));
	r->h = h;
	host_state_init(&r->s, h);
}

static void done(struct rig *r)
{
	host_state_release(&r->s);
	host_free(r->h);
}

static void expect(struct rig *r, const char *policy, const struct zone *z, const char *nodes)
{
	cr_assert_eq(test_place(policy, &r->s, z, &r->p, r->text), 0, "%s", r->text);
	cr_assert_str_eq(test_nodes(&r->p), nodes, "%s, not %s", test_nodes(&r->p), nodes);
}

static void refuse(struct rig *r, const char *policy, const struct zone *z, int code,
		   const char *words)
{
	cr_assert_eq(test_place(policy, &r->s, z, &r->p, r->text), code, "%s", r->text);
	cr_assert(strstr(r->text, words), "\"%s\" lacks \"%s\"", r->text, words);
}

static struct zone with_devices(struct zone z, const char *const *device, uint32_t nr)
{
	z.device = device;
	z.nr_devices = nr;
	return z;
}

static struct host *line_host(unsigned nr)
{
	unsigned cpus[NODES_MAX];
	int64_t bytes[NODES_MAX];

	for (unsigned n = 0; n < nr; n++) {
		cpus[n] = 4;
		bytes[n] = 4 * GIB;
	}
	return test_host(nr, cpus, bytes, 20);
}

Test(device, most_devices_win)
{
	static const char *const list[] = {"a", "b", "c"};
	struct host *h = line_host(4);
	struct zone z = with_devices(test_zone("z", 2, GIB), list, 3);
	struct rig r;

	test_host_device(h, "a", "", nodeset_of(1));
	test_host_device(h, "b", "", nodeset_of(3));
	test_host_device(h, "c", "", nodeset_of(3));
	rig(&r, test_host_done(h));
	expect(&r, "edera-compact", &z, "3");
	done(&r);
}

Test(device, ties_go_to_the_first_listed)
{
	static const char *const ab[] = {"a", "b"}, *const ba[] = {"b", "a"};
	struct host *h = line_host(4);
	struct zone z = test_zone("z", 2, GIB);
	struct rig r;

	test_host_device(h, "a", "", nodeset_of(3));
	test_host_device(h, "b", "", nodeset_of(1));
	rig(&r, test_host_done(h));
	z = with_devices(z, ab, 2);
	expect(&r, "edera-compact", &z, "3");
	z = with_devices(z, ba, 2);
	expect(&r, "edera-scatter", &z, "1");
	done(&r);
}

Test(device, several_owners_then_free_memory)
{
	static const char *const list[] = {"a"};
	struct host *h = line_host(4);
	struct zone z = with_devices(test_zone("z", 2, GIB), list, 1);
	struct rig r;

	test_host_device(h, "a", "", nodeset_of(1) | nodeset_of(2));
	rig(&r, test_host_done(h));
	expect(&r, "edera-compact", &z, "1");
	host_state_set_free(&r.s, 1, GIB);
	expect(&r, "edera-compact", &z, "2");
	done(&r);
}

/* One node owns a device and shares another: it counts for both. */
Test(device, shared_device_counts_for_each_owner)
{
	static const char *const list[] = {"a", "b"};
	struct host *h = line_host(4);
	struct zone z = with_devices(test_zone("z", 2, GIB), list, 2);
	struct rig r;

	test_host_device(h, "a", "", nodeset_of(1) | nodeset_of(2));
	test_host_device(h, "b", "", nodeset_of(2));
	rig(&r, test_host_done(h));
	expect(&r, "edera-compact", &z, "2");
	done(&r);
}

Test(device, unusable_node_gives_way_to_the_nearest)
{
	static const char *const list[] = {"a"};
	static const unsigned cpus[] = {4, 4, 0, 4};
	static const int64_t bytes[] = {8 * GIB, 4 * GIB, GIB, 4 * GIB};
	struct host *h = test_host(4, cpus, bytes, 20);
	struct zone z = with_devices(test_zone("z", 2, GIB), list, 1);
	struct rig r;

	test_host_device(h, "a", "", nodeset_of(2));
	test_set_distance(h, 2, 3, 12); /* the device node's row decides, not the column */
	test_set_distance(h, 1, 2, 11);
	rig(&r, test_host_done(h));
	expect(&r, "edera-compact", &z, "3");
	done(&r);
}

Test(device, unknown_locality_is_ignored_and_said)
{
	static const char *const list[] = {"a"};
	struct host *h = line_host(3);
	struct zone z = with_devices(test_zone("z", 2, GIB), list, 1);
	struct explain why = {0}, lint = {0};
	struct policy_input in;
	struct rig r;

	test_host_device(h, "a", "", 0);
	rig(&r, test_host_done(h));
	host_state_set_free(&r.s, 0, GIB);
	in = (struct policy_input){.host = r.h, .state = &r.s, .zone = &z, .why = &why};
	cr_assert_eq(policy_place(policy_find("edera-compact"), &in, &r.p, NULL), 0);
	cr_assert_str_eq(test_nodes(&r.p), "1");
	cr_assert(strstr(why.line[0], "nobody knows"), "%s", why.line[0]);
	policy_lint(policy_find("edera-compact"), &r.p, &r.s, &lint);
	cr_assert_eq(lint.nr, 1);
	cr_assert(strstr(lint.line[0], "nobody knows"));
	explain_release(&why);
	explain_release(&lint);
	done(&r);
}

Test(device, unknown_taken_or_named_twice)
{
	static const char *const nic[] = {"nic0"}, *const no[] = {"nic9"};
	static const char *const twice[] = {"nic0", "0000:a1:00.0"};
	struct zone z = test_zone("z", 2, GIB);
	struct rig r;

	rig(&r, test_host_seed());
	z = with_devices(z, no, 1);
	refuse(&r, "edera-compact", &z, ERR_NO_DEVICE, "no device nic9");
	refuse(&r, "flat", &z, ERR_NO_DEVICE, "no device nic9");
	z = with_devices(z, twice, 2);
	refuse(&r, "edera-compact", &z, ERR_NO_DEVICE, "one and the same");
	z = with_devices(z, nic, 1);
	expect(&r, "edera-compact", &z, "5");
	host_state_take(&r.s, &r.p);
	refuse(&r, "edera-compact", &z, ERR_NO_DEVICE, "taken");
	host_state_give(&r.s, &r.p);
	expect(&r, "edera-compact", &z, "5");
	done(&r);
}

/* The automatic rule goes to the device even where its node is full. */
Test(device, wins_over_memory_unless_a_count_is_asked)
{
	static const char *const nic[] = {"nic0"};
	struct zone z = with_devices(test_zone("z", 2, 4 * GIB), nic, 1);
	struct rig r;

	rig(&r, test_host_seed());
	host_state_set_free(&r.s, 5, GIB);
	expect(&r, "edera-compact", &z, "5");
	cr_assert_eq(r.p.spilled_bytes, 3 * GIB);
	z.numa_nodes = 1;
	refuse(&r, "edera-compact", &z, ERR_INFEASIBLE, "node 5");
	z.memory_bytes = z.memory_initial_bytes = z.memory_min_bytes = GIB;
	expect(&r, "edera-compact", &z, "5");
	done(&r);
}

Test(count, explicit_is_exact_and_never_spills)
{
	struct zone z = test_zone("z", 4, 16 * GIB);
	struct rig r;

	rig(&r, test_host_seed());
	z.numa_nodes = 3;
	expect(&r, "edera-compact", &z, "0,1,2");
	cr_assert_eq(r.p.vnode[0].vcpus, 2);
	cr_assert_eq(r.p.vnode[1].vcpus, 1);
	cr_assert_eq(r.p.vnode[2].vcpus, 1);
	/* 4194304 pages over 3: one more for the first */
	cr_assert_eq(r.p.vnode[0].memory_bytes, 1398102 * PAGE_BYTES);
	cr_assert_eq(r.p.vnode[2].memory_bytes, 1398101 * PAGE_BYTES);
	cr_assert_eq(r.p.spilled_bytes, 0);
	/* a node without room is passed over, though it is nearer */
	host_state_set_free(&r.s, 1, GIB);
	expect(&r, "edera-compact", &z, "0,2,3");
	z.numa_nodes = 9;
	refuse(&r, "edera-compact", &z, ERR_INFEASIBLE, "has 8 nodes");
	z.numa_nodes = 8;
	refuse(&r, "edera-compact", &z, ERR_INFEASIBLE, "7 of the 8 nodes");
	z.numa_nodes = 1;
	z.vcpus = z.vcpus_max = 17;
	refuse(&r, "edera-compact", &z, ERR_INFEASIBLE, "at most 16 CPUs");
	done(&r);
}

/* More nodes than vCPUs: asking for nodes is asking for memory there. */
Test(count, more_nodes_than_vcpus)
{
	struct zone z = test_zone("z", 1, 20 * GIB);
	struct explain lint = {0};
	struct rig r;

	rig(&r, test_host_seed());
	z.numa_nodes = 2;
	expect(&r, "edera-compact", &z, "0,1");
	cr_assert_eq(r.p.vnode[0].vcpus, 1);
	cr_assert_eq(r.p.vnode[1].vcpus, 0);
	cr_assert_eq(r.p.vnode[1].memory_bytes, 10 * GIB);
	policy_lint(policy_find("edera-compact"), &r.p, &r.s, &lint);
	cr_assert_eq(lint.nr, 1);
	cr_assert(strstr(lint.line[0], "no vCPU lives on node 1"));
	explain_release(&lint);
	done(&r);
}

/* Shares differ by a page: the node with the odd one must take the smaller. */
Test(count, exact_to_the_page)
{
	static const unsigned cpus[] = {4, 4};
	static const int64_t bytes[] = {3 * PAGE_BYTES, 2 * PAGE_BYTES};
	struct zone z = test_zone("z", 2, 5 * PAGE_BYTES);
	struct rig r;

	rig(&r, test_host_done(test_host(2, cpus, bytes, 20)));
	z.numa_nodes = 2;
	expect(&r, "edera-compact", &z, "0,1");
	cr_assert_eq(r.p.spilled_bytes, 0);
	host_state_set_free(&r.s, 0, 2 * PAGE_BYTES);
	z.memory_bytes = z.memory_initial_bytes = z.memory_min_bytes = 4 * PAGE_BYTES;
	expect(&r, "edera-compact", &z, "0,1");
	done(&r);
}

Test(ragged, automatic_counts_cpus_and_fills_level)
{
	static const unsigned cpus[] = {2, 8, 3, 8};
	static const int64_t bytes[] = {8 * GIB, 4 * GIB, 6 * GIB, 5 * GIB};
	struct zone z = test_zone("z", 10, GIB);
	struct rig r;

	rig(&r, test_host_done(test_host(4, cpus, bytes, 20)));
	/* 0 is freest; then by free memory 2, 3: 2 + 3 + 8 >= 10 */
	expect(&r, "edera-compact", &z, "0,2,3");
	cr_assert_eq(r.p.vnode[0].vcpus, 2);
	cr_assert_eq(r.p.vnode[1].vcpus, 3);
	cr_assert_eq(r.p.vnode[2].vcpus, 5);
	done(&r);
}

/* The preferred pair has too few CPUs: the nearest that completes is taken. */
Test(ragged, explicit_count_completes)
{
	static const unsigned cpus[] = {2, 2, 8, 4};
	static const int64_t bytes[] = {8 * GIB, 6 * GIB, 4 * GIB, 4 * GIB};
	struct host *h = test_host(4, cpus, bytes, 20);
	struct zone z = test_zone("z", 6, GIB);
	struct rig r;

	test_set_distance(h, 0, 1, 11);
	test_set_distance(h, 0, 3, 12);
	rig(&r, test_host_done(h));
	z.numa_nodes = 2;
	expect(&r, "edera-compact", &z, "0,3");
	z.vcpus = z.vcpus_max = 10;
	expect(&r, "edera-compact", &z, "0,2");
	z.vcpus = z.vcpus_max = 11; /* only 2 and 3: the first gives way */
	expect(&r, "edera-compact", &z, "2,3");
	z.vcpus = z.vcpus_max = 13;
	refuse(&r, "edera-compact", &z, ERR_INFEASIBLE, "at most 12 CPUs");
	done(&r);
}

Test(ragged, nodes_without_cpus_or_memory_hold_no_vnode)
{
	static const unsigned cpus[] = {4, 0, 4, 4};
	static const int64_t bytes[] = {2 * GIB, 64 * GIB, 0, GIB};
	struct zone z = test_zone("z", 6, 10 * GIB);
	struct rig r;

	rig(&r, test_host_done(test_host(4, cpus, bytes, 20)));
	expect(&r, "edera-compact", &z, "0,3");
	/* 5 GiB each: 3 and 4 missing, both from the node that has only memory */
	cr_assert_eq(r.p.spilled_bytes, 7 * GIB);
	cr_assert_eq(r.p.memory[2].node, 1);
	cr_assert_eq(r.p.memory[3].node, 1);
	z.vcpus = z.vcpus_max = 9;
	/* the last CPU there is, of the node without memory; refused before it was lent */
	expect(&r, "edera-compact", &z, "0,3,2");
	cr_assert_eq(r.p.vnode[0].vcpus, 4);
	cr_assert_eq(r.p.vnode[1].vcpus, 4);
	cr_assert_eq(r.p.vnode[2].vcpus, 1);
	cr_assert_eq(r.p.vnode[2].memory_bytes, 0);
	cr_assert_eq(r.p.told, PLAN_TOLD_FLAT);
	z.vcpus = z.vcpus_max = 13;
	refuse(&r, "edera-compact", &z, ERR_NO_ROOM, "12 CPUs");
	z.vcpus = z.vcpus_max = 9;
	z.numa_nodes = 3;
	refuse(&r, "edera-compact", &z, ERR_INFEASIBLE, "2 nodes with CPUs and memory");
	z.numa_nodes = 0;
	expect(&r, "flat", &z, "0,1,2,3");
	cr_assert_eq(r.p.vnode[1].vcpus, 0);
	cr_assert_eq(r.p.vnode[2].memory_bytes, 0);
	cr_assert_eq(r.p.vnode[2].vcpus, 3);
	done(&r);
}

/* Only the first node's row counts. */
Test(distance, asymmetric_row_of_the_first)
{
	struct host *h = line_host(3);
	struct zone z = test_zone("z", 8, GIB);
	struct rig r;

	test_set_distance(h, 0, 1, 30);
	test_set_distance(h, 1, 0, 11);
	test_set_distance(h, 0, 2, 12);
	test_set_distance(h, 2, 0, 40);
	rig(&r, test_host_done(h));
	expect(&r, "edera-compact", &z, "0,2");
	expect(&r, "edera-scatter", &z, "0,1");
	z.spread = ZONE_SCATTER;
	expect(&r, "edera-compact", &z, "0,1");
	z.spread = ZONE_COMPACT;
	expect(&r, "edera-scatter", &z, "0,2");
	done(&r);
}

Test(distance, people_see_os_indexes)
{
	struct host *h = line_host(3);
	struct zone z = test_zone("z", 8, GIB);
	struct rig r;

	h->node[1].os_index = 4;
	h->node[2].os_index = 9;
	rig(&r, test_host_done(h));
	host_state_set_free(&r.s, 0, GIB);
	expect(&r, "edera-compact", &z, "4,9");
	done(&r);
}

Test(pv, placed_alike_told_flat)
{
	struct zone z = test_zone("z", 32, GIB);
	struct explain lint = {0};
	struct rig r;

	rig(&r, test_host_seed());
	z.virt = ZONE_PV;
	expect(&r, "edera-compact", &z, "0,1");
	cr_assert_eq(r.p.told, PLAN_TOLD_FLAT);
	cr_assert(r.p.pinned);
	policy_lint(policy_find("edera-compact"), &r.p, &r.s, &lint);
	cr_assert_eq(lint.nr, 1);
	cr_assert(strstr(lint.line[0], "PV on 2 nodes"));
	z.virt = ZONE_AUTO;
	expect(&r, "edera-compact", &z, "0,1");
	cr_assert_eq(r.p.told, PLAN_TOLD_VNUMA);
	explain_release(&lint);
	done(&r);
}

Test(told, one_node_is_not_told)
{
	static const char *const policy[] = {"edera-compact", "edera-scatter", "homenode",
					     "round-robin"};
	struct zone z = test_zone("z", 16, GIB);
	struct rig r;

	rig(&r, test_host_seed());
	for (unsigned i = 0; i < 4; i++) {
		z.vcpus = z.vcpus_max = 16;
		expect(&r, policy[i], &z, "0");
		cr_assert_eq(r.p.told, PLAN_TOLD_FLAT, "%s", policy[i]);
		cr_assert(r.p.pinned);
		z.vcpus = z.vcpus_max = 17;
		cr_assert_eq(test_place(policy[i], &r.s, &z, &r.p, NULL), 0);
		cr_assert_eq(r.p.told, PLAN_TOLD_VNUMA, "%s", policy[i]);
	}
	/* one node by number is one node too */
	z = test_zone("z", 4, GIB);
	z.numa_nodes = 1;
	expect(&r, "edera-compact", &z, "0");
	cr_assert_eq(r.p.told, PLAN_TOLD_FLAT);
	done(&r);
}

static struct zone dynamic_zone(uint32_t vcpus, int64_t boot, int64_t most)
{
	struct zone z = test_zone("z", vcpus, most);

	z.memory_policy = ZONE_DYNAMIC;
	z.memory_initial_bytes = z.memory_min_bytes = boot;
	return z;
}

/* Nodes of 16 GiB: 100 GiB are 50 on each of two, 15 on each of seven. */
Test(explicit, a_count_is_for_the_maximum_too)
{
	struct zone z = dynamic_zone(2, 300 * MIB, 100 * GIB);
	struct rig r;

	rig(&r, test_host_seed());
	z.numa_nodes = 2;
	refuse(&r, "edera-compact", &z, ERR_INFEASIBLE, "100 GiB are 50 GiB on each node");
	z.numa_nodes = 6;
	refuse(&r, "edera-scatter", &z, ERR_INFEASIBLE, "0 of the 8 nodes");
	z.numa_nodes = 7;
	expect(&r, "edera-compact", &z, "0,1,2,3,4,5,6");
	z.memory_bytes = 32 * GIB;
	z.numa_nodes = 2;
	expect(&r, "edera-compact", &z, "0,1");
	z.memory_bytes += PAGE_BYTES;
	refuse(&r, "edera-compact", &z, ERR_INFEASIBLE, "the zone could not grow to it");
	/* without a count memory does not drive anything */
	z.numa_nodes = 0;
	expect(&r, "edera-compact", &z, "0");
	done(&r);
}

static unsigned count_lint(const struct rig *r, const char *words)
{
	struct explain lint = {0};
	unsigned nr = 0;

	policy_lint(policy_find("edera-compact"), &r->p, &r->s, &lint);
	for (size_t i = 0; i < lint.nr; i++)
		nr += strstr(lint.line[i], words) != NULL;
	explain_release(&lint);
	return nr;
}

/* It boots, and its nodes are large enough, but others have what it may grow to. */
Test(lint, a_maximum_that_is_not_free_has_both_figures)
{
	struct zone z = dynamic_zone(2, GIB, 24 * GIB);
	struct rig r;

	rig(&r, test_host_seed());
	z.numa_nodes = 2;
	expect(&r, "edera-compact", &z, "0,1");
	cr_assert_eq(count_lint(&r, "its maximum"), 0);
	for (unsigned n = 0; n < 8; n++)
		r.s.free_bytes[n] = 12 * GIB - (n == 1 ? 4 * GIB : 0);
	r.s.total_free_bytes = 92 * GIB;
	expect(&r, "edera-compact", &z, "0,2");
	cr_assert_eq(count_lint(&r, "its maximum"), 0);
	for (unsigned n = 0; n < 8; n++)
		r.s.free_bytes[n] = 8 * GIB;
	expect(&r, "edera-compact", &z, "0,1");
	cr_assert_eq(count_lint(&r, "its maximum of 24 GiB is 12 GiB on each node, and node 0 "
				    "has 8 GiB free"),
		     1);
	done(&r);
}

/* 16 CPUs a node: 4 of 12 are no matter, 4 of 20 are, 20 of 30 are not on two nodes. */
Test(lint, offline_vcpus_only_where_they_do_not_fit)
{
	static const struct {
		uint32_t vcpus, most, warned;
	} cases[] = {{4, 12, 0}, {4, 16, 0}, {4, 17, 1}, {20, 30, 0}, {20, 33, 1}};
	struct rig r;

	rig(&r, test_host_seed());
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct zone z = test_zone("z", cases[i].vcpus, GIB);

		z.vcpus_max = cases[i].most;
		cr_assert_eq(test_place("edera-compact", &r.s, &z, &r.p, NULL), 0);
		cr_assert_eq(count_lint(&r, "are offline at boot"), cases[i].warned, "%u", i);
	}
	done(&r);
}

Test(limits, host_wide)
{
	struct zone z = test_zone("z", 129, GIB);
	struct rig r;

	rig(&r, test_host_seed());
	refuse(&r, "edera-compact", &z, ERR_NO_ROOM, "128 CPUs");
	refuse(&r, "flat", &z, ERR_NO_ROOM, "128 CPUs");
	z = test_zone("z", 8, 129 * GIB);
	refuse(&r, "edera-compact", &z, ERR_NO_ROOM, "1 GiB short");
	z = test_zone("z", 8, GIB);
	r.s.vcpus_limit = 100;
	r.s.total_vcpus = 95;
	refuse(&r, "flat", &z, ERR_NO_ROOM, "3 short");
	z.vcpus = z.vcpus_max = 5;
	expect(&r, "edera-compact", &z, "0");
	/* boots with less than its maximum: what it boots with is what it needs */
	z = test_zone("z", 1, 200 * GIB);
	z.memory_policy = ZONE_DYNAMIC;
	z.memory_initial_bytes = z.memory_min_bytes = GIB;
	expect(&r, "edera-compact", &z, "0");
	cr_assert_eq(plan_memory_bytes(&r.p), GIB);
	done(&r);
}

Test(flat, stripes_and_floats)
{
	struct zone z = test_zone("z", 12, 8 * GIB + 3 * PAGE_BYTES);
	struct plan_locality l;
	struct rig r;

	rig(&r, test_host_seed());
	z.numa_nodes = 2;
	expect(&r, "flat", &z, "0,1,2,3,4,5,6,7");
	cr_assert(!r.p.pinned);
	cr_assert_eq(r.p.told, PLAN_TOLD_FLAT);
	cr_assert_eq(r.p.vnode[2].memory_bytes, GIB + PAGE_BYTES);
	cr_assert_eq(r.p.vnode[3].memory_bytes, GIB);
	cr_assert_eq(r.p.vnode[3].vcpus, 2);
	cr_assert_eq(r.p.vnode[4].vcpus, 1);
	plan_locality(&r.p, r.p.memory, r.p.nr_memory, &l);
	cr_assert_eq(l.local_bytes, GIB + 3 * (PAGE_BYTES / 8));
	/* (10 + 3 x 12 + 4 x 32) / 8 */
	cr_assert_eq(l.mean_distance_centi, 2175);
	done(&r);
}
