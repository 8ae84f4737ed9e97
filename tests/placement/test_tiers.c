/*
 * Kinds of memory, worked out by hand: a device's is nobody's, slower memory comes last and
 * is said, CPUs without memory are lent before a zone is refused.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "tests/placement/hosts.h"

/* Node 1 is the slow one, and has most memory; 0, 2 and 3 are DRAM. All have 4 CPUs. */
static struct host *slow_host(const char *kind)
{
	static const unsigned cpus[] = {4, 4, 4, 4};
	static const int64_t bytes[] = {4 * GIB, 64 * GIB, 4 * GIB, 4 * GIB};
	struct host *h = test_host(4, cpus, bytes, 20);

	snprintf(h->node[1].kind, sizeof(h->node[1].kind), "%s", kind);
	/* and it is the nearest to node 0 */
	test_set_distance(h, 0, 1, 12);
	test_set_distance(h, 1, 0, 12);
	return test_host_done(h);
}

static struct plan place(const char *policy, const struct host_state *s, const struct zone *z)
{
	char text[ERROR_TEXT_MAX];
	struct plan p;

	cr_assert_eq(test_place(policy, s, z, &p, text), 0, "%s: %s", policy, text);
	return p;
}

static bool warned(const struct plan *p, const struct host_state *s, const char *words)
{
	struct explain lint = {0};
	bool found = false;

	policy_lint(policy_find("edera-compact"), p, s, &lint);
	for (size_t i = 0; i < lint.nr; i++)
		found = found || strstr(lint.line[i], words);
	explain_release(&lint);
	return found;
}

static void expect(const char *policy, const struct host_state *s, const struct zone *z,
		   const char *nodes)
{
	struct plan p = place(policy, s, z);

	cr_assert_str_eq(test_nodes(&p), nodes, "%s: %s, not %s", policy, test_nodes(&p), nodes);
}

Test(slow, comes_after_all_other)
{
	static const char *const kinds[] = {"NVM", "CXL-DRAM"};

	for (unsigned k = 0; k < 2; k++) {
		struct host *h = slow_host(kinds[k]);
		struct zone z = test_zone("z", 4, 2 * GIB);
		struct host_state s;
		struct plan p;

		host_state_init(&s, h);
		expect("edera-compact", &s, &z, "0");
		z.vcpus = z.vcpus_max = 12;
		expect("edera-compact", &s, &z, "0,2,3");
		expect("homenode", &s, &z, "0,2,3");
		expect("bandwidth", &s, &z, "0,2,3");
		expect("mem-aware", &s, &z, "0,2,3");
		z.vcpus = z.vcpus_max = 13;
		p = place("edera-compact", &s, &z);
		cr_assert_str_eq(test_nodes(&p), "0,2,3,1");
		cr_assert(warned(&p, &s, "512 MiB of its memory is on node 1, which is slower"));
		host_state_release(&s);
		host_free(h);
	}
}

/* The same host where node 1 is like the others: most memory, so first. */
Test(slow, the_same_in_dram)
{
	struct host *h = slow_host("DRAM");
	struct zone z = test_zone("z", 4, 2 * GIB);
	struct host_state s;

	host_state_init(&s, h);
	expect("edera-compact", &s, &z, "1");
	z.vcpus = z.vcpus_max = 12;
	expect("edera-compact", &s, &z, "1,0,2");
	host_state_release(&s);
	host_free(h);
}

/*
 * 10 GiB for 4 vCPUs on node 0, which has 4: what spills goes to the DRAM of nodes 2 and 3,
 * 20 away, before the slow node 1, 12 away. Xen's allocator takes the lowest id instead.
 */
Test(slow, spills_after_all_other)
{
	struct host *h = slow_host("CXL-DRAM");
	struct zone z = test_zone("z", 4, 10 * GIB);
	struct host_state s;
	struct plan p;

	host_state_init(&s, h);
	p = place("slit-spill", &s, &z);
	cr_assert_eq(p.spilled_bytes, 6 * GIB);
	cr_assert(!warned(&p, &s, "slower"));
	z = test_zone("z", 4, 13 * GIB);
	p = place("slit-spill", &s, &z);
	cr_assert(warned(&p, &s, "1 GiB of its memory is on node 1, which is slower (CXL-DRAM)"));
	p = place("edera-compact", &s, &z);
	cr_assert(warned(&p, &s, "9 GiB of its memory is on node 1, which is slower (CXL-DRAM)"));
	host_state_release(&s);
	host_free(h);
}

/* 12 GiB over three nodes of 4 GiB is all there is of DRAM; 20 over four need the slow one. */
Test(slow, an_explicit_count_takes_it_when_it_must)
{
	struct host *h = slow_host("NVM");
	struct zone z = test_zone("z", 3, 12 * GIB);
	struct host_state s;

	host_state_init(&s, h);
	z.numa_nodes = 3;
	expect("edera-compact", &s, &z, "0,2,3");
	s.free_bytes[2] = GIB;
	s.total_free_bytes -= 3 * GIB;
	expect("edera-compact", &s, &z, "0,3,1");
	host_state_release(&s);
	host_free(h);
}

/* A GPU's memory: 16 GiB on a host of 8, and none of it is anybody's. */
Test(device, memory_is_never_a_zones)
{
	static const unsigned cpus[] = {4, 4, 0};
	static const int64_t bytes[] = {4 * GIB, 4 * GIB, 16 * GIB};
	struct zone z = test_zone("z", 2, 9 * GIB);
	struct host *h = test_host(3, cpus, bytes, 20);
	char text[ERROR_TEXT_MAX];
	struct host_state s;
	struct plan p;

	snprintf(h->node[2].kind, sizeof(h->node[2].kind), "GPUMemory");
	h = test_host_done(h);
	host_state_init(&s, h);
	for (const struct policy *const *policy = policies; *policy; policy++) {
		z.memory_bytes = z.memory_initial_bytes = z.memory_min_bytes = 9 * GIB;
		cr_assert_neq(test_place((*policy)->name, &s, &z, &p, text), 0, "%s",
			      (*policy)->name);
		z.memory_bytes = z.memory_initial_bytes = z.memory_min_bytes = 8 * GIB;
		if (test_place((*policy)->name, &s, &z, &p, text))
			continue;
		for (uint32_t i = 0; i < p.nr_memory; i++)
			cr_assert_neq(p.memory[i].node, 2, "%s", (*policy)->name);
	}
	host_state_release(&s);
	host_free(h);
}

/*
 * Nodes 0 and 2 have 8 CPUs and 8 GiB, 1 and 3 have 8 CPUs and nothing; 0-1 and 2-3 are 12
 * apart, the others 30. 20 vCPUs: 8 + 8 beside memory, 4 on the node nearest to node 0.
 */
Test(memoryless, cpus_are_lent_before_a_refusal)
{
	static const char *const others[] = {"edera-scatter", "homenode",    "mem-aware",
					     "bandwidth",     "slit-spill",  "set-distance",
					     "random",	      "round-robin", "oracle"};
	static const unsigned cpus[] = {8, 8, 8, 8};
	static const int64_t bytes[] = {8 * GIB, 0, 8 * GIB, 0};
	struct zone z = test_zone("z", 16, 4 * GIB);
	struct host *h = test_host(4, cpus, bytes, 30);
	struct host_state s;
	struct plan p;

	for (unsigned n = 0; n < 4; n += 2) {
		test_set_distance(h, n, n + 1, 12);
		test_set_distance(h, n + 1, n, 12);
	}
	h = test_host_done(h);
	host_state_init(&s, h);
	expect("edera-compact", &s, &z, "0,2");
	z.vcpus = z.vcpus_max = 20;
	p = place("edera-compact", &s, &z);
	cr_assert_str_eq(test_nodes(&p), "0,2,1");
	cr_assert_eq(p.vnode[0].vcpus, 8);
	cr_assert_eq(p.vnode[1].vcpus, 8);
	cr_assert_eq(p.vnode[2].vcpus, 4);
	cr_assert_eq(p.vnode[0].memory_bytes, 2 * GIB);
	cr_assert_eq(p.vnode[2].memory_bytes, 0);
	cr_assert_eq(p.spilled_bytes, 0);
	cr_assert_eq(p.told, PLAN_TOLD_FLAT);
	cr_assert(warned(&p, &s, "4 vCPUs are on node 1, which has no memory"));
	for (unsigned i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		cr_assert(warned((p = place(others[i], &s, &z), &p), &s, "which has no memory"),
			  "%s", others[i]);
	host_state_release(&s);
	host_free(h);
}
