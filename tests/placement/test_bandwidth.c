/*
 * bandwidth against every set there is, by the same model: exact where sets are few, near
 * elsewhere.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "cost/before-placing/predict.h"
#include "tests/placement/hosts.h"

#define G(n) ((int64_t)(n)*GIB)

static void set_bandwidth(struct host *h, unsigned a, unsigned b, uint32_t mib)
{
	h->matrix[MATRIX_BANDWIDTH].value[a * h->nr_nodes + b] = mib;
	h->matrix[MATRIX_BANDWIDTH].value[b * h->nr_nodes + a] = mib;
}

/* Sockets of four nodes, 16 CPUs and 16 GiB each; `measured`: links of 1 to 8 GiB/s,
 * whatever the distance. */
static struct host *sockets(struct rng *r, unsigned nr, bool measured)
{
	struct host *h = test_host_uniform(nr, 16, G(16));

	if (measured)
		host_matrix_new(h, MATRIX_BANDWIDTH, GRADE_MEASURED, "test");
	for (unsigned a = 0; a < nr; a++) {
		h->node[a].package = a / 4;
		for (unsigned b = 0; b <= a; b++) {
			uint32_t distance = a == b ? 10 : a / 4 == b / 4 ? 12 : 32;

			test_set_distance(h, a, b, distance);
			test_set_distance(h, b, a, distance);
			if (measured)
				set_bandwidth(h, a, b,
					      a == b ? 40000
						     : 1024 * (1 + (uint32_t)rng_below(r, 8)));
		}
	}
	return h;
}

static int64_t work_on(const struct cost_outlook *look, const struct zone *z, nodeset nodes)
{
	struct cost_ask ask = {nodes, z->vcpus, z->profile};
	struct cost_answer a;

	cost_predict(look, &ask, &a);
	return a.work;
}

static bool holds(const struct host_state *s, const struct zone *z, nodeset nodes)
{
	int64_t free_bytes = 0, share = z->memory_bytes / nodeset_count(nodes);
	uint32_t cpus = 0;
	unsigned n;

	nodeset_for_each (n, nodes) {
		if (s->free_bytes[n] < share / 5 * 2)
			return false;
		free_bytes += s->free_bytes[n];
		cpus += s->host->node[n].nr_cpus;
	}
	return free_bytes >= z->memory_bytes && cpus >= z->vcpus;
}

/* What the policy's set lacks of the best of all of its size, in ppm. */
static int64_t lacks_ppm(const struct host_state *s, const struct zone *z, nodeset got)
{
	nodeset all = nodeset_first_n(s->host->nr_nodes);
	struct cost_outlook look;
	int64_t best = 0;

	cost_outlook_init(&look, s->host, s);
	for (nodeset set = nodeset_first_n(nodeset_count(got)); set <= all;) {
		nodeset low = set & (~set + 1), next = set + low;

		if (holds(s, z, set)) {
			int64_t work = work_on(&look, z, set);

			best = work > best ? work : best;
		}
		set = next | ((set ^ next) / low >> 2);
	}
	return (best - work_on(&look, z, got)) * 1000000 / best;
}

static void random_state(struct host_state *s, const struct host *h, struct rng *r)
{
	host_state_init(s, h);
	for (unsigned n = 0; n < h->nr_nodes; n++) {
		s->vcpus[n] = (uint32_t)rng_below(r, 24);
		host_state_set_free(s, n, G(1 + rng_below(r, 16)));
	}
}

struct found {
	int64_t worst_ppm, sum_ppm;
	unsigned nr, exact;
};

static void one_zone(struct found *f, struct rng *r, unsigned nodes, uint32_t vcpus)
{
	static const char *const preset[] = {"stream", "chase", "web", "database", "idle"};
	struct host *h = sockets(r, nodes, rng_below(r, 2));
	struct zone z = test_zone("z", vcpus, G(1 + rng_below(r, vcpus / 2)));
	struct host_state s;
	struct plan p;
	int64_t ppm;

	z.profile = zone_profile_find(preset[rng_below(r, 5)]);
	random_state(&s, h, r);
	cr_assert_eq(test_place("bandwidth", &s, &z, &p, NULL), 0);
	if (!p.spilled_bytes) {
		ppm = lacks_ppm(&s, &z, p.nodes);
		f->worst_ppm = ppm > f->worst_ppm ? ppm : f->worst_ppm;
		f->sum_ppm += ppm;
		f->exact += ppm == 0;
		f->nr++;
	}
	host_state_release(&s);
	host_free(h);
}

/* Eight nodes have at most 70 sets of one size. */
Test(bandwidth, exact_where_sets_are_few)
{
	struct found f = {0};
	struct rng r;

	rng_seed(&r, 1, "bandwidth");
	for (unsigned i = 0; i < 300; i++)
		one_zone(&f, &r, 8, 2 + (uint32_t)rng_below(&r, 100));
	cr_assert_gt(f.nr, 250);
	cr_assert_eq(f.worst_ppm, 0, "%lld ppm", (long long)f.worst_ppm);
}

/* Of 12 nodes there are up to 924 sets of 4 to 6. */
Test(bandwidth, near_where_they_are_many)
{
	struct found f = {0};
	struct rng r;

	rng_seed(&r, 2, "bandwidth");
	for (unsigned i = 0; i < 40; i++)
		one_zone(&f, &r, 12, 52 + (uint32_t)rng_below(&r, 44));
	cr_assert_gt(f.nr, 35);
	cr_log_info("%u of %u exact, mean %lld ppm, worst %lld ppm", f.exact, f.nr,
		    (long long)(f.sum_ppm / f.nr), (long long)f.worst_ppm);
	cr_expect_geq(f.exact, f.nr * 9 / 10);
	cr_expect_leq(f.sum_ppm / f.nr, 3000);
	cr_expect_leq(f.worst_ppm, 50000);
}

/* All pairs are equally far: the one with the wide link, not the first. */
Test(bandwidth, goes_by_links)
{
	struct host *h = test_host_uniform(4, 16, G(16));
	struct zone z = test_zone("z", 32, G(8));
	struct plan p;

	host_matrix_new(h, MATRIX_BANDWIDTH, GRADE_MEASURED, "test");
	for (unsigned a = 0; a < 4; a++) {
		for (unsigned b = 0; b < 4; b++)
			set_bandwidth(h, a, b, a == b ? 40000 : 1000);
	}
	set_bandwidth(h, 1, 3, 6000);
	z.profile = zone_profile_find("database");
	p = test_plan("bandwidth", h, &z);
	cr_assert_str_eq(test_nodes(&p), "1,3");
	p = test_plan("set-distance", h, &z);
	cr_assert_str_eq(test_nodes(&p), "0,1");
	host_free(h);
}

/* Where memory would fit, but others' vCPUs ask for the controller. */
Test(bandwidth, goes_where_the_controller_is_free)
{
	struct host *h = test_host_uniform(3, 16, G(16));
	struct zone z = test_zone("z", 8, G(4));
	struct host_state s;
	struct plan p;

	host_state_init(&s, h);
	s.vcpus[0] = 16;
	s.vcpus[1] = 16;
	host_state_set_free(&s, 2, G(5));
	z.profile = zone_profile_find("stream");
	cr_assert_eq(test_place("bandwidth", &s, &z, &p, NULL), 0);
	cr_assert_str_eq(test_nodes(&p), "2");
	host_state_set_free(&s, 2, G(3));
	cr_assert_eq(test_place("bandwidth", &s, &z, &p, NULL), 0);
	cr_assert_str_eq(test_nodes(&p), "0");
	host_state_release(&s);
	host_free(h);
}

Test(bandwidth, starts_at_the_device)
{
	static const char *const nic[] = {"nic0"};
	struct host *h = test_host_seed();
	struct zone z = test_zone("z", 20, G(20));
	struct plan p;

	z.nr_devices = 1;
	z.device = nic;
	p = test_plan("bandwidth", h, &z);
	cr_assert_str_eq(test_nodes(&p), "5,4");
	host_free(h);
}

Test(bandwidth, says_what_the_next_best_gets)
{
	struct host *h = test_host_uniform(2, 16, G(16));
	struct zone z = test_zone("z", 8, G(4));
	struct explain why = {0};
	struct host_state s;
	struct policy_input in = {.host = h, .state = &s, .zone = &z, .why = &why};
	struct plan p;

	host_state_init(&s, h);
	s.vcpus[0] = 40;
	z.profile = zone_profile_find("stream");
	cr_assert_eq(policy_place(policy_find("bandwidth"), &in, &p, NULL), 0);
	cr_assert_eq(why.nr, 3);
	cr_assert(strstr(why.line[0], "of 2 sets (all there are) that hold it"), "%s", why.line[0]);
	cr_assert(strstr(why.line[1], "node 1: the model expects "), "%s", why.line[1]);
	cr_assert(strstr(why.line[1], "(profile stream)"), "%s", why.line[1]);
	cr_assert(strstr(why.line[2], "next best, node 0: "), "%s", why.line[2]);
	cr_assert(strstr(why.line[2], " % of the work"), "%s", why.line[2]);
	explain_release(&why);
	host_state_release(&s);
	host_free(h);
}
