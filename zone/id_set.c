#include "zone/id_set.h"

#include <stdlib.h>

#include "base/alloc.h"

static size_t home(const struct id_set *s, uint64_t key)
{
	/* Knuth's multiplier, 2^64 / golden ratio: neighbours part */
	return (size_t)((key * 0x9e3779b97f4a7c15u) >> 20) & (s->size - 1);
}

static size_t find(const struct id_set *s, uint64_t key)
{
	size_t i = home(s, key);

	while (s->slot[i] && s->slot[i] != key)
		i = (i + 1) & (s->size - 1);
	return i;
}

static void enlarge(struct id_set *s)
{
	struct id_set larger = {.size = s->size ? s->size * 2 : 64};

	larger.slot = xcalloc(larger.size, sizeof(*larger.slot));
	for (size_t i = 0; i < s->size; i++)
		if (s->slot[i])
			larger.slot[find(&larger, s->slot[i])] = s->slot[i];
	larger.nr = s->nr;
	free(s->slot);
	*s = larger;
}

bool id_set_add(struct id_set *s, uint64_t id)
{
	size_t i;

	if (2 * (s->nr + 1) > s->size)
		enlarge(s);
	i = find(s, id + 1);
	if (s->slot[i])
		return false;
	s->slot[i] = id + 1;
	s->nr++;
	return true;
}

bool id_set_remove(struct id_set *s, uint64_t id)
{
	size_t hole, i, mask = s->size - 1;

	if (!s->size)
		return false;
	hole = find(s, id + 1);
	if (!s->slot[hole])
		return false;
	for (i = (hole + 1) & mask; s->slot[i]; i = (i + 1) & mask) {
		/* may it move to the hole: is its home at or before it on the way? */
		if (((i - home(s, s->slot[i])) & mask) < ((i - hole) & mask))
			continue;
		s->slot[hole] = s->slot[i];
		hole = i;
	}
	s->slot[hole] = 0;
	s->nr--;
	return true;
}

void id_set_release(struct id_set *s)
{
	free(s->slot);
	*s = (struct id_set){0};
}
