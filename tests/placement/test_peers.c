/* The seven zones of the seed's host under the peers' policies, cumulative; a
 * refused zone leaves no trace. Rows are the published reference. */
#include <criterion/criterion.h>
#include <string.h>

#include "tests/placement/hosts.h"

#define G(n) ((int64_t)(n)*GIB)
#define ALL "0,1,2,3,4,5,6,7"
#define FAIL NULL

/* The row's device is nic0 alone: the host's other devices are taken away. */
static struct host *row_host(void)
{
	struct host *h = test_host_seed();

	h->device[0].class = DEVICE_NIC;
	h->nr_devices = 1;
	return h;
}

static void check_row(const char *policy, const char *const want[7], const char *refusal)
{
	static const char *const nic[] = {"nic0"};
	struct zone z[7] = {
		test_zone("A", 4, G(6)),   test_zone("B", 4, G(6)), test_zone("C", 32, G(24)),
		test_zone("D", 8, G(20)),  test_zone("E", 4, G(4)), test_zone("F", 16, G(12)),
		test_zone("G", 48, G(30)),
	};
	struct host *h = row_host();
	struct policy_memory *m;
	struct host_state s;

	z[4].nr_devices = 1;
	z[4].device = nic;
	host_state_init(&s, h);
	m = policy_memory_new(policy_find(policy), &s);
	for (unsigned i = 0; i < 7; i++) {
		struct policy_input in = {.host = h, .state = &s, .zone = &z[i], .memory = m};
		struct error err = {0};
		struct plan p;
		int rc = policy_place(policy_find(policy), &in, &p, &err);

		if (!want[i]) {
			cr_assert_neq(rc, 0, "%s %s: %s", policy, z[i].name, test_nodes(&p));
			cr_assert(strstr(err.text, refusal), "%s %s: %s", policy, z[i].name,
				  err.text);
			continue;
		}
		cr_assert_eq(rc, 0, "%s %s: %s", policy, z[i].name, err.text);
		cr_assert_str_eq(test_nodes(&p), want[i], "%s %s: %s", policy, z[i].name,
				 test_nodes(&p));
		host_state_take(&s, &p);
		policy_note_start(m, i, &p);
	}
	policy_memory_free(m);
	host_state_release(&s);
	host_free(h);
}

#define ROW(name, policy, refusal, ...)                                                            \
	Test(peers, name)                                                                          \
	{                                                                                          \
		static const char *const want[7] = {__VA_ARGS__};                                  \
                                                                                                   \
		check_row(policy, want, refusal);                                                  \
	}

ROW(libxl, "libxl", "", "0", "1", "2,3", "4,5", "6", "7", "0,1,6")
ROW(libxl_4_17, "libxl-4.17", "", "0", "1", "2,3", "4,5", "6", "7", "0,1,6")
ROW(libxl_fixed, "libxl-fixed", "", "0", "1", "2,3", "4,5", "6", "7", "0,1,6")
ROW(xapi, "xapi-best-effort", "", "0", "1", ALL, ALL, "0", ALL, ALL)
ROW(nova, "nova", "NUMATopologyFilter", "0", "1", "2,3", FAIL, "5", "4", FAIL)
ROW(nova_pack, "nova-pack", "NUMATopologyFilter", "0", "0", "1,2", FAIL, "5", "3", "4,6,7")
ROW(k8s_best_effort, "k8s-best-effort", "violates NUMA node allocation", "0", "0", "1,2", "3,4",
    "5", "6", FAIL)
ROW(k8s_restricted, "k8s-restricted", "TopologyAffinityError", "0", "0", "1,2", FAIL, "5", "3",
    FAIL)
ROW(k8s_single, "k8s-single-numa-node", "TopologyAffinityError", "0", "0", FAIL, FAIL, "5", "1",
    FAIL)
ROW(numad, "numad", "", "0", "1", "2,3", "4,5", "6", "7", "0,4,5,6,7")
/* The reference has E and F refused, which needs D's failed start to keep node 4
 * full; a refused zone leaves no trace here, as in every other row. */
ROW(incus, "incus-balanced", "Cannot allocate memory", "0", "1", "2,3", FAIL, "4", "5", "0,6,7")
ROW(round_robin, "round-robin", "", "0", "1", "2,3", "4", "5", "6", "7,0,1")
ROW(slit_spill, "slit-spill", "", "0", "1", "2,3", "4", "5", "6", "7,5,6")
ROW(homenode, "homenode", "", "0", "1", "2,3", "4,5", "5", "6", "0,1,7")

static struct host *uniform_host(unsigned nr, unsigned cpus, int64_t bytes)
{
	unsigned c[NODES_MAX];
	int64_t b[NODES_MAX];

	for (unsigned n = 0; n < nr; n++) {
		c[n] = cpus;
		b[n] = bytes;
	}
	return test_host_done(test_host(nr, c, b, 20));
}

static void place_on(const char *policy, struct host *h, uint32_t vcpus, int64_t bytes, int want_rc,
		     const char *want_nodes)
{
	struct zone z = test_zone("z", vcpus, bytes);
	struct host_state s;
	struct plan p;
	char text[ERROR_TEXT_MAX];
	int rc;

	host_state_init(&s, h);
	rc = test_place(policy, &s, &z, &p, text);
	cr_assert_eq(rc, want_rc, "%s: %s", policy, text);
	if (!rc)
		cr_assert_str_eq(test_nodes(&p), want_nodes, "%s: %s", policy, test_nodes(&p));
	host_state_release(&s);
}

/* 4 x 3 TiB free, 5 TiB asked: two nodes are 6 TiB, which wraps to 2; so do three
 * (9 to 1) and four (12 to 0). */
Test(peers, libxl_memory_wraps)
{
	struct host *h = uniform_host(4, 16, G(3072));

	place_on("libxl-4.17", h, 4, G(5120), 0, "0,1,2,3");
	place_on("libxl", h, 4, G(5120), 0, "0,1");
	host_free(h);
}

/* 1 TiB goes before 3.5 TiB: the difference is negative as an int. */
Test(peers, libxl_comparison_changes_sign)
{
	static const unsigned cpus[2] = {8, 8};
	static const int64_t bytes[2] = {G(1024), G(3584)};
	struct host *h = test_host_done(test_host(2, cpus, bytes, 20));

	place_on("libxl-4.17", h, 4, G(4), 0, "0");
	place_on("libxl-fixed", h, 4, G(4), 0, "1");
	host_free(h);
}

/* libxl's rule the slow way: every set, in its order. */
static nodeset slow_libxl(const struct host_state *s, const struct zone *z)
{
	const struct host *h = s->host;
	uint32_t per = h->node[0].nr_cpus;
	unsigned k0 = (z->vcpus + per - 1) / per;

	for (unsigned k = k0; k <= h->nr_nodes; k++) {
		nodeset best = 0;
		uint64_t best_vcpus = 0;
		int64_t best_kib = 0;

		/* lexicographic order of sets: node 0 is the leading digit */
		for (unsigned x = 1u << h->nr_nodes; x-- > 1;) {
			nodeset set = 0;
			uint64_t vcpus = 0;
			int64_t kib = 0;

			for (unsigned n = 0; n < h->nr_nodes; n++) {
				if (!(x >> (h->nr_nodes - 1 - n) & 1))
					continue;
				set |= nodeset_of(n);
				vcpus += s->vcpus[n];
				kib += s->free_bytes[n] / KIB;
			}
			if (nodeset_count(set) != k || kib < zone_boot_bytes(z) / KIB)
				continue;
			if (best &&
			    (vcpus > best_vcpus || (vcpus == best_vcpus && kib <= best_kib)))
				continue;
			best = set;
			best_vcpus = vcpus;
			best_kib = kib;
		}
		if (best)
			return best;
	}
	return 0;
}

Test(peers, libxl_finds_what_every_set_finds)
{
	unsigned several = 0;

	for (unsigned i = 0; i < 4000; i++) {
		struct host *h;
		struct host_state s;
		struct zone z;
		struct plan p;
		struct rng r;
		nodeset want;

		rng_seed(&r, i, "libxl");
		h = uniform_host(2 + (unsigned)rng_below(&r, 6), 8, G(16));
		host_state_init(&s, h);
		for (unsigned n = 0; n < h->nr_nodes; n++) {
			host_state_set_free(&s, n, G(rng_below(&r, 17)));
			s.vcpus[n] = (uint32_t)rng_below(&r, 6);
		}
		z = test_zone("z", 1 + (uint32_t)rng_below(&r, 20), G(1 + rng_below(&r, 50)));
		want = slow_libxl(&s, &z);
		if (test_place("libxl-fixed", &s, &z, &p, NULL) == 0) {
			cr_assert_eq(p.nodes, want ? want : nodeset_first_n(h->nr_nodes), "%u", i);
			several += want && nodeset_count(want) > 1;
		}
		host_state_release(&s);
		host_free(h);
	}
	cr_assert_gt(several, 500);
}

/* 32 vCPUs on 2 x 16 cores / 32 threads: cores count, so one node no longer
 * does; without them it is one (xapi #6763). */
Test(peers, xapi_counts_physical_cores)
{
	struct host *h = uniform_host(2, 32, G(64));

	h->node[0].nr_cores = h->node[1].nr_cores = 16;
	place_on("xapi-prio-mem-only", h, 32, G(8), 0, "0");
	place_on("xapi-best-effort", h, 32, G(8), 0, "0,1");
	host_free(h);
}

/* LP#1940668: after two small guests spread still has room for a two-cell guest
 * in both cells, pack has filled cell 0. */
Test(peers, nova_pack_fills_the_first_cell)
{
	static const struct {
		const char *policy;
		int rc;
	} want[] = {{"nova", 0}, {"nova-pack", ERR_NO_ROOM}};

	for (unsigned i = 0; i < 2; i++) {
		struct host *h = uniform_host(2, 8, G(16));
		struct zone one = test_zone("one", 4, G(4)), two = test_zone("two", 8, G(8));
		struct host_state s;
		struct plan p;
		char text[ERROR_TEXT_MAX];

		host_state_init(&s, h);
		two.numa_nodes = 2;
		for (unsigned n = 0; n < 2; n++) {
			cr_assert_eq(test_place(want[i].policy, &s, &one, &p, NULL), 0);
			host_state_take(&s, &p);
		}
		cr_assert_eq(test_place(want[i].policy, &s, &two, &p, text), want[i].rc, "%s",
			     text);
		host_state_release(&s);
		host_free(h);
	}
}

Test(peers, nova_refuses_what_does_not_divide)
{
	struct host *h = uniform_host(4, 8, G(16));
	struct zone z = test_zone("z", 7, G(8));
	struct host_state s;
	struct plan p;
	char text[ERROR_TEXT_MAX];

	host_state_init(&s, h);
	z.numa_nodes = 2;
	cr_assert_eq(test_place("nova", &s, &z, &p, text), ERR_INFEASIBLE);
	cr_assert(strstr(text, "ImageNUMATopologyAsymmetric"));
	/* a cell of 64 GB never fits a guest cell of 10 TB, whatever was asked before */
	z = test_zone("z", 4, G(16) + MIB);
	cr_assert_eq(test_place("nova", &s, &z, &p, text), ERR_NO_ROOM);
	cr_assert(strstr(text, "short of memory"), "%s", text);
	host_state_release(&s);
	host_free(h);
}

static int k8s_place(const char *policy, struct host_state *s, struct policy_memory *m, uint64_t id,
		     uint32_t vcpus, int64_t bytes, char *text)
{
	struct zone z = test_zone("pod", vcpus, bytes);
	struct policy_input in = {.host = s->host, .state = s, .zone = &z, .memory = m};
	struct error err = {0};
	struct plan p;
	int rc = policy_place(policy_find(policy), &in, &p, &err);

	snprintf(text, ERROR_TEXT_MAX, "%s", err.text);
	if (rc)
		return rc;
	host_state_take(s, &p);
	policy_note_start(m, id, &p);
	return 0;
}

/* k/k 84597: CPUs are free on two nodes together, but the request would fit one
 * node by capacity, so no set with room is preferred. k/k 128669: 1 CPU and more
 * memory than a node has, on an empty host. */
Test(peers, k8s_restricted_judges_by_capacity)
{
	struct host *h = uniform_host(2, 8, G(16));
	struct policy_memory *m;
	struct host_state s;
	char text[ERROR_TEXT_MAX];

	host_state_init(&s, h);
	m = policy_memory_new(policy_find("k8s-restricted"), &s);
	cr_assert_neq(k8s_place("k8s-restricted", &s, m, 1, 1, G(20), text), 0);
	cr_assert(strstr(text, "TopologyAffinityError"), "%s", text);
	cr_assert_eq(k8s_place("k8s-restricted", &s, m, 2, 5, G(1), text), 0);
	cr_assert_eq(k8s_place("k8s-restricted", &s, m, 3, 5, G(1), text), 0);
	/* 3 + 3 CPUs are free */
	cr_assert_neq(k8s_place("k8s-restricted", &s, m, 4, 6, G(1), text), 0);
	cr_assert(strstr(text, "TopologyAffinityError"), "%s", text);
	cr_assert(strstr(text, "cpu: fits on 2 nodes at least, none of the preferred"), "%s", text);
	cr_assert_eq(k8s_place("k8s-best-effort", &s, m, 4, 6, G(1), text), 0);
	policy_memory_free(m);
	host_state_release(&s);
	host_free(h);
}

/* k/k 120733, 128708: a node that is part of a group serves no pod alone, and a
 * small pod keeps the group alive until the last one leaves. */
Test(peers, k8s_groups_exclude_single_nodes)
{
	struct host *h = uniform_host(2, 8, G(16));
	struct policy_memory *m;
	struct host_state s;
	char text[ERROR_TEXT_MAX];

	host_state_init(&s, h);
	m = policy_memory_new(policy_find("k8s-best-effort"), &s);
	cr_assert_eq(k8s_place("k8s-best-effort", &s, m, 1, 2, G(20), text), 0);
	cr_assert_eq(m->node[0].group, 3);
	/* 12 GiB are free on node 1, CPUs too */
	cr_assert_neq(k8s_place("k8s-single-numa-node", &s, m, 2, 2, G(4), text), 0);
	cr_assert(strstr(text, "TopologyAffinityError") || strstr(text, "UnexpectedAdmissionError"),
		  "%s", text);
	policy_note_stop(m, 1);
	cr_assert_eq(m->node[0].group, 1);
	cr_assert_eq(m->node[0].bytes, 0);
	cr_assert_eq(m->node[1].bytes, 0);
	policy_memory_free(m);
	host_state_release(&s);
	host_free(h);
}

/* k/k 135541: a kubelet does not take such a host. */
Test(peers, k8s_refuses_more_than_8_nodes)
{
	struct host *h = uniform_host(9, 8, G(16));

	place_on("k8s-best-effort", h, 2, G(1), ERR_INFEASIBLE, NULL);
	place_on("k8s-none", h, 2, G(1), 0, "0,1,2,3,4,5,6,7,8");
	host_free(h);
}

/* 12 CPUs on two nodes of 8: packed fills one node, distributed halves. */
Test(peers, k8s_distributes_cpus)
{
	struct host *h = uniform_host(2, 8, G(16));
	struct zone z = test_zone("z", 12, G(4));
	struct host_state s;
	struct plan p;

	host_state_init(&s, h);
	cr_assert_eq(test_place("k8s-restricted", &s, &z, &p, NULL), ERR_INFEASIBLE);
	z = test_zone("z", 12, G(20));
	cr_assert_eq(test_place("k8s-restricted", &s, &z, &p, NULL), 0);
	cr_assert_eq(p.vnode[0].vcpus, 8);
	cr_assert_eq(test_place("k8s-restricted-distribute-cpus", &s, &z, &p, NULL), 0);
	cr_assert_eq(p.vnode[0].vcpus, 6);
	cr_assert_eq(p.vnode[1].vcpus, 6);
	host_state_release(&s);
	host_free(h);
}

static struct plan plan_for(const char *policy, struct host *h, const struct zone *z)
{
	struct host_state s;
	struct plan p;

	host_state_init(&s, h);
	cr_assert_eq(test_place(policy, &s, z, &p, NULL), 0);
	host_state_release(&s);
	return p;
}

/* 20 GiB on a host of 16 GiB nodes: Xen's spill of a zone on node 4 goes to node
 * 0 across the socket, ours to node 5; counted by memory it does not spill. */
Test(peers, spill_goes_near_or_not_at_all)
{
	static const char *const nic[] = {"nic0"};
	struct host *h = test_host_seed();
	struct zone z = test_zone("z", 8, G(20));
	struct plan p;

	z.nr_devices = 1;
	z.device = nic;
	p = plan_for("edera-compact", h, &z);
	cr_assert_eq(p.memory[1].node, 0);
	p = plan_for("slit-spill", h, &z);
	cr_assert_eq(p.vnode[0].node, 5);
	cr_assert_eq(p.memory[1].node, 4);
	cr_assert_eq(p.spilled_bytes, G(4));
	p = plan_for("mem-aware", h, &z);
	cr_assert_eq(p.nr_vnodes, 2);
	cr_assert_eq(p.vnode[0].node, 5);
	cr_assert_eq(p.spilled_bytes, 0);
	p = plan_for("homenode", h, &z);
	cr_assert_eq(p.vnode[0].node, 5);
	cr_assert_eq(p.nr_vnodes, 2);
	cr_assert_eq(p.spilled_bytes, 0);
	host_free(h);
}

/* Incus looks at instances, not at memory: refused though another node has it. */
Test(peers, incus_does_not_look_at_memory)
{
	static const unsigned cpus[2] = {8, 8};
	static const int64_t bytes[2] = {G(4), G(64)};
	struct host *h = test_host_done(test_host(2, cpus, bytes, 20));

	place_on("incus-balanced", h, 4, G(8), ERR_NO_ROOM, NULL);
	place_on("homenode", h, 4, G(8), 0, "1");
	host_free(h);
}

/* Node 0 is taken; what first touch needs beyond it comes by distance. */
Test(peers, first_touch_follows_the_zonelist)
{
	struct host *h = test_host_seed();
	struct zone z = test_zone("z", 4, G(20));
	struct plan p = plan_for("first-touch", h, &z);

	cr_assert_not(p.pinned);
	cr_assert_eq(p.vnode[0].memory_bytes, G(16));
	cr_assert_eq(p.vnode[1].memory_bytes, G(4));
	host_free(h);
}

/* 9 cores are needed before ESXi splits, and more than a node has. */
Test(peers, esxi_splits_by_cores)
{
	struct host *h = test_host_seed();
	struct zone z = test_zone("z", 8, G(20));

	cr_assert_eq(plan_for("esxi", h, &z).nr_vnodes, 1);
	z = test_zone("z", 12, G(1));
	cr_assert_eq(plan_for("esxi", h, &z).nr_vnodes, 2);
	z.memory_policy = ZONE_DYNAMIC;
	z.memory_bytes = z.memory_initial_bytes = G(20);
	cr_assert_eq(plan_for("hyper-v", h, &z).told, PLAN_TOLD_FLAT);
	z.memory_policy = ZONE_STATIC;
	cr_assert_eq(plan_for("hyper-v", h, &z).told, PLAN_TOLD_VNUMA);
	host_free(h);
}

/* Books follow starts and stops; launches are never counted down. */
Test(peers, memory_is_kept_and_given_back)
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
