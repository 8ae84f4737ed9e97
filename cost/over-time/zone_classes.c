#include "cost/over-time/zone_classes.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "cost/over-time/kept_rates.h"

#define FREE UINT32_MAX
#define IDLE_MAX 4096

struct zone_classes *zone_classes_new(const struct host *host)
{
	struct zone_classes *c = xcalloc(1, sizeof(*c));

	cost_params_init(&c->params, host, NULL);
	flow_classes_init(&c->flows, &c->params);
	components_init(&c->components, &c->flows);
	c->rates = kept_rates_new();
	c->free = NOWHERE;
	return c;
}

void zone_classes_free(struct zone_classes *c)
{
	for (size_t i = 0; i < c->nr; i++)
		free(c->class[i].flow);
	free(c->class);
	map_release(&c->index);
	components_release(&c->components);
	kept_rates_free(c->rates);
	flow_classes_release(&c->flows);
	cost_params_release(&c->params);
	free(c);
}

void zone_class_hold(struct zone_classes *c, uint32_t class)
{
	c->nr_idle -= !c->class[class].holders++;
}

void zone_class_drop(struct zone_classes *c, uint32_t class)
{
	c->nr_idle += !--c->class[class].holders;
}

static void forget(struct zone_classes *c, uint32_t place)
{
	struct zone_class *z = &c->class[place];

	for (uint32_t k = 0; k < z->nr_flows; k++)
		c->flows.class[z->flow[k].class].uses--;
	if (z->home != NOWHERE && z->home != place)
		c->class[z->home].holders--;
	map_remove(&c->index, z->hash, place);
	z->holders = FREE;
	z->nr_flows = c->free;
	c->free = place;
}

/* Forgets what nobody holds when that is much and most, and its flow classes. */
static void sweep(struct zone_classes *c)
{
	if (c->nr_idle < IDLE_MAX || 2 * c->nr_idle < c->nr)
		return;
	/* once more for those that only other idle ones held */
	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < c->nr; i++) {
			if (!c->class[i].holders)
				forget(c, (uint32_t)i);
		}
	}
	c->nr_idle = 0;
	c->sweeps++;
	memset(c->at_home, 0, sizeof(c->at_home));
	memset(c->of_layout, 0, sizeof(c->of_layout));
	flow_classes_sweep(&c->flows);
}

static bool is_class(const struct zone_class *z, const struct zone_class_flow *flow, uint32_t nr)
{
	if (z->nr_flows != nr)
		return false;
	for (uint32_t i = 0; i < nr; i++) {
		if (z->flow[i].class != flow[i].class ||
		    z->flow[i].vcpus_micro != flow[i].vcpus_micro)
			return false;
	}
	return true;
}

static uint32_t take_place(struct zone_classes *c)
{
	uint32_t place = c->free;

	if (place != NOWHERE) {
		c->free = c->class[place].nr_flows;
		return place;
	}
	c->class = grow(c->class, &c->cap, c->nr, sizeof(*c->class));
	c->class[c->nr] = (struct zone_class){0};
	return (uint32_t)c->nr++;
}

/* A flow with its pages at home, among those to be solved, which are sorted. */
static void add_at_home(struct zone_classes *c, uint32_t *nr, const struct zone_class_flow *f)
{
	struct component_flow *flow = c->components.flow;
	struct component_flow new = {.vcpus_micro = f->vcpus_micro};
	uint32_t at = 0;
	int order = 1;

	new.class = flow_class_at_home(&c->flows, f->class);
	new.footprint = c->flows.class[new.class].footprint;
	while (at < *nr && (order = flow_class_compare(&c->flows, flow[at].class, new.class)) < 0)
		at++;
	if (at < *nr && order == 0) {
		flow[at].vcpus_micro += f->vcpus_micro;
		return;
	}
	memmove(&flow[at + 1], &flow[at], (*nr - at) * sizeof(*flow));
	flow[at] = new;
	(*nr)++;
}

static bool outcomes_equal(const struct flow_outcome *a, const struct flow_outcome *b)
{
	bool equal = a->rate == b->rate && a->latency_ns == b->latency_ns &&
		     a->wait_ns == b->wait_ns && a->idle_ns == b->idle_ns && a->stop == b->stop;

	for (int c = 0; c < COST_CAUSES; c++)
		equal &= a->queue_ns[c] == b->queue_ns[c];
	return equal;
}

/* The zone by itself with every page at home. */
static void solve_alone(struct zone_classes *c, const struct zone_class *z)
{
	const struct flow_class *class;
	uint32_t nr = 0;

	components_begin(&c->components, z->nr_flows);
	for (uint32_t i = 0; i < z->nr_flows; i++)
		add_at_home(c, &nr, &z->flow[i]);
	components_solve(&c->components, nr);
	class = c->flows.class;
	for (uint32_t i = 0; i < z->nr_flows; i++) {
		const struct component_flow *f = c->components.flow;

		while (class[f->class].node != class[z->flow[i].class].node)
			f++;
		z->flow[i].alone = f->now;
		z->flow[i].alone.rate *= (double)z->flow[i].vcpus_micro / (double)f->vcpus_micro;
		z->flow[i].as_before = i && z->flow[i].vcpus_micro == z->flow[i - 1].vcpus_micro &&
				       outcomes_equal(&z->flow[i].alone, &z->flow[i - 1].alone);
	}
}

static uint32_t add(struct zone_classes *c, uint64_t hash, const struct zone_class_flow *flow,
		    uint32_t nr)
{
	uint32_t place = take_place(c);
	struct zone_class *z = &c->class[place];

	while (z->cap_flows < nr)
		z->flow = grow(z->flow, &z->cap_flows, z->cap_flows, sizeof(*z->flow));
	z->hash = hash;
	z->footprint = (struct footprint){0};
	z->nr_flows = nr;
	z->holders = 0;
	z->home = NOWHERE;
	z->node = nr ? c->flows.class[flow[0].class].node : 0;
	for (uint32_t i = 0; i < nr; i++) {
		struct flow_class *class = &c->flows.class[flow[i].class];

		z->flow[i] = flow[i];
		class->uses++;
		footprint_add(&z->footprint, &class->footprint);
	}
	c->nr_idle++;
	map_add(&c->index, hash, place);
	solve_alone(c, z);
	return place;
}

static uint32_t known(const struct zone_classes *c, uint64_t hash,
		      const struct zone_class_flow *flow, uint32_t nr)
{
	size_t at;

	for (uint32_t k = map_first(&c->index, hash, &at); k != MAP_NONE;
	     k = map_next(&c->index, hash, &at)) {
		if (is_class(&c->class[k], flow, nr))
			return k;
	}
	return NOWHERE;
}

static uint32_t find(struct zone_classes *c, const struct zone_class_flow *flow, uint32_t nr)
{
	uint64_t hash = nr;
	uint32_t place;

	for (uint32_t i = 0; i < nr; i++)
		hash = map_mix(map_mix(hash, flow[i].class), (uint64_t)flow[i].vcpus_micro);
	place = known(c, hash, flow, nr);
	return place == NOWHERE ? add(c, hash, flow, nr) : place;
}

/* Its class, or that of the lowest node that is the same; NOWHERE: it shares. */
static uint32_t find_home(struct zone_classes *c, uint32_t class)
{
	const struct zone_class *z = &c->class[class];
	struct footprint alone = {.nodes = nodeset_of(z->node)};
	struct zone_class_flow there;

	if (z->nr_flows != 1 || !footprints_equal(&z->footprint, &alone))
		return NOWHERE;
	there = z->flow[0];
	there.class = c->flows.class[there.class].canonical;
	return there.class == NOWHERE ? NOWHERE : find(c, &there, 1);
}

static uint32_t find_with_home(struct zone_classes *c, const struct zone_class_flow *flow,
			       uint32_t nr)
{
	uint32_t class = find(c, flow, nr), home;

	if (c->class[class].home != NOWHERE)
		return class;
	home = find_home(c, class);
	if (home != NOWHERE && c->class[home].home == NOWHERE)
		c->class[home].home = home;
	if (home != NOWHERE && home != class)
		zone_class_hold(c, home);
	c->class[class].home = home;
	return class;
}

static uint32_t read_class(struct zone_classes *c, const struct cost_zone *zone, uint32_t profile)
{
	struct cost_zone known = *zone;
	struct flows raw = {c->raw, 0};

	known.profile = &c->flows.profile[profile];
	flows_add(&raw, c->raw_share, &c->params, &known, 0, &c->residency);
	for (uint32_t i = 0; i < raw.nr; i++) {
		int64_t micro = cost_rounded(c->raw[i].vcpus * VCPU_MICRO);

		c->wanted[i].class = flow_class_of(&c->flows, &c->raw[i], profile);
		c->wanted[i].vcpus_micro = micro ? micro : 1;
	}
	return find_with_home(c, c->wanted, raw.nr);
}

/* vCPUs of a zone that has all of them, and all its memory, on one node; 0: it has not. */
static uint32_t vcpus_at_home(const struct cost_zone *z)
{
	const struct plan *p = z->plan;
	const struct plan_memory *part = z->part ? z->part : p->memory;
	uint32_t nr = z->part ? z->nr_parts : p->nr_memory;

	if (!p->pinned || p->nr_vnodes != 1)
		return 0;
	for (uint32_t i = 0; i < nr; i++) {
		if (part[i].node != p->vnode[0].node && part[i].bytes)
			return 0;
	}
	return p->vnode[0].vcpus;
}

/* What flows_add() looks at, into `to`; false: it is too much. */
static bool write_layout(struct class_of_layout *to, const struct cost_zone *z, uint32_t profile)
{
	const struct plan *p = z->plan;
	const struct plan_memory *part = z->part ? z->part : p->memory;
	uint32_t nr = z->part ? z->nr_parts : p->nr_memory, at = 0;

	if (3 + (uint64_t)p->nr_vnodes + 2 * (uint64_t)nr > LAYOUT_WORDS)
		return false;
	to->word[at++] = (uint64_t)profile << 32 | cost_zone_vcpus(z);
	to->word[at++] = p->nodes;
	to->word[at++] = (uint64_t)p->nr_vnodes << 32 | (uint64_t)p->told << 2 |
			 (uint64_t)p->pinned << 1 | z->map_true;
	for (uint32_t v = 0; v < p->nr_vnodes; v++)
		to->word[at++] = (uint64_t)p->vnode[v].node << 32 | p->vnode[v].vcpus;
	for (uint32_t i = 0; i < nr; i++) {
		to->word[at++] = (uint64_t)part[i].vnode << 32 | part[i].node;
		to->word[at++] = (uint64_t)part[i].bytes;
	}
	to->nr = at;
	return true;
}

static uint32_t find_layout(struct zone_classes *c, const struct cost_zone *zone, uint32_t profile)
{
	struct class_of_layout wanted, *known;
	uint64_t hash = 0;

	if (c->forgetful || !write_layout(&wanted, zone, profile))
		return read_class(c, zone, profile);
	for (uint32_t i = 0; i < wanted.nr; i++)
		hash = map_mix(hash, wanted.word[i]);
	known = &c->of_layout[hash % CLASSES_OF_LAYOUTS];
	if (known->nr != wanted.nr ||
	    memcmp(known->word, wanted.word, wanted.nr * sizeof(wanted.word[0]))) {
		known->nr = wanted.nr;
		memcpy(known->word, wanted.word, wanted.nr * sizeof(wanted.word[0]));
		known->class = read_class(c, zone, profile);
	}
	return known->class;
}

uint32_t zone_class_of(struct zone_classes *c, const struct cost_zone *zone, uint32_t profile)
{
	uint32_t vcpus = vcpus_at_home(zone), node = zone->plan->vnode[0].node;
	struct class_at_home *a;

	BUG_ON(zone->plan->host != c->params.host);
	sweep(c);
	if (!vcpus)
		return find_layout(c, zone, profile);
	a = &c->at_home[map_mix(map_mix(node, profile), vcpus) % CLASSES_AT_HOME];
	if (a->vcpus != vcpus || a->node != node || a->profile != profile)
		*a = (struct class_at_home){node, profile, vcpus, read_class(c, zone, profile)};
	return a->class;
}
