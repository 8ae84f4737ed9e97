/*
 * The index of a fleet (fleet.h), how it is kept and walked: for the files that are built for one
 * kind of processor each.
 */
#ifndef CHOICE_INDEX_LOOPS_H
#define CHOICE_INDEX_LOOPS_H

#include "base/lanes.h"
#include "base/units.h"
#include "choice/fleet.h"
#include "choice/index.h"

/* The best of a group in which entry `k` has `has` from now on; `best` is what it was. */
static int32_t best_now(const int32_t group[LANES], unsigned k, int32_t has, int32_t best)
{
	/* the others are looked at only where one that was the best has less now */
	if (has < group[k] && group[k] == best)
		return lanes_most(group, k, has);
	return has > best ? has : best;
}

/* Where there is no limit, those who have more have less left all the same. */
static int32_t counted_free_vcpus(const struct host_state *s)
{
	int64_t left = (int64_t)fleet_counted(s->vcpus_limit) - s->total_vcpus;

	return left > 0 ? (int32_t)left : 0;
}

/* Groups are looked at before they are written to: a group that was, a moment ago, is waited for.
 */
static void update(struct fleet *f, uint32_t host)
{
	int32_t pages = fleet_counted(f->state[host]->total_free_bytes / PAGE_BYTES);
	int32_t vcpus = counted_free_vcpus(f->state[host]);
	uint32_t i = host;

	for (unsigned l = 0; l < f->top; l++) {
		struct fleet_sums *g = &f->level[l][i / FLEET_GROUP];
		struct fleet_sums *up = &f->level[l + 1][i / FLEET_GROUP / FLEET_GROUP];
		unsigned k = i % FLEET_GROUP, at = i / FLEET_GROUP % FLEET_GROUP;
		int32_t best_pages = best_now(g->pages, k, pages, up->pages[at]);
		int32_t best_vcpus = best_now(g->vcpus, k, vcpus, up->vcpus[at]);

		g->pages[k] = pages;
		g->vcpus[k] = vcpus;
		if (best_pages == up->pages[at] && best_vcpus == up->vcpus[at])
			return;
		pages = best_pages;
		vcpus = best_vcpus;
		i /= FLEET_GROUP;
	}
	f->level[f->top]->pages[i] = pages;
	f->level[f->top]->vcpus[i] = vcpus;
}

/* Bits of the group's entries that have room, from entry `from` on. */
static uint32_t with_room(const struct fleet_sums *g, const struct choice_request *r, unsigned from)
{
	return lanes_at_least(g->pages, r->counted_pages) &
	       lanes_at_least(g->vcpus, r->counted_vcpus) & ~0u << from;
}

/*
 * The walk goes on with the next group on its right whenever the current one cannot hold
 * the zone, from as high as that group is the first of all; a group whose maxima suffice
 * may still hold no single host that does. A group is looked at without a branch: which of them
 * it is cannot be foreseen.
 */
static uint32_t lowest(const struct fleet *f, const struct choice_request *r)
{
	uint32_t i = r->after;
	unsigned l = 0;

	if (i >= f->nr_hosts)
		return HOST_NONE;
	while (l < f->top && i % FLEET_GROUP == 0) {
		i /= FLEET_GROUP;
		l++;
	}
	for (;;) {
		uint32_t may = with_room(&f->level[l][i / FLEET_GROUP], r, i % FLEET_GROUP);

		i -= i % FLEET_GROUP;
		if (may) {
			i += lowest_bit(may);
			if (l-- == 0)
				return i;
			i *= FLEET_GROUP;
			continue;
		}
		i += FLEET_GROUP;
		while (i % FLEET_GROUP == 0) {
			if (l++ == f->top)
				return HOST_NONE;
			i /= FLEET_GROUP;
		}
	}
}

#endif
