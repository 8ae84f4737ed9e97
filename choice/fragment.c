#include "choice/fragment.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

struct need {
	int64_t pool;
	double weight; /* of those in the group who need this much or less */
};

struct fragment_group {
	int64_t part;
	uint32_t nr_parts;
	struct need *need; /* ascending */
	size_t nr, cap;
};

void fragment_release(struct fragment *f)
{
	for (size_t i = 0; i < f->nr; i++)
		free(f->group[i].need);
	free(f->group);
	*f = (struct fragment){0};
}

static struct fragment_group *group_of(struct fragment *f, int64_t part, uint32_t nr_parts)
{
	for (size_t i = 0; i < f->nr; i++) {
		if (f->group[i].part == part && f->group[i].nr_parts == nr_parts)
			return &f->group[i];
	}
	f->group = grow(f->group, &f->cap, f->nr, sizeof(*f->group));
	f->group[f->nr] = (struct fragment_group){.part = part, .nr_parts = nr_parts};
	return &f->group[f->nr++];
}

/* How many of the needs are no more than this. */
static size_t needs_within(const struct fragment_group *g, int64_t pool)
{
	size_t low = 0, high = g->nr;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (g->need[mid].pool <= pool)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

void fragment_count(struct fragment *f, int64_t part, uint32_t nr_parts, int64_t pool,
		    double weight)
{
	struct fragment_group *g = group_of(f, part, nr_parts);
	size_t at = needs_within(g, pool);

	if (!at || g->need[at - 1].pool != pool) {
		double before = at ? g->need[at - 1].weight : 0;

		g->need = grow(g->need, &g->cap, g->nr, sizeof(*g->need));
		memmove(&g->need[at + 1], &g->need[at], (g->nr++ - at) * sizeof(*g->need));
		g->need[at++] = (struct need){pool, before};
	}
	for (size_t i = at - 1; i < g->nr; i++)
		g->need[i].weight += weight;
}

double fragment_of(const struct fragment *f, const int64_t *free, uint32_t nr, int64_t pool)
{
	int64_t idle = 0;
	double usable = 0;

	for (uint32_t i = 0; i < nr; i++)
		idle += free[i];
	if (!idle)
		return 0;
	for (size_t k = 0; k < f->nr; k++) {
		const struct fragment_group *g = &f->group[k];
		size_t within = needs_within(g, pool);
		uint32_t parts = 0;
		int64_t fits = 0;

		for (uint32_t i = 0; i < nr; i++) {
			if (free[i] < g->part)
				continue;
			fits += free[i];
			parts++;
		}
		if (within && parts >= g->nr_parts)
			usable += g->need[within - 1].weight * (double)fits;
	}
	return (double)idle - usable / f->total;
}
