#include "cost/flows/maxmin.h"

#include <math.h>
#include <stdbool.h>

#include "base/error.h"

/* Laid out one after the other in the caller's scratch. */
struct scratch {
	double *frozen; /* by resource: taken by flows that no longer grow */
	double *growth; /* by resource: taken for each unit of level */
	double *level; /* by resource: where it is exhausted */
	uint32_t *order; /* flows in canonical order; those that still grow first */
};

size_t maxmin_scratch_bytes(uint32_t nr_resources, uint32_t nr_flows)
{
	return 3 * sizeof(double) * nr_resources + sizeof(uint32_t) * ((size_t)nr_flows + 1);
}

static struct scratch lay_out(void *memory, uint32_t nr_resources)
{
	double *d = memory;

	return (struct scratch){
		.frozen = d,
		.growth = d + nr_resources,
		.level = d + 2 * (size_t)nr_resources,
		.order = (void *)(d + 3 * (size_t)nr_resources),
	};
}

static int compare_doubles(double a, double b)
{
	return (a > b) - (a < b);
}

/* By everything that matters to the result: flows that compare equal are
 * interchangeable, so sums over this order do not depend on the caller's. */
static int compare_flows(const struct maxmin_flow *a, const struct maxmin_flow *b)
{
	int c = compare_doubles(a->weight, b->weight);

	if (!c)
		c = compare_doubles(a->cap, b->cap);
	if (!c)
		c = (a->nr_uses > b->nr_uses) - (a->nr_uses < b->nr_uses);
	for (uint32_t i = 0; !c && i < a->nr_uses; i++) {
		c = (a->use[i].resource > b->use[i].resource) -
		    (a->use[i].resource < b->use[i].resource);
		if (!c)
			c = compare_doubles(a->use[i].amount, b->use[i].amount);
	}
	return c;
}

static void sift_down(const struct maxmin_flow *flow, uint32_t *order, uint32_t root, uint32_t nr)
{
	uint32_t moved = order[root];

	for (;;) {
		uint32_t child = 2 * root + 1;

		if (child >= nr)
			break;
		if (child + 1 < nr &&
		    compare_flows(&flow[order[child]], &flow[order[child + 1]]) < 0)
			child++;
		if (compare_flows(&flow[moved], &flow[order[child]]) >= 0)
			break;
		order[root] = order[child];
		root = child;
	}
	order[root] = moved;
}

/* A heap sort, since qsort() may allocate. */
static void sort_flows(const struct maxmin_problem *p, uint32_t *order)
{
	for (uint32_t i = 0; i < p->nr_flows; i++)
		order[i] = i;
	for (uint32_t i = p->nr_flows / 2; i-- > 0;)
		sift_down(p->flow, order, i, p->nr_flows);
	for (uint32_t end = p->nr_flows; end > 1;) {
		uint32_t top = order[0];

		order[0] = order[--end];
		order[end] = top;
		sift_down(p->flow, order, 0, end);
	}
}

static void check(const struct maxmin_problem *p)
{
	for (uint32_t r = 0; r < p->nr_resources; r++)
		BUG_ON(!(p->capacity[r] >= 0));
	for (uint32_t v = 0; v < p->nr_flows; v++) {
		const struct maxmin_flow *f = &p->flow[v];

		BUG_ON(!(f->weight > 0) || isinf(f->weight) || !(f->cap >= 0));
		for (uint32_t i = 0; i < f->nr_uses; i++) {
			BUG_ON(f->use[i].resource >= p->nr_resources);
			BUG_ON(!(f->use[i].amount > 0) || isinf(f->use[i].amount));
			BUG_ON(i && f->use[i].resource <= f->use[i - 1].resource);
		}
	}
}

/* Summed afresh at every step: taking frozen flows' share off a running sum would
 * leave rounding behind where the sum should be nothing. */
static void sum_growth(const struct maxmin_problem *p, struct scratch *s, uint32_t nr_growing)
{
	for (uint32_t r = 0; r < p->nr_resources; r++)
		s->growth[r] = 0;
	for (uint32_t i = 0; i < nr_growing; i++) {
		const struct maxmin_flow *f = &p->flow[s->order[i]];

		for (uint32_t u = 0; u < f->nr_uses; u++)
			s->growth[f->use[u].resource] += f->weight * f->use[u].amount;
	}
}

/* The next level at which something ends, never below the last one. */
static double next_level(const struct maxmin_problem *p, struct scratch *s, uint32_t nr_growing,
			 double last)
{
	double next = INFINITY;

	for (uint32_t r = 0; r < p->nr_resources; r++) {
		double rest = p->capacity[r] - s->frozen[r];

		s->level[r] = INFINITY;
		if (s->growth[r] > 0)
			s->level[r] = rest > 0 ? rest / s->growth[r] : 0;
		if (s->level[r] < next)
			next = s->level[r];
	}
	for (uint32_t i = 0; i < nr_growing; i++) {
		const struct maxmin_flow *f = &p->flow[s->order[i]];
		double own = f->cap / f->weight;

		if (own < next)
			next = own;
	}
	return next > last ? next : last;
}

/* Does the flow stop at this level, and by what? */
static bool stops(const struct maxmin_flow *f, const struct scratch *s, double level, uint32_t *why)
{
	*why = MAXMIN_OWN_CAP;
	if (f->cap / f->weight <= level)
		return true;
	for (uint32_t u = 0; u < f->nr_uses; u++) {
		if (s->level[f->use[u].resource] <= level) {
			*why = f->use[u].resource;
			return true;
		}
	}
	return false;
}

/* Flows that stop at `level` get their rate; returns how many still grow. */
static uint32_t freeze(const struct maxmin_problem *p, struct scratch *s, uint32_t nr_growing,
		       double level, double *rate, uint32_t *stop)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < nr_growing; i++) {
		uint32_t v = s->order[i], why;
		const struct maxmin_flow *f = &p->flow[v];

		if (!stops(f, s, level, &why)) {
			s->order[kept++] = v;
			continue;
		}
		rate[v] = f->weight * level;
		if (why == MAXMIN_OWN_CAP || rate[v] > f->cap)
			rate[v] = f->cap;
		if (stop)
			stop[v] = why;
		for (uint32_t u = 0; u < f->nr_uses; u++)
			s->frozen[f->use[u].resource] += rate[v] * f->use[u].amount;
	}
	return kept;
}

void maxmin_solve(const struct maxmin_problem *p, void *scratch, double *rate, uint32_t *stop)
{
	struct scratch s = lay_out(scratch, p->nr_resources);
	uint32_t nr_growing = p->nr_flows;
	double level = 0;

	check(p);
	sort_flows(p, s.order);
	for (uint32_t r = 0; r < p->nr_resources; r++)
		s.frozen[r] = 0;
	while (nr_growing) {
		uint32_t before = nr_growing;

		sum_growth(p, &s, nr_growing);
		level = next_level(p, &s, nr_growing, level);
		nr_growing = freeze(p, &s, nr_growing, level, rate, stop);
		BUG_ON(nr_growing == before); /* whatever set the level stops somebody */
	}
}
