/* libhomenode by its header alone: it decides as the engine does, allocates nothing for it, and
 * says what is wrong. The expected places are those of the seed's host: docs/policies.md has the
 * rule. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "homenode/homenode.h"

#define GIB (INT64_C(1) << 30)

static struct hn_error err;
static struct hn_host *host;
static struct hn_state *state;
static struct hn_zone *zone;
static struct hn_plan *plan;

/* Two packages of two nodes, eight CPUs and 16 GiB each. */
static void setup(void)
{
	static const char *const cpus[] = {"0-7", "8-15", "16-23", "24-31"};

	host = hn_host_new("four", 4);
	for (unsigned n = 0; n < 4; n++)
		cr_assert_eq(hn_host_set_node(host, n, 2 * n, n / 2, cpus[n], 16 * GIB, &err), 0);
	cr_assert_eq(hn_host_add_device(host, "0000:41:00.0", "nic0", "nic", 3, &err), 0);
	cr_assert_eq(hn_host_finish(host, &err), 0, "%s", err.text);
	state = hn_state_new(host);
	zone = hn_zone_new("z");
	plan = hn_plan_new();
}

static void teardown(void)
{
	hn_plan_free(plan);
	hn_zone_free(zone);
	hn_state_free(state);
	hn_host_free(host);
}

TestSuite(library, .init = setup, .fini = teardown);

static int place(const char *policy)
{
	return hn_place(hn_policy_find(policy), state, zone, 0, plan, &err);
}

static struct hn_vnode vnode(unsigned i)
{
	struct hn_vnode v = {.size = sizeof(v)};

	cr_assert_eq(hn_plan_vnode(plan, i, &v, &err), 0, "%s", err.text);
	return v;
}

Test(library, a_host_by_calls)
{
	cr_assert_eq(hn_host_nodes(host), 4);
	cr_assert_eq(hn_host_node_number(host, 3), 6);
	cr_assert_eq(hn_host_node_cpus(host, 1), 8);
	cr_assert_eq(hn_host_node_memory(host, 1), 16 * GIB);
	cr_assert_eq(hn_host_distance(host, 0, 0), 10);
	cr_assert_eq(hn_host_distance(host, 0, 1), 12);
	cr_assert_eq(hn_host_distance(host, 0, 2), 32);
	cr_assert_not_null(hn_host_warning(host, 0)); /* the distances were assumed */
	cr_assert_null(hn_host_warning(host, 1000));
	cr_assert_eq(hn_host_set_node(host, 0, 0, 0, "0", GIB, &err), HN_USAGE);
	cr_assert_null(hn_host_new("none", 0));
	cr_assert_null(hn_host_new("many", 65));
}

Test(library, what_a_host_cannot_be)
{
	struct hn_host *h = hn_host_new("wrong", 2);

	cr_assert_eq(hn_host_set_node(h, 2, 0, 0, "0", GIB, &err), HN_USAGE);
	cr_assert_str_eq(err.text, "host wrong has 2 nodes and no node 2");
	cr_assert_eq(hn_host_set_node(h, 0, 0, 0, "0-", GIB, &err), HN_USAGE);
	cr_assert_eq(hn_host_set_node(h, 0, 0, 64, "0", GIB, &err), HN_USAGE);
	cr_assert_eq(hn_host_set_node(h, 0, 0, 0, "0", -1, NULL), HN_USAGE);
	cr_assert_eq(hn_host_set_node(h, 0, 0, 0, "0-3", GIB, &err), 0);
	cr_assert_eq(hn_host_set_node(h, 1, 1, 0, "3-5", GIB, &err), 0);
	cr_assert_eq(hn_host_set_distance(h, 0, 1, 0, &err), HN_USAGE);
	cr_assert_eq(hn_host_set_distance(h, 0, 1, 20, &err), 0);
	cr_assert_eq(hn_host_finish(h, &err), HN_USAGE);
	cr_assert(strstr(err.text, "is not set"), "%s", err.text);
	cr_assert_eq(hn_host_set_distance(h, 0, 0, 10, &err), 0);
	cr_assert_eq(hn_host_set_distance(h, 1, 1, 10, &err), 0);
	cr_assert_eq(hn_host_set_distance(h, 1, 0, 20, &err), 0);
	cr_assert_eq(hn_host_finish(h, &err), HN_INPUT); /* CPU 3 on two nodes */
	hn_host_free(h);
}

Test(library, a_host_from_text)
{
	struct hn_host *h;

	cr_assert_eq(hn_host_parse(&h, "s", "not a host", &err), HN_INPUT);
	cr_assert_null(h);
	cr_assert_gt(strlen(err.text), 10);
	cr_assert_eq(hn_host_parse(&h, "s", "package:2 node:2 core:4 pu:2", &err), 0, "%s",
		     err.text);
	cr_assert_eq(hn_host_nodes(h), 4);
	hn_host_free(h);
}

/* Twelve vCPUs take two nodes: the first the one with most memory, the other its neighbour. */
Test(library, compact_is_the_nearest)
{
	char cpus[8];

	cr_assert_eq(hn_state_set_free_bytes(state, 0, 8 * GIB, &err), 0);
	cr_assert_eq(hn_state_set_free_bytes(state, 1, 8 * GIB, &err), 0);
	cr_assert_eq(hn_zone_set_vcpus(zone, 12, 12, &err), 0);
	cr_assert_eq(hn_zone_set_static_memory(zone, 4 * GIB, &err), 0);
	cr_assert_eq(place("edera-compact"), 0, "%s", err.text);
	cr_assert_eq(hn_plan_vnodes(plan), 2);
	cr_assert_eq(vnode(0).node, 2);
	cr_assert_eq(vnode(1).node, 3);
	cr_assert_eq(vnode(1).first_vcpu, 6);
	cr_assert_eq(vnode(1).memory_bytes, 2 * GIB);
	cr_assert_eq(vnode(1).spilled_bytes, 0);
	cr_assert_eq(hn_plan_cpus(plan, 1, cpus, sizeof(cpus)), 5);
	cr_assert_str_eq(cpus, "24-31");
	cr_assert_eq(hn_plan_cpus(plan, 1, cpus, 3), 5);
	cr_assert_str_eq(cpus, "24");
	cr_assert(hn_plan_is_vnuma(plan) && hn_plan_is_pinned(plan));
	cr_assert_eq(place("edera-scatter"), 0, "%s", err.text);
	cr_assert_eq(vnode(0).node, 2);
	cr_assert_eq(vnode(1).node, 0);
}

Test(library, what_is_taken_is_given_back)
{
	cr_assert_eq(hn_zone_set_vcpus(zone, 4, 4, &err), 0);
	cr_assert_eq(hn_zone_set_static_memory(zone, 16 * GIB, &err), 0);
	cr_assert_eq(hn_zone_add_device(zone, "nic0", &err), 0);
	cr_assert_eq(hn_state_take(state, plan, &err), HN_USAGE); /* empty */
	cr_assert_eq(place("edera-compact"), 0, "%s", err.text);
	cr_assert_eq(vnode(0).node, 3);
	cr_assert_str_eq(hn_plan_device(plan, 0), "0000:41:00.0");
	cr_assert_null(hn_plan_device(plan, 1));
	cr_assert_eq(hn_state_give(state, plan, &err), HN_USAGE);
	cr_assert_str_eq(err.text, "zone z was not taken here");
	cr_assert_eq(hn_state_take(state, plan, &err), 0, "%s", err.text);
	cr_assert_eq(hn_state_free_bytes(state, 3), 0);
	cr_assert_eq(hn_state_vcpus(state, 3), 4);
	cr_assert_eq(hn_state_take(state, plan, &err), HN_NO_ROOM);
	cr_assert_eq(place("edera-compact"), HN_NO_DEVICE);
	cr_assert_eq(hn_plan_vnodes(plan), 0); /* empty after a refusal */
}

Test(library, refusals_and_their_reasons)
{
	char *why;

	cr_assert_eq(hn_zone_set_vcpus(zone, 3, 2, &err), HN_USAGE);
	cr_assert_eq(hn_zone_set_static_memory(zone, 4097, &err), HN_USAGE);
	cr_assert_eq(hn_zone_set_profile(zone, "strem", &err), HN_USAGE);
	cr_assert_null(hn_policy_find("nothing"));
	cr_assert_eq(hn_zone_set_vcpus(zone, 33, 33, &err), 0);
	cr_assert_eq(place("edera-compact"), HN_NO_ROOM);
	cr_assert(strstr(err.text, "33 vCPUs"), "%s", err.text);
	why = hn_explain(hn_policy_find("edera-compact"), state, zone, 0);
	cr_assert(strstr(why, err.text), "%s", why);
	cr_assert(strstr(why, "32"), "%s", why); /* that many would do */
	hn_free(why);
	cr_assert_eq(hn_zone_set_vcpus(zone, 2, 2, &err), 0);
	cr_assert_eq(hn_zone_set_nodes(zone, 5, &err), 0);
	cr_assert_eq(place("edera-compact"), HN_INFEASIBLE);
}

Test(library, guests_are_told)
{
	uint8_t *table;
	size_t length;

	cr_assert_eq(hn_zone_set_vcpus(zone, 12, 12, &err), 0);
	cr_assert_eq(hn_plan_acpi_table(plan, "SLIT", "xen-pvh", &table, &length, &err), HN_USAGE);
	cr_assert_eq(place("edera-compact"), 0, "%s", err.text);
	cr_assert_eq(hn_plan_acpi_table(plan, "SLIT", "xen-pvh", &table, &length, &err), 0, "%s",
		     err.text);
	cr_assert_eq(length, 36 + 8 + 4);
	cr_assert_eq(memcmp(table, "SLIT", 4), 0);
	cr_assert_eq(memcmp(table + 44, "\x0a\x0c\x0c\x0a", 4), 0);
	hn_free(table);
	cr_assert_eq(hn_plan_acpi_table(plan, "HMAT", "q35", &table, &length, &err), HN_CANNOT);
	cr_assert_null(table);
	cr_assert_eq(hn_plan_acpi_table(plan, "DSDT", "q35", &table, &length, &err), HN_USAGE);
	cr_assert_eq(hn_plan_acpi_table(plan, "SRAT", "i440fx", &table, &length, &err), HN_USAGE);
	hn_zone_set_pv(zone, true);
	cr_assert_eq(hn_plan_acpi_table(plan, "SRAT", "q35", &table, &length, &err), HN_CANNOT);
}

/* Two nodes have more bandwidth than one; neighbours leave less. */
Test(library, prices)
{
	struct hn_price one = {.size = sizeof(one)}, two = one, crowded = one;

	cr_assert_eq(hn_zone_set_profile(zone, "stream", &err), 0);
	cr_assert_eq(hn_zone_set_vcpus(zone, 8, 8, &err), 0);
	cr_assert_eq(place("edera-compact"), 0, "%s", err.text);
	cr_assert_eq(hn_plan_price(plan, NULL, &one, &err), 0, "%s", err.text);
	cr_assert_eq(hn_state_set_vcpus(state, vnode(0).node, 8, &err), 0);
	cr_assert_eq(hn_plan_price(plan, state, &crowded, &err), 0, "%s", err.text);
	cr_assert_eq(hn_state_set_vcpus(state, vnode(0).node, 0, &err), 0);
	cr_assert_eq(hn_zone_set_nodes(zone, 2, &err), 0);
	cr_assert_eq(place("edera-compact"), 0, "%s", err.text);
	cr_assert_eq(hn_plan_price(plan, NULL, &two, &err), 0, "%s", err.text);
	cr_assert_gt(one.bandwidth_bytes_per_s, 0);
	cr_assert_gt(two.bandwidth_bytes_per_s, one.bandwidth_bytes_per_s);
	cr_assert_lt(crowded.bandwidth_bytes_per_s, one.bandwidth_bytes_per_s);
	one.size = 0;
	cr_assert_eq(hn_plan_price(plan, NULL, &one, &err), HN_USAGE);
}

/* Who was compiled with a shorter struct is given no more than it has. */
Test(library, an_older_caller)
{
	struct {
		size_t size;
		unsigned node;
		uint32_t canary;
	} old = {.size = offsetof(struct hn_vnode, vcpus), .canary = 0xabcdef};

	cr_assert_eq(place("edera-compact"), 0, "%s", err.text);
	cr_assert_eq(hn_plan_vnode(plan, 0, (struct hn_vnode *)(void *)&old, &err), 0);
	cr_assert_eq(old.canary, 0xabcdef);
	cr_assert_eq(old.node, vnode(0).node);
}

static void *place_many(void *policy)
{
	struct hn_state *mine = hn_state_new(host);
	struct hn_zone *z = hn_zone_new("t");
	struct hn_plan *p = hn_plan_new();
	uintptr_t sum = 0;

	for (unsigned i = 0; i < 2000; i++) {
		hn_zone_set_vcpus(z, 1 + i % 20, 32, NULL);
		hn_state_set_free_bytes(mine, i % 4, (int64_t)(1 + i % 15) * GIB, NULL);
		if (hn_place(policy, mine, z, i, p, NULL) == 0)
			sum = sum * 31 + hn_plan_vnodes(p) + (uintptr_t)hn_plan_memory(p, 0, i % 4);
	}
	hn_plan_free(p);
	hn_zone_free(z);
	hn_state_free(mine);
	return (void *)sum;
}

/* The same in any thread beside others, for every policy. */
Test(library, threads_share_nothing)
{
	for (unsigned i = 0; hn_policy_at(i); i++) {
		void *policy = (void *)(uintptr_t)hn_policy_at(i), *alone, *beside[3];
		pthread_t thread[3];

		place("edera-compact");
		alone = place_many(policy);
		for (unsigned t = 0; t < 3; t++)
			cr_assert_eq(pthread_create(&thread[t], NULL, place_many, policy), 0);
		for (unsigned t = 0; t < 3; t++) {
			pthread_join(thread[t], &beside[t]);
			cr_assert_eq(beside[t], alone, "%s", hn_policy_name(hn_policy_at(i)));
		}
	}
}
