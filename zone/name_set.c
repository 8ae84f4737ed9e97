#include "zone/name_set.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/rng.h"

#define FULL_MIN 32

struct named_span {
	char *name;
	uint64_t hash;
	int64_t start_ns, end_ns;
};

/* The last one takes its place. */
static void drop(struct name_set *s, uint32_t at)
{
	struct named_span *span = &s->span[at], *last = &s->span[--s->nr];

	map_remove(&s->index, span->hash, at);
	free(span->name);
	if (span == last)
		return;
	map_remove(&s->index, last->hash, (uint32_t)s->nr);
	*span = *last;
	map_add(&s->index, span->hash, at);
}

/* Room for as many again as are still in use. */
static void forget_ended(struct name_set *s, int64_t now_ns)
{
	for (size_t i = s->nr; i-- > 0;) {
		if (s->span[i].end_ns <= now_ns)
			drop(s, (uint32_t)i);
	}
	s->full = s->nr > FULL_MIN / 2 ? 2 * s->nr : FULL_MIN;
}

bool name_set_add(struct name_set *s, const char *name, int64_t start_ns, int64_t end_ns,
		  int64_t now_ns)
{
	struct named_span span = {.hash = hash_text(name), .start_ns = start_ns, .end_ns = end_ns};
	size_t at;

	for (uint32_t i = map_first(&s->index, span.hash, &at); i != MAP_NONE;
	     i = map_next(&s->index, span.hash, &at)) {
		const struct named_span *other = &s->span[i];

		if (other->start_ns < end_ns && start_ns < other->end_ns &&
		    strcmp(other->name, name) == 0)
			return false;
	}
	if (s->nr >= s->full)
		forget_ended(s, now_ns);
	span.name = xstrdup(name);
	s->span = grow(s->span, &s->cap, s->nr, sizeof(*s->span));
	map_add(&s->index, span.hash, (uint32_t)s->nr);
	s->span[s->nr++] = span;
	return true;
}

void name_set_release(struct name_set *s)
{
	for (size_t i = 0; i < s->nr; i++)
		free(s->span[i].name);
	free(s->span);
	map_release(&s->index);
	*s = (struct name_set){0};
}
