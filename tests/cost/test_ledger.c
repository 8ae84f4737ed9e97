/*
 * Prices over time against the model at one moment, and against themselves: in
 * another order, after others came and went, and piece by piece.
 */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cost/at-a-moment/snapshot.h"
#include "cost/over-time/host_ledger.h"
#include "cost/over-time/ledger.h"
#include "tests/placement/hosts.h"

#define ZONES 24

static const char *const preset[] = {"stream", "chase", "web", "database", "idle"};

/* Zones on one host, placed one after the other. */
struct scene {
	struct host *host;
	const struct host *hosts[1];
	struct host_state state;
	struct zone zone[ZONES];
	struct plan plan[ZONES];
	uint32_t nr;
};

static void scene_open(struct scene *s, uint64_t seed, bool stretched)
{
	const char *policy = seed % 3 == 0 ? "flat" : seed % 3 == 1 ? "edera-compact" : "random";
	struct rng r;

	memset(s, 0, sizeof(*s));
	rng_seed(&r, seed, "scene");
	s->host = test_host_seed();
	s->hosts[0] = s->host;
	host_state_init(&s->state, s->host);
	for (uint32_t i = 0; i < ZONES; i++) {
		struct zone *z = &s->zone[s->nr];
		struct policy_input in = {
			.host = s->host, .state = &s->state, .zone = z, .rng = &r};
		uint32_t vcpus;
		int64_t bytes;

		bytes = (int64_t)(1 + rng_below(&r, 1500)) * 4 * MIB;
		vcpus = 1 + (uint32_t)rng_below(&r, stretched ? 40 : 8);
		*z = test_zone("z", vcpus, bytes);
		z->profile = zone_profile_find(preset[rng_below(&r, 5)]);
		if (policy_place(policy_find(policy), &in, &s->plan[s->nr], NULL))
			continue;
		host_state_take(&s->state, &s->plan[s->nr]);
		s->nr++;
	}
	cr_assert_gt(s->nr, 3);
}

static void scene_close(struct scene *s)
{
	host_state_release(&s->state);
	host_free(s->host);
}

static void start(struct ledger *p, const struct scene *s, uint32_t i, int64_t at_ns)
{
	const struct cost_zone zone = {.plan = &s->plan[i]};

	ledger_start(p, i, 0, &zone, at_ns);
}

static void near(int64_t is, int64_t expected, const char *what, uint64_t seed)
{
	int64_t slack = expected / 100 + 2000;

	cr_expect(llabs(is - expected) <= slack, "seed %llu, %s: %lld, the model has %lld",
		  (unsigned long long)seed, what, (long long)is, (long long)expected);
}

/* Alike flows as one, connected ones apart and pages in 1024ths come to the same. */
Test(ledger, agrees_with_the_model)
{
	for (uint64_t seed = 1; seed <= 60; seed++) {
		struct cost_zone zone[ZONES] = {{0}};
		struct cost_result found[ZONES];
		struct cost_params params;
		struct cost_work work = {0};
		struct scene s;
		struct ledger *p;

		scene_open(&s, seed, seed % 2);
		p = ledger_new(s.hosts, 1);
		cost_params_init(&params, s.host, NULL);
		for (uint32_t i = 0; i < s.nr; i++) {
			zone[i].plan = &s.plan[i];
			start(p, &s, i, 0);
		}
		cost_evaluate(&params, zone, s.nr, &work, found);
		for (uint32_t i = 0; i < s.nr; i++) {
			struct lifetime life;
			struct lifetime_figures f;

			ledger_lifetime(p, i, NS_PER_S, &life);
			lifetime_figures(&life, &f);
			near(f.slowdown_ppm, found[i].slowdown_ppm, "slowdown", seed);
			near(f.latency_ps, found[i].latency_ps, "latency", seed);
			near(f.remote_ppm, found[i].remote_ppm, "remote", seed);
			near(lifetime_bandwidth(&life, NS_PER_S) / 1000,
			     found[i].bandwidth_bytes_per_s / 1000, "bandwidth", seed);
		}
		cost_work_release(&work);
		cost_params_release(&params);
		ledger_free(p);
		scene_close(&s);
	}
}

static void shuffle(uint32_t *order, uint32_t nr, struct rng *r)
{
	for (uint32_t i = 0; i < nr; i++)
		order[i] = i;
	for (uint32_t i = nr; i > 1; i--) {
		uint32_t k = (uint32_t)rng_below(r, i), t = order[i - 1];

		order[i - 1] = order[k];
		order[k] = t;
	}
}

/* What ran before, and in which order zones start, leaves no trace in any bit. */
Test(ledger, same_zones_same_bits)
{
	for (uint64_t seed = 1; seed <= 60; seed++) {
		struct lifetime straight[ZONES], other;
		uint32_t order[ZONES];
		struct scene s;
		struct ledger *p;
		struct rng r;

		scene_open(&s, seed, seed % 2);
		p = ledger_new(s.hosts, 1);
		for (uint32_t i = 0; i < s.nr; i++)
			start(p, &s, i, 10 * NS_PER_S);
		for (uint32_t i = 0; i < s.nr; i++)
			ledger_lifetime(p, i, 17 * NS_PER_S, &straight[i]);
		ledger_free(p);

		rng_seed(&r, seed, "order");
		p = ledger_new(s.hosts, 1);
		shuffle(order, s.nr, &r);
		for (uint32_t i = 0; i < s.nr; i++)
			start(p, &s, order[i], (int64_t)i * NS_PER_MS);
		shuffle(order, s.nr, &r);
		for (uint32_t i = 0; i < s.nr; i++)
			ledger_stop(p, order[i], NS_PER_S + (int64_t)i * NS_PER_MS, &other);
		shuffle(order, s.nr, &r);
		for (uint32_t i = 0; i < s.nr; i++)
			start(p, &s, order[i], 10 * NS_PER_S);
		for (uint32_t i = 0; i < s.nr; i++) {
			ledger_lifetime(p, i, 17 * NS_PER_S, &other);
			cr_expect_arr_eq(&other, &straight[i], sizeof(other), "seed %llu zone %u",
					 (unsigned long long)seed, i);
		}
		ledger_free(p);
		scene_close(&s);
	}
}

/* Seconds, work and losses add up, however the life is cut into pieces. */
Test(ledger, time_adds_up)
{
	struct lifetime whole, before, sum = {0};
	struct scene s;
	struct ledger *p;

	scene_open(&s, 4, true);
	p = ledger_new(s.hosts, 1);
	for (uint32_t i = 0; i < s.nr; i++)
		start(p, &s, i, (int64_t)i * NS_PER_S);
	for (uint32_t i = 1; i < s.nr; i++)
		ledger_stop(p, i, (100 + (int64_t)i) * NS_PER_S, &before);
	ledger_stop(p, 0, 1000 * NS_PER_S, &whole);
	cr_expect_float_eq(whole.vcpu_s, 1000.0 * s.zone[0].vcpus, 1e-6);
	for (int c = 0; c < COST_CAUSES; c++)
		sum.vcpu_s += whole.lost_vcpu_s[c];
	cr_expect_float_eq(whole.ideal_vcpu_s + sum.vcpu_s, whole.vcpu_s, 1e-3 * whole.vcpu_s);
	cr_expect_gt(sum.vcpu_s, 0);
	ledger_free(p);
	scene_close(&s);
}

/* Looking at a life does not change it, nor does what others looked at. */
Test(ledger, looking_changes_no_bit)
{
	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct lifetime straight[ZONES], looked;
		struct scene s;
		struct rng r;

		scene_open(&s, seed, seed % 2);
		rng_seed(&r, seed, "looks");
		for (int looks = 0; looks < 2; looks++) {
			struct ledger *p = ledger_new(s.hosts, 1);

			for (uint32_t i = 0; i < s.nr; i++)
				start(p, &s, i, (int64_t)i * 7 * NS_PER_MS + 1);
			for (int64_t ns = NS_PER_S; looks && ns < 3 * NS_PER_S; ns += 12345678)
				ledger_lifetime(p, (uint32_t)rng_below(&r, s.nr), ns, &looked);
			for (uint32_t i = 0; i < s.nr; i++) {
				ledger_stop(p, i, (5 + (int64_t)i) * NS_PER_S, &looked);
				if (looks)
					cr_expect_arr_eq(&looked, &straight[i], sizeof(looked));
				straight[i] = looked;
			}
			ledger_free(p);
		}
		scene_close(&s);
	}
}

/* More residencies than are kept: what is forgotten and found again costs the same. */
Test(ledger, long_drift_leaves_no_trace)
{
	struct host *h = test_host_seed();
	const struct host *hosts[] = {h};
	struct zone z[2] = {test_zone("a", 4, 2 * GIB), test_zone("b", 6, 3 * GIB)};
	struct plan_memory part[2][3];
	struct plan plan[2];
	struct lifetime life[2], fresh[2];
	struct ledger *p = ledger_new(hosts, 1);
	int64_t now_ns = 0;
	struct rng r;

	rng_seed(&r, 1, "drift");
	for (int round = 0; round < 30000; round++) {
		for (uint32_t i = 0; i < 2; i++) {
			struct cost_zone zone = {.plan = &plan[i], .part = part[i], .nr_parts = 3};

			plan[i] = (struct plan){.zone = &z[i],
						.host = h,
						.pinned = true,
						.nodes = nodeset_of(i),
						.nr_vnodes = 1,
						.vnode = {{i, z[i].vcpus, z[i].memory_bytes}}};
			for (uint32_t k = 0; k < 3; k++)
				part[i][k] = (struct plan_memory){
					0, 2 * k + i, (int64_t)(1 + rng_below(&r, 4000)) * MIB};
			if (round)
				ledger_move(p, i, &zone, now_ns);
			else
				ledger_start(p, i, 0, &zone, now_ns);
		}
		now_ns += NS_PER_S;
	}
	for (uint32_t i = 0; i < 2; i++)
		ledger_lifetime(p, i, now_ns - 500 * NS_PER_MS, &life[i]);
	for (uint32_t i = 0; i < 2; i++) {
		struct lifetime before = life[i];

		ledger_lifetime(p, i, now_ns, &life[i]);
		/* the last half second, by what it took off the sums */
		life[i].bytes -= before.bytes;
		life[i].latency_ns_bytes -= before.latency_ns_bytes;
	}
	ledger_free(p);
	p = ledger_new(hosts, 1);
	for (uint32_t i = 0; i < 2; i++) {
		struct cost_zone zone = {.plan = &plan[i], .part = part[i], .nr_parts = 3};

		ledger_start(p, i, 0, &zone, 0);
	}
	for (uint32_t i = 0; i < 2; i++) {
		ledger_lifetime(p, i, 500 * NS_PER_MS, &fresh[i]);
		cr_expect_float_eq(life[i].bytes, fresh[i].bytes, 1e-6 * fresh[i].bytes);
		cr_expect_float_eq(life[i].latency_ns_bytes, fresh[i].latency_ns_bytes,
				   1e-6 * fresh[i].latency_ns_bytes);
	}
	ledger_free(p);
	host_free(h);
}

static uint64_t nr_components(const struct zone_classes *c)
{
	return c->components.nr_solved + c->components.nr_looked_up;
}

/* A zone that starts elsewhere on the host disturbs, and is solved with, those whom
 * it can reach alone. */
Test(ledger, only_what_is_reached_is_solved)
{
	struct host *h = test_host_seed();
	struct zone_classes *classes = zone_classes_new(h);
	struct host_ledger ledger;
	uint128 unused[ACCOUNTS];
	struct zone z = test_zone("z", 4, GIB);
	uint32_t class[8], profile = flow_classes_profile(&classes->flows, cost_default_profile());
	uint64_t before;

	host_ledger_init(&ledger, classes);
	for (uint32_t n = 0; n < 8; n++) {
		struct plan plan = {.zone = &z,
				    .host = h,
				    .pinned = true,
				    .nodes = nodeset_of(n),
				    .nr_vnodes = 1,
				    .nr_memory = 1,
				    .vnode = {{n, 4, GIB}},
				    .memory = {{0, n, GIB}}};
		const struct cost_zone zone = {.plan = &plan};

		before = nr_components(classes);
		class[n] = zone_class_of(classes, &zone, profile);
		host_ledger_join(&ledger, class[n], (int64_t)n * NS_PER_S, unused);
		host_ledger_advance(&ledger, (int64_t)n * NS_PER_S + 1);
		/* itself alone, and itself among all: one node's flows each */
		cr_expect_eq(nr_components(classes) - before, 2);
	}
	/* eight nodes that are alike are not the same node, but come again */
	before = classes->components.nr_solved;
	for (uint32_t n = 0; n < 8; n++) {
		host_ledger_leave(&ledger, class[n], (20 + (int64_t)n) * NS_PER_S);
		host_ledger_advance(&ledger, (20 + (int64_t)n) * NS_PER_S + 1);
	}
	cr_expect_eq(classes->components.nr_solved, before);
	host_ledger_release(&ledger);
	zone_classes_free(classes);
	host_free(h);
}

/* Pages that drift away cost from then on, and no longer when they come home. */
Test(ledger, drift_has_a_price)
{
	struct host *h = test_host_seed();
	const struct host *hosts[] = {h};
	struct ledger *p = ledger_new(hosts, 1);
	struct zone z = test_zone("z", 4, 2 * GIB);
	struct plan_memory home[] = {{0, 1, 2 * GIB}};
	struct plan_memory away[] = {{0, 1, GIB}, {0, 5, GIB}};
	struct plan plan = {.zone = &z,
			    .host = h,
			    .pinned = true,
			    .nodes = nodeset_of(1),
			    .nr_vnodes = 1,
			    .vnode = {{1, 4, 2 * GIB}}};
	struct cost_zone zone = {.plan = &plan, .part = home, .nr_parts = 1};
	struct lifetime_figures f[3];
	struct lifetime life;

	z.profile = zone_profile_find("chase");
	ledger_start(p, 0, 0, &zone, 0);
	ledger_lifetime(p, 0, 10 * NS_PER_S, &life);
	lifetime_figures(&life, &f[0]);
	zone.part = away;
	zone.nr_parts = 2;
	ledger_move(p, 0, &zone, 10 * NS_PER_S);
	ledger_lifetime(p, 0, 20 * NS_PER_S, &life);
	lifetime_figures(&life, &f[1]);
	zone.part = home;
	zone.nr_parts = 1;
	ledger_move(p, 0, &zone, 20 * NS_PER_S);
	ledger_stop(p, 0, 40 * NS_PER_S, &life);
	lifetime_figures(&life, &f[2]);
	cr_expect_eq(f[0].slowdown_ppm, 1000000);
	cr_expect_gt(f[1].slowdown_ppm, 1100000);
	cr_expect_geq(f[1].cause_ppm[COST_REMOTE], 999000);
	cr_expect_lt(f[2].slowdown_ppm, f[1].slowdown_ppm);
	cr_expect_gt(f[2].slowdown_ppm, 1000000);
	/* a quarter of the time was at the other speed */
	cr_expect_float_eq((double)f[2].performance_ppm,
			   (3e6 + (2.0 * (double)f[1].performance_ppm - 1e6)) / 4, 10);
	ledger_free(p);
	host_free(h);
}
