#include "cost/over-time/components.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#define KEPT_SETS 8192
#define KEPT_WAYS 2

struct component_key {
	uint64_t serial; /* of its class */
	int64_t vcpus_micro;
};

/* Where a component's keys begin in the ring, and after them what its flows get. */
struct kept_component {
	uint64_t hash;
	uint64_t at; /* words since the ring began */
	uint32_t nr; /* 0: nothing */
};

#define KEY_WORDS (sizeof(struct component_key) / 8)
#define NOW_WORDS (sizeof(struct flow_outcome) / 8)
_Static_assert(sizeof(struct flow_outcome) % 8 == 0, "whole words");

void components_init(struct components *c, struct flow_classes *classes)
{
	*c = (struct components){.classes = classes};
	components_keep(c, COMPONENTS_KEPT_WORDS);
}

void components_keep(struct components *c, size_t words)
{
	free(c->ring);
	free(c->kept);
	c->ring = words ? xcalloc(words, sizeof(*c->ring)) : NULL;
	c->kept = words ? xcalloc((size_t)KEPT_SETS * KEPT_WAYS, sizeof(*c->kept)) : NULL;
	c->words = words;
	c->written = 0;
	c->work.apart = !words;
}

size_t components_bytes(const struct components *c)
{
	size_t words = c->written < c->words ? (size_t)c->written : c->words;

	return words * sizeof(*c->ring) + (c->words ? KEPT_SETS * KEPT_WAYS * sizeof(*c->kept) : 0);
}

void components_release(struct components *c)
{
	free(c->flow);
	free(c->joined);
	free(c->key);
	free(c->merged);
	free(c->ring);
	free(c->kept);
	equilibrium_work_release(&c->work);
}

void components_begin(struct components *c, size_t nr)
{
	if (nr <= c->cap)
		return;
	c->cap = nr + nr / 2;
	c->flow = xreallocarray(c->flow, c->cap, sizeof(*c->flow));
	c->joined = xreallocarray(c->joined, c->cap, sizeof(*c->joined));
	c->key = xreallocarray(c->key, c->cap, sizeof(*c->key));
	c->merged = xreallocarray(c->merged, c->cap, sizeof(*c->merged));
}

/* Those connected with the first that is not done, in order, into joined[]. */
static uint32_t gather(struct components *c, uint32_t nr, uint32_t first)
{
	struct footprint all = c->flow[first].footprint, before;
	uint32_t joined = 0;

	do {
		before = all;
		for (uint32_t i = first; i < nr; i++) {
			struct component_flow *f = &c->flow[i];

			if (!f->done && footprints_meet(&f->footprint, &all))
				footprint_add(&all, &f->footprint);
		}
	} while (!footprints_equal(&before, &all));
	for (uint32_t i = first; i < nr; i++) {
		struct component_flow *f = &c->flow[i];

		if (f->done || !footprints_meet(&f->footprint, &all))
			continue;
		f->done = true;
		c->joined[joined++] = i;
	}
	return joined;
}

/* The class that stands for the flow's where all of a component have a canonical one:
 * connected, they are on one node. */
static uint32_t stand_in(const struct components *c, const struct component_flow *f, bool canonical)
{
	return canonical ? c->classes->class[f->class].canonical : f->class;
}

static void solve(struct components *c, uint32_t joined, bool canonical)
{
	struct flows flows = {c->merged, joined};

	for (uint32_t i = 0; i < joined; i++) {
		const struct component_flow *f = &c->flow[c->joined[i]];

		c->merged[i] =
			flow_class_flow(c->classes, stand_in(c, f, canonical), f->vcpus_micro);
	}
	(void)flows_equilibrium(&flows, c->classes->params, &c->work);
	for (uint32_t i = 0; i < joined; i++)
		c->flow[c->joined[i]].now = c->merged[i].now;
	c->nr_solved++;
}

/* The component's content, into key[]; returns its hash. */
static uint64_t make_key(const struct components *c, uint32_t joined, bool canonical)
{
	uint64_t hash = joined;

	for (uint32_t i = 0; i < joined; i++) {
		const struct component_flow *f = &c->flow[c->joined[i]];

		c->key[i].serial = c->classes->class[stand_in(c, f, canonical)].serial;
		c->key[i].vcpus_micro = f->vcpus_micro;
		hash = map_mix(map_mix(hash, c->key[i].serial), (uint64_t)f->vcpus_micro);
	}
	return hash;
}

/* Has it the content of key[], and is it not overwritten yet? */
static bool is_key(const struct components *c, const struct kept_component *k, uint64_t hash,
		   uint32_t nr)
{
	return k->hash == hash && k->nr == nr && c->written - k->at <= c->words &&
	       !memcmp(&c->ring[k->at % c->words], c->key, nr * sizeof(*c->key));
}

/* At once behind what was written last, or at the begin of the ring; where that is, or
 * NO_SOLUTION. */
static uint64_t keep(struct components *c, struct kept_component *set, uint64_t hash, uint32_t nr)
{
	size_t words = nr * (KEY_WORDS + NOW_WORDS), left = c->words - c->written % c->words;
	uint64_t *to;

	if (words > c->words)
		return NO_SOLUTION;
	if (words > left)
		c->written += left;
	/* the older goes */
	memmove(&set[1], &set[0], (KEPT_WAYS - 1) * sizeof(*set));
	*set = (struct kept_component){hash, c->written, nr};
	to = &c->ring[c->written % c->words];
	memcpy(to, c->key, nr * sizeof(*c->key));
	for (uint32_t i = 0; i < nr; i++)
		memcpy(to + nr * KEY_WORDS + i * NOW_WORDS, &c->flow[c->joined[i]].now,
		       sizeof(struct flow_outcome));
	c->written += words;
	return set->at + 1;
}

static void look_up(struct components *c, const struct kept_component *k)
{
	const uint64_t *from = &c->ring[k->at % c->words] + k->nr * KEY_WORDS;

	for (uint32_t i = 0; i < k->nr; i++)
		memcpy(&c->flow[c->joined[i]].now, from + i * NOW_WORDS,
		       sizeof(struct flow_outcome));
	c->nr_looked_up++;
}

/* Returns the solution's number. */
static uint64_t solve_or_look_up(struct components *c, uint32_t joined)
{
	struct kept_component *set;
	bool canonical = true;
	uint64_t hash;

	for (uint32_t i = 0; i < joined; i++)
		canonical &= c->classes->class[c->flow[c->joined[i]].class].canonical != NOWHERE;
	if (!c->words) {
		solve(c, joined, canonical);
		return NO_SOLUTION;
	}
	hash = make_key(c, joined, canonical);
	set = &c->kept[(hash >> 20) % KEPT_SETS * KEPT_WAYS];
	for (uint32_t w = 0; w < KEPT_WAYS; w++) {
		if (!is_key(c, &set[w], hash, joined))
			continue;
		look_up(c, &set[w]);
		return set[w].at + 1;
	}
	solve(c, joined, canonical);
	return keep(c, set, hash, joined);
}

void components_solve(struct components *c, uint32_t nr)
{
	for (uint32_t i = 0; i < nr; i++) {
		uint32_t joined;
		uint64_t solution;

		if (c->flow[i].done)
			continue;
		joined = gather(c, nr, i);
		solution = solve_or_look_up(c, joined);
		for (uint32_t k = 0; k < joined; k++)
			c->flow[c->joined[k]].solution = solution;
	}
}
