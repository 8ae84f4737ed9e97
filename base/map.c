#include "base/map.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"

#define SIZE_BITS_MIN 6

/* Knuth's multiplier, 2^64 / golden ratio: neighbours part, the high bits know all. */
static size_t home(const struct map *m, uint64_t key)
{
	return (size_t)((key * 0x9e3779b97f4a7c15u) >> m->shift);
}

static size_t after(const struct map *m, size_t at)
{
	return (at + 1) & (m->size - 1);
}

void map_release(struct map *m)
{
	free(m->entry);
	*m = (struct map){0};
}

static void insert(struct map *m, struct map_entry e)
{
	size_t at = home(m, e.key);

	while (m->entry[at].value != MAP_NONE)
		at = after(m, at);
	m->entry[at] = e;
}

static void enlarge(struct map *m)
{
	struct map old = *m;

	m->size = old.size ? 2 * old.size : (size_t)1 << SIZE_BITS_MIN;
	m->shift = old.size ? old.shift - 1 : 64 - SIZE_BITS_MIN;
	m->entry = xreallocarray(NULL, m->size, sizeof(*m->entry));
	memset(m->entry, 0xff, m->size * sizeof(*m->entry)); /* MAP_NONE */
	for (size_t i = 0; i < old.size; i++) {
		if (old.entry[i].value != MAP_NONE)
			insert(m, old.entry[i]);
	}
	free(old.entry);
}

void map_add(struct map *m, uint64_t key, uint32_t value)
{
	BUG_ON(value == MAP_NONE);
	if (4 * (m->nr + 1) > 3 * m->size)
		enlarge(m);
	insert(m, (struct map_entry){key, value});
	m->nr++;
}

/* The key's first entry from `at` on; where there is none, a free one. */
static uint32_t seek(const struct map *m, uint64_t key, size_t *at)
{
	size_t i = *at;

	while (m->entry[i].value != MAP_NONE && m->entry[i].key != key)
		i = after(m, i);
	*at = i;
	return m->entry[i].value;
}

uint32_t map_first(const struct map *m, uint64_t key, size_t *at)
{
	if (!m->size)
		return MAP_NONE;
	*at = home(m, key);
	return seek(m, key, at);
}

uint32_t map_next(const struct map *m, uint64_t key, size_t *at)
{
	*at = after(m, *at);
	return seek(m, key, at);
}

uint32_t map_find(const struct map *m, uint64_t key)
{
	size_t at;

	return map_first(m, key, &at);
}

/* What follows moves back, unless that would put it before its home. */
static void close_gap(const struct map *m, size_t hole)
{
	const struct map was = *m; /* so that it is not read anew after each write */
	size_t mask = was.size - 1;

	for (size_t i = after(&was, hole); was.entry[i].value != MAP_NONE; i = after(&was, i)) {
		if (((i - home(&was, was.entry[i].key)) & mask) >= ((i - hole) & mask)) {
			was.entry[hole] = was.entry[i];
			hole = i;
		}
	}
	was.entry[hole].value = MAP_NONE;
}

bool map_remove(struct map *m, uint64_t key, uint32_t value)
{
	size_t at;
	uint32_t v = map_first(m, key, &at);

	while (v != MAP_NONE && v != value)
		v = map_next(m, key, &at);
	if (v == MAP_NONE)
		return false;
	close_gap(m, at);
	m->nr--;
	return true;
}
