/* The policy that knows what comes, against every assignment there is. */
#include <criterion/criterion.h>
#include <string.h>

#include "bench/loop/run.h"
#include "placement/fill.h"
#include "placement/policies.h"
#include "sim/sim.h"
#include "tests/placement/hosts.h"

#define ZONES_MAX 6
/* What rounding a row's slowdown to millionths can hide. */
#define ROUNDING_PPM 3

/* Zones of one trace; times in seconds. */
struct story {
	struct zone zone[ZONES_MAX];
	int64_t start_s[ZONES_MAX], stay_s[ZONES_MAX];
	unsigned nr;
};

/* Two vCPUs for each CPU at most, so that there is something to lose. */
static void tell(struct story *t, struct rng *r, unsigned nr, unsigned cpus, int64_t node_bytes)
{
	static const char *const profile[] = {"stream", "chase", "web", "database"};
	int64_t at = 0;

	t->nr = nr;
	for (unsigned i = 0; i < nr; i++) {
		struct zone *z = &t->zone[i];

		*z = test_zone("z", 1 + (uint32_t)rng_below(r, cpus),
			       (int64_t)(1 + rng_below(r, 12)) * node_bytes / 10 / PAGE_BYTES *
				       PAGE_BYTES);
		z->profile = zone_profile_find(profile[rng_below(r, 4)]);
		at += (int64_t)rng_below(r, 60);
		t->start_s[i] = at;
		t->stay_s[i] = 10 + (int64_t)rng_below(r, 200);
	}
}

static struct row run_story(const struct story *t, struct host *h, const struct policy *policy)
{
	struct zone_event event[ZONES_MAX];
	const struct host *host = h;
	struct run_result result;
	struct workload w;
	struct error err;
	struct run_input in = {
		.workload = &w,
		.policy = policy,
		.seed = 1,
		.backend = &sim_backend,
		.host = &host,
		.nr_hosts = 1,
		.topology = "t",
		.cost = true,
		.check = true,
	};

	workload_defaults(&w);
	w.source = SOURCE_EVENTS;
	w.event = event;
	w.nr_events = t->nr;
	w.fleet.cpu_overcommit_milli = 2000;
	w.horizon_ns = NS_PER_DAY;
	w.branch = t->nr;
	for (unsigned i = 0; i < t->nr; i++)
		event[i] = (struct zone_event){
			.at_ns = t->start_s[i] * NS_PER_S,
			.kind = ZONE_EVENT_START,
			.id = i + 1,
			.lifetime_ns = t->stay_s[i] * NS_PER_S,
			.zone = &t->zone[i],
		};
	cr_assert_eq(run_row(&in, &result, &err), 0, "%s", err.text);
	return result.row;
}

/* A policy that does as it is told: set and split of the zones in order. */
static struct {
	nodeset nodes[ZONES_MAX];
	bool by_room[ZONES_MAX];
	unsigned next;
	bool impossible;
} told;

static int place_as_told(const struct policy_input *in, struct plan *out, struct error *err)
{
	unsigned i = told.next++;
	uint32_t cpus = 0;
	unsigned node;

	fill_nodes(in, told.nodes[i], out);
	out->told = PLAN_TOLD_VNUMA;
	out->memory_rule = PLAN_MEMORY_NEAREST;
	nodeset_for_each (node, told.nodes[i]) {
		cpus += in->host->node[node].nr_cpus;
	}
	told.impossible |= cpus < in->zone->vcpus || out->nr_vnodes > in->zone->vcpus;
	if (!told.impossible && told.by_room[i]) {
		told.impossible |= fill_memory_by_room(in->state, told.nodes[i], out) > 0;
		if (!told.impossible)
			fill_vcpus_by_memory(out);
	} else if (!told.impossible) {
		fill_memory_evenly(out);
		fill_vcpus(out);
	}
	if (told.impossible)
		return error_set(err, ERR_NO_ROOM, "not so");
	return plan_fill_memory(out, in->state, err);
}

static const struct policy as_told = {
	.name = "as-told",
	.summary = "",
	.source = "",
	.place = place_as_told,
};

/* The least slowdown of every way to place every zone; how many ways there were. */
static int64_t least_of_all(const struct story *t, struct host *h, int64_t placed, unsigned *ways)
{
	unsigned choices = 2 * ((1u << h->nr_nodes) - 1), all = 1;
	int64_t least = INT64_MAX;

	for (unsigned i = 0; i < t->nr; i++)
		all *= choices;
	*ways = 0;
	for (unsigned n = 0; n < all; n++) {
		struct row row;

		told.next = 0;
		told.impossible = false;
		for (unsigned i = 0, rest = n; i < t->nr; i++, rest /= choices) {
			told.nodes[i] = rest % choices / 2 + 1;
			told.by_room[i] = rest % 2;
		}
		row = run_story(t, h, &as_told);
		if (told.impossible || row.zones_placed != placed)
			continue;
		(*ways)++;
		least = row.slowdown_ppm < least ? row.slowdown_ppm : least;
	}
	return least;
}

static struct host *small_host(struct rng *r, unsigned nodes)
{
	static const unsigned cpus[] = {4, 4, 4};
	static const int64_t bytes[] = {4 * GIB, 4 * GIB, 4 * GIB};
	struct host *h;

	h = test_host(nodes, cpus, bytes, 21);
	for (unsigned a = 0; a < nodes; a++)
		for (unsigned b = 0; b < a; b++) {
			uint32_t d = 12 + 10 * (uint32_t)rng_below(r, 3);

			test_set_distance(h, a, b, d);
			test_set_distance(h, b, a, d);
		}
	return test_host_done(h);
}

static void against_all(unsigned nodes, unsigned zones, unsigned stories)
{
	unsigned better = 0;

	for (unsigned s = 0; s < stories; s++) {
		struct story t;
		struct row mine, homenode;
		struct host *h;
		struct rng r;
		int64_t least;
		unsigned ways;
		char key[32];

		snprintf(key, sizeof(key), "story %u %u %u", nodes, zones, s);
		rng_seed(&r, 1, key);
		h = small_host(&r, nodes);
		tell(&t, &r, zones, 4 * nodes < 8 ? 4 * nodes : 6, 4 * GIB);
		mine = run_story(&t, h, &policy_oracle);
		homenode = run_story(&t, h, &policy_homenode);
		least = least_of_all(&t, h, mine.zones_placed, &ways);
		cr_assert_gt(ways, 0);
		cr_assert_leq(mine.slowdown_ppm, least + ROUNDING_PPM, "%s: %lld, could be %lld",
			      key, (long long)mine.slowdown_ppm, (long long)least);
		better += homenode.slowdown_ppm > mine.slowdown_ppm + ROUNDING_PPM;
		host_free(h);
	}
	cr_assert_gt(better, 0, "homenode was never worse: too little to choose");
}

Test(future, two_nodes_against_every_assignment)
{
	against_all(2, 3, 12);
}

Test(future, three_nodes_against_every_assignment)
{
	against_all(3, 2, 12);
}

/*
 * Where everybody places the same zones, nobody loses less. But for whoever runs more
 * vCPUs of a zone on a node than it has CPUs (esxi, up to eight), which costs nothing
 * where CPU time is not counted.
 */
static void race(uint32_t vcpus, const char *but)
{
	unsigned compared = 0;

	for (unsigned s = 0; s < 20; s++) {
		struct story t;
		struct row mine;
		struct host *h;
		struct rng r;
		char key[32];

		snprintf(key, sizeof(key), "race %u", s);
		rng_seed(&r, 1, key);
		h = small_host(&r, 3);
		tell(&t, &r, 3, vcpus, 4 * GIB);
		mine = run_story(&t, h, &policy_oracle);
		for (const struct policy *const *p = policies; *p; p++) {
			struct row row = run_story(&t, h, *p);

			if (row.zones_placed != mine.zones_placed || strcmp((*p)->name, but) == 0)
				continue;
			compared++;
			cr_assert_leq(mine.slowdown_ppm, row.slowdown_ppm + ROUNDING_PPM,
				      "%s: %lld, %s has %lld", key, (long long)mine.slowdown_ppm,
				      (*p)->name, (long long)row.slowdown_ppm);
		}
		host_free(h);
	}
	cr_assert_gt(compared, 200);
}

Test(future, no_policy_is_better_on_one_node)
{
	race(4, "");
}

Test(future, no_policy_is_better_on_several)
{
	race(6, "esxi");
}

Test(future, same_twice)
{
	struct story t;
	struct host *h;
	struct rng r;
	struct row a, b;

	rng_seed(&r, 7, "twice");
	h = small_host(&r, 3);
	tell(&t, &r, 5, 6, 4 * GIB);
	a = run_story(&t, h, &policy_oracle);
	b = run_story(&t, h, &policy_oracle);
	for (int c = 0; c < NR_SUMMARY_FIGURES; c++)
		cr_assert_eq(row_figure(&a, (enum summary_figure)c),
			     row_figure(&b, (enum summary_figure)c), "%s",
			     summary_column((enum summary_figure)c)->name);
	host_free(h);
}

static struct row row_of(const char *policy, uint64_t seed, int64_t slowdown, int64_t placed)
{
	struct row r;

	row_init(&r);
	r.topology = "t";
	r.workload = "w";
	r.policy = policy;
	r.foresees = strcmp(policy, "oracle") == 0;
	r.memory_policy = "static";
	r.allocator = "xen";
	r.seed = seed;
	r.slowdown_ppm = slowdown;
	r.local_page_ppm = slowdown / 2;
	r.zones_placed = placed;
	return r;
}

/* Against the oracle of the same trace; without one there is nothing to regret. */
Test(regret, of_the_same_trace)
{
	struct row row[] = {
		row_of("a", 1, 1100000, 10),	 row_of("oracle", 1, 1000000, 12),
		row_of("a", 2, 1100000, 10),	 row_of("b", 3, 990000, 9),
		row_of("oracle", 3, 1200000, 9),
	};

	row_fill_regret(row, 5);
	cr_expect_eq(row[0].regret_ppm, 100000);
	cr_expect_eq(row[0].regret_local_ppm, -50000);
	cr_expect_eq(row[0].regret_placed_zones, 2);
	cr_expect_eq(row[1].regret_ppm, 0);
	cr_expect(!is_known(row[2].regret_ppm));
	cr_expect(!is_known(row[2].regret_local_ppm));
	cr_expect(!is_known(row[2].regret_placed_zones));
	cr_expect_eq(row[3].regret_ppm, -175000);
	cr_expect_eq(row[3].regret_local_ppm, 105000);
	cr_expect_eq(row[4].regret_ppm, 0);
}
