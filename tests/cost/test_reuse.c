/*
 * What is looked up against what is worked out, bit for bit: over random comings, goings
 * and moves, with little room for what is kept, and with more states than are kept.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "cost/over-time/host_ledger.h"
#include "cost/over-time/ledger.h"
#include "cost/over-time/node_states.h"
#include "tests/placement/hosts.h"

#define HOSTS 3
#define ZONES 40
#define STEPS 1500

static const char *const preset[] = {"stream", "chase", "web", "database", "idle"};

/* A zone on a host, somewhere: at home, spilled, on two nodes, or floating. */
struct life {
	struct zone zone;
	struct plan plan;
	struct plan_memory part[2];
	struct cost_zone cost;
	uint128 before[ACCOUNTS];
	uint32_t class;
	bool runs;
};

static void put_anywhere(struct life *l, const struct host *h, struct rng *r)
{
	uint32_t node = (uint32_t)rng_below(r, 8), kind = (uint32_t)rng_below(r, 16);
	uint32_t other = kind == 0 ? (node + 3) % 8 : node;

	l->plan = (struct plan){.zone = &l->zone,
				.host = h,
				.pinned = kind != 1,
				.told = kind % 2 ? PLAN_TOLD_FLAT : PLAN_TOLD_VNUMA,
				.nodes = kind == 1 ? 0xff : nodeset_of(node),
				.nr_vnodes = 1,
				.vnode = {{node, l->zone.vcpus, l->zone.memory_bytes}}};
	l->part[0] = (struct plan_memory){0, node, l->zone.memory_bytes - 64 * MIB};
	l->part[1] = (struct plan_memory){0, other, 64 * MIB};
	if (kind == 2) {
		l->plan.nr_vnodes = 2;
		l->plan.vnode[1] = (struct plan_vnode){(node + 1) % 8, 1, 64 * MIB};
		l->plan.nodes |= nodeset_of((node + 1) % 8);
		l->part[1] = (struct plan_memory){1, (node + 1) % 8, 64 * MIB};
	}
	l->cost = (struct cost_zone){.plan = &l->plan, .part = l->part, .nr_parts = 2};
}

static void make(struct life *l, const struct host *h, struct rng *r)
{
	l->zone = test_zone("z", 1u << rng_below(r, 4), GIB);
	l->zone.profile = zone_profile_find(preset[rng_below(r, 5)]);
	put_anywhere(l, h, r);
}

static int64_t later(struct rng *r, int64_t now_ns)
{
	return now_ns + (int64_t)rng_below(r, 3) * (1 + (int64_t)rng_below(r, NS_PER_S));
}

/* One and the same step in both; what they answer. */
static void step_both(struct ledger *const ledger[2], struct life *l, uint32_t slot,
		      uint32_t choice, int64_t now_ns, struct lifetime found[2])
{
	for (int k = 0; k < 2; k++) {
		found[k] = (struct lifetime){0};
		if (!l->runs)
			ledger_start(ledger[k], slot, slot % HOSTS, &l->cost, now_ns);
		else if (choice < 3)
			ledger_stop(ledger[k], slot, now_ns, &found[k]);
		else if (choice < 6)
			ledger_move(ledger[k], slot, &l->cost, now_ns);
		else
			ledger_lifetime(ledger[k], slot, now_ns, &found[k]);
	}
	l->runs = !l->runs || choice >= 3;
}

Test(reuse, looked_up_is_worked_out)
{
	struct host *h[2] = {test_host_seed(), test_host_seed()};
	const struct host *hosts[HOSTS] = {h[0], h[0], h[1]};

	for (uint64_t seed = 1; seed <= 6; seed++) {
		struct ledger *ledger[2] = {ledger_new(hosts, HOSTS), ledger_new(hosts, HOSTS)};
		struct life *life = calloc(ZONES, sizeof(*life));
		struct ledger_reuse reuse[2];
		int64_t now_ns = 0;
		struct rng r;

		rng_seed(&r, seed, "reuse");
		ledger_forget(ledger[1]);
		for (int i = 0; i < STEPS; i++) {
			uint32_t slot = (uint32_t)rng_below(&r, ZONES);
			uint32_t choice = (uint32_t)rng_below(&r, 8);
			const struct host *on = hosts[slot % HOSTS];
			struct lifetime found[2];

			now_ns = later(&r, now_ns);
			/* any slot, also one that was never used: no bit of an answer differs */
			ledger_expect(ledger[0], (uint32_t)rng_below(&r, 4 * ZONES),
				      (enum ledger_fetch)(i % 3));
			if (!life[slot].runs)
				make(&life[slot], on, &r);
			else if (choice >= 3 && choice < 6)
				put_anywhere(&life[slot], on, &r);
			step_both(ledger, &life[slot], slot, choice, now_ns, found);
			cr_assert_arr_eq(&found[0], &found[1], sizeof(found[0]),
					 "seed %llu step %d", (unsigned long long)seed, i);
			cr_assert_eq(ledger_lost_nano_vcpus(ledger[0], slot % HOSTS),
				     ledger_lost_nano_vcpus(ledger[1], slot % HOSTS));
		}
		ledger_reuse(ledger[0], &reuse[0]);
		ledger_reuse(ledger[1], &reuse[1]);
		cr_expect_lt(reuse[0].rates_made, reuse[0].rates);
		cr_expect_lt(reuse[0].steps_made, reuse[0].steps);
		/* two kinds of host: what ledger.h says */
		cr_expect_lt(reuse[0].bytes,
			     2 * ((8 + 3) * MIB + 768 * KIB + 16384 * (24 + 2 * 40 + 4 * 120)));
		cr_expect_eq(reuse[1].rates_made, reuse[1].rates);
		cr_expect_eq(reuse[1].steps_made, reuse[1].steps);
		cr_expect_eq(reuse[1].components_solved, reuse[1].components);
		ledger_free(ledger[0]);
		ledger_free(ledger[1]);
		free(life);
	}
	host_free(h[0]);
	host_free(h[1]);
}

/* Zones of one profile over all nodes, a few sizes: hosts come back to the same flows, and
 * what zones get among them is looked up. */
Test(reuse, striped_zones_are_looked_up)
{
	struct host *h = test_host_seed();
	const struct host *hosts[HOSTS] = {h, h, h};
	struct ledger *ledger[2] = {ledger_new(hosts, HOSTS), ledger_new(hosts, HOSTS)};
	struct life *life = calloc(ZONES, sizeof(*life));
	struct ledger_reuse reuse[2];
	struct rng r;

	rng_seed(&r, 1, "striped");
	ledger_forget(ledger[1]);
	for (int i = 0; i < 4 * STEPS; i++) {
		uint32_t slot = (uint32_t)rng_below(&r, ZONES);
		struct life *l = &life[slot];
		struct lifetime found[2];

		if (!l->runs) {
			make(l, h, &r);
			l->zone.profile = zone_profile_find("web");
			l->plan.pinned = false;
			l->plan.nodes = 0xff;
			l->part[1].node = (uint32_t)rng_below(&r, 8);
		}
		step_both(ledger, l, slot, rng_below(&r, 2) ? 0 : 7, (int64_t)i * 1000, found);
		cr_assert_arr_eq(&found[0], &found[1], sizeof(found[0]), "step %d", i);
	}
	ledger_reuse(ledger[0], &reuse[0]);
	ledger_reuse(ledger[1], &reuse[1]);
	cr_expect_eq(reuse[0].rates, reuse[1].rates);
	cr_expect_gt(reuse[0].rates, 1000);
	cr_expect_lt(reuse[0].rates_made, reuse[0].rates);
	cr_expect_eq(reuse[1].rates_made, reuse[1].rates);
	ledger_free(ledger[0]);
	ledger_free(ledger[1]);
	free(life);
	host_free(h);
}

static void compare_accounts(struct ledger *l, uint32_t slot, const struct life *life,
			     struct host_ledger *h, int64_t now_ns)
{
	uint128 sum[ACCOUNTS];
	struct lifetime found;

	ledger_lifetime(l, slot, now_ns, &found);
	host_ledger_advance(h, now_ns);
	host_ledger_read(h, life->class, now_ns, sum);
	for (int a = 0; a < ACCOUNTS; a++)
		sum[a] -= life->before[a];
	cr_assert_eq(found.ideal_vcpu_s,
		     life->zone.vcpus * ((double)sum[ACCOUNT_SPEED] / ACCOUNT_UNIT / 1e9));
	cr_assert_eq(found.bytes, (double)sum[ACCOUNT_BYTES] / ACCOUNT_UNIT);
	cr_assert_eq(found.remote_bytes, (double)sum[ACCOUNT_REMOTE_BYTES] / ACCOUNT_UNIT);
	cr_assert_eq(found.latency_ns_bytes, (double)sum[ACCOUNT_LATENCY] / ACCOUNT_UNIT);
	for (int c = 0; c < COST_CAUSES; c++)
		cr_assert_eq(found.lost_vcpu_s[c],
			     life->zone.vcpus *
				     ((double)sum[ACCOUNT_LOST + c] / ACCOUNT_UNIT / 1e9));
}

/* Nodes with accounts of their own, reached and let go, against a host that keeps all
 * accounts itself. */
Test(reuse, nodes_account_as_hosts)
{
	struct host *h = test_host_seed();
	const struct host *hosts[] = {h};

	for (uint64_t seed = 1; seed <= 6; seed++) {
		struct zone_classes *classes = zone_classes_new(h);
		struct ledger *ledger = ledger_new(hosts, 1);
		struct life *life = calloc(ZONES, sizeof(*life));
		struct host_ledger all;
		struct lifetime unused;
		int64_t now_ns = 0;
		struct rng r;

		host_ledger_init(&all, classes);
		rng_seed(&r, seed, "accounts");
		for (int i = 0; i < STEPS; i++) {
			uint32_t slot = (uint32_t)rng_below(&r, ZONES);
			struct life *l = &life[slot];

			now_ns = later(&r, now_ns);
			host_ledger_advance(&all, now_ns);
			if (l->runs) {
				compare_accounts(ledger, slot, l, &all, now_ns);
				ledger_stop(ledger, slot, now_ns, &unused);
				host_ledger_leave(&all, l->class, now_ns);
				l->runs = false;
				continue;
			}
			make(l, h, &r);
			ledger_start(ledger, slot, 0, &l->cost, now_ns);
			l->class = zone_class_of(
				classes, &l->cost,
				flow_classes_profile(&classes->flows, l->zone.profile));
			host_ledger_join(&all, l->class, now_ns, l->before);
			l->runs = true;
		}
		host_ledger_release(&all);
		zone_classes_free(classes);
		ledger_free(ledger);
		free(life);
	}
	host_free(h);
}

/* A ring for a few components is overwritten all the time, one too small for any holds none. */
Test(reuse, what_was_overwritten_is_solved_again)
{
	static const size_t words[] = {COMPONENTS_KEPT_WORDS, 13 * 24, 13, 0};
	enum { SIZES = sizeof(words) / sizeof(words[0]) };
	struct host *h = test_host_seed();
	struct zone_classes *classes[SIZES];
	struct host_ledger all[SIZES];
	struct life *life = calloc(ZONES, sizeof(*life));
	struct rng r;

	rng_seed(&r, 1, "ring");
	for (int k = 0; k < SIZES; k++) {
		classes[k] = zone_classes_new(h);
		components_keep(&classes[k]->components, words[k]);
		host_ledger_init(&all[k], classes[k]);
	}
	for (int i = 0; i < STEPS; i++) {
		struct life *l = &life[rng_below(&r, ZONES)];
		uint128 sum[SIZES][ACCOUNTS];

		if (!l->runs)
			make(l, h, &r);
		for (int k = 0; k < SIZES; k++) {
			uint32_t profile =
				flow_classes_profile(&classes[k]->flows, l->zone.profile);

			host_ledger_advance(&all[k], i);
			l->class = zone_class_of(classes[k], &l->cost, profile);
			if (!l->runs)
				host_ledger_join(&all[k], l->class, i, sum[k]);
			host_ledger_read(&all[k], l->class, i, sum[k]);
			if (l->runs)
				host_ledger_leave(&all[k], l->class, i);
			cr_assert_arr_eq(sum[k], sum[0], sizeof(sum[0]), "step %d size %d", i, k);
		}
		l->runs = !l->runs;
	}
	cr_expect_gt(classes[0]->components.nr_looked_up, classes[1]->components.nr_looked_up);
	cr_expect_gt(classes[1]->components.nr_looked_up, classes[2]->components.nr_looked_up);
	cr_expect_gt(classes[1]->components.written, 100 * words[1]);
	cr_expect_eq(classes[3]->components.nr_looked_up, 0);
	for (int k = 0; k < SIZES; k++) {
		host_ledger_release(&all[k]);
		zone_classes_free(classes[k]);
	}
	free(life);
	host_free(h);
}

static uint32_t class_at_home(struct zone_classes *c, const struct host *h, uint32_t vcpus)
{
	struct zone z = test_zone("z", vcpus, GIB);
	struct plan plan = {.zone = &z,
			    .host = h,
			    .pinned = true,
			    .nodes = nodeset_of(5),
			    .nr_vnodes = 1,
			    .nr_memory = 1,
			    .vnode = {{5, vcpus, GIB}},
			    .memory = {{0, 5, GIB}}};
	const struct cost_zone zone = {.plan = &plan};
	uint32_t class;

	class = zone_class_of(c, &zone, flow_classes_profile(&c->flows, cost_default_profile()));
	zone_class_hold(c, class);
	return c->class[class].home;
}

/* More states than are kept: those that no node is in are forgotten, and say the same when
 * they are found again. */
Test(reuse, forgotten_states_say_the_same)
{
	struct host *h = test_host_seed();
	struct zone_classes *classes = zone_classes_new(h);
	uint64_t first[NODE_ACCOUNTS];
	uint32_t one = class_at_home(classes, h, 1), state = NODE_EMPTY, sweeps = 0;
	struct node_states s;

	cr_assert_neq(one, NOWHERE);
	node_states_init(&s, classes);
	state = node_state_next(&s, NODE_EMPTY, one, false);
	memcpy(first, node_state_rates(&s, state, one), sizeof(first));
	for (int i = 0; i < 40000; i++) {
		if (node_states_full(&s)) {
			node_states_mark(&s, state);
			node_states_sweep(&s);
			cr_expect_eq(s.nr_used, 1);
			sweeps++;
		}
		state = node_state_next(&s, state, one, false);
		cr_assert_leq(s.nr_used, 16384);
	}
	cr_expect_eq(sweeps, 2);
	for (int i = 0; i < 40000; i++)
		state = node_state_next(&s, state, one, true);
	cr_expect_arr_eq(node_state_rates(&s, state, one), first, sizeof(first));
	/* 1 ns of a zone that nothing slows down */
	cr_expect_eq(first[NODE_SPEED], (uint64_t)ACCOUNT_UNIT);
	cr_expect_eq(node_state_next(&s, state, one, true), NODE_EMPTY);
	node_states_release(&s);
	zone_classes_free(classes);
	host_free(h);
}
