/*
 * nova, nova-pack and nova-shared.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "tests/placement/hosts.h"

#define G(n) ((int64_t)(n)*GIB)

/* LP#1940668: after two small guests spread still has room for a two-cell guest
 * in both cells, pack has filled cell 0. */
Test(nova, pack_fills_the_first_cell)
{
	static const struct {
		const char *policy;
		int rc;
	} want[] = {{"nova", 0}, {"nova-pack", ERR_NO_ROOM}};

	for (unsigned i = 0; i < 2; i++) {
		struct host *h = test_host_uniform(2, 8, G(16));
		struct zone one = test_zone("one", 4, G(4)), two = test_zone("two", 8, G(8));
		struct host_state s;
		struct plan p;
		char text[ERROR_TEXT_MAX];

		host_state_init(&s, h);
		two.numa_nodes = 2;
		for (unsigned n = 0; n < 2; n++) {
			cr_assert_eq(test_place(want[i].policy, &s, &one, &p, NULL), 0);
			host_state_take(&s, &p);
		}
		cr_assert_eq(test_place(want[i].policy, &s, &two, &p, text), want[i].rc, "%s",
			     text);
		host_state_release(&s);
		host_free(h);
	}
}

Test(nova, refuses_what_does_not_divide)
{
	struct host *h = test_host_uniform(4, 8, G(16));
	struct zone z = test_zone("z", 7, G(8));
	struct host_state s;
	struct plan p;
	char text[ERROR_TEXT_MAX];

	host_state_init(&s, h);
	z.numa_nodes = 2;
	cr_assert_eq(test_place("nova", &s, &z, &p, text), ERR_INFEASIBLE);
	cr_assert(strstr(text, "ImageNUMATopologyAsymmetric"));
	/* a cell of 64 GB never fits a guest cell of 10 TB, whatever was asked before */
	z = test_zone("z", 4, G(16) + MIB);
	cr_assert_eq(test_place("nova", &s, &z, &p, text), ERR_NO_ROOM);
	cr_assert(strstr(text, "short of memory"), "%s", text);
	host_state_release(&s);
	host_free(h);
}

/* Nova's walk: cells sorted three times, then every permutation in itertools' order. */
struct slow_cell {
	unsigned node;
	int64_t available_bytes, free_cpus;
	bool fits;
};

static void stable_sort(struct slow_cell *c, unsigned nr, bool by_cpus, bool ascending)
{
	for (unsigned pass = 0; pass < nr; pass++) {
		for (unsigned i = 1; i < nr; i++) {
			int64_t a = by_cpus ? c[i - 1].free_cpus : c[i - 1].available_bytes;
			int64_t b = by_cpus ? c[i].free_cpus : c[i].available_bytes;
			struct slow_cell swap = c[i];

			if (ascending ? a <= b : a >= b)
				continue;
			c[i] = c[i - 1];
			c[i - 1] = swap;
		}
	}
}

static bool permute(const struct slow_cell *c, unsigned nr, unsigned k, unsigned *pick,
		    unsigned picked)
{
	if (picked == k)
		return true;
	for (unsigned i = 0; i < nr; i++) {
		bool used = false;

		for (unsigned j = 0; j < picked; j++)
			used = used || pick[j] == i;
		if (used || !c[i].fits)
			continue;
		pick[picked] = i;
		if (permute(c, nr, k, pick, picked + 1))
			return true;
	}
	return false;
}

Test(nova, finds_what_every_permutation_finds)
{
	unsigned placed = 0, refused = 0;

	for (unsigned i = 0; i < 3000; i++) {
		const char *policy = i % 2 ? "nova-pack" : "nova";
		struct slow_cell c[6];
		struct host_state s;
		struct host *h;
		struct zone z;
		struct plan p;
		struct rng r;
		unsigned nr, k, pick[6];
		bool want;

		rng_seed(&r, i, "nova");
		nr = 1 + (unsigned)rng_below(&r, 6);
		k = 1 + (unsigned)rng_below(&r, nr);
		h = test_host_uniform(nr, 8, G(16));
		host_state_init(&s, h);
		z = test_zone("z", k * (1 + (uint32_t)rng_below(&r, 6)),
			      k * G(1 + rng_below(&r, 12)));
		z.numa_nodes = k;
		for (unsigned n = 0; n < nr; n++) {
			host_state_set_free(&s, n, G(rng_below(&r, 17)));
			s.vcpus[n] = (uint32_t)rng_below(&r, 8);
			c[n] = (struct slow_cell){n, s.free_bytes[n], 8 - (int64_t)s.vcpus[n],
						  s.free_bytes[n] >= zone_boot_bytes(&z) / k &&
							  8 - s.vcpus[n] >= z.vcpus / k};
		}
		if (nr > k) {
			stable_sort(c, nr, false, i % 2);
			stable_sort(c, nr, true, i % 2);
		}
		want = permute(c, nr, k, pick, 0);
		if (zone_boot_bytes(&z) <= s.total_free_bytes) {
			cr_assert_eq(test_place(policy, &s, &z, &p, NULL) == 0, want, "%u", i);
			for (unsigned j = 0; want && j < k; j++)
				cr_assert_eq(p.vnode[j].node, c[pick[j]].node, "%u: %s", i,
					     test_nodes(&p));
			placed += want;
			refused += !want;
		}
		host_state_release(&s);
		host_free(h);
	}
	cr_assert_gt(placed, 500);
	cr_assert_gt(refused, 500);
}

/* 16 host cells, 8 guest cells, one short: 518,918,400 pairings in Nova (LP#1978372). */
Test(nova, refuses_8_cells_on_16_at_once)
{
	struct host *h = test_host_uniform(16, 8, G(16));
	struct zone z = test_zone("z", 64, G(64));
	struct host_state s;
	struct plan p;
	char text[ERROR_TEXT_MAX];

	host_state_init(&s, h);
	z.numa_nodes = 8;
	for (unsigned n = 7; n < 16; n++)
		host_state_set_free(&s, n, G(7));
	cr_assert_eq(test_place("nova", &s, &z, &p, text), ERR_NO_ROOM);
	cr_assert(strstr(text, "8 cells of 8 dedicated vCPUs and 8 GiB asked, 7 of 16 cells"), "%s",
		  text);
	cr_assert(strstr(text, "9 are short of memory, 0 of CPUs"), "%s", text);
	host_state_set_free(&s, 7, G(8));
	cr_assert_eq(test_place("nova", &s, &z, &p, text), 0);
	host_state_release(&s);
	host_free(h);
}

/* Nova's fit_cache is keyed by an id that a fit overwrites, after which cells of 64 GB
 * are taken to hold a guest cell of 10 TB. Here a cell fits or does not. */
Test(nova, has_no_fit_cache)
{
	struct host *h = test_host_uniform(4, 8, G(64));
	struct zone fits = test_zone("fits", 4, G(4)), huge = test_zone("huge", 4, G(10240));
	struct host_state s;
	struct policy_input in = {.host = h, .state = &s, .zone = &fits};
	struct error err = {0};
	struct plan p;

	host_state_init(&s, h);
	fits.numa_nodes = huge.numa_nodes = 2;
	cr_assert_eq(policy_find("nova")->place(&in, &p, &err), 0);
	in.zone = &huge;
	/* the policy alone: policy_place() would look at the host's sum first */
	cr_assert_eq(policy_find("nova")->place(&in, &p, &err), ERR_NO_ROOM);
	cr_assert(strstr(err.text, "4 are short of memory"), "%s", err.text);
	host_state_release(&s);
	host_free(h);
}

/* Shared CPUs go to 16 times the CPUs, memory to 1.5 times; a guest cell itself must
 * fit the host's. */
Test(nova, shared_overcommits)
{
	struct host *h = test_host_uniform(2, 8, G(16));
	struct policy_memory *m;
	struct host_state s;
	char text[ERROR_TEXT_MAX];
	uint64_t id;

	host_state_init(&s, h);
	s.vcpus_limit = 1000;
	m = policy_memory_new(policy_find("nova-shared"), &s);
	for (id = 0; id < 32; id++)
		cr_assert_eq(test_start_zone("nova-shared", &s, m, id, 8, MIB, text), 0, "%s",
			     text);
	cr_assert_eq(test_start_zone("nova-shared", &s, m, id, 1, MIB, text), ERR_NO_ROOM);
	cr_assert(strstr(text, "2 of CPUs"), "%s", text);
	policy_memory_free(m);
	host_state_release(&s);
	test_expect("nova-shared", h, 10, 2 * MIB, 0, "0,1");
	test_expect("nova-shared", h, 4, G(17), ERR_NO_ROOM, "2 are short of memory");
	host_free(h);
}

/* With a device the cells nearest to it come first, without one the cells that have
 * devices come last. */
Test(nova, sorts_by_devices_last)
{
	static const char *const nic[] = {"nic0"};
	struct host *h = test_host_seed();
	struct zone z = test_zone("z", 4, G(4));
	struct host_state s;
	struct plan p;

	for (unsigned d = 0; d < h->nr_devices; d++)
		h->device[d].class = DEVICE_NIC;
	host_state_init(&s, h);
	host_state_set_free(&s, 5, G(8));
	z.nr_devices = 1;
	z.device = nic;
	cr_assert_eq(test_place("nova", &s, &z, &p, NULL), 0);
	cr_assert_str_eq(test_nodes(&p), "5");
	z.nr_devices = 0;
	/* the least room of all, but devices come last before that counts */
	for (unsigned n = 0; n < 8; n++) {
		if (n != 2 && n != 5 && n != 6)
			host_state_set_free(&s, n, G(4));
	}
	cr_assert_eq(test_place("nova", &s, &z, &p, NULL), 0);
	cr_assert_str_eq(test_nodes(&p), "0");
	host_state_release(&s);
	host_free(h);
}
