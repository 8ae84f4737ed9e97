#include <criterion/criterion.h>

#include "base/units.h"
#include "live/away.h"
#include "live/vcpus.h"

static struct host *four_nodes(void)
{
	struct host *h = host_new("four", 4);
	struct error err;

	for (unsigned n = 0; n < 4; n++) {
		h->node[n].memory_bytes = 4 * GIB;
		cpuset_add(&h->node[n].cpus, n);
	}
	cr_assert_eq(host_finish(h, &err), 0, "%s", err.text);
	return h;
}

/* A zone with so many pages on each node. */
static struct live_zone *zone_with(struct live_sample *s, const int64_t *pages)
{
	struct live_zone *z = live_sample_add(s, "z", "1");

	for (unsigned n = 0; n < 4; n++)
		z->node_bytes[n] = pages[n] * PAGE_BYTES;
	return z;
}

/* Pinned to node 1: what lies elsewhere is off its nodes, and none is on a wrong one. */
Test(away, one_node)
{
	struct host *h = four_nodes();
	struct live_sample s;
	struct live_zone *z;
	struct live_away a;

	live_sample_init(&s, h);
	z = zone_with(&s, (const int64_t[]){10, 90, 0, 5});
	z->vnode[0].runs_on = nodeset_of(1);
	z->unknown_bytes = 7 * PAGE_BYTES;
	live_away_of(&s, z, &a);
	cr_expect_eq(a.home, nodeset_of(1));
	cr_expect_eq(a.known_bytes, 105 * PAGE_BYTES, "what is nowhere is in no share");
	cr_expect_eq(a.wrong_bytes, 0);
	cr_expect_eq(a.off_bytes, 15 * PAGE_BYTES);
	cr_expect_eq(live_away_bytes(&a), 15 * PAGE_BYTES);
	live_sample_release(&s);
	host_free(h);
}

/* Told of 50 pages on node 0 and 50 on node 2: 20 of those on node 2 must be the other vnode's. */
Test(away, two_vnodes)
{
	struct host *h = four_nodes();
	struct live_sample s;
	struct live_zone *z;
	struct live_away a;

	live_sample_init(&s, h);
	z = zone_with(&s, (const int64_t[]){27, 3, 70, 0});
	live_zone_set_vnodes(z, 2);
	z->vnode[0] = (struct live_vnode){nodeset_of(0), 0, 0, 1, 50 * PAGE_BYTES};
	z->vnode[1] = (struct live_vnode){nodeset_of(2), 0, 2, 1, 50 * PAGE_BYTES};
	live_away_of(&s, z, &a);
	cr_expect_eq(a.home, nodeset_of(0) | nodeset_of(2));
	cr_expect_eq(a.wrong_bytes, 20 * PAGE_BYTES);
	cr_expect_eq(a.off_bytes, 3 * PAGE_BYTES);
	z->vnode[1].memory_bytes = LIVE_UNKNOWN;
	live_away_of(&s, z, &a);
	cr_expect_eq(a.wrong_bytes, LIVE_UNKNOWN, "not told how much: not known");
	cr_expect_eq(live_away_bytes(&a), 3 * PAGE_BYTES);
	z->vnode[0].told_node = z->vnode[1].told_node = -1;
	live_away_of(&s, z, &a);
	cr_expect_eq(a.wrong_bytes, LIVE_UNKNOWN,
		     "a guest that was told nothing has no wrong vnode");
	live_sample_release(&s);
	host_free(h);
}

/* It may run anywhere: nothing of it is away. Pages that cannot be seen are not 0. */
Test(away, no_home)
{
	struct host *h = four_nodes();
	struct live_sample s;
	struct live_zone *z;
	struct live_away a;

	live_sample_init(&s, h);
	z = zone_with(&s, (const int64_t[]){1, 2, 3, 4});
	z->vnode[0].runs_on = 15;
	live_away_of(&s, z, &a);
	cr_expect(a.home == 0 && a.off_bytes == LIVE_UNKNOWN && a.wrong_bytes == LIVE_UNKNOWN);
	cr_expect_eq(live_away_bytes(&a), LIVE_UNKNOWN);
	z->vnode[0].prefers = nodeset_of(3);
	live_away_of(&s, z, &a);
	cr_expect_eq(a.off_bytes, 6 * PAGE_BYTES, "soft affinity names a home");
	z->vnode[0].prefers = 15;
	cr_expect_eq(live_zone_home(&s, z), 0, "all of them is no wish");
	z->vnode[0].prefers = nodeset_of(3);
	z->node_bytes[2] = LIVE_UNKNOWN;
	live_away_of(&s, z, &a);
	cr_expect(a.known_bytes == LIVE_UNKNOWN && a.off_bytes == LIVE_UNKNOWN);
	live_sample_release(&s);
	host_free(h);
}

/* vCPUs that may run on the same nodes are one vnode. */
Test(away, vcpus_as_vnodes)
{
	static const struct live_vcpu vcpu[] = {{1, 0}, {2, 0}, {1, 0}, {1, 3}};
	struct host *h = four_nodes();
	struct live_sample s;
	struct live_zone *z;

	live_sample_init(&s, h);
	z = live_sample_add(&s, "z", "1");
	live_zone_set_vcpus(z, vcpu, 4);
	cr_assert_eq(z->nr_vnodes, 3);
	cr_expect(z->vcpus == 4 && z->vnode[0].vcpus == 2 && z->vnode[0].runs_on == 1);
	cr_expect(z->vnode[2].prefers == 3 && z->vnode[2].told_node == -1);
	live_zone_set_vcpus(z, NULL, 0);
	cr_expect(z->nr_vnodes == 1 && z->vnode[0].runs_on == 0 && z->vcpus == 0);
	live_sample_release(&s);
	host_free(h);
}

/* A node without CPUs (CXL) is none that a vCPU could run on: who may run on all others is at home
 * nowhere. */
Test(away, node_without_cpus)
{
	struct host *h = host_new("three", 3);
	struct live_sample s;
	struct live_zone *z;
	struct error err;

	for (unsigned n = 0; n < 3; n++) {
		h->node[n].memory_bytes = GIB;
		if (n < 2)
			cpuset_add(&h->node[n].cpus, n);
	}
	cr_assert_eq(host_finish(h, &err), 0, "%s", err.text);
	live_sample_init(&s, h);
	z = live_sample_add(&s, "z", "1");
	z->vnode[0].runs_on = 3;
	cr_expect_eq(live_zone_home(&s, z), 0);
	z->vnode[0].runs_on = nodeset_of(1);
	cr_expect_eq(live_zone_home(&s, z), nodeset_of(1));
	live_sample_release(&s);
	host_free(h);
}
