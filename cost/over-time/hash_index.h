/* Places of a table by hash: open addressing, a power of two of them. */
#ifndef COST_OVER_TIME_HASH_INDEX_H
#define COST_OVER_TIME_HASH_INDEX_H

#include <stddef.h>
#include <stdint.h>

#define NOWHERE UINT32_MAX

struct hash_index {
	uint32_t *place; /* NOWHERE: empty */
	size_t size;
};

/* Makes it empty, with room for `size` places, at most half of them taken. */
void hash_index_empty(struct hash_index *x, size_t size);
void hash_index_put(const struct hash_index *x, uint64_t hash, uint32_t place);
/* A hash, one more word in. */
uint64_t hash_mix(uint64_t hash, uint64_t word);

#endif
