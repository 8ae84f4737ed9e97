/* Drift against closed forms. */
#include <criterion/criterion.h>
#include <math.h>

#include "tests/sim/lib.h"

/*
 * A zone on k nodes of an empty host hands back a share `a` of its memory each
 * cycle and takes it again. With pages drawn uniformly, the share of pages on the
 * wrong vnode's node is p (1 - (1 - a)^n) after n cycles, p = (k - 1) / k:
 * f <- f (1 - a) + a p.
 */
static void uniform_drift(unsigned k, double a, int cycles)
{
	struct host *host = sim_host(8, 16, 16 * GIB);
	struct backend *b = sim_open(host, "allocator=xen,exchange=1000000");
	static const unsigned nodes[] = {1, 2, 3, 4, 5, 6, 7};
	int64_t bytes = (int64_t)k * 4 * GIB, resident, less;
	double p = (double)(k - 1) / k;

	less = (int64_t)((double)bytes * (1 - a)) / PAGE_BYTES * PAGE_BYTES;
	sim_start(b, host, 0, nodes, k, bytes);
	for (int n = 1; n <= cycles; n++) {
		double expected = p * (1 - pow(1 - a, n)), f;

		sim_resize(b, 0, less);
		sim_resize(b, 0, bytes);
		f = (double)sim_wrong_ppm(b, 0, nodes, k, &resident) / 1e6;
		cr_assert_eq(resident, bytes);
		cr_assert(fabs(f - expected) < 0.01 * expected + 1e-6,
			  "k %u, a %g, cycle %d: %.6f, not %.6f", k, a, n, f, expected);
	}
	backend_close(b);
	host_free(host);
}

Test(drift, uniform_drift_is_the_closed_form)
{
	uniform_drift(2, 0.02, 300);
	uniform_drift(2, 0.1, 100);
	uniform_drift(2, 0.3, 30);
	uniform_drift(3, 0.1, 100);
	uniform_drift(4, 0.1, 100);
	uniform_drift(7, 0.05, 200);
}

/* f(t) = p (1 - exp(-t a / T)) of the published table, k = 2: after 1 h and 8 h. */
Test(drift, the_table_of_rates)
{
	static const struct {
		double cycle_min, a, after_1h, after_8h;
	} row[] = {
		{1, 0.02, 0.35, 0.50},	{10, 0.02, 0.06, 0.31}, {10, 0.10, 0.23, 0.50},
		{60, 0.10, 0.05, 0.28}, {60, 0.30, 0.15, 0.47},
	};
	static const unsigned nodes[] = {1, 2};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct host *host = sim_host(8, 16, 16 * GIB);
		struct backend *b = sim_open(host, NULL);
		int64_t bytes = 8 * GIB, resident;
		int64_t less = (int64_t)((double)bytes * (1 - row[i].a)) / PAGE_BYTES * PAGE_BYTES;
		int n = 0;

		sim_start(b, host, 0, nodes, 2, bytes);
		for (; n < 60 / row[i].cycle_min; n++) {
			sim_resize(b, 0, less);
			sim_resize(b, 0, bytes);
		}
		/* the table is rounded to whole per cents, and its exponential is the
		 * limit of small steps */
		cr_assert_float_eq((double)sim_wrong_ppm(b, 0, nodes, 2, &resident) / 1e6,
				   row[i].after_1h, 0.01);
		for (; n < 480 / row[i].cycle_min; n++) {
			sim_resize(b, 0, less);
			sim_resize(b, 0, bytes);
		}
		cr_assert_float_eq((double)sim_wrong_ppm(b, 0, nodes, 2, &resident) / 1e6,
				   row[i].after_8h, 0.012);
		backend_close(b);
		host_free(host);
	}
}

/* Where the balloon names the node, nothing drifts while there is room. */
Test(drift, named_nodes_do_not_drift)
{
	static const char *const options[] = {"allocator=slit", "allocator=home-strict"};
	static const unsigned nodes[] = {1, 2, 6};

	for (int i = 0; i < 2; i++) {
		struct host *host = sim_host(8, 16, 16 * GIB);
		struct backend *b = sim_open(host, options[i]);
		int64_t resident;

		sim_start(b, host, 0, nodes, 3, 12 * GIB);
		for (int n = 0; n < 50; n++) {
			sim_resize(b, 0, 5 * GIB + n * PAGE_BYTES);
			sim_resize(b, 0, 12 * GIB);
			cr_assert_eq(sim_wrong_ppm(b, 0, nodes, 3, &resident), 0);
			cr_assert_eq(resident, 12 * GIB);
		}
		backend_close(b);
		host_free(host);
	}
}

/* home-strict stays short rather than leave its node. */
Test(drift, home_strict_stays_short)
{
	struct host *host = sim_host(8, 16, 16 * GIB);
	struct backend *b = sim_open(host, "allocator=home-strict");
	static const unsigned node[] = {3};
	int64_t resident;

	sim_start(b, host, 0, node, 1, 10 * GIB);
	sim_resize(b, 0, 2 * GIB);
	sim_start(b, host, 1, node, 1, 12 * GIB);
	sim_resize(b, 0, 10 * GIB);
	cr_assert_eq(sim_wrong_ppm(b, 0, node, 1, &resident), 0);
	cr_assert_eq(resident, 4 * GIB);
	backend_close(b);
	host_free(host);
}

/* most-free levels the nodes, page by page. */
Test(drift, most_free_levels_the_nodes)
{
	struct host *host = sim_host(4, 16, 16 * GIB);
	struct backend *b = sim_open(host, "allocator=most-free");
	int64_t pages[NODES_MAX];

	sim_start(b, host, 1, (const unsigned[]){0}, 1, 12 * GIB);
	sim_start(b, host, 2, (const unsigned[]){1}, 1, 8 * GIB);
	sim_start(b, host, 0, (const unsigned[]){2}, 1, GIB);
	/* free: 4, 8, 15, 16; 11 more leave 8, 8, 12, 12 -> 10 from each of the last two
	 * down to a common height */
	sim_resize(b, 0, 12 * GIB);
	sim_pages(b, 0, pages);
	cr_assert_eq(pages[0], 0);
	cr_assert_eq(pages[1], 0);
	cr_assert_eq(pages[2] + pages[3], 12 * GIB / PAGE_BYTES);
	/* 16 - x = 15 - (11 - x): x = 6 */
	cr_assert_eq(pages[3], 6 * GIB / PAGE_BYTES);
	backend_close(b);
	host_free(host);
}
