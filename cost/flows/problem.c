#include "cost/flows/problem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/map.h"
#include "cost/flows/doubles.h"
#include "cost/params/loaded_latency.h"

#define DOUBLES_BY_NUMBER 8
#define KEPT_BITS 6 /* problems that stay laid out */
#define KEPT_FLOWS 48 /* larger ones, only the last */

/* The arrays over all resources, made at the first use of the scratch. */
static void lay_out_numbers(struct problem *s, struct equilibrium_work *w)
{
	size_t end = s->n.end, pairs = (size_t)s->p->nr_nodes * s->p->nr_nodes;
	bool fresh = !w->by_number;
	double *d;

	BUG_ON(w->p && w->p != s->p);
	if (fresh)
		w->by_number = xcalloc(1, end * (DOUBLES_BY_NUMBER * sizeof(double)) +
						  pairs * sizeof(struct queue) +
						  (end / 64 + 1) * sizeof(uint64_t) +
						  2 * end * sizeof(uint32_t));
	w->p = s->p;
	d = w->by_number;
	s->capacity = d;
	s->amount = d + end;
	s->through = d + 2 * end;
	s->used = d + 3 * end;
	s->curve = d + 4 * end;
	s->wait = d + 5 * end;
	s->extra = d + 6 * end;
	s->rate_through = d + 7 * end;
	s->queue = (void *)(d + DOUBLES_BY_NUMBER * end);
	s->seen = (void *)(s->queue + pairs);
	s->compact = (void *)(s->seen + end / 64 + 1);
	s->fill.compact = s->compact + end;
	for (size_t r = 0; fresh && r < end; r++)
		s->curve[r] = loaded_latency(0);
	if (fresh)
		resources_capacity(&s->n, s->p, s->capacity);
}

void *room_of(struct room *r, size_t need)
{
	if (need > r->bytes) {
		free(r->memory);
		r->memory = xmalloc(need);
		r->bytes = need;
	}
	return r->memory;
}

/* The arrays of one problem in `memory` (NULL: only their size, which is returned). */
static size_t lay_out(struct problem *s, char *memory, size_t nr_holds, size_t nr_columns)
{
	size_t nr = s->flows->nr + (size_t)1, at = 0;

	s->kind = carve(memory, &at, nr, sizeof(uint64_t));
	s->lead = carve(memory, &at, nr, sizeof(uint32_t));
	s->of = carve(memory, &at, nr, sizeof(uint32_t));
	s->row = carve(memory, &at, nr, sizeof(uint32_t));
	s->first_hold = carve(memory, &at, nr, sizeof(uint32_t));
	s->core = carve(memory, &at, nr, sizeof(uint32_t));
	s->stop = carve(memory, &at, nr, sizeof(uint32_t));
	s->memory = carve(memory, &at, nr, sizeof(nodeset));
	s->idle_ns = carve(memory, &at, nr, sizeof(double));
	s->weight = carve(memory, &at, nr, sizeof(double));
	s->lines = carve(memory, &at, nr, sizeof(double));
	s->cap = carve(memory, &at, nr, sizeof(double));
	s->rate = carve(memory, &at, nr, sizeof(double));
	s->part = carve(memory, &at, nr, sizeof(double));
	s->part_through = carve(memory, &at, nr, sizeof(double));
	s->column = carve(memory, &at, nr_columns, sizeof(*s->column));
	s->wide = carve(memory, &at, nr_columns, sizeof(uint32_t));
	s->sum = carve(memory, &at, nr_columns, sizeof(double));
	s->hold = carve(memory, &at, nr_holds, sizeof(*s->hold));
	return at;
}

static void make_room(struct problem *s)
{
	size_t holds = resources_used_most(&s->n, s->p) * (s->flows->nr + (size_t)1), need;
	size_t columns = holds < s->n.end ? holds : s->n.end;

	need = lay_out(s, NULL, holds, columns);
	(void)lay_out(s, room_of(&s->room, need), holds, columns);
}

/* Who is worked out, and in whose place the others are. */
static void find_leads(struct problem *s, bool apart)
{
	if (apart)
		flows_apart(s->flows, s->of);
	else
		flows_doubles(s->flows, s->p, s->of);
	for (uint32_t v = 0; v < s->flows->nr; v++) {
		if (s->of[v] != v) {
			s->of[v] = s->of[s->of[v]];
			continue;
		}
		s->of[v] = s->nr_lead;
		s->lead[s->nr_lead++] = v;
	}
}

/* From the dense scratch to the flow's list, which has room: one number, */
static struct hold *keep_hold(struct problem *s, struct hold *to, uint32_t r)
{
	if (!(s->amount[r] > 0) && !(s->through[r] > 0))
		return to;
	*to = (struct hold){r, s->amount[r] > 0 && !isinf(s->capacity[r]), s->amount[r],
			    s->through[r]};
	s->amount[r] = s->through[r] = 0;
	return to + 1;
}

/* a run of them, */
static struct hold *keep_holds(struct problem *s, struct hold *to, uint32_t from, uint32_t end)
{
	for (uint32_t r = from; r < end; r++)
		to = keep_hold(s, to, r);
	return to;
}

/* or the members of a set, counted from `base`. */
static struct hold *keep_members(struct problem *s, struct hold *to, uint32_t base, nodeset members)
{
	for (; members; members &= members - 1)
		to = keep_hold(s, to, base + nodeset_lowest(members));
	return to;
}

/* Where the flow's pages are, and what that is away with nobody there. */
static void read_pages(struct problem *s, uint32_t k, const struct flow *f)
{
	const struct cost_params *p = s->p;
	const double *latency = &p->latency_ns[f->node * p->nr_nodes];
	nodeset memory = 0;
	double idle_ns = 0;

	for (uint32_t m = 0; m < p->nr_nodes; m++) {
		if (!(f->share[m] > 0))
			continue;
		memory |= nodeset_of(m);
		idle_ns += f->share[m] * latency[m];
	}
	s->memory[k] = memory;
	s->idle_ns[k] = idle_ns;
	if (!nodeset_has(s->nodes, f->node))
		s->pages[f->node] = 0;
	s->nodes |= nodeset_of(f->node);
	s->pages[f->node] |= memory;
}

static void look_at_pages(struct problem *s, uint32_t k)
{
	const struct flow *f = &s->flows->flow[s->lead[k]];
	const struct flow *before = k ? &s->flows->flow[s->lead[k - 1]] : NULL;

	s->row[k] = k;
	if (!before || before->node != f->node ||
	    memcmp(before->share, f->share, s->p->nr_nodes * sizeof(*f->share))) {
		read_pages(s, k, f);
		return;
	}
	s->row[k] = s->row[k - 1];
	s->memory[k] = s->memory[k - 1];
	s->idle_ns[k] = s->idle_ns[k - 1];
}

static nodeset controllers_of(const struct cost_params *p, nodeset memory)
{
	nodeset all = 0;

	for (; memory; memory &= memory - 1)
		all |= nodeset_of(p->controller[nodeset_lowest(memory)]);
	return all;
}

static void collect_holds(struct problem *s)
{
	const struct cost_params *p = s->p;
	struct hold *h = s->hold;

	for (uint32_t k = 0; k < s->nr_lead; k++) {
		struct flow *f = &s->flows->flow[s->lead[k]];
		uint32_t ports = p->first_port[f->node], nr = p->node_ports[f->node];
		uint32_t core = s->n.core + f->node;

		look_at_pages(s, k);
		resources_use(&s->n, p, f, s->memory[k], s->amount, s->through);
		s->amount[core] = 1; /* by latency, in each round */
		s->first_hold[k] = (uint32_t)(h - s->hold);
		h = keep_members(s, h, s->n.controller, controllers_of(p, s->memory[k]));
		h = keep_holds(s, h, s->n.port_read + ports, s->n.port_read + ports + nr);
		h = keep_holds(s, h, s->n.port_write + ports, s->n.port_write + ports + nr);
		h = keep_holds(s, h, s->n.fabric, s->n.core);
		h = keep_hold(s, h, core);
		h = keep_members(s, h, s->n.path + f->node * p->nr_nodes, s->memory[k]);
	}
	s->first_hold[s->nr_lead] = (uint32_t)(h - s->hold);
}

uint32_t number_seen(struct problem *s, uint32_t *to, uint32_t *wide)
{
	uint32_t nr = 0;

	for (uint32_t w = 0; w <= s->n.end / 64; w++) {
		for (; s->seen[w]; s->seen[w] &= s->seen[w] - 1) {
			uint32_t r = 64 * w + nodeset_lowest(s->seen[w]);

			to[r] = nr;
			wide[nr++] = r;
		}
	}
	return nr;
}

/* Of whom a column's sum is. A shared one's is also of doubles, which can be anybody's. */
static size_t find_users(struct problem *s)
{
	bool doubles = s->nr_lead < s->flows->nr;
	size_t users = 0;

	for (uint32_t k = 0; k < s->nr_lead; k++) {
		for (uint32_t i = s->first_hold[k]; i < s->first_hold[k + 1]; i++) {
			struct column *c;

			if (!s->hold[i].can_end)
				continue;
			c = &s->column[s->compact[s->hold[i].number]];
			c->first = c->first == UNUSED ? k : c->first;
			c->end = k + 1;
		}
	}
	for (uint32_t i = 0; i < s->nr_columns; i++) {
		struct column *c = &s->column[i];

		c->shared = doubles && is_shared(s, c->number);
		if (c->shared) {
			c->first = 0;
			c->end = s->nr_lead;
		}
		users += c->end - c->first;
	}
	return users;
}

/* What is known of the columns' amounts, those of cores still open. */
static void find_amounts(struct problem *s, double *memory)
{
	for (uint32_t i = 0; i < s->nr_columns; i++) {
		struct column *c = &s->column[i];
		uint32_t nr = c->end - c->first;

		c->amount = memory;
		memory += nr;
		memset(c->amount, 0, nr * sizeof(*c->amount));
	}
	for (uint32_t k = 0; k < s->nr_lead; k++) {
		uint32_t core = s->n.core + s->flows->flow[s->lead[k]].node;

		for (uint32_t i = s->first_hold[k]; i < s->first_hold[k + 1]; i++) {
			struct column *c;

			if (!s->hold[i].can_end)
				continue;
			c = &s->column[s->compact[s->hold[i].number]];
			c->amount[k - c->first] = s->hold[i].amount;
		}
		s->core[k] = s->compact[core];
	}
}

static void find_likes(struct problem *s)
{
	for (uint32_t i = 0; i < s->nr_columns; i++) {
		struct column *c = &s->column[i], *before = i ? &s->column[c[-1].like] : c;
		size_t bytes = (c->end - c->first) * sizeof(*c->amount);

		c->like = i;
		if (c->number < s->n.core && before->first == c->first && before->end == c->end &&
		    before->shared == c->shared && !memcmp(before->amount, c->amount, bytes))
			c->like = (uint32_t)(before - s->column);
	}
}

static void make_columns(struct problem *s)
{
	const struct hold *end = s->hold + s->first_hold[s->nr_lead];

	for (const struct hold *h = s->hold; h < end; h++) {
		if (h->can_end)
			see(s, h->number);
	}
	s->nr_columns = number_seen(s, s->compact, s->wide);
	for (uint32_t i = 0; i < s->nr_columns; i++)
		s->column[i] = (struct column){
			.number = s->wide[i],
			.first = UNUSED,
			.capacity = s->capacity[s->wide[i]],
			.measured = resource_curve(&s->n, s->p, s->wide[i]),
		};
	find_amounts(s, room_of(&s->column_room, find_users(s) * sizeof(double)));
	find_likes(s);
}

static void lay_out_problem(struct problem *s, bool apart)
{
	s->nodes = 0;
	s->nr_lead = 0;
	s->fill.made = false;
	make_room(s);
	find_leads(s, apart);
	collect_holds(s);
	make_columns(s);
}

/* Is it laid out for flows of these kinds? Their vCPUs may be others, but who was a double
 * must be one. */
static bool fits(const struct problem *s, const struct flows *f)
{
	if (!f->nr || s->nr_flows != f->nr)
		return false;
	for (uint32_t v = 0; v < f->nr; v++) {
		const struct flow *lead = &f->flow[s->lead[s->of[v]]];

		if (s->kind[v] != f->flow[v].kind || lead->lines != f->flow[v].lines ||
		    lead->demand != f->flow[v].demand)
			return false;
	}
	return true;
}

/* The kinds' hash; 0: some have none. */
static uint64_t hash_kinds(const struct flows *f)
{
	uint64_t hash = 1;

	for (uint32_t v = 0; v < f->nr; v++) {
		if (!f->flow[v].kind)
			return 0;
		hash = map_mix(hash, f->flow[v].kind);
	}
	return hash;
}

struct problem *problem_begin(struct flows *f, const struct cost_params *p,
			      struct equilibrium_work *w)
{
	uint64_t hash = w->apart ? 0 : hash_kinds(f);
	struct problem *s;

	if (!w->problem)
		w->problem = xcalloc((size_t)1 << KEPT_BITS, sizeof(*w->problem));
	s = &w->problem[f->nr > KEPT_FLOWS ? 0 : hash >> (64 - KEPT_BITS)];
	s->p = p;
	s->flows = f;
	s->n = resources_of(p);
	lay_out_numbers(s, w);
	if (!hash || !fits(s, f)) {
		lay_out_problem(s, w->apart);
		s->nr_flows = hash ? f->nr : 0;
		for (uint32_t v = 0; v < f->nr; v++)
			s->kind[v] = f->flow[v].kind;
	}
	for (uint32_t k = 0; k < s->nr_lead; k++)
		f->flow[s->lead[k]].now.idle_ns = s->idle_ns[k];
	return s;
}

void problems_release(struct problem *s)
{
	for (size_t i = 0; s && i < (size_t)1 << KEPT_BITS; i++) {
		free(s[i].room.memory);
		free(s[i].column_room.memory);
		free(s[i].fill.room.memory);
	}
	free(s);
}

void problem_end(struct problem *s)
{
	for (uint32_t i = 0; i < s->nr_columns; i++) {
		uint32_t r = s->column[i].number;

		s->used[r] = s->wait[r] = 0;
		s->curve[r] = loaded_latency(0);
	}
	for (uint32_t v = 0; v < s->flows->nr; v++) {
		struct flow_outcome *now = &s->flows->flow[v].now;
		uint32_t lead = s->lead[s->of[v]];

		*now = s->flows->flow[lead].now;
		now->like = lead;
	}
}

/* Of all flows in their order, whether they are worked out or doubles of those. */
static double sum_of_all(struct problem *s, const struct column *c)
{
	double sum = 0;

	for (uint32_t k = 0; k < s->nr_lead; k++)
		s->part[k] = s->rate[k] * c->amount[k];
	for (uint32_t v = 0; v < s->flows->nr; v++)
		sum += s->part[s->of[v]];
	return sum;
}

void problem_sum(struct problem *s)
{
	for (uint32_t i = 0; i < s->nr_columns; i++) {
		const struct column *c = &s->column[i];
		double sum = 0;

		if (c->like != i) {
			s->sum[i] = s->sum[c->like];
			continue;
		}
		for (uint32_t k = c->first; !c->shared && k < c->end; k++)
			sum += s->rate[k] * c->amount[k - c->first];
		s->sum[i] = c->shared ? sum_of_all(s, c) : sum;
	}
}
