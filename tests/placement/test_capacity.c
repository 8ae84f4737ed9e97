/*
 * Closed forms against counting: the formula for zones on k different nodes
 * against a matching found by brute force, and every policy's own formula against
 * the policy asked until it refuses.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "placement/capacity.h"
#include "tests/placement/hosts.h"

/* Most zones by trying everything: the next zone takes any k nodes with a unit. */
static int64_t brute(int64_t *unit, uint32_t nr, uint32_t k)
{
	int64_t best = 0;

	for (uint32_t set = 0; set < 1U << nr; set++) {
		bool room = __builtin_popcount(set) == (int)k;

		for (uint32_t i = 0; i < nr; i++)
			room &= !(set >> i & 1) || unit[i] > 0;
		if (!room)
			continue;
		for (uint32_t i = 0; i < nr; i++)
			unit[i] -= set >> i & 1;
		int64_t found = 1 + brute(unit, nr, k);
		for (uint32_t i = 0; i < nr; i++)
			unit[i] += set >> i & 1;
		best = found > best ? found : best;
	}
	return best;
}

Test(capacity, units_on_distinct_nodes)
{
	struct rng r;

	rng_seed(&r, 1, "units");
	for (int round = 0; round < 400; round++) {
		uint32_t nr = 1 + (uint32_t)rng_below(&r, 4), k = 1 + (uint32_t)rng_below(&r, nr);
		int64_t unit[4];

		for (uint32_t i = 0; i < nr; i++)
			unit[i] = (int64_t)rng_below(&r, i ? 3 : 5);
		int64_t want = brute(unit, nr, k);
		cr_assert_eq(capacity_distinct(unit, nr, k), want, "round %d", round);
	}
}

/* The feasibility that the formula solves, on sizes that brute force cannot reach. */
Test(capacity, the_next_one_would_not_fit)
{
	struct rng r;

	rng_seed(&r, 2, "feasible");
	for (int round = 0; round < 4000; round++) {
		uint32_t nr = 1 + (uint32_t)rng_below(&r, 64), k = 1 + (uint32_t)rng_below(&r, nr);
		int64_t unit[64], n, at_n = 0, beyond = 0;

		for (uint32_t i = 0; i < nr; i++)
			unit[i] = (int64_t)rng_below(&r, 1000);
		n = capacity_distinct(unit, nr, k);
		for (uint32_t i = 0; i < nr; i++) {
			at_n += unit[i] < n ? unit[i] : n;
			beyond += unit[i] < n + 1 ? unit[i] : n + 1;
		}
		cr_assert(at_n >= k * n && beyond < k * (n + 1), "round %d", round);
	}
}

Test(capacity, more_nodes_than_there_are)
{
	int64_t unit[2] = {5, 5};

	cr_assert_eq(capacity_distinct(unit, 2, 3), 0);
}

/* The seed's host: 128 GiB in zones of 6 GiB. */
Test(capacity, seed_host)
{
	struct host *h = test_host_seed();
	struct zone z = test_zone("z", 4, 6 * GIB);
	struct host_state s;
	struct capacity c;

	host_state_init(&s, h);
	capacity_replay(policy_find("edera-compact"), &s, NULL, 0, &z, 1000, NULL, &c);
	cr_expect_eq(c.fit, 21);
	cr_expect_eq(c.formula, 21);
	cr_expect_eq(c.local, 16);
	cr_expect_eq(c.local_bound, 21);
	cr_expect_eq(c.spilled_bytes, 10 * GIB);
	cr_expect_eq(c.refused.code, ERR_NO_ROOM);
	host_state_release(&s);
	host_free(h);
}

Test(capacity, counting_stops)
{
	struct host *h = test_host_seed();
	struct zone z = test_zone("z", 1, GIB);
	struct host_state s;
	struct capacity c;

	host_state_init(&s, h);
	capacity_replay(policy_find("edera-compact"), &s, NULL, 0, &z, 7, NULL, &c);
	cr_expect_eq(c.fit, 7);
	cr_expect_eq(c.refused.code, 0);
	cr_expect_eq(s.nr_zones, 7);
	host_state_release(&s);
	host_free(h);
}

/* Some zones that are there before. */
static uint64_t fill_some(struct rng *r, const struct policy *policy, struct host_state *s,
			  struct policy_memory *memory)
{
	uint64_t nr = 0;

	for (uint64_t left = rng_below(r, 6); left; left--) {
		const char *device[4];
		struct zone z = test_zone_random(r, s->host, device);
		const struct policy_input in = {
			.host = s->host, .state = s, .zone = &z, .rng = r, .memory = memory};
		struct plan p;

		if (policy_place(policy, &in, &p, NULL))
			continue;
		host_state_take(s, &p);
		policy_note_start(memory, nr++, &p);
	}
	return nr;
}

static int one_host(struct rng *r, const struct policy *policy)
{
	struct host *h = rng_below(r, 3) ? test_host_random(r) : test_host_seed();
	struct policy_memory *memory;
	const char *device[4];
	struct host_state s;
	struct capacity c;
	struct zone z;
	uint64_t nr;

	host_state_init(&s, h);
	if (rng_below(r, 2))
		s.vcpus_limit = h->nr_cpus * (1 + (uint32_t)rng_below(r, 3));
	memory = policy_memory_new(policy, &s);
	nr = fill_some(r, policy, &s, memory);
	z = test_zone_random(r, h, device);
	capacity_replay(policy, &s, memory, nr, &z, 300, r, &c);
	cr_assert_leq(c.local, c.fit);
	if (c.formula >= 0)
		cr_assert_eq(c.fit, c.formula < 300 ? c.formula : 300,
			     "%s: %lld placed, %lld by formula", policy->name, (long long)c.fit,
			     (long long)c.formula);
	policy_memory_free(memory);
	host_state_release(&s);
	host_free(h);
	return c.formula >= 0;
}

Test(capacity, formulas_agree_with_counting)
{
	for (size_t i = 0; policies[i]; i++) {
		int known = 0;
		struct rng r;

		rng_seed(&r, 3, policies[i]->name);
		for (int round = 0; round < 100; round++)
			known += one_host(&r, policies[i]);
		cr_expect((!policies[i]->sums_suffice && !policies[i]->capacity) || known > 5,
			  "%s: no formula was tried", policies[i]->name);
	}
}
