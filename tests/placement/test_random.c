/* What must hold on any host, in any state, for any zone. */
#include <criterion/criterion.h>
#include <string.h>

#include "tests/placement/hosts.h"

#define HOSTS 6000
#define ZONES 12

static bool scattered(const char *policy, const struct zone *z)
{
	if (z->spread != ZONE_SPREAD_DEFAULT)
		return z->spread == ZONE_SCATTER;
	return strcmp(policy, "edera-scatter") == 0;
}

/* No node left out would have been a better choice than one taken. */
static void check_spread(const char *policy, const struct host_state *s, const struct plan *p)
{
	unsigned first = p->vnode[0].node, node;
	nodeset out = p->host->usable_nodes & ~p->nodes;

	for (uint32_t i = 1; i < p->nr_vnodes; i++) {
		uint32_t mine = host_distance(p->host, first, p->vnode[i].node);

		nodeset_for_each (node, out) {
			uint32_t theirs = host_distance(p->host, first, node);

			if (scattered(policy, p->zone))
				cr_assert_geq(mine, theirs);
			else
				cr_assert_leq(mine, theirs);
			if (mine == theirs)
				cr_assert_geq(s->free_bytes[p->vnode[i].node], s->free_bytes[node]);
		}
	}
	nodeset_for_each (node, p->host->usable_nodes) {
		if (p->zone->nr_devices == 0)
			cr_assert_leq(s->free_bytes[node], s->free_bytes[first]);
	}
}

/* CPUs of nodes without memory are a last resort, and the guest is then told nothing. */
static void check_memoryless(const struct plan *p)
{
	bool lent = p->nodes & ~p->host->usable_nodes;
	unsigned node;

	cr_assert(!(p->nodes & ~p->host->cpu_nodes));
	if (!lent)
		return;
	cr_assert_eq(p->told, PLAN_TOLD_FLAT);
	cr_assert_eq(p->host->usable_nodes & ~p->nodes, 0);
	nodeset_for_each (node, p->host->usable_nodes) {
		for (uint32_t i = 0; i < p->nr_vnodes; i++) {
			if (p->vnode[i].node == node)
				cr_assert_eq(p->vnode[i].vcpus, p->host->node[node].nr_cpus);
		}
	}
}

static void check_split(const struct plan *p)
{
	int64_t least = INT64_MAX, most = 0;
	uint32_t level = 0;

	for (uint32_t i = 0; i < p->nr_vnodes; i++) {
		if (!nodeset_has(p->host->memory_nodes, p->vnode[i].node)) {
			cr_assert_eq(p->vnode[i].memory_bytes, 0);
			continue;
		}
		if (p->vnode[i].memory_bytes < least)
			least = p->vnode[i].memory_bytes;
		if (p->vnode[i].memory_bytes > most)
			most = p->vnode[i].memory_bytes;
		if (p->vnode[i].vcpus > level)
			level = p->vnode[i].vcpus;
	}
	cr_assert_leq(most - least, PAGE_BYTES);
	for (uint32_t i = 0; i < p->nr_vnodes; i++) {
		uint32_t cpus = p->host->node[p->vnode[i].node].nr_cpus;

		cr_assert_leq(p->vnode[i].vcpus, cpus);
		if (p->vnode[i].vcpus < cpus &&
		    nodeset_has(p->host->memory_nodes, p->vnode[i].node))
			cr_assert_geq(p->vnode[i].vcpus + 1, level);
	}
}

static void check_edera(const char *policy, const struct host_state *s, const struct plan *p)
{
	const struct zone *z = p->zone;
	uint32_t cpus = 0, last = 0;

	check_split(p);
	check_memoryless(p);
	for (uint32_t i = 0; i < p->nr_vnodes; i++) {
		last = p->host->node[p->vnode[i].node].nr_cpus;
		cpus += last;
	}
	cr_assert_geq(cpus, z->vcpus);
	if (z->numa_nodes) {
		cr_assert_eq(p->nr_vnodes, z->numa_nodes);
		cr_assert_eq(p->spilled_bytes, 0);
		return;
	}
	if (p->nr_vnodes > 1)
		cr_assert_lt(cpus - last, z->vcpus, "a node too many");
	check_spread(policy, s, p);
}

/* CPUs of usable nodes, and where there is one those of nodes without memory. */
static uint32_t all_cpus(const struct host *h)
{
	uint32_t cpus = 0;
	unsigned node;

	nodeset_for_each (node, h->cpu_nodes) {
		if (h->usable_nodes)
			cpus += h->node[node].nr_cpus;
	}
	return cpus;
}

/* A refusal must be one that no choice of nodes could have avoided. */
static void check_refusal(const struct host_state *s, const struct zone *z, int rc)
{
	if (z->nr_devices || z->numa_nodes) {
		cr_assert(rc == ERR_NO_DEVICE || rc == ERR_NO_ROOM || rc == ERR_INFEASIBLE);
		return;
	}
	cr_assert_eq(rc, ERR_NO_ROOM);
	cr_assert(z->vcpus > all_cpus(s->host) || zone_boot_bytes(z) > s->total_free_bytes ||
		  s->total_vcpus + z->vcpus > s->vcpus_limit);
}

/* With no CPUs to speak of, an explicit count is feasible iff enough nodes have
 * a share: counted here another way. */
static void check_infeasible(const struct host_state *s, const struct zone *z, int rc)
{
	int64_t pages = zone_boot_bytes(z) / PAGE_BYTES, most = z->memory_bytes / PAGE_BYTES;
	uint32_t k = z->numa_nodes, larger = 0, smaller = 0;
	unsigned node;

	if (!k || z->nr_devices || z->vcpus > 1 || rc == ERR_NO_ROOM)
		return;
	nodeset_for_each (node, s->host->usable_nodes) {
		if (s->host->node[node].memory_bytes / PAGE_BYTES < (most + k - 1) / k)
			continue;
		larger += s->free_bytes[node] / PAGE_BYTES >= (pages + k - 1) / k;
		smaller += s->free_bytes[node] / PAGE_BYTES >= pages / k;
	}
	cr_assert_eq(rc == 0, smaller >= k && larger >= pages % k);
}

static bool is_edera(const char *policy)
{
	return strncmp(policy, "edera-", 6) == 0;
}

/* What any refusal must be, and the one that no policy may give that promises
 * to take whatever the sums allow. */
static void check_any_refusal(const struct policy *policy, const struct host_state *s,
			      const struct zone *z, int rc)
{
	uint32_t cpus = 0;
	unsigned node;

	cr_assert(rc == ERR_NO_DEVICE || rc == ERR_NO_ROOM || rc == ERR_INFEASIBLE);
	nodeset_for_each (node, s->host->usable_nodes) {
		cpus += s->host->node[node].nr_cpus;
	}
	if (policy->sums_suffice && !z->nr_devices && !z->numa_nodes && cpus >= z->vcpus)
		cr_assert(zone_boot_bytes(z) > s->total_free_bytes ||
				  s->total_vcpus + z->vcpus > s->vcpus_limit ||
				  z->vcpus > s->host->nr_cpus,
			  "%s", policy->name);
}

static void one_zone(struct rng *r, struct host_state *s, struct plan *keep,
		     const struct policy *subject, struct policy_memory *memory)
{
	const char *policy = subject->name;
	const char *device[4];
	struct zone z = test_zone_random(r, s->host, device);
	struct policy_input in = {.host = s->host, .state = s, .zone = &z, .memory = memory};
	struct explain why = {0};
	struct plan again;
	struct error err = {0};
	int64_t before = s->total_free_bytes, sum = 0;
	int rc = policy_place(subject, &in, keep, NULL);

	/* asked for its reasons, it decides the same */
	memset(&again, 0xa5, sizeof(again));
	in.why = &why;
	cr_assert_eq(policy_place(subject, &in, &again, &err), rc);
	explain_release(&why);
	if (is_edera(policy))
		check_infeasible(s, &z, rc);
	if (rc) {
		cr_assert_neq(err.text[0], '\0');
		if (!is_edera(policy))
			check_any_refusal(subject, s, &z, rc);
		if (is_edera(policy))
			check_refusal(s, &z, rc);
		return;
	}
	cr_assert_eq(keep->nr_vnodes, again.nr_vnodes);
	cr_assert_eq(keep->nr_memory, again.nr_memory);
	cr_assert_eq(keep->spilled_bytes, again.spilled_bytes);
	cr_assert_arr_eq(keep->vnode, again.vnode, keep->nr_vnodes * sizeof(keep->vnode[0]));
	cr_assert_arr_eq(keep->memory, again.memory, keep->nr_memory * sizeof(keep->memory[0]));
	plan_assert(keep);
	if (is_edera(policy))
		check_edera(policy, s, keep);
	host_state_take(s, keep);
	cr_assert_eq(s->total_free_bytes, before - zone_boot_bytes(&z));
	for (unsigned n = 0; n < s->host->nr_nodes; n++) {
		cr_assert_geq(s->free_bytes[n], 0);
		sum += s->free_bytes[n];
	}
	cr_assert_eq(sum, s->total_free_bytes);
	policy_note_start(memory, s->nr_zones, keep);
	if (rng_below(r, 3) == 0) {
		policy_note_stop(memory, s->nr_zones);
		host_state_give(s, keep);
	}
}

/* Every policy that there is, in turn. */
static const struct policy *policy_number(unsigned i)
{
	unsigned nr = 0;

	while (policies[nr])
		nr++;
	return policies[i % nr];
}

Test(random, invariants)
{
	uint64_t placed = 0;

	for (unsigned i = 0; i < HOSTS; i++) {
		const struct policy *policy = policy_number(i);
		struct policy_memory *memory;
		struct host_state s;
		struct host *h;
		struct plan p;
		struct rng r;
		char key[32];

		snprintf(key, sizeof(key), "host %u", i);
		rng_seed(&r, 1, key);
		h = test_host_random(&r);
		host_state_init(&s, h);
		if (rng_below(&r, 3) == 0)
			s.vcpus_limit = h->nr_cpus;
		memory = i % 2 ? policy_memory_new(policy, &s) : NULL;
		for (unsigned n = 0; n < ZONES; n++)
			one_zone(&r, &s, &p, policy, memory);
		policy_memory_free(memory);
		placed += s.nr_zones;
		host_state_release(&s);
		host_free(h);
	}
	cr_assert_gt(placed, HOSTS / 2, "too few zones were placed to have tested much");
}

/* Explicit counts on ragged hosts against trying every set of nodes. */
static bool any_set_works(const struct host_state *s, const struct zone *z)
{
	int64_t pages = zone_boot_bytes(z) / PAGE_BYTES, k = z->numa_nodes;

	for (nodeset set = 1; set <= s->host->usable_nodes; set++) {
		unsigned node, larger = 0, smaller = 0, cpus = 0;

		if ((set & ~s->host->usable_nodes) || nodeset_count(set) != k)
			continue;
		nodeset_for_each (node, set) {
			larger += s->free_bytes[node] / PAGE_BYTES >= (pages + k - 1) / k;
			smaller += s->free_bytes[node] / PAGE_BYTES >= pages / k;
			cpus += s->host->node[node].nr_cpus;
		}
		if (smaller == k && larger >= pages % k && cpus >= z->vcpus)
			return true;
	}
	return false;
}

Test(random, explicit_count_finds_what_there_is)
{
	unsigned yes = 0, no = 0;

	for (unsigned i = 0; i < 30000; i++) {
		unsigned cpus[6];
		int64_t bytes[6];
		struct host_state s;
		struct host *h;
		struct plan p;
		struct zone z;
		struct rng r;
		char key[32];
		int rc;

		snprintf(key, sizeof(key), "count %u", i);
		rng_seed(&r, 2, key);
		for (unsigned n = 0; n < 6; n++) {
			cpus[n] = (unsigned)rng_below(&r, 6) + (n == 0);
			bytes[n] = (int64_t)(rng_below(&r, 6) + (n == 0)) * PAGE_BYTES;
		}
		h = test_host(6, cpus, bytes, 20);
		for (unsigned n = 0; n < 36; n++) {
			if (n % 7)
				test_set_distance(h, n / 6, n % 6, 11 + (uint32_t)rng_below(&r, 4));
		}
		test_host_done(h);
		host_state_init(&s, h);
		z = test_zone("z", 1 + (uint32_t)rng_below(&r, 16),
			      (int64_t)(1 + rng_below(&r, 16)) * PAGE_BYTES);
		z.numa_nodes = 1 + (uint32_t)rng_below(&r, 5);
		rc = test_place("edera-compact", &s, &z, &p, NULL);
		if (rc != ERR_NO_ROOM)
			cr_assert_eq(rc == 0, any_set_works(&s, &z), "%s", key);
		yes += rc == 0;
		no += rc == ERR_INFEASIBLE;
		host_state_release(&s);
		host_free(h);
	}
	cr_assert_gt(yes, 200);
	cr_assert_gt(no, 200);
}
