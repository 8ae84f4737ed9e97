/*
 * xapi-any, xapi-best-effort and xapi-prio-mem-only.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "tests/placement/hosts.h"

#define G(n) ((int64_t)(n)*GIB)

/* 32 vCPUs on 2 x 16 cores / 32 threads: cores count, so one node no longer
 * does; without them it is one (xapi #6763). */
Test(xapi, counts_physical_cores)
{
	struct host *h = test_host_uniform(2, 32, G(64));

	h->node[0].nr_cores = h->node[1].nr_cores = 16;
	test_expect("xapi-prio-mem-only", h, 32, G(8), 0, "0");
	test_expect("xapi-best-effort", h, 32, G(8), 0, "0,1");
	host_free(h);
}

/* xapi's rule the slow way: all sets, sorted, then those level with the first. */
struct candidate {
	nodeset set;
	uint32_t most;
	uint64_t sum, pairs;
};

static int by_distance(const void *va, const void *vb)
{
	const struct candidate *a = va, *b = vb;
	uint64_t x = a->sum * b->pairs, y = b->sum * a->pairs;

	if (a->most != b->most)
		return a->most < b->most ? -1 : 1;
	return (x > y) - (x < y);
}

static bool has_room(const struct host_state *s, const struct zone *z, nodeset set, bool cores)
{
	int64_t bytes = 0;
	uint32_t cpus = 0, nr_cores = 0;
	unsigned n;

	nodeset_for_each (n, set) {
		bytes += s->free_bytes[n];
		cpus += s->host->node[n].nr_cpus;
		nr_cores += s->host->node[n].nr_cores;
	}
	return bytes >= zone_boot_bytes(z) && cpus >= z->vcpus && (!cores || nr_cores >= z->vcpus);
}

static nodeset slow_xapi(const struct host_state *s, const struct policy_memory *m,
			 const struct zone *z, bool cores)
{
	static struct candidate c[1 << 10];
	nodeset best = 0;
	uint64_t best_launches = 0;
	size_t nr = 0;

	for (nodeset set = 1; set < nodeset_of(s->host->nr_nodes); set++) {
		struct candidate *x = &c[nr];

		if (!has_room(s, z, set, cores))
			continue;
		*x = (struct candidate){set, 0, 0,
					(uint64_t)nodeset_count(set) * nodeset_count(set)};
		for (nodeset a = set; a; a &= a - 1) {
			for (nodeset b = set; b; b &= b - 1) {
				uint32_t d = host_distance(s->host, nodeset_lowest(a),
							   nodeset_lowest(b));

				d = d >= 255 ? UINT32_MAX - 1 : d;
				x->most = d > x->most ? d : x->most;
				x->sum += d;
			}
		}
		nr++;
	}
	qsort(c, nr, sizeof(c[0]), by_distance);
	for (size_t i = 0; i < nr; i++) {
		double mean = (double)c[i].sum / (double)c[i].pairs;
		double first = (double)c[0].sum / (double)c[0].pairs;
		uint64_t launches = 0;
		unsigned n;

		if (mean - first >= 1e-3 || first - mean >= 1e-3)
			break;
		nodeset_for_each (n, c[i].set) {
			launches += m->node[n].launches;
		}
		if (!best || launches < best_launches ||
		    (launches == best_launches && c[i].set < best)) {
			best = c[i].set;
			best_launches = launches;
		}
	}
	return best;
}

static struct host *any_distances(struct rng *r)
{
	static const uint32_t near[] = {12, 16, 21, 32}, odd[] = {10, 11, 12, 20, 32, 254, 255};
	unsigned nr = 2 + (unsigned)rng_below(r, 7), socket = 1 + (unsigned)rng_below(r, 4);
	struct host *h = test_host_uniform(nr, 8, G(16));
	bool any = rng_below(r, 2), symmetric = rng_below(r, 2);

	for (unsigned a = 0; a < nr; a++) {
		h->node[a].nr_cores = rng_below(r, 3) ? 8 : 4;
		for (unsigned b = 0; b < a; b++) {
			uint32_t d = any			? odd[rng_below(r, 7)]
				     : a / socket == b / socket ? near[0]
								: near[2];

			test_set_distance(h, a, b, d);
			test_set_distance(h, b, a, any && !symmetric ? odd[rng_below(r, 7)] : d);
		}
	}
	return h;
}

Test(xapi, finds_what_every_set_finds)
{
	static const char *const policy[] = {"xapi-best-effort", "xapi-prio-mem-only"};
	unsigned several = 0, single = 0;

	for (unsigned i = 0; i < 4000; i++) {
		struct policy_memory *m;
		struct host_state s;
		struct policy_input in = {.state = &s};
		struct host *h;
		struct zone z;
		struct plan p;
		struct rng r;

		rng_seed(&r, i, "xapi");
		in.host = h = any_distances(&r);
		host_state_init(&s, h);
		m = policy_memory_new(policy_find(policy[i % 2]), &s);
		for (unsigned n = 0; n < h->nr_nodes; n++) {
			host_state_set_free(&s, n, G(rng_below(&r, 17)));
			m->node[n].launches = rng_below(&r, 4);
		}
		z = test_zone("z", 1 + (uint32_t)rng_below(&r, 8 * h->nr_nodes),
			      G(1 + rng_below(&r, (uint64_t)(s.total_free_bytes / GIB) + 1)));
		in.zone = &z;
		in.memory = m;
		if (policy_place(policy_find(policy[i % 2]), &in, &p, NULL) == 0) {
			nodeset want = slow_xapi(&s, m, &z, i % 2 == 0);

			cr_assert_eq(p.booked, want, "%u: %llx, not %llx", i,
				     (unsigned long long)p.booked, (unsigned long long)want);
			cr_assert_eq(p.soft, nodeset_count(want) == 1);
			single += nodeset_count(want) == 1;
			several += nodeset_count(want) > 1;
		}
		policy_memory_free(m);
		host_state_release(&s);
		host_free(h);
	}
	cr_assert_gt(several, 1000);
	cr_assert_gt(single, 300);
}

/* A pick of several nodes is counted and then dropped: memory is striped, vCPUs float. */
Test(xapi, drops_picks_of_several_nodes)
{
	struct host *h = test_host_uniform(4, 8, G(16));
	struct zone z = test_zone("z", 16, G(8));
	struct plan p;

	for (unsigned n = 0; n < 4; n++)
		h->node[n].nr_cores = 8;
	p = test_plan("xapi-best-effort", h, &z);
	cr_assert_eq(p.booked, 3);
	cr_assert_eq(p.nodes, nodeset_first_n(4));
	cr_assert_eq(p.memory_rule, PLAN_MEMORY_STRIPED);
	cr_assert_not(p.soft);
	p = test_plan("xapi-any", h, &z);
	cr_assert_eq(p.booked, 0);
	cr_assert_eq(p.nodes, nodeset_first_n(4));
	host_free(h);
}

/* Launches are never counted down: the node of a zone that left is passed over. */
Test(xapi, never_counts_launches_down)
{
	struct host *h = test_host_uniform(2, 8, G(16));
	struct policy_memory *m;
	struct host_state s;
	char text[ERROR_TEXT_MAX];

	host_state_init(&s, h);
	m = policy_memory_new(policy_find("xapi-best-effort"), &s);
	cr_assert_eq(test_start_zone("xapi-best-effort", &s, m, 1, 2, G(1), text), 0);
	policy_note_stop(m, 1);
	cr_assert_eq(m->node[0].launches, 1);
	cr_assert_eq(test_start_zone("xapi-best-effort", &s, m, 2, 2, G(1), text), 0);
	cr_assert_eq(m->node[1].launches, 1);
	policy_memory_free(m);
	host_state_release(&s);
	host_free(h);
}

/* A matrix without 10 on the diagonal, or with less elsewhere, is not trusted. */
Test(xapi, distrusts_odd_matrices)
{
	struct host *h = test_host_uniform(2, 8, G(16));
	struct zone z = test_zone("z", 2, G(1));

	test_set_distance(h, 0, 1, 9);
	cr_assert_eq(test_plan("xapi-best-effort", h, &z).nr_vnodes, 2);
	test_set_distance(h, 0, 1, 20);
	cr_assert_eq(test_plan("xapi-best-effort", h, &z).nr_vnodes, 1);
	test_set_distance(h, 0, 0, 11);
	cr_assert_eq(test_plan("xapi-best-effort", h, &z).nr_vnodes, 2);
	host_free(h);
}
