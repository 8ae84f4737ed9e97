/*
 * libxl, libxl-4.17 and libxl-fixed: xl's automatic placement, its two arithmetic
 * defects, and the answer of every set found without trying every set.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "tests/placement/hosts.h"

#define G(n) ((int64_t)(n)*GIB)

/* 4 x 3 TiB free, 5 TiB asked: two nodes are 6 TiB, which wraps to 2; so do three
 * (9 to 1) and four (12 to 0). */
Test(libxl, memory_wraps)
{
	struct host *h = test_host_uniform(4, 16, G(3072));

	test_expect("libxl-4.17", h, 4, G(5120), 0, "0,1,2,3");
	test_expect("libxl", h, 4, G(5120), 0, "0,1");
	host_free(h);
}

/* 1 TiB goes before 3.5 TiB: the difference is negative as an int. */
Test(libxl, comparison_changes_sign)
{
	static const unsigned cpus[2] = {8, 8};
	static const int64_t bytes[2] = {G(1024), G(3584)};
	struct host *h = test_host_done(test_host(2, cpus, bytes, 20));

	test_expect("libxl-4.17", h, 4, G(4), 0, "0");
	test_expect("libxl-fixed", h, 4, G(4), 0, "1");
	host_free(h);
}

/* libxl's rule the slow way: every set of k, in its order. */
struct slow {
	const struct host_state *s;
	int64_t need_kib;
	uint32_t need_cpus;
	nodeset best;
	uint64_t best_vcpus;
	int64_t best_kib;
};

static void every_set(struct slow *w, unsigned from, unsigned more, nodeset set, uint64_t vcpus,
		      int64_t kib, uint32_t cpus)
{
	const struct host *h = w->s->host;

	if (!more) {
		if (kib < w->need_kib || cpus < w->need_cpus)
			return;
		if (w->best &&
		    (vcpus > w->best_vcpus || (vcpus == w->best_vcpus && kib <= w->best_kib)))
			return;
		w->best = set;
		w->best_vcpus = vcpus;
		w->best_kib = kib;
		return;
	}
	for (unsigned n = from; n + more <= h->nr_nodes; n++)
		every_set(w, n + 1, more - 1, set | nodeset_of(n), vcpus + w->s->vcpus[n],
			  kib + w->s->free_bytes[n] / KIB, cpus + h->node[n].nr_cpus);
}

static nodeset slow_libxl(const struct host_state *s, const struct zone *z)
{
	const struct host *h = s->host;
	struct slow w = {.s = s, .need_kib = zone_boot_bytes(z) / KIB, .need_cpus = z->vcpus};
	uint32_t per = h->node[0].nr_cpus;
	unsigned k = (z->vcpus + per - 1) / per;

	for (unsigned n = 0; n < h->nr_nodes; n++) {
		if (h->node[n].nr_cpus != per)
			k = 1;
	}
	for (; k <= h->nr_nodes && !w.best; k++)
		every_set(&w, 0, k, 0, 0, 0, 0);
	return w.best;
}

/* Ragged: nodes of 4 to 12 CPUs. Few vCPUs a node: many sets are level. */
static struct host *hostile_host(struct rng *r, unsigned nr)
{
	unsigned cpus[NODES_MAX];
	int64_t bytes[NODES_MAX];
	bool ragged = rng_below(r, 4) == 0;

	for (unsigned n = 0; n < nr; n++) {
		cpus[n] = ragged ? 4 * (1 + (unsigned)rng_below(r, 3)) : 8;
		bytes[n] = G(16);
	}
	return test_host_done(test_host(nr, cpus, bytes, 20));
}

/* Returns how many answers had several nodes. */
static unsigned compare(const char *key, unsigned times, unsigned nodes_min, unsigned nodes_max,
			uint32_t vcpus_max, int64_t bytes_max)
{
	unsigned several = 0;

	for (unsigned i = 0; i < times; i++) {
		struct host *h;
		struct host_state s;
		struct zone z;
		struct plan p;
		struct rng r;
		nodeset want;
		uint64_t step;

		rng_seed(&r, i, key);
		h = hostile_host(&r,
				 nodes_min + (unsigned)rng_below(&r, nodes_max - nodes_min + 1));
		step = 1 + rng_below(&r, 5);
		host_state_init(&s, h);
		for (unsigned n = 0; n < h->nr_nodes; n++) {
			host_state_set_free(&s, n, G(rng_below(&r, 17)));
			s.vcpus[n] = (uint32_t)(rng_below(&r, 30) / step * step);
		}
		z = test_zone("z", 1 + (uint32_t)rng_below(&r, vcpus_max),
			      G(1 + rng_below(&r, (uint64_t)(bytes_max / GIB))));
		if (test_place("libxl-fixed", &s, &z, &p, NULL) == 0) {
			want = slow_libxl(&s, &z);
			cr_assert_eq(p.nodes, want ? want : nodeset_first_n(h->nr_nodes),
				     "%s %u: %s", key, i, test_nodes(&p));
			several += want && nodeset_count(want) > 1;
		}
		host_state_release(&s);
		host_free(h);
	}
	return several;
}

Test(libxl, finds_what_every_set_finds)
{
	cr_assert_gt(compare("small", 4000, 2, 8, 20, G(50)), 1000);
	cr_assert_gt(compare("sixteen", 300, 14, 16, 80, G(160)), 200);
}

/* Four nodes of 64: what takes libxl seconds. */
Test(libxl, finds_it_on_large_hosts_too)
{
	cr_assert_gt(compare("thirty", 100, 28, 32, 32, G(58)), 60);
	cr_assert_gt(compare("sixty-four", 40, 64, 64, 24, G(44)), 20);
}

/* More than 16 nodes: libxl places nothing; libxl-fixed does. */
Test(libxl, has_a_limit_of_16_nodes)
{
	struct host *h = test_host_uniform(17, 4, G(4));
	struct zone z = test_zone("z", 4, G(2));
	struct plan p = test_plan("libxl", h, &z);

	cr_assert_eq(p.nr_vnodes, 17);
	cr_assert_not(p.soft);
	p = test_plan("libxl-fixed", h, &z);
	cr_assert_eq(p.nr_vnodes, 1);
	cr_assert(p.soft);
	host_free(h);
}

/* Fewest vCPUs come before most memory, and a domain counts whole on each node. */
Test(libxl, counts_vcpus_before_memory)
{
	struct host *h = test_host_uniform(3, 8, G(16));
	struct zone two = test_zone("two", 16, G(2)), one = test_zone("one", 2, G(1));
	struct policy_memory *m;
	struct host_state s;
	struct policy_input in = {.host = h, .state = &s, .zone = &two};
	struct plan p;

	host_state_init(&s, h);
	m = policy_memory_new(policy_find("libxl"), &s);
	in.memory = m;
	cr_assert_eq(policy_place(policy_find("libxl"), &in, &p, NULL), 0);
	cr_assert_str_eq(test_nodes(&p), "0,1");
	host_state_take(&s, &p);
	policy_note_start(m, 1, &p);
	host_state_set_free(&s, 2, G(3));
	in.zone = &one;
	cr_assert_eq(policy_place(policy_find("libxl"), &in, &p, NULL), 0);
	cr_assert_str_eq(test_nodes(&p), "2");
	policy_memory_free(m);
	host_state_release(&s);
	host_free(h);
}
