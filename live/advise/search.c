#include "live/advise/search.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/* Zones times nodes up to which all is looked at. */
#define THOROUGH_MOST 64
#define WIDTH_THOROUGH 8
#define WIDTH 1
/* A step is to win this of what is lost now, and a thousandth of a vCPU. */
#define LEAST_GAIN_PPM 2000
#define LEAST_GAIN_NANO 1000000

/*
 * What a change costs beside room, as lost speed of the zone: a restart a minute in eight hours, a
 * move a quarter of that. Of two lists that win the same the gentler one is better.
 */
#define RESTART_NANO 2083333
#define MOVE_NANO (RESTART_NANO / 4)

struct candidate {
	const struct position *from;
	struct compound compound;
	int64_t lost;
	int64_t burden; /* lost, and what all steps cost */
};

struct beam {
	struct candidate candidate[WIDTH_THOROUGH]; /* sorted; then positions */
	struct position position[WIDTH_THOROUGH];
	uint32_t nr_candidates, nr_positions;
};

static int64_t cost_of(const struct scene *s, const struct change *c)
{
	int64_t vcpus = s->actor[c->actor].asked.vcpus;

	return vcpus * (c->kind == ADVICE_RESTART ? RESTART_NANO
			: c->kind == ADVICE_PIN	  ? 0
						  : MOVE_NANO);
}

/* Equal ones are the same steps in another order, or might as well be. */
static void offer(struct search *s, struct beam *b, const struct candidate *c)
{
	uint32_t at = b->nr_candidates;

	for (uint32_t i = 0; i < b->nr_candidates; i++)
		if (b->candidate[i].burden == c->burden)
			return;
	while (at && b->candidate[at - 1].burden > c->burden)
		at--;
	if (at == s->width)
		return;
	if (b->nr_candidates < s->width)
		b->nr_candidates++;
	memmove(&b->candidate[at + 1], &b->candidate[at], (b->nr_candidates - at - 1) * sizeof(*c));
	b->candidate[at] = *c;
}

static bool apply(struct search *s, const struct compound *c)
{
	position_copy(&s->scratch, s->from, s->scene);
	return compound_apply(s->scene, c, &s->scratch, s->plan);
}

/* Together only where neither can go first. */
static bool apply_gently(struct search *s, struct compound *c)
{
	struct compound turned = *c;

	if (c->together && c->nr == 2) {
		c->together = turned.together = false;
		turned.change[0] = c->change[1];
		turned.change[1] = c->change[0];
		if (apply(s, c))
			return true;
		if (apply(s, &turned)) {
			*c = turned;
			return true;
		}
		c->together = true;
	}
	return apply(s, c);
}

static void look(void *self, const struct compound *c)
{
	struct search *s = self;
	uint32_t steps = s->from->nr_steps + c->nr, changed[CHANGES_MAX];
	struct candidate new = {.from = s->from, .compound = *c};

	if (steps > s->max_steps || !apply_gently(s, &new.compound))
		return;
	for (uint32_t i = 0; i < c->nr; i++)
		changed[i] = c->change[i].actor;
	new.lost = scene_lost(s->scene, &s->scratch, changed, c->nr);
	if (new.lost > s->from->lost - s->least_gain * c->nr)
		return;
	new.burden = new.lost + s->from->cost;
	for (uint32_t i = 0; i < c->nr; i++)
		new.burden += cost_of(s->scene, &c->change[i]);
	offer(s, &s->beam[steps], &new);
}

/* The candidate comes true: its plans stay. */
static void keep(struct search *s, struct beam *b, const struct candidate *c)
{
	struct position *p = &b->position[b->nr_positions++];

	position_init(p, s->scene, s->max_steps);
	position_copy(p, c->from, s->scene);
	BUG_ON(!compound_apply(s->scene, &c->compound, p, s->plan));
	for (uint32_t i = 0; i < c->compound.nr; i++) {
		const struct change *change = &c->compound.change[i];
		struct plan *plan = arena_alloc(&s->scene->arena, sizeof(*plan));

		*plan = s->plan[i];
		p->at[change->actor] = plan;
		p->step[p->nr_steps++] = (struct advice_step){
			.kind = change->kind,
			.zone = change->actor,
			.with_next = c->compound.together && i + 1 < c->compound.nr,
			.plan = plan,
			.moved_bytes = change_moves(change, c->from->at[change->actor], plan),
		};
	}
	p->lost = c->lost;
	p->cost = c->burden - c->lost;
}

void search_run(struct search *s, struct scene *scene)
{
	const struct advise_ask *ask = scene->ask;
	int64_t least;

	*s = (struct search){.scene = scene, .max_steps = ask->max_steps};
	s->thorough = scene->nr * scene->host->nr_nodes <= THOROUGH_MOST;
	s->width = s->thorough ? WIDTH_THOROUGH : WIDTH;
	s->beam = xcalloc(s->max_steps + 1, sizeof(*s->beam));
	s->plan = xcalloc(CHANGES_MAX, sizeof(*s->plan));
	position_init(&s->scratch, scene, s->max_steps);
	position_init(&s->beam[0].position[0], scene, s->max_steps);
	position_now(&s->beam[0].position[0], scene);
	s->beam[0].nr_positions = 1;
	least = s->beam[0].position[0].lost / 1000000 * LEAST_GAIN_PPM;
	s->least_gain = least > LEAST_GAIN_NANO ? least : LEAST_GAIN_NANO;
	for (uint32_t d = 0; d <= s->max_steps; d++) {
		struct beam *b = &s->beam[d];

		for (uint32_t i = 0; i < b->nr_candidates; i++)
			keep(s, b, &b->candidate[i]);
		for (uint32_t i = 0; i < b->nr_positions && d < s->max_steps; i++) {
			s->from = &b->position[i];
			moves_from(scene, s->from, s->thorough, i == 0, look, s);
		}
	}
}

const struct position *search_best(const struct search *s, uint32_t steps)
{
	const struct position *best = &s->beam[0].position[0];

	for (uint32_t d = 1; d <= steps; d++)
		for (uint32_t i = 0; i < s->beam[d].nr_positions; i++)
			if (s->beam[d].position[i].lost + s->beam[d].position[i].cost <
			    best->lost + best->cost)
				best = &s->beam[d].position[i];
	return best;
}

void search_release(struct search *s)
{
	for (uint32_t d = 0; d <= s->max_steps; d++)
		for (uint32_t i = 0; i < s->beam[d].nr_positions; i++)
			position_release(&s->beam[d].position[i]);
	position_release(&s->scratch);
	free(s->beam);
	free(s->plan);
}
