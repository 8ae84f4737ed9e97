#include "zone/name_set.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/map.h"
#define FULL_MIN 32
#define SHORT_NAME 23

struct named_span {
	uint64_t hash; /* when there is an index */
	int64_t start_ns, end_ns;
	char *long_name; /* its own; NULL: it is short */
	char short_name[SHORT_NAME + 1];
};

static const char *name_of(const struct named_span *s)
{
	return s->long_name ? s->long_name : s->short_name;
}

static uint64_t hash_name(const char *name, size_t n)
{
	uint64_t hash = 0, word, length = n;

	for (; n > sizeof(word); n -= sizeof(word), name += sizeof(word)) {
		memcpy(&word, name, sizeof(word));
		hash = map_mix(hash, word);
	}
	word = 0;
	memcpy(&word, name, n);
	/* twice: what a name ends in must reach the low bits, which say where */
	return map_mix(map_mix(hash, word), length);
}

struct name_slot {
	uint32_t tag; /* of the hash what does not say where */
	uint32_t span; /* counted from 1; 0: free */
};

static uint32_t tag_of(uint64_t hash)
{
	return (uint32_t)(hash >> 32);
}

/* Where to look first; and where, when it is not there. */
static size_t home(const struct name_set *s, uint64_t hash)
{
	return hash & (s->nr_slots - 1);
}

static size_t after(const struct name_set *s, size_t at)
{
	return (at + 1) & (s->nr_slots - 1);
}

static void add_to_index(struct name_set *s, uint64_t hash, size_t span)
{
	size_t at = home(s, hash);

	while (s->slot[at].span)
		at = after(s, at);
	s->slot[at] = (struct name_slot){tag_of(hash), (uint32_t)span + 1};
}

/* Of all spans, with room for s->full. */
static void index_anew(struct name_set *s)
{
	size_t nr = s->nr_slots ? s->nr_slots : 1;

	while (3 * nr < 4 * s->full)
		nr *= 2;
	if (nr != s->nr_slots)
		s->slot = xreallocarray(s->slot, nr, sizeof(*s->slot));
	s->nr_slots = nr;
	memset(s->slot, 0, nr * sizeof(*s->slot));
	for (size_t i = 0; i < s->nr; i++)
		add_to_index(s, s->span[i].hash, i);
}

/* Room for as many again as are still in use. Most have ended: indexing the others anew is
 * less work than taking each of them out. */
static void forget_ended(struct name_set *s, int64_t now_ns)
{
	size_t nr = 0;

	for (size_t i = 0; i < s->nr; i++) {
		if (s->span[i].end_ns <= now_ns)
			free(s->span[i].long_name);
		else
			s->span[nr++] = s->span[i];
	}
	s->nr = nr;
	s->full = s->nr > FULL_MIN / 2 ? 2 * s->nr : FULL_MIN;
	BUG_ON(s->full > UINT32_MAX / 2);
	if (s->mixed)
		index_anew(s);
}

static bool in_use(const struct name_set *s, const char *name, uint64_t hash, int64_t start_ns,
		   int64_t end_ns)
{
	for (size_t at = home(s, hash); s->slot[at].span; at = after(s, at)) {
		const struct named_span *other = &s->span[s->slot[at].span - 1];

		if (s->slot[at].tag == tag_of(hash) && other->start_ns < end_ns &&
		    start_ns < other->end_ns && strcmp(name_of(other), name) == 0)
			return true;
	}
	return false;
}

/* Behind all names so far; then it is the last. */
static bool comes_last(struct name_set *s, const char *name, size_t n)
{
	if (s->mixed || n > ZONE_NAME_MAX || n < s->last_length ||
	    (n == s->last_length && memcmp(name, s->last, n) <= 0))
		return false;
	memcpy(s->last, name, n);
	s->last_length = n;
	return true;
}

static void begin_index(struct name_set *s)
{
	s->mixed = true;
	for (size_t i = 0; i < s->nr; i++)
		s->span[i].hash = hash_name(name_of(&s->span[i]), strlen(name_of(&s->span[i])));
	if (s->full < FULL_MIN)
		s->full = FULL_MIN;
	index_anew(s);
}

bool name_set_add(struct name_set *s, const char *name, int64_t start_ns, int64_t end_ns,
		  int64_t now_ns)
{
	size_t n = strlen(name);
	struct named_span *span;
	uint64_t hash = 0;

	if (!comes_last(s, name, n)) {
		if (!s->mixed)
			begin_index(s);
		hash = hash_name(name, n);
		if (in_use(s, name, hash, start_ns, end_ns))
			return false;
	}
	if (s->nr >= s->full)
		forget_ended(s, now_ns);
	s->span = grow(s->span, &s->cap, s->nr, sizeof(*s->span));
	if (s->mixed)
		add_to_index(s, hash, s->nr);
	span = &s->span[s->nr++];
	span->hash = hash;
	span->start_ns = start_ns;
	span->end_ns = end_ns;
	span->long_name = n > SHORT_NAME ? xstrdup(name) : NULL;
	if (!span->long_name)
		memcpy(span->short_name, name, n + 1);
	return true;
}

void name_set_release(struct name_set *s)
{
	for (size_t i = 0; i < s->nr; i++)
		free(s->span[i].long_name);
	free(s->span);
	free(s->slot);
	*s = (struct name_set){0};
}
