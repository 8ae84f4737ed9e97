/*
 * Where things are: from a number of 64 bits to a position in an array of the caller's,
 * by open addressing with linear probing. Everything takes constant time in the mean;
 * map_add() now and then moves all to twice the room. A quarter of the room at least is
 * free: an entry takes 21 to 43 bytes, at the largest number there has been. Removing
 * leaves no mark behind: a map through which millions pass stays as large as what it
 * holds at one time.
 *
 * The number is either all there is to know (an id: map_find()) or a hash of it. Then
 * several things may stand under one number; the caller walks through them and compares:
 *	for (v = map_first(m, hash, &at); v != MAP_NONE; v = map_next(m, hash, &at))
 *		if (is_it(&thing[v], wanted))
 *			return v;
 * There is no way to walk through all: no order that depends on hashes reaches a result.
 * Things are not pointed at and may move, which is why this is not uthash.
 */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MAP_NONE UINT32_MAX

/* Zero-initialise. */
struct map {
	struct map_entry {
		uint64_t key;
		uint32_t value; /* MAP_NONE: free */
	} * entry; /* its own */
	size_t nr, size; /* size: 0 or a power of two */
	unsigned shift; /* the home of a key is in the high bits of its hash */
};

void map_release(struct map *m);

/* Beside what stands under the key already. Any key; any value but MAP_NONE. */
void map_add(struct map *m, uint64_t key, uint32_t value);
/* False when this pair is not there. Of equal pairs one goes. */
bool map_remove(struct map *m, uint64_t key, uint32_t value);

/* A value under the key; MAP_NONE: there is none. */
uint32_t map_find(const struct map *m, uint64_t key);
/* All of them, one after the other, in no order that means anything. The map must not
 * change meanwhile. */
uint32_t map_first(const struct map *m, uint64_t key, size_t *at);
uint32_t map_next(const struct map *m, uint64_t key, size_t *at);

/* For keys of more than one word: what is hashed so far and one more. */
static inline uint64_t map_mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
	return hash ^ hash >> 32;
}

#endif
