/* What runs out is shared out among all flows, doubles among them: rates that are equal to
 * the bit need sums in one order, which is maxmin.h's own. */
#include "cost/flows/problem.h"

/* The resource of the flow's own node in the place of that of its lead's. */
static uint32_t own_of(const struct problem *s, uint32_t number, uint32_t lead_node, uint32_t node)
{
	const uint32_t *first_port = s->p->first_port;

	if (number >= s->n.port_read && number < s->n.fabric)
		return number - first_port[lead_node] + first_port[node];
	return number == s->n.core + lead_node ? s->n.core + node : number;
}

static size_t count_uses(const struct problem *s)
{
	size_t nr = 0;

	for (uint32_t v = 0; v < s->flows->nr; v++)
		nr += s->first_hold[s->of[v] + 1] - s->first_hold[s->of[v]];
	return nr;
}

static size_t lay_out(struct filling *f, char *memory, uint32_t nr_flows, size_t uses,
		      size_t resources)
{
	size_t at = 0;

	f->flow = carve(memory, &at, nr_flows, sizeof(*f->flow));
	f->rate = carve(memory, &at, nr_flows, sizeof(double));
	f->stop = carve(memory, &at, nr_flows, sizeof(uint32_t));
	f->core_use = carve(memory, &at, nr_flows, sizeof(uint32_t));
	f->use = carve(memory, &at, uses, sizeof(*f->use));
	f->wide = carve(memory, &at, resources, sizeof(uint32_t));
	f->capacity = carve(memory, &at, resources, sizeof(double));
	f->scratch = carve(memory, &at, maxmin_scratch_bytes((uint32_t)resources, nr_flows), 1);
	return at;
}

static void see_uses(struct problem *s, uint32_t v)
{
	uint32_t k = s->of[v], node = s->flows->flow[v].node;
	uint32_t lead_node = s->flows->flow[s->lead[k]].node;

	for (uint32_t i = s->first_hold[k]; i < s->first_hold[k + 1]; i++) {
		if (s->hold[i].can_end)
			see(s, own_of(s, s->hold[i].number, lead_node, node));
	}
}

static struct maxmin_use *make_uses(struct problem *s, uint32_t v, struct maxmin_use *to)
{
	struct filling *f = &s->fill;
	uint32_t k = s->of[v], node = s->flows->flow[v].node, core = s->n.core + node;
	uint32_t lead_node = s->flows->flow[s->lead[k]].node;

	f->flow[v].use = to;
	for (uint32_t i = s->first_hold[k]; i < s->first_hold[k + 1]; i++) {
		uint32_t number = own_of(s, s->hold[i].number, lead_node, node);

		if (!s->hold[i].can_end)
			continue;
		if (number == core)
			f->core_use[v] = (uint32_t)(to - f->use);
		*to++ = (struct maxmin_use){f->compact[number], s->hold[i].amount};
	}
	f->flow[v].nr_uses = (uint32_t)(to - f->flow[v].use);
	return to;
}

static void make(struct problem *s)
{
	struct filling *f = &s->fill;
	uint32_t nr = s->flows->nr;
	size_t uses = count_uses(s), resources = uses < s->n.end ? uses : s->n.end;
	struct maxmin_use *use;

	(void)lay_out(f, room_of(&f->room, lay_out(f, NULL, nr, uses, resources)), nr, uses,
		      resources);
	for (uint32_t v = 0; v < nr; v++)
		see_uses(s, v);
	f->nr = number_seen(s, f->compact, f->wide);
	for (uint32_t i = 0; i < f->nr; i++)
		f->capacity[i] = s->capacity[f->wide[i]];
	use = f->use;
	for (uint32_t v = 0; v < nr; v++)
		use = make_uses(s, v, use);
	f->made = true;
}

void problem_fill(struct problem *s)
{
	struct filling *f = &s->fill;
	struct maxmin_problem problem;

	if (!f->made)
		make(s);
	for (uint32_t v = 0; v < s->flows->nr; v++) {
		uint32_t k = s->of[v];

		f->flow[v].weight = s->weight[k];
		f->flow[v].cap = s->cap[k];
		f->use[f->core_use[v]].amount = s->lines[k];
	}
	problem = (struct maxmin_problem){f->capacity, f->nr, f->flow, s->flows->nr};
	maxmin_solve(&problem, f->scratch, f->rate, f->stop);
	for (uint32_t k = 0; k < s->nr_lead; k++) {
		uint32_t stop = f->stop[s->lead[k]];

		s->rate[k] = f->rate[s->lead[k]];
		s->stop[k] = stop == MAXMIN_OWN_CAP ? UNUSED : f->wide[stop];
	}
}
