/* Advice is followed and must then be true, and not too modest. */
#include <criterion/criterion.h>
#include <string.h>

#include "tests/placement/hosts.h"

static bool placed(const char *policy, const struct host_state *s, const struct zone *z)
{
	struct plan p;

	return test_place(policy, s, z, &p, NULL) == 0;
}

static void set_boot(struct zone *z, int64_t bytes)
{
	z->memory_initial_bytes = bytes;
	if (z->memory_policy == ZONE_STATIC)
		z->memory_bytes = bytes;
	if (z->memory_min_bytes > bytes)
		z->memory_min_bytes = bytes;
}

/* Do what one sentence says; true when it was understood. */
static bool follow(const char *line, struct zone *z)
{
	char word[64], *end;
	unsigned n;
	int64_t bytes;

	if (sscanf(line, "would fit with numa_nodes %u", &n) == 1) {
		z->numa_nodes = n;
	} else if (strncmp(line, "would fit without numa_nodes", 28) == 0) {
		z->numa_nodes = 0;
	} else if (sscanf(line, "would fit with placement %63s", word) == 1) {
		z->spread = strcmp(word, "compact") ? ZONE_SCATTER : ZONE_COMPACT;
	} else if (strstr(line, "vCPU") && sscanf(line, "would fit with at most %u", &n) == 1) {
		z->vcpus = n;
	} else if (sscanf(line, "would fit with a maximum of at most %63s", word) == 1) {
		cr_assert(bytes_parse(word, &bytes), "%s", line);
		if (zone_boot_bytes(z) > bytes)
			set_boot(z, bytes);
		z->memory_bytes = bytes;
	} else if (sscanf(line, "would fit with at most %63s", word) == 1) {
		cr_assert(bytes_parse(word, &bytes), "%s", line);
		set_boot(z, bytes);
	} else if ((end = strstr(line, "without device")) || (end = strstr(line, "without its"))) {
		z->nr_devices = 0;
	} else {
		return false;
	}
	return true;
}

/* `exactly`: no more would have done, true of policies that take with a zone every
 * smaller one. */
static unsigned check_advice(const char *policy, const struct host_state *s, const struct zone *z,
			     bool exactly)
{
	struct policy_input in = {.host = s->host, .state = s, .zone = z};
	struct explain why = {0};
	unsigned followed = 0;

	policy_advise(policy_find(policy), &in, &why);
	cr_assert_gt(why.nr, 0);
	for (size_t i = 0; i < why.nr; i++) {
		struct zone changed = *z;

		if (!follow(why.line[i], &changed)) {
			cr_assert(strstr(why.line[i], "no single change"), "%s", why.line[i]);
			cr_assert_eq(why.nr, 1);
			continue;
		}
		cr_assert(placed(policy, s, &changed), "%s", why.line[i]);
		followed++;
		if (!exactly)
			continue;
		if (changed.memory_bytes < z->memory_bytes && z->memory_policy == ZONE_DYNAMIC) {
			changed.memory_bytes += MIB;
			if (zone_boot_bytes(z) >= changed.memory_bytes)
				set_boot(&changed, changed.memory_bytes);
			cr_assert(!placed(policy, s, &changed), "%s", why.line[i]);
		} else if (changed.vcpus < z->vcpus) {
			changed.vcpus++;
			cr_assert(!placed(policy, s, &changed), "%s", why.line[i]);
		} else if (zone_boot_bytes(&changed) < zone_boot_bytes(z)) {
			set_boot(&changed, zone_boot_bytes(&changed) + MIB);
			cr_assert(!placed(policy, s, &changed), "%s", why.line[i]);
		}
	}
	explain_release(&why);
	return followed;
}

/* Returns how many sentences were followed. */
static unsigned advise_on_random_hosts(const char *policy, unsigned from, unsigned times,
				       bool exactly)
{
	unsigned followed = 0;

	for (unsigned i = from; i < from + times; i++) {
		const char *device[4];
		struct host_state s;
		struct host *h;
		struct zone z;
		struct rng r;
		char key[32];

		snprintf(key, sizeof(key), "advise %u", i);
		rng_seed(&r, 3, key);
		h = test_host_random(&r);
		host_state_init(&s, h);
		for (unsigned n = 0; n < h->nr_nodes; n++)
			host_state_set_free(&s, n,
					    (int64_t)rng_below(&r, (uint64_t)s.free_bytes[n] + 1));
		z = test_zone_random(&r, h, device);
		if (!placed(policy, &s, &z))
			followed += check_advice(policy, &s, &z, exactly);
		host_state_release(&s);
		host_free(h);
	}
	return followed;
}

Test(advise, is_true_and_not_too_modest)
{
	static const char *const names[] = {"edera-compact", "edera-scatter", "flat"};

	for (unsigned i = 0; i < 3; i++)
		cr_assert_gt(advise_on_random_hosts(names[i], 2000 * i, 2000, true), 150);
}

/* Whatever refuses says what would have fitted, and is right. */
Test(advise, is_true_of_every_policy)
{
	for (const struct policy *const *p = policies; *p; p++)
		cr_assert_gt(advise_on_random_hosts((*p)->name, 0, 300, false), 20, "%s",
			     (*p)->name);
}

/* Every refusal of a zone too large says which resource is short. */
Test(advise, refusals_name_the_resource)
{
	struct host *h = test_host_seed();
	struct zone memory = test_zone("memory", 4, 200 * GIB), cpus = test_zone("cpus", 200, GIB);
	struct host_state s;
	struct plan plan;
	char text[ERROR_TEXT_MAX];

	host_state_init(&s, h);
	for (const struct policy *const *p = policies; *p; p++) {
		cr_assert_neq(test_place((*p)->name, &s, &memory, &plan, text), 0);
		cr_assert(strstr(text, "memory"), "%s: %s", (*p)->name, text);
		cr_assert_neq(test_place((*p)->name, &s, &cpus, &plan, text), 0);
		cr_assert(strstr(text, "CPUs"), "%s: %s", (*p)->name, text);
	}
	host_state_release(&s);
	host_free(h);
}

Test(advise, says_what_the_seed_suggests)
{
	struct host *h = test_host_seed();
	struct zone z = test_zone("D", 8, 20 * GIB);
	struct explain why = {0};
	struct host_state s;
	struct policy_input in = {.host = h, .state = &s, .zone = &z};

	host_state_init(&s, h);
	z.numa_nodes = 1;
	policy_advise(policy_find("edera-compact"), &in, &why);
	cr_assert_str_eq(why.line[0], "would fit with numa_nodes 2");
	cr_assert_str_eq(why.line[1],
			 "would fit without numa_nodes, with 4 GiB spilled to other nodes");
	cr_assert_str_eq(why.line[2], "would fit with at most 16GiB of memory");
	cr_assert_eq(why.nr, 3);
	explain_release(&why);
	host_state_release(&s);
	host_free(h);
}
