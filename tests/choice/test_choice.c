/* Host choice against a plain scan, over random fleets and requests. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "choice/choices.h"
#include "choice/fleet.h"
#include "choice/index.h"

#define HOSTS 97

struct model {
	struct host *host;
	struct host_state *state;
	const struct host_state **seen;
	struct fleet fleet;
	uint32_t nr;
};

/* Hosts of one node with 100 CPUs and 20 bytes. */
static struct model *model_new(uint32_t nr)
{
	struct model *m = calloc(1, sizeof(*m));
	struct error err;

	m->nr = nr;
	m->state = calloc(nr, sizeof(*m->state));
	m->seen = calloc(nr, sizeof(*m->seen));
	m->host = host_new("model", 1);
	for (unsigned c = 0; c < 100; c++)
		cpuset_add(&m->host->node[0].cpus, c);
	m->host->node[0].nr_cpus = m->host->node[0].nr_cores = 100;
	m->host->node[0].memory_bytes = 20 * 4096;
	cr_assert_eq(host_finish(m->host, &err), 0, "%s", err.text);
	for (uint32_t i = 0; i < nr; i++) {
		host_state_init(&m->state[i], m->host);
		m->state[i].vcpus_limit = 100;
		m->seen[i] = &m->state[i];
	}
	return m;
}

static void model_free(struct model *m)
{
	for (uint32_t i = 0; i < m->nr; i++)
		host_state_release(&m->state[i]);
	fleet_release(&m->fleet);
	host_free(m->host);
	free(m->state);
	free(m->seen);
	free(m);
}

static void set_host(struct model *m, uint32_t i, uint32_t pages, uint32_t vcpus)
{
	host_state_set_free(&m->state[i], 0, (int64_t)pages * 4096);
	m->state[i].vcpus[0] = m->state[i].total_vcpus = 100 - vcpus;
}

static struct zone zone_of(uint32_t pages, uint32_t vcpus)
{
	struct zone z;

	zone_init(&z);
	z.vcpus = z.vcpus_max = vcpus;
	z.memory_policy = ZONE_STATIC;
	z.memory_bytes = z.memory_initial_bytes = z.memory_min_bytes = (int64_t)pages * 4096;
	return z;
}

static bool fits(const struct model *m, uint32_t i, const struct zone *z)
{
	return m->state[i].total_free_bytes >= z->memory_bytes &&
	       m->state[i].vcpus_limit - m->state[i].total_vcpus >= z->vcpus;
}

/* The order in which a rule should offer hosts, by sorting all that fit. */
static uint32_t expected(const struct model *m, const struct choice *rule, const struct zone *z,
			 const bool *tried)
{
	uint32_t best = HOST_NONE;

	for (uint32_t i = 0; i < m->nr; i++) {
		const struct host_state *s = &m->state[i],
					*t = &m->state[best == HOST_NONE ? 0 : best];
		bool better;

		if (tried[i] || !fits(m, i, z))
			continue;
		if (best == HOST_NONE || rule == &choice_first_fit)
			better = best == HOST_NONE;
		else if (s->total_free_bytes != t->total_free_bytes)
			better = (s->total_free_bytes < t->total_free_bytes) ==
				 (rule == &choice_best_fit);
		else if (s->total_vcpus != t->total_vcpus)
			better = (s->total_vcpus > t->total_vcpus) == (rule == &choice_best_fit);
		else
			better = false;
		if (better)
			best = i;
	}
	return best;
}

static void compare(const struct choice *rule)
{
	struct rng rng;

	rng_seed(&rng, 3, "fleet");
	for (int round = 0; round < 300; round++) {
		struct model *m = model_new(1 + (uint32_t)rng_below(&rng, HOSTS));

		for (uint32_t i = 0; i < m->nr; i++)
			set_host(m, i, (uint32_t)rng_below(&rng, 20), (uint32_t)rng_below(&rng, 9));
		fleet_init(&m->fleet, rule, m->seen, m->nr);
		for (int k = 0; k < 20; k++) {
			struct zone z = zone_of(1 + (uint32_t)rng_below(&rng, 22),
						(uint32_t)rng_below(&rng, 10));
			struct choice_request r = {.zone = &z};
			bool tried[HOSTS] = {false};
			uint32_t changed = (uint32_t)rng_below(&rng, m->nr), want;

			fleet_begin(&m->fleet, &r);
			do {
				uint32_t got = fleet_next(&m->fleet, &r);

				want = expected(m, rule, &z, tried);
				cr_assert_eq(got, want, "round %d: %u, not %u of %u", round, got,
					     want, m->nr);
				if (want != HOST_NONE)
					tried[want] = true;
			} while (want != HOST_NONE);
			set_host(m, changed, (uint32_t)rng_below(&rng, 20),
				 (uint32_t)rng_below(&rng, 9));
			fleet_update(&m->fleet, changed);
		}
		model_free(m);
	}
}

Test(choice, first_fit_is_the_lowest_host_that_fits)
{
	compare(&choice_first_fit);
}

Test(choice, best_fit_leaves_least)
{
	compare(&choice_best_fit);
}

Test(choice, worst_fit_leaves_most)
{
	compare(&choice_worst_fit);
}

/* Three levels of the index, full but for a few hosts, which come and go. */
static void compare_thousands(const struct fleet_index *index)
{
	struct model *m = model_new(3000);
	struct rng rng;

	rng_seed(&rng, 5, "thousands");
	for (uint32_t i = 0; i < m->nr; i++)
		set_host(m, i, (uint32_t)rng_below(&rng, 3), (uint32_t)rng_below(&rng, 3));
	fleet_init(&m->fleet, &choice_first_fit, m->seen, m->nr);
	m->fleet.index = index;
	for (int k = 0; k < 2000; k++) {
		struct zone z =
			zone_of(1 + (uint32_t)rng_below(&rng, 20), (uint32_t)rng_below(&rng, 10));
		struct choice_request r = {.zone = &z};
		uint32_t changed = (uint32_t)rng_below(&rng, m->nr), want = 0;
		bool full = k % 2;

		fleet_begin(&m->fleet, &r);
		for (int offers = 0; offers < 3 && want != HOST_NONE; offers++) {
			uint32_t got = fleet_next(&m->fleet, &r);

			while (want < m->nr && !fits(m, want, &z))
				want++;
			want = want < m->nr ? want : HOST_NONE;
			cr_assert_eq(got, want, "request %d: %u, not %u", k, got, want);
			changed = full && got != HOST_NONE ? got : changed;
			want += want != HOST_NONE;
		}
		set_host(m, changed, (uint32_t)rng_below(&rng, full ? 3 : 22),
			 (uint32_t)rng_below(&rng, full ? 3 : 10));
		fleet_update(&m->fleet, changed);
	}
	model_free(m);
}

Test(choice, first_fit_finds_the_lowest_of_thousands)
{
	compare_thousands(&fleet_index);
}

/* By the vectors of another processor. */
Test(choice, first_fit_finds_the_same_with_avx2)
{
	if (!cpu_has_avx2())
		cr_skip_test("this processor has no AVX2");
	compare_thousands(&fleet_index_avx2);
}

/* More than the index counts (8 TiB): the hosts' own sums decide. */
Test(choice, hosts_larger_than_can_be_counted)
{
	static const uint32_t tib[] = {9, 12, 10, 7};
	static const struct {
		const struct choice *rule;
		uint32_t order[4];
	} want[] = {
		{&choice_first_fit, {1, 2, HOST_NONE}},
		{&choice_best_fit, {2, 1, HOST_NONE}},
		{&choice_worst_fit, {1, 2, HOST_NONE}},
	};

	for (size_t c = 0; c < sizeof(want) / sizeof(want[0]); c++) {
		struct zone z = zone_of(1, 1);
		struct choice_request r = {.zone = &z};
		struct model *m = model_new(4);

		z.memory_bytes = z.memory_initial_bytes = (int64_t)19 << 39; /* 9.5 TiB */
		for (uint32_t i = 0; i < m->nr; i++) {
			host_state_set_free(&m->state[i], 0, (int64_t)tib[i] << 40);
			m->state[i].vcpus_limit = UINT32_MAX;
			m->state[i].total_vcpus = i;
		}
		fleet_init(&m->fleet, want[c].rule, m->seen, m->nr);
		fleet_begin(&m->fleet, &r);
		for (int i = 0; i < 3; i++)
			cr_expect_eq(fleet_next(&m->fleet, &r), want[c].order[i], "%s: %d",
				     want[c].rule->name, i);
		model_free(m);
	}
}

/* Without a limit those with fewer vCPUs still have more left, for rules that compare. */
Test(choice, vcpus_without_a_limit_are_compared)
{
	struct zone z = zone_of(1, 1);
	struct choice_request r = {.zone = &z};
	struct model *m = model_new(3);

	for (uint32_t i = 0; i < m->nr; i++) {
		m->state[i].vcpus_limit = UINT32_MAX;
		m->state[i].total_vcpus = 10 - i;
	}
	fleet_init(&m->fleet, &choice_worst_fit, m->seen, m->nr);
	fleet_begin(&m->fleet, &r);
	for (uint32_t i = m->nr; i-- > 0;)
		cr_expect_eq(fleet_next(&m->fleet, &r), i);
	model_free(m);
}

/* Whatever the rule: every host with room in sum is offered once, and no other. */
Test(choice, each_host_with_room_is_offered_once)
{
	struct rng rng, draws;

	rng_seed(&rng, 7, "once");
	rng_seed(&draws, 7, "draws");
	for (size_t c = 0; choices[c]; c++) {
		struct model *m = model_new(41);

		for (uint32_t i = 0; i < m->nr; i++)
			set_host(m, i, (uint32_t)rng_below(&rng, 20), (uint32_t)rng_below(&rng, 9));
		fleet_init(&m->fleet, choices[c], m->seen, m->nr);
		for (uint64_t k = 1; k <= 50; k++) {
			struct zone z = zone_of(1 + (uint32_t)rng_below(&rng, 22),
						1 + (uint32_t)rng_below(&rng, 9));
			struct choice_request r = {.zone = &z, .ordinal = k, .rng = &draws};
			bool tried[HOSTS] = {false};
			uint32_t host;

			z.numa_nodes = (uint32_t)rng_below(&rng, 3);
			fleet_begin(&m->fleet, &r);
			while ((host = fleet_next(&m->fleet, &r)) != HOST_NONE) {
				cr_assert_lt(host, m->nr);
				cr_assert(!tried[host], "%s: twice", choices[c]->name);
				tried[host] = true;
			}
			for (uint32_t i = 0; i < m->nr; i++)
				cr_assert_eq(tried[i], fits(m, i, &z), "%s: host %u",
					     choices[c]->name, i);
		}
		model_free(m);
	}
}

Test(choice, found_by_name)
{
	for (size_t i = 0; choices[i]; i++) {
		cr_assert_eq(choice_find(choices[i]->name), choices[i]);
		cr_assert(*choices[i]->summary && *choices[i]->source);
	}
	cr_assert_null(choice_find("last-fit"));
	cr_assert_null(choice_find(""));
}

/* How often of `times` each host is asked first, odd ones having room. */
static void count_first(const struct choice *rule, uint32_t *first, uint32_t times)
{
	struct model *m = model_new(10);
	struct zone z = zone_of(5, 1);
	struct rng rng;

	rng_seed(&rng, 5, "random");
	for (uint32_t i = 0; i < m->nr; i++)
		set_host(m, i, i % 2 ? 10 + i : 1, 4);
	fleet_init(&m->fleet, rule, m->seen, m->nr);
	for (uint32_t i = 0; i < times; i++) {
		struct choice_request r = {.zone = &z, .rng = &rng};

		fleet_begin(&m->fleet, &r);
		first[fleet_next(&m->fleet, &r)]++;
	}
	model_free(m);
}

Test(choice, random_is_uniform_over_hosts_that_fit)
{
	uint32_t first[10] = {0};

	count_first(&choice_random, first, 50000);
	for (uint32_t i = 0; i < 10; i++)
		cr_assert(i % 2 ? first[i] > 9500 && first[i] < 10500 : !first[i],
			  "host %u: %u of 50000", i, first[i]);
}

/* The k-th emptiest of n from below is the emptier one of n^2 pairs in 2k - 1. */
Test(choice, two_choices_is_the_emptier_of_two)
{
	uint32_t first[10] = {0};

	count_first(&choice_two_choices, first, 50000);
	for (uint32_t i = 1, k = 1; i < 10; i += 2, k++) {
		uint32_t want = (2 * k - 1) * 50000 / 25;

		cr_assert(first[i] > want - 500 && first[i] < want + 500, "host %u: %u, not %u", i,
			  first[i], want);
	}
}
