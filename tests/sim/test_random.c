/*
 * Conservation at every event, for every allocator, on random hosts with random
 * zones and balloon sequences: the simulator verifies itself after each step, and
 * the totals are checked against the host here. Repeats give the same bytes.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "sim/allocator.h"
#include "tests/sim/lib.h"

#define OPERATIONS 100000
#define SLOTS 40

static struct host *random_host(struct rng *rng)
{
	unsigned nodes = 1 + (unsigned)rng_below(rng, 9);
	struct host *h = host_new("random", nodes);
	uint32_t *d = host_matrix_new(h, MATRIX_DISTANCE, GRADE_FIRMWARE, "test");
	struct error err;

	for (unsigned n = 0; n < nodes; n++) {
		/* some nodes without CPUs, some without memory; the first has both */
		if (n == 0 || rng_below(rng, 6)) {
			cpuset_add(&h->node[n].cpus, n);
			h->node[n].nr_cpus = h->node[n].nr_cores = 1;
		}
		if (n == 0 || rng_below(rng, 6))
			h->node[n].memory_bytes = (int64_t)(1 + rng_below(rng, 4096)) * MIB;
		for (unsigned m = 0; m < nodes; m++)
			d[n * nodes + m] = n == m ? 10 : 11 + (uint32_t)rng_below(rng, 30);
	}
	cr_assert_eq(host_finish(h, &err), 0, "%s", err.text);
	return h;
}

static int64_t held(struct backend *b, uint32_t slot)
{
	struct measure m;
	int64_t sum = 0;

	cr_assert_eq(backend_measure(b, 0, slot, &m, NULL), 0);
	for (uint32_t i = 0; i < m.nr_parts; i++) {
		cr_assert_gt(m.part[i].bytes, 0);
		for (uint32_t k = 0; k < i; k++)
			cr_assert(m.part[i].vnode != m.part[k].vnode ||
				  m.part[i].node != m.part[k].node);
		sum += m.part[i].bytes;
	}
	cr_assert_eq(sum, m.resident_bytes);
	return sum;
}

struct life {
	bool live;
	int64_t bytes;
};

static bool try_start(struct backend *b, const struct host *h, struct rng *rng, uint32_t slot)
{
	static struct plan p;
	struct step s = {.kind = STEP_START, .slot = slot, .plan = &p};
	struct zone z;
	int64_t bytes = (int64_t)(1 + rng_below(rng, 200000)) * PAGE_BYTES;

	zone_init(&z);
	z.memory_bytes = z.memory_initial_bytes = bytes;
	memset(&p, 0, sizeof(p));
	p.zone = &z;
	p.host = h;
	p.pinned = true;
	for (unsigned n = 0; n < h->nr_nodes; n++) {
		if (!nodeset_has(h->usable_nodes, n) || (p.nr_vnodes && rng_below(rng, 3)))
			continue;
		p.vnode[p.nr_vnodes++] = (struct plan_vnode){.node = n, .vcpus = 1};
		p.nodes |= nodeset_of(n);
	}
	for (uint32_t v = 0; v < p.nr_vnodes; v++) {
		int64_t pages = bytes / PAGE_BYTES;

		p.vnode[v].memory_bytes =
			(pages / p.nr_vnodes + (v < pages % p.nr_vnodes)) * PAGE_BYTES;
	}
	if (backend_check(b, &s, NULL))
		return false;
	cr_assert_eq(backend_apply(b, &s, NULL), 0);
	return true;
}

/* One random sequence; returns a hash of everything that was measured. */
static uint64_t sequence(const char *options, uint64_t seed)
{
	struct life life[SLOTS] = {{0}};
	uint64_t hash = 0;
	int64_t total = 0;
	struct backend *b;
	struct host *h;
	struct rng rng;

	rng_seed(&rng, seed, "sim/random");
	h = random_host(&rng);
	b = sim_open(h, options);
	for (int i = 0; i < OPERATIONS / 20; i++) {
		uint32_t slot = (uint32_t)rng_below(&rng, SLOTS);
		int64_t before = life[slot].live ? life[slot].bytes : 0, now = 0;

		if (!life[slot].live) {
			life[slot].live = try_start(b, h, &rng, slot);
		} else if (rng_below(&rng, 8) == 0) {
			sim_stop(b, slot);
			life[slot].live = false;
		} else {
			sim_resize(b, slot, (int64_t)(512 + rng_below(&rng, 250000)) * PAGE_BYTES);
		}
		if (life[slot].live)
			now = life[slot].bytes = held(b, slot);
		total += now - before;
		cr_assert_eq(h->memory_bytes / PAGE_BYTES * PAGE_BYTES -
				     backend_observe(b, 0)->total_free_bytes,
			     total);
		hash = hash * 31 + (uint64_t)now + slot;
	}
	backend_close(b);
	host_free(h);
	return hash;
}

Test(random, memory_is_conserved_under_every_allocator, .timeout = 240)
{
	for (size_t a = 0; allocators[a]; a++) {
		for (uint64_t seed = 0; seed < 20; seed++) {
			char options[80];
			uint64_t first;

			snprintf(options, sizeof(options), "allocator=%s,exchange=%d,extent=%d",
				 allocators[a]->name, (int)(seed % 5) * 250000,
				 seed % 3 ? 4096 : 2097152);
			first = sequence(options, seed);
			if (seed < 3)
				cr_assert_eq(sequence(options, seed), first, "%s", options);
		}
	}
}

Test(options, wrong_ones_say_what_there_is)
{
	static const struct {
		const char *options, *says;
	} bad[] = {
		{"allocator=best", "home-strict"}, {"exchange=2000000", "0 to 1000000"},
		{"extent=8192", "2097152"},	   {"speed=1", "exchange"},
		{"allocator", "key=value"},
	};
	struct host *h = sim_host(2, 1, GIB);

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		extern const struct backend_ops sim_backend;
		struct backend_config config = {
			.host = (const struct host *const[]){h},
			.nr_hosts = 1,
			.options = bad[i].options,
		};
		struct backend *b;
		struct error err;

		cr_assert_eq(backend_open(&b, &sim_backend, &config, &err), ERR_USAGE);
		cr_assert(strstr(err.text, bad[i].says), "%s", err.text);
	}
	host_free(h);
}
