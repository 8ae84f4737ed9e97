/*
 * What a real Xen 4.17.7 did on an emulated machine of eight 1 GiB nodes (QEMU;
 * pages per node read from its debug keys), against the xen allocator. The
 * figures are measured ones.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "sim/allocator.h"
#include "tests/sim/lib.h"

#define PLENTY 200000

/* Pages free per node before the balloon went up, and where `pages` of it came from. */
struct run_4_17 {
	const char *what;
	nodeset affinity;
	int64_t pages;
	int64_t high[8], low; /* low: on node 0, below the DMA width */
	int64_t came_from[8];
};

static const struct run_4_17 runs[] = {
	{"home 2, its node nearly full",
	 1 << 2,
	 38400,
	 {5593, PLENTY, 22305, PLENTY, PLENTY, PLENTY, PLENTY, PLENTY},
	 48896,
	 {5593, 10502, 22305}},
	{"home 5, nearer nodes with room are passed over",
	 1 << 5,
	 38400,
	 {5366, 4098, 7450, PLENTY, 24670, 6240, 11820, PLENTY},
	 48896,
	 {5366, 4098, 7450, 15246, 0, 6240, 0, 0}},
	{"affinity 4 and 6, unequal room",
	 1 << 4 | 1 << 6,
	 25600,
	 {5362, 4098, PLENTY, PLENTY, 11250, PLENTY, 1472, PLENTY},
	 48896,
	 {5362, 4098, 3418, 0, 11250, 0, 1472, 0}},
	{"all memory above the DMA width nearly gone",
	 1 << 6,
	 25600,
	 {165, 8227, 0, 71, 0, 0, 0, 201},
	 48896,
	 {165 + 16936, 8227, 0, 71, 0, 0, 0, 201}},
	{"two vnodes on 1 and 2, round robin until 2 is empty",
	 1 << 1 | 1 << 2,
	 25600,
	 {PLENTY, PLENTY, 6867, PLENTY, PLENTY, PLENTY, PLENTY, PLENTY},
	 48896,
	 {0, 18733, 6867}},
	{"two vnodes with room on both",
	 1 << 1 | 1 << 2,
	 25600,
	 {PLENTY, 219750, PLENTY, PLENTY, PLENTY, PLENTY, PLENTY, PLENTY},
	 48896,
	 {0, 12800, 12800}},
};

Test(xen, balloons_as_measured)
{
	struct host *host = sim_host(8, 1, GIB);

	for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++) {
		const struct run_4_17 *x = &runs[i];
		int64_t free_bytes[8], got[NODES_MAX] = {0}, low = 0;
		uint32_t last = 0;
		struct heap h;
		struct allocator_request r = {
			.bytes = x->pages * PAGE_BYTES,
			.extent = PAGE_BYTES,
			.affinity = x->affinity,
			.home = HEAP_NO_NODE,
			.last_node = &last,
		};

		heap_init(&h, host, free_bytes, x->low * PAGE_BYTES);
		for (unsigned n = 0; n < 8; n++)
			free_bytes[n] = x->high[n] * PAGE_BYTES;
		free_bytes[0] += x->low * PAGE_BYTES;
		cr_assert_eq(allocator_xen.take(&h, &r, got, &low), r.bytes, "%s", x->what);
		for (unsigned n = 0; n < 8; n++)
			cr_assert_eq(got[n] / PAGE_BYTES, x->came_from[n],
				     "%s: node %u: %lld, not %lld", x->what, n,
				     (long long)(got[n] / PAGE_BYTES), (long long)x->came_from[n]);
		cr_assert_eq(low + h.low_free, x->low * PAGE_BYTES);
	}
	host_free(host);
}

static int64_t low_bytes_of(const struct host *host)
{
	int64_t free_bytes[NODES_MAX];
	struct heap h;

	heap_init(&h, host, free_bytes, -1);
	return h.low_free;
}

/* Xen's boot log of that machine: "DMA width 28 bits", 256 MiB of node 0. */
Test(xen, dma_width_of_the_measured_host)
{
	struct host *small = sim_host(8, 1, GIB), *seed = sim_host(8, 16, 16 * GIB);
	struct host *one = sim_host(1, 16, 16 * GIB);

	cr_assert_eq(low_bytes_of(small), 256 * MIB);
	/* 16 GiB nodes: all below 4 GiB, of which 1 GiB is the PCI hole */
	cr_assert_eq(low_bytes_of(seed), 3 * GIB);
	/* no width at all on a machine of one node */
	cr_assert_eq(low_bytes_of(one), 0);
	host_free(small);
	host_free(seed);
	host_free(one);
}

/*
 * The drift scenario, three rounds with a neighbour that takes what was handed
 * back: pages per node were the same in every round, and never moved home. With
 * exchange 0 (the balloon's own pages go back and forth) the simulator repeats it.
 */
Test(xen, drift_does_not_accumulate_when_the_same_pages_cycle)
{
	struct host *host = sim_host(8, 1, GIB);
	struct backend *b = sim_open(host, "exchange=0");
	static const unsigned home[] = {2};
	int64_t first[NODES_MAX], again[NODES_MAX];

	sim_start(b, host, 0, home, 1, 300 * MIB);
	sim_start(b, host, 1, home, 1, 660 * MIB);
	for (int round = 0; round < 3; round++) {
		sim_resize(b, 0, 150 * MIB);
		sim_start(b, host, 2, home, 1, 120 * MIB);
		sim_resize(b, 0, 300 * MIB);
		sim_pages(b, 0, again);
		cr_assert_eq(again[2], (1024 - 660 - 120) * 256);
		cr_assert_eq(again[0], 300 * 256 - again[2], "node 0 is the lowest with room");
		if (!round)
			memcpy(first, again, sizeof(first));
		cr_assert_eq(memcmp(first, again, sizeof(first)), 0);
		sim_stop(b, 2);
		sim_pages(b, 0, again);
		cr_assert_eq(memcmp(first, again, sizeof(first)), 0, "pages never move back");
	}
	backend_close(b);
	host_free(host);
}

/* The seed's eight-node host: what overflows from node 4 lands on node 0, 32 away,
 * under xen, and on node 5, 12 away, under slit. */
static void overflow_of_node_4(const char *options, unsigned lands_on)
{
	struct host *host = sim_host(8, 16, 16 * GIB);
	struct backend *b = sim_open(host, options);
	static const unsigned home[] = {4};
	int64_t pages[NODES_MAX];

	sim_start(b, host, 0, home, 1, 20 * GIB);
	sim_pages(b, 0, pages);
	cr_assert_eq(pages[4], 16 * GIB / PAGE_BYTES);
	cr_assert_eq(pages[lands_on], 4 * GIB / PAGE_BYTES);
	sim_resize(b, 0, 12 * GIB);
	sim_start(b, host, 1, home, 1, 8 * GIB);
	sim_resize(b, 0, 20 * GIB);
	sim_pages(b, 0, pages);
	cr_assert_gt(pages[lands_on], 4 * GIB / PAGE_BYTES);
	backend_close(b);
	host_free(host);
}

Test(xen, overflow_goes_to_the_lowest_id)
{
	overflow_of_node_4("allocator=xen", 0);
}

Test(slit, overflow_goes_to_the_nearest)
{
	overflow_of_node_4("allocator=slit", 5);
}

/* A home on node 0 is short although node 0 has memory: that below the DMA width
 * is for exact requests or for the end. */
Test(xen, low_memory_is_the_last_resort)
{
	struct host *host = sim_host(8, 16, 16 * GIB);
	struct backend *b = sim_open(host, NULL);
	static const unsigned home[] = {0};
	int64_t pages[NODES_MAX];

	sim_start(b, host, 0, home, 1, GIB);
	sim_resize(b, 0, 15 * GIB);
	sim_pages(b, 0, pages);
	cr_assert_eq(pages[0], 13 * GIB / PAGE_BYTES);
	cr_assert_eq(pages[1], 2 * GIB / PAGE_BYTES);
	/* asked for exactly, at launch, it is used */
	sim_stop(b, 0);
	sim_start(b, host, 0, home, 1, 15 * GIB);
	sim_pages(b, 0, pages);
	cr_assert_eq(pages[0], 15 * GIB / PAGE_BYTES);
	backend_close(b);
	host_free(host);
}

/* 1 GiB extents go to another node while the nearest has 900 MiB in small pieces. */
Test(xen, superpages_pass_over_small_pieces)
{
	struct host *host = sim_host(8, 16, 16 * GIB);
	struct backend *b = sim_open(host, NULL);
	static const unsigned one[] = {1}, four[] = {4};
	int64_t pages[NODES_MAX];

	for (unsigned n = 0; n < 1; n++)
		sim_start(b, host, 1, (const unsigned[]){0}, 1, 16 * GIB);
	sim_start(b, host, 2, one, 1, 16 * GIB - 900 * MIB);
	sim_start(b, host, 3, four, 1, 17 * GIB);
	sim_pages(b, 3, pages);
	cr_assert_eq(pages[1], 0, "900 MiB hold no 1 GiB extent");
	cr_assert_eq(pages[2], GIB / PAGE_BYTES);
	backend_close(b);
	host_free(host);
}
