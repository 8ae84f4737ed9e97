#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/units.h"
#include "bench/compare/compare.h"
#include "placement/policies.h"

/* Zones and neighbours of one case, placed under one policy. */
struct scene {
	struct host_state state;
	struct plan *plan;
	struct cost_zone *cost;
	struct cost_result *found;
	struct cost_work work;
	uint32_t nr;
};

void compare_release(struct compare *c)
{
	free(c->row);
	free(c->launch);
	arena_release(&c->arena);
}

static void scene_open(struct scene *s, const struct host *host, size_t most)
{
	*s = (struct scene){0};
	host_state_init(&s->state, host);
	s->plan = xcalloc(most + 1, sizeof(*s->plan));
	s->cost = xcalloc(most + 1, sizeof(*s->cost));
	s->found = xcalloc(most + 1, sizeof(*s->found));
}

static void scene_close(struct scene *s)
{
	host_state_release(&s->state);
	cost_work_release(&s->work);
	free(s->plan);
	free(s->cost);
	free(s->found);
}

static int scene_add(struct scene *s, const struct policy *policy, const struct zone *z,
		     struct error *err)
{
	struct rng rng;
	struct policy_input in = {
		.host = s->state.host, .state = &s->state, .zone = z, .rng = &rng};
	int rc;

	rng_seed(&rng, 1, z->name);
	rc = policy_place(policy, &in, &s->plan[s->nr], err);
	if (rc)
		return rc;
	host_state_take(&s->state, &s->plan[s->nr]);
	s->cost[s->nr] = (struct cost_zone){.plan = &s->plan[s->nr]};
	s->nr++;
	return 0;
}

static struct compare_row *new_row(struct compare *c, const char *label,
				   const struct policy *policy, const struct zone *z)
{
	c->row = grow(c->row, &c->cap, c->nr, sizeof(*c->row));
	c->row[c->nr] = (struct compare_row){.label = label, .policy = policy, .zone = z};
	return &c->row[c->nr++];
}

static void fill_row(const struct compare *c, struct scene *s, struct compare_row *r, uint32_t i)
{
	struct cost_result *truth = xcalloc(s->nr, sizeof(*truth));
	struct plan_locality l;

	r->plan = s->plan[i];
	plan_locality(&r->plan, r->plan.memory, r->plan.nr_memory, &l);
	r->mean_distance_centi = l.mean_distance_centi;
	r->cost = s->found[i];
	s->cost[i].map_true = true;
	cost_evaluate(c->params, s->cost, s->nr, &s->work, truth);
	s->cost[i].map_true = false;
	if (truth[i].slowdown_ppm > 0)
		r->map_cost_ppm = ppm(r->cost.slowdown_ppm, truth[i].slowdown_ppm) - 1000000;
	free(truth);
}

static int place_neighbours(struct scene *s, const struct zone_list *neighbours, struct error *err)
{
	int rc = 0;

	for (size_t i = 0; i < neighbours->nr && !rc; i++) {
		rc = scene_add(s, &policy_edera_compact, &neighbours->zone[i], err);
		if (rc)
			rc = error_prefix(err, "neighbour %s", neighbours->zone[i].name);
	}
	return rc;
}

static void place_zones(struct compare *c, struct scene *s, const char *label,
			const struct policy *policy, const struct zone_list *zones)
{
	for (size_t i = 0; i < zones->nr; i++) {
		struct compare_row *r = new_row(c, label, policy, &zones->zone[i]);
		struct error why = {0};

		r->placed = scene_add(s, policy, r->zone, &why) == 0;
		if (!r->placed)
			memcpy(r->refusal, why.text, sizeof(why.text));
	}
}

static int one_policy(struct compare *c, const char *label, const struct policy *policy,
		      const struct zone_list *zones, const struct zone_list *neighbours,
		      struct error *err)
{
	size_t first = c->nr;
	struct scene s;
	uint32_t at;
	int rc;

	scene_open(&s, c->host, zones->nr + neighbours->nr);
	rc = place_neighbours(&s, neighbours, err);
	at = s.nr;
	if (!rc)
		place_zones(c, &s, label, policy, zones);
	if (!rc && s.nr)
		cost_evaluate(c->params, s.cost, s.nr, &s.work, s.found);
	for (size_t i = first; i < c->nr && !rc; i++) {
		if (c->row[i].placed)
			fill_row(c, &s, &c->row[i], at++);
	}
	scene_close(&s);
	return rc;
}

int compare_zones(struct compare *c, const char *label, const struct zone_list *zones,
		  const struct zone_list *neighbours, struct error *err)
{
	int rc = 0;

	for (size_t i = 0; i < c->nr_policies && !rc; i++)
		rc = one_policy(c, label, c->policy[i], zones, neighbours, err);
	return rc;
}
