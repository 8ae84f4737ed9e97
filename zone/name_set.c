#include "zone/name_set.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/rng.h"

struct named_span {
	char *name; /* NULL: free slot */
	uint64_t hash;
	int64_t start_ns, end_ns;
};

static void put(struct name_set *s, const struct named_span *span)
{
	size_t i = span->hash & (s->size - 1);

	while (s->slot[i].name)
		i = (i + 1) & (s->size - 1);
	s->slot[i] = *span;
	s->nr++;
}

/* Room for as many again as are still in use. */
static void renew(struct name_set *s, int64_t now_ns)
{
	struct name_set renewed = {.size = 64};
	size_t in_use = 0;

	for (size_t i = 0; i < s->size; i++)
		in_use += s->slot[i].name && s->slot[i].end_ns > now_ns;
	while (renewed.size < 4 * in_use)
		renewed.size *= 2;
	renewed.slot = xcalloc(renewed.size, sizeof(*renewed.slot));
	for (size_t i = 0; i < s->size; i++) {
		if (s->slot[i].name && s->slot[i].end_ns > now_ns)
			put(&renewed, &s->slot[i]);
		else
			free(s->slot[i].name);
	}
	free(s->slot);
	*s = renewed;
}

bool name_set_add(struct name_set *s, const char *name, int64_t start_ns, int64_t end_ns,
		  int64_t now_ns)
{
	struct named_span span = {.hash = hash_text(name), .start_ns = start_ns, .end_ns = end_ns};

	if (2 * (s->nr + 1) > s->size)
		renew(s, now_ns);
	for (size_t i = span.hash & (s->size - 1); s->slot[i].name; i = (i + 1) & (s->size - 1)) {
		const struct named_span *other = &s->slot[i];

		if (other->hash == span.hash && other->start_ns < end_ns &&
		    start_ns < other->end_ns && strcmp(other->name, name) == 0)
			return false;
	}
	span.name = xstrdup(name);
	put(s, &span);
	return true;
}

void name_set_release(struct name_set *s)
{
	for (size_t i = 0; i < s->size; i++)
		free(s->slot[i].name);
	free(s->slot);
	*s = (struct name_set){0};
}
