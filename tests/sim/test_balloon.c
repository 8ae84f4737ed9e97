/* Which pages a guest's Linux gives back (sim/guest.h), by hand. */
#include <criterion/criterion.h>
#include <string.h>

#include "sim/sim.h"
#include "tests/sim/lib.h"

#define IDLE "allocator=xen,overhead=xen,low=0,exchange=0"

/* The pages that a zone has, and may have, on nodes 0 to 3. */
static void expect(struct backend *b, uint32_t slot, const int64_t *pages, const int64_t *least,
		   const int64_t *most)
{
	int64_t has[NODES_MAX], from[NODES_MAX] = {0}, to[NODES_MAX] = {0};
	bool known = backend_bounds(b, 0, slot, from, to);

	cr_assert_eq(known, least != NULL);
	sim_pages(b, slot, has);
	for (unsigned n = 0; n < 4; n++) {
		cr_expect_eq(has[n], pages[n], "node %u has %lld", n, (long long)has[n]);
		if (!least)
			continue;
		cr_expect_eq(from[n], least[n] * PAGE_BYTES, "node %u has at least %lld", n,
			     (long long)(from[n] / PAGE_BYTES));
		cr_expect_eq(to[n], most[n] * PAGE_BYTES, "node %u has at most %lld", n,
			     (long long)(to[n] / PAGE_BYTES));
	}
}

/* A zone on two nodes with its vCPUs on the first `with_cpus` vnodes. */
static void start(struct backend *b, const struct host *host, enum plan_told told,
		  unsigned with_cpus, int64_t bytes)
{
	static struct plan p;
	struct step s = {.kind = STEP_START, .plan = &p};
	struct zone z;
	struct error err;

	zone_init(&z);
	z.vcpus = z.vcpus_max = with_cpus;
	z.memory_bytes = z.memory_initial_bytes = bytes;
	z.memory_min_bytes = PAGE_BYTES;
	p = (struct plan){
		.zone = &z,
		.host = host,
		.pinned = true,
		.told = told,
		.memory_rule = told == PLAN_TOLD_FLAT ? PLAN_MEMORY_STRIPED : PLAN_MEMORY_STRICT,
		.nodes = 6,
		.nr_vnodes = 2,
		.vnode = {{.node = 1, .vcpus = 1, .memory_bytes = bytes / 2},
			  {.node = 2, .vcpus = with_cpus > 1, .memory_bytes = bytes / 2}},
	};
	cr_assert_eq(backend_apply(b, &s, &err), 0, "%s", err.text);
}

/* What came last goes first, layer by layer, and what it had from the beginning last. */
Test(balloon, last_come_first_gone)
{
	struct host *host = sim_host(4, 1, GIB);
	struct backend *b = sim_open(host, IDLE);
	const unsigned node[] = {2};

	sim_start(b, host, 0, node, 1, 512 * MIB);
	sim_resize(b, 0, 128 * MIB);
	sim_start(b, host, 1, node, 1, 960 * MIB);
	sim_resize(b, 0, 256 * MIB);
	sim_stop(b, 1);
	sim_resize(b, 0, 320 * MIB);
	expect(b, 0, (int64_t[]){32768, 0, 49152, 0}, NULL, NULL);
	/* 64 MiB of node 2 are on top */
	sim_resize(b, 0, 288 * MIB);
	expect(b, 0, (int64_t[]){32768, 0, 40960, 0}, (int64_t[]){24576, 0, 40960, 0},
	       (int64_t[]){32768, 0, 49152, 0});
	sim_resize(b, 0, 224 * MIB);
	expect(b, 0, (int64_t[]){24576, 0, 32768, 0}, (int64_t[]){16384, 0, 24576, 0},
	       (int64_t[]){32768, 0, 40960, 0});
	/* what is on one node leaves nothing open */
	sim_resize(b, 0, 64 * MIB);
	expect(b, 0, (int64_t[]){0, 0, 16384, 0}, (int64_t[]){0, 0, 0, 0},
	       (int64_t[]){16384, 0, 16384, 0});
	sim_resize(b, 0, 32 * MIB);
	expect(b, 0, (int64_t[]){0, 0, 8192, 0}, (int64_t[]){0, 0, 8192, 0},
	       (int64_t[]){0, 0, 8192, 0});
	backend_close(b);
	host_free(host);
}

/* Known by its guest: the same to within 8 MiB and what is broken, here 100 pages. */
Test(balloon, free_blocks_bound_what_came_last)
{
	struct host *host = sim_host(4, 1, GIB);
	struct backend *b = sim_open(host, IDLE ",guests=0/2/100000/110000/100");
	const unsigned node[] = {2};

	sim_start(b, host, 0, node, 1, 512 * MIB);
	sim_resize(b, 0, 128 * MIB);
	sim_start(b, host, 1, node, 1, 960 * MIB);
	sim_resize(b, 0, 256 * MIB);
	sim_stop(b, 1);
	/* 16384 of the 32768 that came to node 0: 14236 at least are among them */
	sim_resize(b, 0, 192 * MIB);
	expect(b, 0, (int64_t[]){16384, 0, 32768, 0}, (int64_t[]){16384, 0, 30620, 0},
	       (int64_t[]){18532, 0, 32768, 0});
	backend_close(b);
	host_free(host);
}

/* All CPUs on the first vnode: it gives until it is at its watermark, then the other. */
Test(balloon, the_node_of_the_cpus_gives_first)
{
	struct host *host = sim_host(4, 1, GIB);
	struct backend *b = sim_open(host, IDLE ",guests=0/1/50000/50400/100:0/2/60000/60400/100");

	start(b, host, PLAN_TOLD_VNUMA, 1, 512 * MIB);
	sim_resize(b, 0, 384 * MIB);
	expect(b, 0, (int64_t[]){0, 32768, 65536, 0}, (int64_t[]){0, 32768, 65536, 0},
	       (int64_t[]){0, 32768, 65536, 0});
	/* 32768 more: 17232 to 17632 are left there */
	sim_resize(b, 0, 256 * MIB);
	expect(b, 0, (int64_t[]){0, 15336, 50200, 0}, (int64_t[]){0, 15136, 50000, 0},
	       (int64_t[]){0, 15536, 50400, 0});
	/* back in turns: the first vnode's pages are on both nodes then */
	sim_resize(b, 0, 512 * MIB);
	expect(b, 0, (int64_t[]){0, 48104, 82968, 0}, NULL, NULL);
	backend_close(b);
	host_free(host);
}

/* CPUs on both: either gives first, but none more than it has. */
Test(balloon, no_node_gives_more_than_it_has)
{
	struct host *host = sim_host(4, 1, GIB);
	struct backend *b = sim_open(host, IDLE ",guests=0/1/50000/50400/100:0/2/60000/60400/100");

	start(b, host, PLAN_TOLD_VNUMA, 2, 512 * MIB);
	sim_resize(b, 0, 112 * MIB); /* 102400 */
	expect(b, 0, (int64_t[]){0, 19336, 9336, 0}, (int64_t[]){0, 15136, 5136, 0},
	       (int64_t[]){0, 23536, 13536, 0});
	backend_close(b);
	host_free(host);
}

/* Told of no node: blocks of 4 MiB have as much of both, whatever their order. */
Test(balloon, nodes_in_turns_go_in_turns)
{
	struct host *host = sim_host(4, 1, GIB);
	struct backend *b = sim_open(host, IDLE ",guests=0/1/100000/110000/100");

	start(b, host, PLAN_TOLD_FLAT, 2, 512 * MIB);
	sim_resize(b, 0, 384 * MIB);
	/* 32768: all but 100 broken, two blocks of slack and the one that is being broken */
	expect(b, 0, (int64_t[]){0, 49152, 49152, 0}, (int64_t[]){0, 47566, 47566, 0},
	       (int64_t[]){0, 50738, 50738, 0});
	backend_close(b);
	host_free(host);
}

/* Which pages of all go back is not bounded where a workload exchanges them, nor asked. */
Test(balloon, exchanged_pages_have_no_bound)
{
	struct host *host = sim_host(4, 1, GIB);
	struct backend *b = sim_open(host, "allocator=xen,overhead=xen,exchange=500000");

	start(b, host, PLAN_TOLD_VNUMA, 2, 512 * MIB);
	sim_resize(b, 0, 112 * MIB);
	expect(b, 0, (int64_t[]){0, 14336, 14336, 0}, NULL, NULL);
	backend_close(b);
	host_free(host);
}

Test(balloon, facts_that_are_none)
{
	static const char *const wrong[] = {
		"0/1/2/3",    "0/1/2/3/4/5", "0/1/3/2/0",   "0/-1/2/3/0",
		"0/64/2/3/0", "x",	     "0/1/2/3/4:5", "0/1/2/2251799813685247/0"};
	struct host *host = sim_host(4, 1, GIB);

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		char options[64];
		struct backend_config config = {
			.host = (const struct host *const *)&host,
			.nr_hosts = 1,
			.options = options,
		};
		struct backend *b;
		struct error err;

		snprintf(options, sizeof(options), "guests=%s", wrong[i]);
		cr_expect_eq(backend_open(&b, &sim_backend, &config, &err), ERR_USAGE, "%s",
			     wrong[i]);
	}
	host_free(host);
}
