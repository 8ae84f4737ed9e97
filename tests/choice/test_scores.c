/* The choices that score, on hosts of two nodes of 40 CPUs and 100 GiB, by pencil. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/units.h"
#include "choice/choices.h"
#include "choice/fleet.h"

#define HOSTS_MAX 4

/* Taken on the two nodes of a host. */
struct taken {
	uint32_t vcpus[2];
	int64_t gib[2];
};

static struct host *two_nodes(void)
{
	struct host *h = host_new("two", 2);
	struct error err;

	for (unsigned n = 0; n < 2; n++) {
		for (unsigned c = 0; c < 40; c++)
			cpuset_add(&h->node[n].cpus, n * 40 + c);
		h->node[n].nr_cpus = h->node[n].nr_cores = 40;
		h->node[n].memory_bytes = 100 * GIB;
	}
	cr_assert_eq(host_finish(h, &err), 0, "%s", err.text);
	return h;
}

static struct zone zone_of(uint32_t vcpus, int64_t gib, uint32_t nodes)
{
	struct zone z;

	zone_init(&z);
	z.vcpus = z.vcpus_max = vcpus;
	z.memory_policy = ZONE_STATIC;
	z.memory_bytes = z.memory_initial_bytes = z.memory_min_bytes = gib * GIB;
	z.numa_nodes = nodes;
	return z;
}

/* The order in which the hosts are offered for the last of the zones, as digits. */
static const char *order_of(const struct choice *rule, const struct taken *taken, uint32_t nr,
			    const struct zone *zone, size_t nr_zones)
{
	static char text[HOSTS_MAX + 1];
	struct host *h = two_nodes();
	struct host_state state[HOSTS_MAX];
	const struct host_state *seen[HOSTS_MAX];
	struct fleet f;
	uint32_t host, n = 0;

	for (uint32_t i = 0; i < nr; i++) {
		host_state_init(&state[i], h);
		for (unsigned node = 0; node < 2; node++) {
			host_state_set_free(&state[i], node, (100 - taken[i].gib[node]) * GIB);
			state[i].vcpus[node] = taken[i].vcpus[node];
			state[i].total_vcpus += taken[i].vcpus[node];
		}
		state[i].vcpus_limit = 80;
		seen[i] = &state[i];
	}
	fleet_init(&f, rule, seen, nr);
	for (size_t k = 0; k < nr_zones; k++) {
		struct choice_request r = {.zone = &zone[k], .ordinal = k + 1};

		fleet_begin(&f, &r);
		for (n = 0; (host = fleet_next(&f, &r)) != HOST_NONE; n++)
			text[n] = (char)('0' + host);
	}
	text[n] = '\0';
	fleet_release(&f);
	for (uint32_t i = 0; i < nr; i++)
		host_state_release(&state[i]);
	host_free(h);
	return text;
}

/* 8 vCPUs and 20 GiB are 10 % and 10 %. */
Test(scores, allocated_in_whole_per_cent)
{
	static const struct taken taken[] = {
		{{8, 0}, {0, 0}}, /* 20 and 10: 15 */
		{{16, 0}, {40, 0}}, /* 30 and 30: 30 */
		{{0, 0}, {0, 0}}, /* 10 and 10: 10 */
		{{8, 0}, {1, 0}}, /* 20 and 10.5, which is 10 taken and 89 left: 15 and 84 */
	};
	struct zone z = zone_of(8, 20, 0);

	cr_expect_str_eq(order_of(&choice_most_allocated, taken, 4, &z, 1), "1032");
	cr_expect_str_eq(order_of(&choice_least_allocated, taken, 4, &z, 1), "2031");
}

/* A limit above the CPUs is what shares are of. */
Test(scores, dot_product_asks_the_host_least_like_the_zone)
{
	static const struct taken taken[] = {
		{{0, 0}, {0, 0}}, /* 1 * 0.5 + 1 * 0.05 = 0.55 */
		{{30, 0}, {0, 0}}, /* 0.625 * 0.5 + 0.05 = 0.3625 */
		{{0, 0}, {100, 80}}, /* 0.5 + 0.1 * 0.05 = 0.505 */
		{{30, 0}, {60, 0}}, /* 0.3125 + 0.7 * 0.05 = 0.3475 */
	};
	struct zone z = zone_of(40, 10, 0);

	cr_expect_str_eq(order_of(&choice_dot_product, taken, 4, &z, 1), "3120");
}

Test(scores, balance_fit_evens_out_nodes)
{
	static const struct taken taken[] = {
		{{10, 0}, {0, 0}}, /* 0.75 and 1 */
		{{0, 0}, {50, 50}}, /* even */
		{{0, 0}, {0, 60}}, /* 1 and 0.4 */
		{{40, 20}, {0, 95}}, /* 0 and 0.05, and no node with room */
	};
	struct zone small = zone_of(1, 10, 0), large = zone_of(8, 20, 2), vcpus = zone_of(41, 4, 0);

	cr_expect_str_eq(order_of(&choice_balance_fit, taken, 4, &small, 1), "2013");
	/* zones of several nodes: the lowest first, by count or by vCPUs */
	cr_expect_str_eq(order_of(&choice_balance_fit, taken, 4, &large, 1), "0123");
	cr_expect_str_eq(order_of(&choice_balance_fit, taken, 3, &vcpus, 1), "012");
}

/*
 * Half of those who came want 48 GiB of a node, half 10 GiB. Idle but of no use to a half,
 * before and after 10 GiB more:
 */
Test(scores, fgd_keeps_what_others_can_use)
{
	static const struct taken taken[] = {
		{{0, 0}, {45, 45}}, /* 55 and 55: 0. 45 and 55: 45 / 2 */
		{{0, 0}, {48, 48}}, /* 52 and 52: 0. 42 and 52: 42 / 2 */
		{{0, 0}, {50, 30}}, /* 50 and 70: 0. 50 and 60: 0 */
		{{0, 0}, {100, 85}}, /* 0 and 15: 15 / 2. 5, of use to nobody: 5 */
	};
	const struct zone zone[] = {zone_of(1, 48, 0), zone_of(1, 10, 0)};
	const struct taken full = {{0, 0}, {95, 95}};
	struct taken two[] = {full, taken[2]};

	cr_expect_str_eq(order_of(&choice_fgd, taken, 4, zone, 2), "3210");
	/* room in sum, on no node: last */
	cr_expect_str_eq(order_of(&choice_fgd, two, 2, zone, 2), "10");
}

/* Asked again, a zone that waits is still one zone. */
Test(scores, fgd_counts_a_zone_once)
{
	struct host *h = two_nodes();
	struct host_state s;
	const struct host_state *seen[] = {&s};
	const struct zone zone[] = {zone_of(1, 9, 0), zone_of(1, 9, 0), zone_of(1, 8, 2)};
	const uint64_t ordinal[] = {1, 1, 2};
	struct fleet f;
	int64_t free[] = {9 * GIB, 9 * GIB};

	host_state_init(&s, h);
	fleet_init(&f, &choice_fgd, seen, 1);
	for (size_t i = 0; i < 3; i++) {
		struct choice_request r = {.zone = &zone[i], .ordinal = ordinal[i]};

		fleet_begin(&f, &r);
	}
	cr_expect_eq(f.asked.total, 2.0);
	/* 9 GiB counts as 10; of 8 GiB on two nodes a node takes 4 */
	cr_expect_float_eq(fragment_of(&f.asked, free, 2, 80), 9.0 * GIB, 1);
	free[0] = 10 * GIB;
	cr_expect_float_eq(fragment_of(&f.asked, free, 2, 80),
			   19.0 * GIB - 0.5 * 10 * GIB - 0.5 * 19 * GIB, 1);
	fleet_release(&f);
	host_state_release(&s);
	host_free(h);
}
