/* Host choice against a plain scan, over random fleets and requests. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "bench/fleet.h"

struct model {
	struct host host;
	struct host_state state[97];
	uint32_t nr;
};

static void set_host(struct model *m, struct fleet *f, uint32_t i, int64_t bytes, uint32_t vcpus)
{
	m->state[i] = (struct host_state){
		.host = &m->host,
		.total_free_bytes = bytes,
		.total_vcpus = 100 - vcpus,
		.vcpus_limit = 100,
	};
	fleet_update(f, i, &m->state[i]);
}

static bool fits(const struct model *m, uint32_t i, const struct fleet_request *r)
{
	return m->state[i].total_free_bytes >= r->bytes &&
	       m->state[i].vcpus_limit - m->state[i].total_vcpus >= r->vcpus;
}

/* The order in which a rule should offer hosts, by sorting all that fit. */
static uint32_t expected(const struct model *m, const struct fleet_request *r, const bool *tried)
{
	uint32_t best = FLEET_NONE;

	for (uint32_t i = 0; i < m->nr; i++) {
		const struct host_state *s = &m->state[i], *t = &m->state[best == FLEET_NONE ? 0 : best];
		bool better;

		if (tried[i] || !fits(m, i, r))
			continue;
		if (best == FLEET_NONE || r->choice == CHOICE_FIRST_FIT)
			better = best == FLEET_NONE;
		else if (s->total_free_bytes != t->total_free_bytes)
			better = (s->total_free_bytes < t->total_free_bytes) ==
				 (r->choice == CHOICE_BEST_FIT);
		else if (s->total_vcpus != t->total_vcpus)
			better = (s->total_vcpus > t->total_vcpus) == (r->choice == CHOICE_BEST_FIT);
		else
			better = false;
		if (better)
			best = i;
	}
	return best;
}

static void compare(enum host_choice choice)
{
	struct model *m = calloc(1, sizeof(*m));
	struct rng rng;

	rng_seed(&rng, 3, "fleet");
	for (int round = 0; round < 300; round++) {
		struct fleet f;

		m->nr = 1 + (uint32_t)rng_below(&rng, 97);
		fleet_init(&f, m->nr);
		for (uint32_t i = 0; i < m->nr; i++)
			set_host(m, &f, i, (int64_t)rng_below(&rng, 20), (uint32_t)rng_below(&rng, 9));
		for (int k = 0; k < 20; k++) {
			struct fleet_request r = {
				.choice = choice,
				.bytes = 1 + (int64_t)rng_below(&rng, 22),
				.vcpus = (uint32_t)rng_below(&rng, 10),
			};
			bool tried[97] = {false};

			fleet_begin(&f, &r);
			for (;;) {
				uint32_t want = expected(m, &r, tried), got = fleet_next(&f, &r);

				cr_assert_eq(got, want, "round %d: %u, not %u of %u", round, got, want,
					     m->nr);
				if (got == FLEET_NONE)
					break;
				tried[got] = true;
			}
			set_host(m, &f, (uint32_t)rng_below(&rng, m->nr), (int64_t)rng_below(&rng, 20),
				 (uint32_t)rng_below(&rng, 9));
		}
		fleet_release(&f);
	}
	free(m);
}

Test(fleet, first_fit_is_the_lowest_host_that_fits)
{
	compare(CHOICE_FIRST_FIT);
}

Test(fleet, best_fit_leaves_least)
{
	compare(CHOICE_BEST_FIT);
}

Test(fleet, worst_fit_leaves_most)
{
	compare(CHOICE_WORST_FIT);
}

/* Each host that fits is offered once and is as likely as any other to be first. */
Test(fleet, random_is_uniform_over_hosts_that_fit)
{
	struct model *m = calloc(1, sizeof(*m));
	uint32_t first[10] = {0};
	struct fleet f;
	struct rng rng;

	rng_seed(&rng, 5, "random");
	m->nr = 10;
	fleet_init(&f, m->nr);
	for (uint32_t i = 0; i < m->nr; i++)
		set_host(m, &f, i, i % 2 ? 10 : 1, 4);
	for (int i = 0; i < 50000; i++) {
		struct fleet_request r = {
			.choice = CHOICE_RANDOM, .bytes = 5, .vcpus = 1, .rng = &rng};
		bool seen[10] = {false};
		uint32_t host, nr = 0;

		fleet_begin(&f, &r);
		while ((host = fleet_next(&f, &r)) != FLEET_NONE) {
			first[host] += nr == 0;
			cr_assert(!seen[host] && host % 2 == 1);
			seen[host] = true;
			nr++;
		}
		cr_assert_eq(nr, 5);
	}
	for (uint32_t i = 1; i < 10; i += 2)
		cr_assert(first[i] > 9500 && first[i] < 10500, "host %u: %u of 50000", i, first[i]);
	fleet_release(&f);
	free(m);
}
