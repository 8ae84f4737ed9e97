/*
 * The kubelet's policies: what its users reported, by number of the report
 * (github.com/kubernetes/kubernetes/issues).
 */
#include <criterion/criterion.h>
#include <string.h>

#include "placement/kubelet/kubelet_hints.h"
#include "tests/placement/hosts.h"

#define G(n) ((int64_t)(n)*GIB)

/* 84597: three nodes of 6 CPUs with 2 free each; 4 CPUs would fit one node by capacity,
 * so no set with room is preferred although 6 are free. */
Test(kubelet, issue_84597_judges_by_capacity)
{
	struct host *h = test_host_uniform(3, 6, G(4));
	struct policy_memory *m;
	struct host_state s;
	char text[ERROR_TEXT_MAX];

	host_state_init(&s, h);
	m = policy_memory_new(policy_find("k8s-restricted"), &s);
	for (uint64_t id = 0; id < 3; id++)
		cr_assert_eq(test_start_zone("k8s-restricted", &s, m, id, 4, G(1), text), 0);
	cr_assert_eq(test_start_zone("k8s-restricted", &s, m, 4, 4, G(1), text), ERR_INFEASIBLE);
	cr_assert(strstr(text, "TopologyAffinityError: Resources cannot be allocated with "
			       "Topology locality"),
		  "%s", text);
	cr_assert(
		strstr(text, "cpu: fits on 2 nodes at least, none of the preferred sets has room"),
		"%s", text);
	cr_assert(strstr(text, "memory: fits on 1 node at least;") ||
			  strstr(text, "memory: fits on 1 node at least)"),
		  "%s", text);
	cr_assert_eq(test_start_zone("k8s-best-effort", &s, m, 4, 4, G(1), text), 0);
	policy_memory_free(m);
	host_state_release(&s);
	host_free(h);
}

/* 128669, with its figures: 1 CPU and more memory than a node can give, on an empty
 * host. CPUs prefer one node, memory two, so nothing is preferred. */
Test(kubelet, issue_128669_one_cpu_and_two_nodes_of_memory)
{
	static const unsigned cpus[2] = {24, 24};
	static const int64_t bytes[2] = {78483636224, 87445463040};
	struct host *h = test_host_done(test_host(2, cpus, bytes, 20));

	test_expect("k8s-restricted", h, 1, G(85), ERR_INFEASIBLE,
		    "cpu: fits on 1 node at least; memory: fits on 2 nodes at least");
	test_expect("k8s-single-numa-node", h, 1, G(85), ERR_INFEASIBLE, "TopologyAffinityError");
	test_expect("k8s-best-effort", h, 1, G(85), 0, "0,1");
	test_expect("k8s-none", h, 1, G(85), 0, "0,1");
	host_free(h);
}

/* 120733 and 128708, with the latter's figures: a node that serves one pod alone can
 * serve none together with another node. No set is left for memory, which then has "no
 * preference": admitted, and refused at allocation. */
Test(kubelet, issue_120733_single_use_forbids_groups)
{
	struct host *h = test_host_uniform(2, 4, G(8));
	struct policy_memory *m;
	struct host_state s;
	char text[ERROR_TEXT_MAX];

	host_state_init(&s, h);
	m = policy_memory_new(policy_find("k8s-restricted"), &s);
	cr_assert_eq(test_start_zone("k8s-restricted", &s, m, 1, 1, 256 * MIB, text), 0);
	cr_assert_eq(test_start_zone("k8s-restricted", &s, m, 2, 1, G(9), text), ERR_NO_ROOM);
	cr_assert_str_eq(text, "UnexpectedAdmissionError: Allocate failed due to [memorymanager] "
			       "failed to find NUMA nodes to extend the current topology hint, "
			       "which is unexpected");
	policy_note_stop(m, 1);
	host_state_release(&s);
	host_state_init(&s, h);
	/* without the small pod: 1 CPU on one node, 9 GiB on two */
	cr_assert_eq(test_start_zone("k8s-restricted", &s, m, 3, 1, G(9), text), ERR_INFEASIBLE);
	cr_assert(strstr(text, "TopologyAffinityError"), "%s", text);
	cr_assert_eq(test_start_zone("k8s-restricted", &s, m, 3, 5, G(9), text), 0);
	policy_memory_free(m);
	host_state_release(&s);
	host_free(h);
}

/* A node that is part of a group serves no pod alone, and a
 * small pod keeps the group alive until the last one leaves. */
Test(kubelet, groups_exclude_single_nodes)
{
	struct host *h = test_host_uniform(2, 8, G(16));
	struct policy_memory *m;
	struct host_state s;
	char text[ERROR_TEXT_MAX];

	host_state_init(&s, h);
	m = policy_memory_new(policy_find("k8s-best-effort"), &s);
	cr_assert_eq(test_start_zone("k8s-best-effort", &s, m, 1, 2, G(20), text), 0);
	cr_assert_eq(m->node[0].group, 3);
	/* 12 GiB are free on node 1, CPUs too */
	cr_assert_neq(test_start_zone("k8s-single-numa-node", &s, m, 2, 2, G(4), text), 0);
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

/* 135541: a kubelet does not take such a host without max-allowable-numa-nodes. */
Test(kubelet, refuses_more_than_8_nodes)
{
	struct host *h = test_host_uniform(9, 8, G(16));

	test_expect("k8s-best-effort", h, 2, G(1), ERR_INFEASIBLE,
		    "unsupported on machines with more than 8 NUMA Nodes");
	test_expect("k8s-best-effort-max-nodes-16", h, 2, G(1), 0, "0");
	test_expect("k8s-restricted-max-nodes-16", h, 12, G(20), 0, "0,1");
	test_expect("k8s-restricted-max-nodes-16", h, 12, G(4), ERR_INFEASIBLE,
		    "cpu: fits on 2 nodes at least; memory: fits on 1 node at least");
	test_expect("k8s-single-numa-node-max-nodes-16", h, 8, G(16), 0, "0");
	test_expect("k8s-none", h, 2, G(1), 0, "0");
	test_expect("k8s-none", h, 2, G(40), 0, "0,1,2");
	host_free(h);
	h = test_host_uniform(17, 8, G(16));
	test_expect("k8s-best-effort-max-nodes-16", h, 2, G(1), ERR_INFEASIBLE,
		    "more than 16 NUMA Nodes");
	host_free(h);
}

/* 12 CPUs on two nodes of 8: packed fills one node, distributed halves. */
Test(kubelet, distributes_cpus)
{
	struct host *h = test_host_uniform(2, 8, G(16));
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

/* Every combination of one hint of each provider, judged one after the other. */
struct slow_merge {
	const struct host *h;
	const struct kubelet_rules *rules;
	const struct kubelet_hints *provider;
	unsigned nr, want;
	struct kubelet_hint best;
};

/* Less is better: not preferred, too wide, distance from the width wanted. */
static bool slow_better(const struct slow_merge *w, struct kubelet_hint a, struct kubelet_hint b)
{
	unsigned na = nodeset_count(a.nodes), nb = nodeset_count(b.nodes);

	if (a.preferred != b.preferred)
		return a.preferred;
	if (!a.preferred && (na > w->want) != (nb > w->want))
		return na <= w->want;
	if (!a.preferred && na <= w->want && na != nb)
		return na > nb;
	if (na != nb)
		return na < nb;
	if (w->rules->prefer_closest) {
		uint64_t da = 0, db = 0;

		for (unsigned i = 0; i < w->h->nr_nodes; i++) {
			for (unsigned j = 0; j < w->h->nr_nodes; j++) {
				uint32_t d = host_distance(w->h, i, j);

				da += nodeset_has(a.nodes, i) && nodeset_has(a.nodes, j) ? d : 0;
				db += nodeset_has(b.nodes, i) && nodeset_has(b.nodes, j) ? d : 0;
			}
		}
		if (da != db)
			return da < db;
	}
	return a.nodes < b.nodes;
}

static void every_combination(struct slow_merge *w, unsigned i, nodeset mask, bool preferred,
			      nodeset first)
{
	nodeset all = nodeset_first_n(w->h->nr_nodes);

	if (i == w->nr) {
		struct kubelet_hint hint = {mask, preferred};

		if (mask && (!w->best.nodes || slow_better(w, hint, w->best)))
			w->best = hint;
		return;
	}
	for (nodeset m = 0; m <= all; m++) {
		const struct kubelet_hints *p = &w->provider[i];

		if (!kubelet_has(&p->has, m))
			continue;
		every_combination(w, i + 1, mask & (m ? m : all),
				  preferred && kubelet_has(&p->preferred, m) &&
					  (!m || !first || m == first),
				  first ? first : m);
	}
}

static void random_hints(struct rng *r, unsigned nr_nodes, struct kubelet_hints *out)
{
	nodeset all = nodeset_first_n(nr_nodes);
	unsigned least;

	kubelet_hints_clear(out, nr_nodes);
	if (rng_below(r, 6) == 0) {
		kubelet_add(&out->has, 0);
		if (rng_below(r, 2))
			kubelet_add(&out->preferred, 0);
		return;
	}
	for (nodeset m = 1; m <= all; m++) {
		if (rng_below(r, 3))
			continue;
		kubelet_add(&out->has, m);
		if (!out->least || nodeset_count(m) < out->least)
			out->least = nodeset_count(m);
	}
	least = out->least - (rng_below(r, 4) == 0); /* none preferred */
	for (nodeset m = 1; m <= all; m++) {
		if (kubelet_has(&out->has, m) && nodeset_count(m) == least)
			kubelet_add(&out->preferred, m);
	}
}

static struct kubelet_hint merge(const struct host *h, const struct kubelet_rules *rules,
				 struct kubelet_hints *provider, unsigned nr)
{
	struct kubelet_merge m;

	kubelet_merge_begin(&m, h, rules);
	for (unsigned i = 0; i < nr; i++)
		kubelet_merge_add(&m, &provider[i]);
	return kubelet_merge_best(&m);
}

Test(kubelet, merges_what_every_combination_merges)
{
	static struct kubelet_hints provider[4];
	unsigned preferred = 0;

	for (unsigned i = 0; i < 4000; i++) {
		struct kubelet_rules rules = {.policy = KUBELET_BEST_EFFORT};
		struct kubelet_hint got;
		struct slow_merge w = {.rules = &rules, .provider = provider};
		struct host *h;
		struct rng r;

		rng_seed(&r, i, "merge");
		w.h = h = test_host_uniform(1 + (unsigned)rng_below(&r, 4), 8, G(16));
		for (unsigned a = 0; a < h->nr_nodes; a++) {
			for (unsigned b = 0; b < a; b++)
				test_set_distance(h, a, b, 11 + (uint32_t)rng_below(&r, 3));
		}
		rules.prefer_closest = rng_below(&r, 2);
		w.nr = 1 + (unsigned)rng_below(&r, 4);
		for (unsigned n = 0; n < w.nr; n++) {
			random_hints(&r, h->nr_nodes, &provider[n]);
			w.want = provider[n].least > w.want ? provider[n].least : w.want;
		}
		every_combination(&w, 0, nodeset_first_n(h->nr_nodes), true, 0);
		if (!w.best.nodes)
			w.best.nodes = nodeset_first_n(h->nr_nodes);
		got = merge(h, &rules, provider, w.nr);
		cr_assert_eq(got.nodes, w.best.nodes, "%u: %llx, not %llx", i,
			     (unsigned long long)got.nodes, (unsigned long long)w.best.nodes);
		cr_assert_eq(got.preferred, w.best.preferred, "%u", i);
		preferred += got.preferred;
		host_free(h);
	}
	cr_assert_gt(preferred, 500);
}

/* 131738 and 137700: CPUs, memory, huge pages and a GPU on 8 nodes are 255 hints each,
 * 255^4 combinations, 21 minutes in a kubelet. */
Test(kubelet, issue_131738_four_providers_on_8_nodes)
{
	static const struct kubelet_rules rules = {.policy = KUBELET_BEST_EFFORT};
	static struct kubelet_hints provider[4];
	struct host *h = test_host_uniform(8, 16, G(16));
	struct kubelet_hint hint;

	for (unsigned i = 0; i < 4; i++) {
		provider[i].least = 1;
		for (nodeset m = 1; m < 256; m++) {
			if (i == 3 && !nodeset_has(m, 6))
				continue;
			kubelet_add(&provider[i].has, m);
			if (nodeset_count(m) == 1)
				kubelet_add(&provider[i].preferred, m);
		}
	}
	hint = merge(h, &rules, provider, 4);
	cr_assert_eq(hint.nodes, nodeset_of(6));
	cr_assert(hint.preferred);
	/* no CPUs left on the GPU's node: the lowest node of a pair with it */
	provider[0].has.word[1] &= ~(uint64_t)1;
	provider[0].preferred.word[1] = 0;
	hint = merge(h, &rules, provider, 4);
	cr_assert_eq(hint.nodes, nodeset_of(0));
	cr_assert_not(hint.preferred);
	host_free(h);
}

/* prefer-closest-numa-nodes: of the pairs with room the near one, not the lowest. */
Test(kubelet, closest_takes_the_near_pair)
{
	static const char *const policy[] = {"k8s-restricted", "k8s-best-effort"};

	for (unsigned i = 0; i < 2; i++) {
		struct host *h = test_host_uniform(4, 8, G(16));
		char closest[64];

		snprintf(closest, sizeof(closest), "%s-prefer-closest", policy[i]);
		test_set_distance(h, 1, 3, 12);
		test_set_distance(h, 3, 1, 12);
		test_expect(policy[i], h, 12, G(20), 0, "0,1");
		test_expect(closest, h, 12, G(20), 0, "1,3");
		host_free(h);
	}
}

/* Without a topology manager CPUs and memory are packed apart from each other. */
Test(kubelet, none_packs_cpus_and_memory_apart)
{
	static const unsigned cpus[2] = {2, 8};
	static const int64_t bytes[2] = {G(16), G(16)};
	struct host *h = test_host_done(test_host(2, cpus, bytes, 20));
	struct zone z = test_zone("z", 4, G(4));
	struct plan p = test_plan("k8s-none", h, &z);

	/* memory on node 0, the lowest with room; CPUs where whole nodes go first */
	cr_assert_eq(p.booked, nodeset_of(0));
	cr_assert_eq(p.vnode[0].vcpus, 2);
	cr_assert_eq(p.vnode[1].vcpus, 2);
	host_free(h);
}

/* A refusal of admission names the resource that has no preferred set. */
Test(kubelet, names_the_device_that_is_elsewhere)
{
	static const char *const nic[] = {"nic0"};
	struct host *h = test_host_seed();
	struct zone z = test_zone("z", 4, G(4));
	struct host_state s;
	struct plan p;
	char text[ERROR_TEXT_MAX];

	host_state_init(&s, h);
	s.vcpus[5] = 14;
	z.nr_devices = 1;
	z.device = nic;
	cr_assert_eq(test_place("k8s-single-numa-node", &s, &z, &p, text), ERR_INFEASIBLE);
	cr_assert(strstr(text, "TopologyAffinityError"), "%s", text);
	cr_assert_eq(test_place("k8s-restricted", &s, &z, &p, text), ERR_INFEASIBLE);
	cr_assert(strstr(text, "devices: fits on 1 node at least"), "%s", text);
	host_state_release(&s);
	host_free(h);
}

/* A hint of one node is let through where its node already serves pods alone: three nodes
 * of 4 CPUs and 8 GiB, pods of 6, 4 and 1 CPUs and 1 GiB each. */
Test(kubelet, single_node_does_not_violate_groups)
{
	struct host *h = test_host_uniform(3, 4, G(8));
	struct policy_memory *m;
	struct host_state s;
	char text[ERROR_TEXT_MAX];

	host_state_init(&s, h);
	m = policy_memory_new(policy_find("k8s-best-effort"), &s);
	cr_assert_eq(test_start_zone("k8s-best-effort", &s, m, 1, 6, G(1), text), 0, "%s", text);
	cr_assert_eq(test_start_zone("k8s-best-effort", &s, m, 2, 4, G(1), text), 0, "%s", text);
	cr_assert_eq(test_start_zone("k8s-best-effort", &s, m, 3, 1, G(1), text), 0, "%s", text);
	cr_assert_eq(m->node[1].group, nodeset_of(1));
	cr_assert_eq(m->node[1].assigned, 2);
	cr_assert_eq(m->node[0].group, nodeset_first_n(2));
	policy_memory_free(m);
	host_state_release(&s);
	host_free(h);
}

static uint32_t vcpus_on(const struct plan *p, unsigned node)
{
	for (uint32_t v = 0; v < p->nr_vnodes; v++) {
		if (p->vnode[v].node == node)
			return p->vnode[v].vcpus;
	}
	return 0;
}

/* Four nodes of 4 CPUs in two packages, one CPU of node 2 taken: a pod that needs a whole
 * node gets node 3, of the package with fewest free CPUs, and not node 0. */
Test(kubelet, whole_nodes_of_the_fullest_package)
{
	static const unsigned cpus[4] = {4, 4, 4, 4};
	static const int64_t bytes[4] = {G(8), G(8), G(8), G(8)};
	struct host *h = test_host(4, cpus, bytes, 20);
	struct zone z = test_zone("z", 4, G(1));
	struct host_state s;
	struct plan p;

	h->nr_packages = 2;
	h->node[2].package = h->node[3].package = 1;
	h = test_host_done(h);
	host_state_init(&s, h);
	s.vcpus[2] = 1;
	cr_assert_eq(test_place("k8s-none", &s, &z, &p, NULL), 0);
	cr_assert_eq(vcpus_on(&p, 3), 4);
	/* seven are all that is left of that package */
	z = test_zone("z", 7, G(1));
	cr_assert_eq(test_place("k8s-none", &s, &z, &p, NULL), 0);
	cr_assert_eq(vcpus_on(&p, 3), 4);
	cr_assert_eq(vcpus_on(&p, 2), 3);
	host_state_release(&s);
	host_free(h);
}

/* Two nodes of two cores with two threads; a core and a half of node 0 are taken. Three
 * CPUs are a whole core of node 1 and then the half core of node 0, not what is left on
 * node 0 first. */
Test(kubelet, whole_cores_before_half_cores)
{
	struct host *h = test_host_uniform(2, 4, G(8));
	struct zone z = test_zone("z", 3, G(1));
	struct host_state s;
	struct plan p;

	cr_assert_eq(h->node[0].nr_cores, 2);
	host_state_init(&s, h);
	s.vcpus[0] = 3;
	cr_assert_eq(test_place("k8s-none", &s, &z, &p, NULL), 0);
	cr_assert_eq(vcpus_on(&p, 0), 1);
	cr_assert_eq(vcpus_on(&p, 1), 2);
	/* and two are a core of node 1 alone */
	z = test_zone("z", 2, G(1));
	cr_assert_eq(test_place("k8s-none", &s, &z, &p, NULL), 0);
	cr_assert_eq(vcpus_on(&p, 1), 2);
	host_state_release(&s);
	host_free(h);
}

/* Half cores are remembered: two pods of one CPU share a core of node 0; when the first is
 * gone, a core and a half are free there. */
Test(kubelet, half_cores_come_back)
{
	struct host *h = test_host_uniform(2, 4, G(8));
	struct policy_memory *m;
	struct host_state s;
	char text[ERROR_TEXT_MAX];

	host_state_init(&s, h);
	m = policy_memory_new(policy_find("k8s-none"), &s);
	cr_assert_eq(test_start_zone("k8s-none", &s, m, 1, 1, MIB, text), 0);
	cr_assert_eq(test_start_zone("k8s-none", &s, m, 2, 1, MIB, text), 0);
	cr_assert_eq(m->node[0].core_free[0], 0);
	cr_assert_eq(m->node[0].core_free[1], 2);
	policy_note_stop(m, 1);
	cr_assert_eq(m->node[0].core_free[0], 1);
	cr_assert_eq(test_start_zone("k8s-none", &s, m, 3, 2, MIB, text), 0);
	cr_assert_eq(m->node[0].core_free[0], 1);
	cr_assert_eq(m->node[0].core_free[1], 0);
	policy_memory_free(m);
	host_state_release(&s);
	host_free(h);
}

/* Two packages of two nodes of 4 CPUs; memory prefers one node, CPUs two. align-by-socket
 * prefers every set within a package, so nothing is refused for being wider than need be. */
Test(kubelet, align_by_socket_prefers_packages)
{
	static const unsigned cpus[4] = {4, 4, 4, 4};
	static const int64_t bytes[4] = {G(8), G(8), G(8), G(8)};
	struct host *h = test_host(4, cpus, bytes, 20);
	struct host_state s;
	struct zone z = test_zone("z", 4, G(1));
	struct plan p;

	h->nr_packages = 2;
	h->node[2].package = h->node[3].package = 1;
	h = test_host_done(h);
	/* one CPU of each node taken: 4 CPUs are on no single node */
	host_state_init(&s, h);
	for (unsigned n = 0; n < 4; n++)
		s.vcpus[n] = 1;
	cr_assert_eq(test_place("k8s-restricted", &s, &z, &p, NULL), ERR_INFEASIBLE);
	z = test_zone("z", 4, G(9));
	cr_assert_eq(test_place("k8s-restricted", &s, &z, &p, NULL), ERR_INFEASIBLE);
	cr_assert_eq(test_place("k8s-restricted-align-by-socket", &s, &z, &p, NULL), 0);
	cr_assert_str_eq(test_nodes(&p), "0,1");
	host_state_release(&s);
	host_free(h);
	/* more packages than nodes */
	h = test_host_uniform(2, 4, G(8));
	h->nr_packages = 3;
	test_expect("k8s-restricted-align-by-socket", h, 1, G(1), ERR_INFEASIBLE,
		    "Align by socket is not compatible");
	host_free(h);
}

/* Each device request has hints of its own: two devices on different nodes agree on no
 * preferred set. */
Test(kubelet, devices_are_separate_providers)
{
	static const char *const both[] = {"nic0", "gpu0"};
	struct host *h = test_host_seed();
	struct zone z = test_zone("z", 4, G(4));
	struct host_state s;
	struct plan p;
	char text[ERROR_TEXT_MAX];

	host_state_init(&s, h);
	z.nr_devices = 2;
	z.device = both;
	cr_assert_eq(test_place("k8s-restricted", &s, &z, &p, text), ERR_INFEASIBLE);
	cr_assert(strstr(text, "device nic0: fits on 1 node at least; device gpu0: fits on 1"),
		  "%s", text);
	cr_assert_eq(test_place("k8s-best-effort", &s, &z, &p, text), 0);
	host_state_release(&s);
	host_free(h);
}
