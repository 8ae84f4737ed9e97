#include "cost/over-time/hash_index.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

uint64_t hash_mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
	return hash ^ hash >> 32;
}

void hash_index_put(const struct hash_index *x, uint64_t hash, uint32_t place)
{
	size_t at = hash & (x->size - 1);

	while (x->place[at] != NOWHERE)
		at = (at + 1) & (x->size - 1);
	x->place[at] = place;
}

void hash_index_empty(struct hash_index *x, size_t size)
{
	if (size != x->size) {
		free(x->place);
		x->place = xmalloc(size * sizeof(*x->place));
		x->size = size;
	}
	memset(x->place, 0xff, size * sizeof(*x->place));
}
