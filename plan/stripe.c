#include "base/units.h"
#include "plan/plan.h"

/* One size of extents being dealt out. */
struct dealing {
	const struct host *host;
	int64_t size_bytes;
	int64_t todo; /* extents */
	int64_t *free_bytes, *taken;
};

static void give(struct dealing *d, unsigned node, int64_t extents)
{
	d->free_bytes[node] -= extents * d->size_bytes;
	d->taken[node] += extents * d->size_bytes;
	d->todo -= extents;
}

/* Those of `nodes` that have an extent, and how many the poorest of them has. */
static nodeset with_extents(const struct dealing *d, nodeset nodes, int64_t *least)
{
	nodeset have = 0;
	unsigned node;

	*least = INT64_MAX;
	nodeset_for_each (node, nodes) {
		int64_t extents = d->free_bytes[node] / d->size_bytes;

		if (!extents)
			continue;
		have |= nodeset_of(node);
		if (extents < *least)
			*least = extents;
	}
	return have;
}

/* The members of `nodes` after `last`, cyclic; the set must not be empty. */
static unsigned next_after(nodeset nodes, unsigned last)
{
	nodeset above = nodes & ~nodeset_first_n(last + 1);

	return nodeset_lowest(above ? above : nodes);
}

/* Whole rounds at once, as many as the poorest node allows; then singles. */
static void deal_round(struct dealing *d, nodeset affinity, unsigned *last)
{
	int64_t least;
	nodeset have;

	while (d->todo && (have = with_extents(d, affinity, &least))) {
		int64_t rounds = d->todo / nodeset_count(have);
		unsigned node;

		if (rounds > least)
			rounds = least;
		if (rounds) {
			/* a round ends where it began: `last` is its last giver */
			nodeset before = have & nodeset_first_n(*last + 1);

			nodeset_for_each (node, have) {
				give(d, node, rounds);
			}
			if (!before)
				before = have;
			*last = NODES_MAX - 1;
			while (!nodeset_has(before, *last))
				--*last;
			continue;
		}
		while (d->todo) {
			*last = next_after(have, *last);
			give(d, *last, 1);
		}
	}
}

int64_t plan_stripe(const struct host *host, nodeset affinity, int64_t bytes, unsigned *last,
		    int64_t *free_bytes, int64_t *taken)
{
	static const int64_t size_bytes[] = {GIB, 2 * MIB, PAGE_BYTES};

	for (unsigned i = 0; i < sizeof(size_bytes) / sizeof(size_bytes[0]); i++) {
		struct dealing d = {host, size_bytes[i], bytes / size_bytes[i], free_bytes, taken};
		int64_t asked = d.todo;
		unsigned node;

		deal_round(&d, affinity & host->memory_nodes, last);
		nodeset_for_each (node, host->memory_nodes & ~affinity) {
			int64_t here = free_bytes[node] / size_bytes[i];

			here = here < d.todo ? here : d.todo;
			if (!here)
				continue;
			give(&d, node, here);
			*last = node;
		}
		bytes -= (asked - d.todo) * size_bytes[i];
	}
	return bytes;
}
