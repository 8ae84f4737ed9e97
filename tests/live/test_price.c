/* Zones of a sample, as plans and priced. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "live/as_plan.h"
#include "live/price.h"
#include "tests/placement/hosts.h"

static struct host *host;
static struct live_sample sample;
static struct cost_params params;
static struct live_price price[8];

static void set_up(void)
{
	host = test_host_uniform(4, 8, 16 * GIB);
	live_sample_init(&sample, host);
	cost_params_init(&params, host, NULL);
}

static void tear_down(void)
{
	cost_params_release(&params);
	live_sample_release(&sample);
	host_free(host);
}

TestSuite(live_price, .init = set_up, .fini = tear_down);

/* `vcpus` on `runs_on`, bytes on nodes 0 to 3. */
static struct live_zone *add(const char *name, uint32_t vcpus, nodeset runs_on, int64_t b0,
			     int64_t b1, int64_t b2, int64_t b3)
{
	const int64_t bytes[] = {b0, b1, b2, b3};
	struct live_zone *z = live_sample_add(&sample, name, name);

	z->vcpus = z->vnode[0].vcpus = vcpus;
	z->vnode[0].runs_on = runs_on;
	memcpy(z->node_bytes, bytes, sizeof(bytes));
	return z;
}

static struct plan as_plan(const struct live_zone *z, struct zone *asked)
{
	struct plan p;

	cr_assert(live_as_plan(&sample, z, NULL, asked, &p, NULL));
	return p;
}

Test(live_price, a_zone_at_home_loses_nothing)
{
	add("a", 4, nodeset_of(1), 0, 4 * GIB, 0, 0);
	live_price(&sample, &params, NULL, price);
	cr_assert(price[0].known);
	cr_assert_eq(price[0].cost.slowdown_ppm, 1000000);
	cr_assert_eq(price[0].cost.remote_ppm, 0);
}

Test(live_price, pages_that_drifted_are_its_remote_traffic)
{
	add("a", 4, nodeset_of(1), GIB, 3 * GIB, 0, 0);
	live_price(&sample, &params, NULL, price);
	cr_assert_eq(price[0].cost.remote_ppm, 250000);
	cr_assert_gt(price[0].cost.slowdown_ppm, 1000000);
	cr_assert_eq(price[0].cost.cause_ppm[COST_REMOTE], 1000000);
}

/* 200 ns where 100 would do, a third of the time: worked out by hand. */
Test(live_price, the_slowdown_is_the_models)
{
	struct zone_profile chase = *zone_profile_find("chase");
	int64_t local, remote;

	chase.stall_share_ppm = 1000000;
	add("a", 1, nodeset_of(0), 0, 2 * GIB, 0, 0);
	live_price(&sample, &params, &chase, price);
	local = (int64_t)(params.latency_ns[0] * 1000);
	remote = (int64_t)(params.latency_ns[1] * 1000);
	cr_assert_lt(llabs(price[0].cost.slowdown_ppm - remote * 1000000 / local), 20000, "%lld",
		     (long long)price[0].cost.slowdown_ppm);
}

Test(live_price, what_is_not_known_is_not_priced)
{
	struct live_zone *z = live_sample_add(&sample, "pages", "1");

	z->vcpus = 2;
	z->vnode[0].runs_on = nodeset_of(0);
	add("cpus", 2, 0, GIB, 0, 0, 0);
	add("off", 0, nodeset_of(0), GIB, 0, 0, 0);
	add("fine", 2, nodeset_of(2), 0, 0, GIB, 0);
	live_price(&sample, &params, NULL, price);
	cr_assert_not(price[0].known);
	cr_assert_str_eq(price[0].why, "the nodes of its pages are not known");
	cr_assert_not(price[1].known);
	cr_assert_str_eq(price[1].why, "the CPUs that its vCPUs may run on are not known");
	cr_assert_not(price[2].known);
	cr_assert(price[3].known);
	cr_assert_eq(price[3].cost.slowdown_ppm, 1000000);
}

Test(live_price, neighbours_count_and_their_order_does_not)
{
	const struct zone_profile *stream = zone_profile_find("stream");
	int64_t alone, crowded;

	add("a", 8, nodeset_of(0), GIB, 0, 0, 0);
	live_price(&sample, &params, stream, price);
	alone = price[0].cost.slowdown_ppm;
	add("b", 8, nodeset_of(0), GIB, 0, 0, 0);
	live_price(&sample, &params, stream, price);
	crowded = price[0].cost.slowdown_ppm;
	cr_assert_eq(alone, 1000000);
	cr_assert_gt(crowded, 1500000);
	cr_assert_eq(price[1].cost.slowdown_ppm, crowded);
}

Test(live_price, vcpus_of_several_nodes_float_in_proportion_to_cpus)
{
	struct zone asked;
	struct plan p = as_plan(add("a", 6, 7, GIB, 0, 0, GIB), &asked);

	cr_assert_not(p.pinned);
	cr_assert_eq(p.nodes, 7);
	cr_assert_eq(p.nr_vnodes, 3);
	for (uint32_t v = 0; v < 3; v++)
		cr_assert_eq(p.vnode[v].vcpus, 2);
	cr_assert_eq(p.nr_memory, 2);
	cr_assert_eq(p.spilled_bytes, GIB);
	cr_assert_eq(plan_memory_bytes(&p), 2 * GIB);
	/* 5 vCPUs: each boundary is rounded */
	p.zone = &asked;
	asked.vcpus = 5;
	live_float(&p, 7);
	cr_assert_eq(p.vnode[0].vcpus + p.vnode[1].vcpus + p.vnode[2].vcpus, 5);
}

Test(live_price, cpus_that_are_preferred_count_as_if_nobody_left_them)
{
	struct live_zone *z = add("a", 2, 15, 0, 0, GIB, 0);
	struct zone asked;
	struct plan p;

	z->vnode[0].prefers = nodeset_of(2);
	p = as_plan(z, &asked);
	cr_assert(p.pinned);
	cr_assert_eq(p.nodes, nodeset_of(2));
	cr_assert_eq(p.spilled_bytes, 0);
}

/* Two vnodes on nodes 1 and 3, told so; what is elsewhere goes to both alike. */
Test(live_price, pages_belong_to_the_vnode_on_their_node)
{
	struct live_zone *z = add("a", 4, 0, 2 * GIB, 3 * GIB, 0, GIB);
	struct zone asked;
	struct plan p;

	live_zone_set_vnodes(z, 2);
	z->vnode[0] = (struct live_vnode){.runs_on = 2, .told_node = 1, .vcpus = 3};
	z->vnode[1] = (struct live_vnode){.runs_on = 8, .told_node = 3, .vcpus = 1};
	p = as_plan(z, &asked);
	cr_assert_eq(p.told, PLAN_TOLD_VNUMA);
	cr_assert(p.pinned);
	cr_assert_eq(asked.vcpus, 4);
	cr_assert_eq(p.vnode[0].vcpus, 3);
	cr_assert_eq(p.vnode[0].memory_bytes, 4 * GIB);
	cr_assert_eq(p.vnode[1].memory_bytes, 2 * GIB);
	cr_assert_eq(p.spilled_bytes, 2 * GIB);
}

/* vnodes that were repinned to one node are one vnode there; the guest is told nothing that is
 * true any more. */
Test(live_price, vnodes_on_one_node_are_one)
{
	struct live_zone *z = add("a", 4, 0, GIB, 0, 0, 0);
	struct zone asked;
	struct plan p;

	live_zone_set_vnodes(z, 2);
	z->vnode[0] = (struct live_vnode){.runs_on = 1, .told_node = 0, .vcpus = 2};
	z->vnode[1] = (struct live_vnode){.runs_on = 1, .told_node = 1, .vcpus = 2};
	p = as_plan(z, &asked);
	cr_assert_eq(p.nr_vnodes, 1);
	cr_assert_eq(p.vnode[0].vcpus, 4);
	cr_assert_eq(p.told, PLAN_TOLD_FLAT);
	live_price(&sample, &params, NULL, price);
	cr_assert_eq(price[0].cost.slowdown_ppm, 1000000);
}

Test(live_price, what_it_was_asked_for_as)
{
	struct live_zone *z = add("a", 2, 1, GIB, GIB, 0, 0);
	struct zone asked;

	(void)as_plan(z, &asked);
	cr_assert_eq(asked.memory_policy, ZONE_STATIC);
	cr_assert_eq(zone_boot_bytes(&asked), 2 * GIB);
	z->target_bytes = 3 * GIB;
	z->max_bytes = 8 * GIB;
	(void)as_plan(z, &asked);
	cr_assert_eq(asked.memory_policy, ZONE_DYNAMIC);
	cr_assert_eq(asked.memory_initial_bytes, 3 * GIB);
	cr_assert_eq(asked.memory_bytes, 8 * GIB);
	cr_assert_eq(asked.memory_min_bytes, ZONE_MEMORY_FLOOR_BYTES);
}
