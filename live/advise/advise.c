#include "live/advise/advise.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/units.h"
#include "live/advise/search.h"
#include "placement/fill.h"

/* Slower by less than this is nothing to speak of. */
#define NOTHING_PPM 5000

const char *advice_kind_name(enum advice_kind kind)
{
	static const char *const name[] = {"pin", "move", "restart", "shrink"};

	return name[kind];
}

const char *advice_cause_name(enum advice_cause c)
{
	static const char *const name[] = {
		[ADVICE_NOTHING] = "",
		[ADVICE_DRIFTED] = "drifted pages",
		[ADVICE_WRONG_NODE] = "wrong node",
		[ADVICE_NO_HOME] = "no home",
		[ADVICE_CROWDED] = "crowded node",
	};

	return name[c];
}

/* --- what each zone loses to ---------------------------------------------------------- */

static enum advice_cause cause_of(const struct plan *p, const struct cost_result *r)
{
	int64_t has = plan_memory_bytes(p);

	if (r->slowdown_ppm - 1000000 < NOTHING_PPM)
		return ADVICE_NOTHING;
	if (r->cause_ppm[COST_REMOTE] + r->cause_ppm[COST_LINK] < 500000)
		return ADVICE_CROWDED;
	if (!p->pinned && p->nodes == p->host->cpu_nodes)
		return ADVICE_NO_HOME;
	return 2 * p->spilled_bytes > has ? ADVICE_WRONG_NODE : ADVICE_DRIFTED;
}

static void fill_zones(struct scene *s, const struct position *now, const struct position *then,
		       struct advice *out)
{
	struct cost_result *price = xcalloc(2 * (size_t)s->nr + 1, sizeof(*price));

	for (uint32_t i = 0; i < s->ask->sample->nr_zones; i++)
		out->zone[i].unknown = s->unknown[i];
	scene_price(s, now, price);
	scene_price(s, then, price + s->nr);
	for (uint32_t i = 0; i < s->nr; i++) {
		struct advice_zone *z = &out->zone[s->actor[i].number];

		z->fixed = s->actor[i].fixed;
		z->now = price[i];
		z->then = price[s->nr + i];
		z->cause = cause_of(now->at[i], &z->now);
		z->runs_on = now->at[i]->nodes;
		z->runs_then = then->at[i]->nodes;
		out->vcpus += s->actor[i].asked.vcpus;
		out->basis = i ? cost_basis_join(&out->basis, &z->now.basis) : z->now.basis;
	}
	free(price);
}

/* --- what the policy would have done ------------------------------------------------- */

static bool place_by_policy(struct scene *s, struct position *p, struct policy_memory *memory,
			    uint32_t i, struct rng *rng)
{
	struct plan *plan = arena_alloc(&s->arena, sizeof(*plan));
	struct policy_input in = {.host = s->host,
				  .state = &p->books,
				  .zone = &s->actor[i].asked,
				  .rng = rng,
				  .memory = memory};

	if (policy_place(s->ask->policy, &in, plan, NULL))
		return false;
	host_state_take(&p->books, plan);
	policy_note_start(memory, i, plan);
	p->at[i] = plan;
	return true;
}

/* All that may be changed, in the order in which they came, on what the others leave. */
static void fill_policy(struct scene *s, const struct position *now, struct advice *out)
{
	struct policy_memory *memory;
	struct position p;
	struct rng rng;

	rng_seed(&rng, 1, "advise");
	position_init(&p, s, 0);
	position_now(&p, s);
	for (uint32_t i = 0; i < s->nr; i++)
		if (!s->actor[i].fixed)
			host_state_give(&p.books, now->at[i]);
	memory = policy_memory_new(s->ask->policy, &p.books);
	for (uint32_t i = 0; i < s->nr; i++) {
		if (s->actor[i].fixed)
			continue;
		if (place_by_policy(s, &p, memory, i, &rng))
			out->zone[s->actor[i].number].policy_nodes = p.at[i]->nodes;
		else
			out->policy_refused++;
	}
	out->policy_nano_vcpus = out->policy_refused ? LIVE_UNKNOWN : scene_lost(s, &p, NULL, 0);
	policy_memory_free(memory);
	position_release(&p);
}

/* --- steps ---------------------------------------------------------------------------- */

/* What each wins, and what is free after each: [step][node]. */
static void follow_steps(struct scene *s, struct advice *out, int64_t *free_bytes)
{
	uint32_t nodes = s->host->nr_nodes;
	struct position p;
	int64_t lost;

	position_init(&p, s, 0);
	position_now(&p, s);
	lost = p.lost;
	for (uint32_t i = 0; i < out->nr_steps; i++) {
		struct advice_step *step = &out->step[i];
		uint32_t first = i;

		for (; out->step[i].with_next; i++)
			host_state_give(&p.books, p.at[out->step[i].zone]);
		step = &out->step[i];
		host_state_give(&p.books, p.at[step->zone]);
		for (uint32_t k = first; k <= i; k++) {
			host_state_take(&p.books, out->step[k].plan);
			p.at[out->step[k].zone] = out->step[k].plan;
			memcpy(free_bytes + k * nodes, p.books.free_bytes,
			       nodes * sizeof(*free_bytes));
		}
		p.lost = scene_lost(s, &p, NULL, 0);
		step->gain_nano_vcpus = lost - p.lost;
		lost = p.lost;
	}
	position_release(&p);
}

/* With all of its maximum on its vnodes, if nothing later needs that room. */
static struct plan *static_plan(const struct scene *s, const struct advice *a, uint32_t index,
				const int64_t *free_bytes, struct arena *keep)
{
	const struct advice_step *step = &a->step[index];
	const struct actor *z = &s->actor[step->zone];
	struct zone *asked = arena_alloc(keep, sizeof(*asked));
	struct plan *p = arena_alloc(keep, sizeof(*p));

	*asked = z->asked;
	asked->memory_policy = ZONE_STATIC;
	asked->memory_initial_bytes = asked->memory_bytes;
	*p = *step->plan;
	p->zone = asked;
	fill_memory_evenly(p);
	p->nr_memory = p->nr_vnodes;
	for (uint32_t v = 0; v < p->nr_vnodes; v++) {
		int64_t more = p->vnode[v].memory_bytes - step->plan->vnode[v].memory_bytes;
		uint32_t node = p->vnode[v].node;

		for (uint32_t i = index; i < a->nr_steps; i++)
			if (free_bytes[i * s->host->nr_nodes + node] < more)
				return NULL;
		p->memory[v] = (struct plan_memory){v, node, p->vnode[v].memory_bytes};
	}
	return p;
}

static bool is_last_of_zone(const struct advice *a, uint32_t index)
{
	for (uint32_t i = index + 1; i < a->nr_steps; i++)
		if (a->step[i].zone == a->step[index].zone)
			return false;
	return true;
}

/* Zones whose balloons let them drift would do so again. */
static void make_static(struct scene *s, struct advice *out, int64_t *free_bytes)
{
	for (uint32_t i = 0; i < out->nr_steps; i++) {
		struct advice_step *step = &out->step[i];
		const struct actor *z = &s->actor[step->zone];
		struct plan *p;

		if (step->kind != ADVICE_RESTART || !z->now->spilled_bytes ||
		    z->asked.memory_policy == ZONE_STATIC || !is_last_of_zone(out, i))
			continue;
		p = static_plan(s, out, i, free_bytes, &out->arena);
		if (!p)
			continue;
		step->plan = p;
		step->makes_static = true;
		step->moved_bytes = plan_memory_bytes(p);
		follow_steps(s, out, free_bytes);
	}
}

/* Into what outlives the search; zones as numbers in the sample. */
static void keep_steps(struct scene *s, const struct position *then, struct advice *out)
{
	int64_t *free_bytes;

	out->nr_steps = then->nr_steps;
	out->step = arena_alloc(&out->arena, (then->nr_steps + 1) * sizeof(*out->step));
	for (uint32_t i = 0; i < out->nr_steps; i++) {
		struct plan *p = arena_alloc(&out->arena, sizeof(*p));

		*p = *then->step[i].plan;
		out->step[i] = then->step[i];
		out->step[i].plan = p;
	}
	free_bytes = xcalloc((size_t)out->nr_steps * s->host->nr_nodes + 1, sizeof(*free_bytes));
	follow_steps(s, out, free_bytes);
	if (!s->ask->stay_dynamic)
		make_static(s, out, free_bytes);
	free(free_bytes);
	for (uint32_t i = 0; i < out->nr_steps; i++)
		out->step[i].zone = s->actor[out->step[i].zone].number;
}

/* The shortest list that wins enough of what the longest does. */
static const struct position *choose(const struct search *search, const struct advise_ask *ask)
{
	const struct position *now = search_best(search, 0), *p;
	int64_t most = now->lost - search_best(search, ask->max_steps)->lost;
	uint32_t steps = 0;

	while ((p = search_best(search, steps)),
	       now->lost - p->lost < mul_div(most, ask->mend_ppm, 1000000))
		steps++;
	return p;
}

void advise(const struct advise_ask *ask, struct advice *out)
{
	struct scene scene;
	struct search search;
	const struct position *now, *then, *best;

	BUG_ON(ask->max_steps > ADVICE_STEPS_MAX);
	*out = (struct advice){.nr_steps = 0};
	out->zone = arena_alloc(&out->arena, (ask->sample->nr_zones + 1) * sizeof(*out->zone));
	scene_init(&scene, ask, &out->arena);
	search_run(&search, &scene);
	now = search_best(&search, 0);
	best = search_best(&search, ask->max_steps);
	then = choose(&search, ask);
	out->lost_nano_vcpus = now->lost;
	out->then_nano_vcpus = then->lost;
	out->best_nano_vcpus = best->lost;
	out->best_steps = best->nr_steps;
	fill_zones(&scene, now, then, out);
	fill_policy(&scene, now, out);
	keep_steps(&scene, then, out);
	search_release(&search);
	scene_release(&scene);
}

void advice_release(struct advice *a)
{
	arena_release(&a->arena);
	*a = (struct advice){.nr_steps = 0};
}
