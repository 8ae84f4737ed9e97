#include "cost/over-time/node_states.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"

#define STATES_MIN 16384
#define RATES_BITS 15
#define WAY_BITS 16

const uint8_t node_account_of[NODE_ACCOUNTS] = {
	[NODE_SPEED] = ACCOUNT_SPEED,		[NODE_CONTROLLER] = ACCOUNT_LOST + COST_CONTROLLER,
	[NODE_PORT] = ACCOUNT_LOST + COST_PORT, [NODE_CORES] = ACCOUNT_LOST + COST_CORES,
	[NODE_BYTES] = ACCOUNT_BYTES,		[NODE_LATENCY] = ACCOUNT_LATENCY,
};

struct state_flow {
	int64_t vcpus_micro;
	uint32_t class; /* canonical */
	struct allocation gets; /* where `solved` */
};

struct node_state {
	struct state_flow *flow; /* in canonical order; kept for the place's next state */
	uint64_t hash;
	size_t cap;
	uint32_t nr;
	uint32_t next_free;
	bool solved, marked, free;
};

/* A line of cache. State NODE_EMPTY, in which nobody has rates: nothing. */
struct node_rates {
	uint32_t state, home;
	uint64_t rate[NODE_ACCOUNTS];
	uint64_t pad;
};
_Static_assert(sizeof(struct node_rates) == 64, "a line of cache");

struct node_way {
	uint32_t from, home;
	uint32_t to; /* NOWHERE: nothing is known */
	uint32_t less;
};

static void forget_tables(struct node_states *s)
{
	memset(s->rates, 0, sizeof(*s->rates) << RATES_BITS);
	memset(s->way, 0xff, sizeof(*s->way) << WAY_BITS); /* NOWHERE */
	s->sweeps = s->classes->sweeps;
}

void node_states_init(struct node_states *s, struct zone_classes *classes)
{
	*s = (struct node_states){
		.classes = classes,
		.free = NOWHERE,
		.rates = xaligned(64, sizeof(*s->rates) << RATES_BITS),
		.way = xaligned(64, sizeof(*s->way) << WAY_BITS),
	};
	forget_tables(s);
	s->state = grow(NULL, &s->cap, 0, sizeof(*s->state));
	s->state[NODE_EMPTY] = (struct node_state){0};
	s->nr = 1;
	s->sweep_at = STATES_MIN;
}

void node_states_release(struct node_states *s)
{
	for (size_t i = 0; i < s->nr; i++)
		free(s->state[i].flow);
	free(s->state);
	free(s->rates);
	free(s->way);
	map_release(&s->index);
}

void node_states_mark(struct node_states *s, uint32_t state)
{
	s->state[state].marked = true;
}

static void free_place(struct node_states *s, uint32_t place)
{
	s->state[place].free = true;
	s->state[place].next_free = s->free;
	s->free = place;
}

void node_states_sweep(struct node_states *s)
{
	for (uint32_t i = NODE_EMPTY + 1; i < s->nr; i++) {
		struct node_state *state = &s->state[i];
		bool used = state->marked;

		state->marked = false;
		if (used || state->free)
			continue;
		for (uint32_t k = 0; k < state->nr; k++)
			s->classes->flows.class[state->flow[k].class].uses--;
		map_remove(&s->index, state->hash, i);
		free_place(s, i);
		s->nr_used--;
	}
	s->sweep_at = 2 * s->nr_used > STATES_MIN ? 2 * s->nr_used : STATES_MIN;
	forget_tables(s);
}

size_t node_states_bytes(const struct node_states *s)
{
	size_t sum = (sizeof(*s->rates) << RATES_BITS) + (sizeof(*s->way) << WAY_BITS) +
		     s->cap * sizeof(*s->state);

	for (size_t i = 0; i < s->nr; i++)
		sum += s->state[i].cap * sizeof(*s->state[i].flow);
	return sum;
}

static uint32_t take_place(struct node_states *s)
{
	uint32_t place = s->free;

	if (place != NOWHERE) {
		s->free = s->state[place].next_free;
		return place;
	}
	s->state = grow(s->state, &s->cap, s->nr, sizeof(*s->state));
	s->state[s->nr] = (struct node_state){0};
	return (uint32_t)s->nr++;
}

/* A place, not to be found yet, with what `from` has and room for one flow more. */
static struct node_state *draft(struct node_states *s, uint32_t from)
{
	uint32_t place = take_place(s), nr = s->state[from].nr;
	struct node_state *to = &s->state[place];

	if (to->cap < (size_t)nr + 1) {
		to->cap = (size_t)nr + 1;
		to->flow = xreallocarray(to->flow, to->cap, sizeof(*to->flow));
	}
	if (nr)
		memcpy(to->flow, s->state[from].flow, nr * sizeof(*to->flow));
	to->nr = nr;
	to->solved = to->free = false;
	return to;
}

static void add_vcpus(const struct flow_classes *c, struct node_state *to, uint32_t class,
		      int64_t vcpus_micro)
{
	uint32_t at = 0;
	int order = 1;

	while (at < to->nr && (order = flow_class_compare(c, to->flow[at].class, class)) < 0)
		at++;
	if (at < to->nr && order == 0) {
		to->flow[at].vcpus_micro += vcpus_micro;
		if (!to->flow[at].vcpus_micro)
			memmove(&to->flow[at], &to->flow[at + 1],
				(--to->nr - at) * sizeof(*to->flow));
		return;
	}
	BUG_ON(vcpus_micro < 0);
	memmove(&to->flow[at + 1], &to->flow[at], (to->nr++ - at) * sizeof(*to->flow));
	to->flow[at] = (struct state_flow){.vcpus_micro = vcpus_micro, .class = class};
}

static bool same(const struct node_state *a, const struct node_state *b)
{
	if (a->nr != b->nr)
		return false;
	for (uint32_t i = 0; i < a->nr; i++) {
		if (a->flow[i].class != b->flow[i].class ||
		    a->flow[i].vcpus_micro != b->flow[i].vcpus_micro)
			return false;
	}
	return true;
}

/* The draft's own place, to be found from now on, or that of the state it repeats. */
static uint32_t settle(struct node_states *s, struct node_state *to)
{
	uint32_t place = (uint32_t)(to - s->state), known = to->nr ? MAP_NONE : NODE_EMPTY;
	uint64_t hash = to->nr;
	size_t at;

	for (uint32_t i = 0; i < to->nr; i++)
		hash = map_mix(map_mix(hash, to->flow[i].class), (uint64_t)to->flow[i].vcpus_micro);
	for (uint32_t k = to->nr ? map_first(&s->index, hash, &at) : MAP_NONE; k != MAP_NONE;
	     k = map_next(&s->index, hash, &at)) {
		if (same(&s->state[k], to))
			known = k;
	}
	if (known != MAP_NONE) {
		free_place(s, place);
		return known;
	}
	to->hash = hash;
	for (uint32_t i = 0; i < to->nr; i++)
		s->classes->flows.class[to->flow[i].class].uses++;
	map_add(&s->index, hash, place);
	s->nr_used++;
	return place;
}

static uint32_t find_next(struct node_states *s, uint32_t from, uint32_t home, bool less)
{
	const struct zone_class_flow *f = &s->classes->class[home].flow[0];
	struct node_state *to;

	to = draft(s, from);
	add_vcpus(&s->classes->flows, to, f->class, less ? -f->vcpus_micro : f->vcpus_micro);
	return settle(s, to);
}

static size_t place_of(uint32_t state, uint32_t home, unsigned bits)
{
	return (size_t)(map_mix((uint64_t)state << 32 | home, 0) >> (64 - bits));
}

uint32_t node_state_next(struct node_states *s, uint32_t state, uint32_t home, bool less)
{
	struct node_way *way = &s->way[place_of(state, home << 1 | less, WAY_BITS)];

	if (s->sweeps != s->classes->sweeps)
		forget_tables(s);
	s->ways_asked++;
	if (s->forgetful || way->to == NOWHERE || way->from != state || way->home != home ||
	    way->less != less) {
		s->ways_made++;
		*way = (struct node_way){state, home, find_next(s, state, home, less), less};
	}
	return way->to;
}

static void solve(struct node_states *s, struct node_state *state)
{
	struct components *c = &s->classes->components;

	components_begin(c, state->nr);
	for (uint32_t i = 0; i < state->nr; i++)
		c->flow[i] = (struct component_flow){
			.footprint = s->classes->flows.class[state->flow[i].class].footprint,
			.vcpus_micro = state->flow[i].vcpus_micro,
			.class = state->flow[i].class,
		};
	components_solve(c, state->nr);
	for (uint32_t i = 0; i < state->nr; i++)
		state->flow[i].gets = (struct allocation){
			.now = c->flow[i].now,
			.vcpus_micro = (double)state->flow[i].vcpus_micro,
		};
	state->solved = true;
}

static void work_out(struct node_states *s, uint32_t at, uint32_t home, struct node_rates *to)
{
	const struct zone_class *z = &s->classes->class[home];
	struct node_state *state = &s->state[at];
	const struct allocation *gets = NULL;
	uint64_t rate[ACCOUNTS], rest = 0;

	if (s->forgetful || !state->solved)
		solve(s, state);
	for (uint32_t i = 0; i < state->nr; i++) {
		if (state->flow[i].class == z->flow[0].class)
			gets = &state->flow[i].gets;
	}
	BUG_ON(!gets);
	account_rates(&s->classes->flows, z, &gets, rate);
	*to = (struct node_rates){.state = at, .home = home};
	for (int i = 0; i < NODE_ACCOUNTS; i++) {
		to->rate[i] = rate[node_account_of[i]];
		rate[node_account_of[i]] = 0;
	}
	for (int i = 0; i < ACCOUNTS; i++)
		rest |= rate[i];
	BUG_ON(rest);
}

void node_state_prefetch_rates(const struct node_states *s, uint32_t state, uint32_t home)
{
	fetch_line(&s->rates[place_of(state, home, RATES_BITS)]);
}

void node_state_prefetch_next(const struct node_states *s, uint32_t state, uint32_t home, bool less)
{
	fetch_line(&s->way[place_of(state, home << 1 | less, WAY_BITS)]);
}

const uint64_t *node_state_rates(struct node_states *s, uint32_t state, uint32_t home)
{
	struct node_rates *r = &s->rates[place_of(state, home, RATES_BITS)];

	if (s->sweeps != s->classes->sweeps)
		forget_tables(s);
	s->rates_asked++;
	if (s->forgetful || r->state != state || r->home != home) {
		s->rates_made++;
		work_out(s, state, home, r);
	}
	return r->rate;
}
