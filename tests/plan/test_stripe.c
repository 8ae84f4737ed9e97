/* Striping against dealing out one extent after another. */
#include <criterion/criterion.h>
#include <string.h>

#include "tests/placement/hosts.h"

/* One extent of `size`, where Xen's allocator would take it; false: nowhere. */
static bool take_one(const struct host *h, nodeset affinity, int64_t size, unsigned *last,
		     int64_t *free_bytes, int64_t *taken)
{
	unsigned start = (*last + 1) % NODES_MAX, node = 0;
	bool found = false;

	for (unsigned i = 0; i < NODES_MAX && !found; i++) {
		node = (start + i) % NODES_MAX;
		found = node < h->nr_nodes && nodeset_has(affinity, node) &&
			free_bytes[node] >= size;
	}
	for (unsigned n = 0; n < h->nr_nodes && !found; n++) {
		node = n;
		found = !nodeset_has(affinity, n) && free_bytes[n] >= size;
	}
	if (!found)
		return false;
	free_bytes[node] -= size;
	taken[node] += size;
	*last = node;
	return true;
}

Test(stripe, is_what_one_extent_after_another_gives)
{
	static const int64_t size[] = {GIB, 2 * MIB, PAGE_BYTES};

	for (unsigned i = 0; i < 300; i++) {
		int64_t a_free[64], b_free[64], a[64] = {0}, b[64] = {0};
		unsigned cpus[9], a_last, b_last;
		int64_t bytes[9], todo, left;
		nodeset affinity;
		struct host *h;
		struct rng r;

		rng_seed(&r, i, "stripe");
		for (unsigned n = 0; n < 9; n++) {
			cpus[n] = 1;
			bytes[n] = (int64_t)rng_below(&r, 4) * GIB +
				   (int64_t)rng_below(&r, 300) * MIB +
				   (int64_t)rng_below(&r, 300) * PAGE_BYTES + PAGE_BYTES;
			a_free[n] = b_free[n] = bytes[n];
		}
		h = test_host_done(test_host(9, cpus, bytes, 20));
		affinity = 1 + rng_below(&r, 511);
		a_last = b_last = (unsigned)rng_below(&r, 9);
		todo = (int64_t)rng_below(&r, (uint64_t)h->memory_bytes / PAGE_BYTES + 100) *
		       PAGE_BYTES;
		left = plan_stripe(h, affinity, todo, &a_last, a_free, a);
		for (unsigned e = 0; e < 3; e++) {
			while (todo >= size[e] &&
			       take_one(h, affinity, size[e], &b_last, b_free, b))
				todo -= size[e];
		}
		cr_assert_eq(left, todo);
		cr_assert_arr_eq(a, b, sizeof(a), "%u", i);
		cr_assert_eq(a_last, b_last, "%u: %u %u", i, a_last, b_last);
		host_free(h);
	}
}

/* The first extent goes to the next node after 0. */
Test(stripe, begins_after_node_0)
{
	struct host *h = test_host_seed();
	int64_t free_bytes[8], taken[8] = {0};
	unsigned last = 0;

	for (unsigned n = 0; n < 8; n++)
		free_bytes[n] = 16 * GIB;
	cr_assert_eq(plan_stripe(h, 0xff, 3 * GIB, &last, free_bytes, taken), 0);
	cr_assert_eq(taken[0], 0);
	cr_assert_eq(taken[1], GIB);
	cr_assert_eq(taken[3], GIB);
	cr_assert_eq(last, 3);
	host_free(h);
}
