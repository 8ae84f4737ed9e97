#include "cost/over-time/components.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#define CACHE_FLOWS 8 /* larger components are not kept */
#define CACHE_SETS 4096
#define CACHE_WAYS 2

struct key_flow {
	uint64_t serial; /* of its class */
	int64_t vcpus_micro;
};

/* By content; of those of one hash the last few are kept. */
struct solved_component {
	uint64_t hash;
	uint32_t nr; /* 0: empty */
	struct key_flow flow[CACHE_FLOWS];
	struct flow_outcome now[CACHE_FLOWS];
};

void components_init(struct components *c, struct flow_classes *classes)
{
	*c = (struct components){
		.classes = classes,
		.cache = xcalloc((size_t)CACHE_SETS * CACHE_WAYS, sizeof(*c->cache)),
	};
}

void components_release(struct components *c)
{
	free(c->flow);
	free(c->joined);
	free(c->merged);
	free(c->share);
	free(c->cache);
	equilibrium_work_release(&c->work);
}

void components_begin(struct components *c, size_t nr)
{
	if (nr <= c->cap)
		return;
	c->cap = nr + nr / 2;
	c->flow = xreallocarray(c->flow, c->cap, sizeof(*c->flow));
	c->joined = xreallocarray(c->joined, c->cap, sizeof(*c->joined));
	c->merged = xreallocarray(c->merged, c->cap, sizeof(*c->merged));
	c->share =
		xreallocarray(c->share, c->cap, c->classes->params->nr_nodes * sizeof(*c->share));
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
	const struct cost_params *p = c->classes->params;

	for (uint32_t i = 0; i < joined; i++) {
		const struct component_flow *f = &c->flow[c->joined[i]];

		c->merged[i] = flow_class_flow(c->classes, stand_in(c, f, canonical),
					       f->vcpus_micro, c->share + (size_t)i * p->nr_nodes);
	}
	(void)flows_equilibrium(&flows, p, &c->work);
	for (uint32_t i = 0; i < joined; i++)
		c->flow[c->joined[i]].now = c->merged[i].now;
	c->nr_solved++;
}

/* The component's content; returns its hash. */
static uint64_t make_key(const struct components *c, uint32_t joined, bool canonical,
			 struct key_flow *key)
{
	uint64_t hash = joined;

	for (uint32_t i = 0; i < joined; i++) {
		const struct component_flow *f = &c->flow[c->joined[i]];

		key[i].serial = c->classes->class[stand_in(c, f, canonical)].serial;
		key[i].vcpus_micro = f->vcpus_micro;
		hash = map_mix(map_mix(hash, key[i].serial), (uint64_t)key[i].vcpus_micro);
	}
	return hash;
}

static bool is_key(const struct solved_component *s, uint64_t hash, const struct key_flow *key,
		   uint32_t nr)
{
	if (s->hash != hash || s->nr != nr)
		return false;
	for (uint32_t i = 0; i < nr; i++) {
		if (s->flow[i].serial != key[i].serial ||
		    s->flow[i].vcpus_micro != key[i].vcpus_micro)
			return false;
	}
	return true;
}

static void solve_or_look_up(struct components *c, uint32_t joined)
{
	struct key_flow key[CACHE_FLOWS];
	struct solved_component *set;
	bool canonical = true;
	uint64_t hash;

	for (uint32_t i = 0; i < joined; i++)
		canonical &= c->classes->class[c->flow[c->joined[i]].class].canonical != NOWHERE;
	if (joined > CACHE_FLOWS) {
		solve(c, joined, canonical);
		return;
	}
	hash = make_key(c, joined, canonical, key);
	set = &c->cache[(hash >> 20) % CACHE_SETS * CACHE_WAYS];
	for (uint32_t w = 0; w < CACHE_WAYS; w++) {
		if (!is_key(&set[w], hash, key, joined))
			continue;
		for (uint32_t i = 0; i < joined; i++)
			c->flow[c->joined[i]].now = set[w].now[i];
		c->nr_looked_up++;
		return;
	}
	solve(c, joined, canonical);
	/* the older goes */
	memmove(&set[1], &set[0], (CACHE_WAYS - 1) * sizeof(*set));
	set->hash = hash;
	set->nr = joined;
	memcpy(set->flow, key, joined * sizeof(*key));
	for (uint32_t i = 0; i < joined; i++)
		set->now[i] = c->flow[c->joined[i]].now;
}

void components_solve(struct components *c, uint32_t nr)
{
	for (uint32_t i = 0; i < nr; i++) {
		if (!c->flow[i].done)
			solve_or_look_up(c, gather(c, nr, i));
	}
}
