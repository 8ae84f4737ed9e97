/* The solver against the definition: small instances by trying out every way in
 * which flows can be stopped, larger ones by the bottleneck property. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "cost/flows/maxmin.h"

#define FLOWS 64
#define RESOURCES 60

struct instance {
	struct maxmin_problem p;
	double capacity[RESOURCES];
	struct maxmin_flow flow[FLOWS];
	struct maxmin_use use[FLOWS][RESOURCES];
	double scratch[3 * RESOURCES + FLOWS];
	double rate[FLOWS];
	uint32_t stop[FLOWS];
};

static void solve(struct instance *in)
{
	cr_assert_leq(maxmin_scratch_bytes(in->p.nr_resources, in->p.nr_flows),
		      sizeof(in->scratch));
	maxmin_solve(&in->p, in->scratch, in->rate, in->stop);
}

/* Values from a short list make ties, which is where solvers go wrong. */
static double draw(struct rng *r, bool ties)
{
	return ties ? (double)(1 + rng_below(r, 4)) : 0.05 + 4 * rng_unit(r);
}

static void make(struct instance *in, struct rng *r, uint32_t flows, uint32_t resources)
{
	bool ties = rng_below(r, 2);

	memset(in, 0, sizeof(*in));
	in->p = (struct maxmin_problem){in->capacity, resources, in->flow, flows};
	for (uint32_t i = 0; i < resources; i++)
		in->capacity[i] = draw(r, ties) * (1 + (double)rng_below(r, 3));
	for (uint32_t v = 0; v < flows; v++) {
		struct maxmin_flow *f = &in->flow[v];

		f->weight = draw(r, ties);
		f->cap = rng_below(r, 3) ? draw(r, ties) : INFINITY;
		f->use = in->use[v];
		for (uint32_t i = 0; i < resources; i++) {
			if (rng_below(r, 2))
				in->use[v][f->nr_uses++] = (struct maxmin_use){i, draw(r, ties)};
		}
		if (!f->nr_uses && isinf(f->cap))
			f->cap = 3;
	}
}

static double amount(const struct maxmin_flow *f, uint32_t resource)
{
	for (uint32_t u = 0; u < f->nr_uses; u++) {
		if (f->use[u].resource == resource)
			return f->use[u].amount;
	}
	return 0;
}

static double used(const struct instance *in, const double *rate, uint32_t resource)
{
	double sum = 0;

	for (uint32_t v = 0; v < in->p.nr_flows; v++)
		sum += rate[v] * amount(&in->flow[v], resource);
	return sum;
}

/* Feasible, and every flow has a bottleneck: its cap, or an exhausted resource in
 * which nobody has more for its weight. That is what max-min fair means. */
static bool is_max_min(const struct instance *in, const double *rate, double slack)
{
	for (uint32_t i = 0; i < in->p.nr_resources; i++) {
		if (used(in, rate, i) > in->capacity[i] * (1 + slack) + slack)
			return false;
	}
	for (uint32_t v = 0; v < in->p.nr_flows; v++) {
		const struct maxmin_flow *f = &in->flow[v];
		bool stopped = rate[v] >= f->cap * (1 - slack);

		if (rate[v] < 0 || rate[v] > f->cap * (1 + slack))
			return false;
		for (uint32_t u = 0; u < f->nr_uses && !stopped; u++) {
			uint32_t i = f->use[u].resource;
			bool most = used(in, rate, i) >= in->capacity[i] * (1 - slack) - slack;

			for (uint32_t w = 0; w < in->p.nr_flows && most; w++) {
				if (amount(&in->flow[w], i) > 0 &&
				    rate[w] / in->flow[w].weight >
					    rate[v] / f->weight * (1 + slack) + slack)
					most = false;
			}
			stopped = most;
		}
		if (!stopped)
			return false;
	}
	return true;
}

/* Gauss-Jordan with row pivoting; false when singular. */
static bool solve_linear(double a[4][5], uint32_t n)
{
	for (uint32_t c = 0; c < n; c++) {
		uint32_t best = c;

		for (uint32_t r = c + 1; r < n; r++)
			best = fabs(a[r][c]) > fabs(a[best][c]) ? r : best;
		if (fabs(a[best][c]) < 1e-12)
			return false;
		for (uint32_t k = 0; k <= n; k++) {
			double t = a[c][k];

			a[c][k] = a[best][k];
			a[best][k] = t;
		}
		for (uint32_t r = 0; r < n; r++) {
			double q = a[r][c] / a[c][c];

			for (uint32_t k = c; r != c && k <= n; k++)
				a[r][k] -= q * a[c][k];
		}
	}
	return true;
}

/*
 * One guess: flow v is stopped by resource why[v] (== nr_resources: its cap).
 * Flows stopped by one resource share its level, and the resource is full: as
 * many equations as levels.
 */
static bool try_guess(const struct instance *in, const uint32_t *why, double *rate)
{
	uint32_t n = in->p.nr_resources, slot[4], nr = 0;
	double a[4][5] = {{0}};

	for (uint32_t i = 0; i < n; i++) {
		bool taken = false;

		for (uint32_t v = 0; v < in->p.nr_flows; v++)
			taken |= why[v] == i;
		slot[i] = taken ? nr++ : UINT32_MAX;
	}
	for (uint32_t i = 0; i < n; i++) {
		if (slot[i] == UINT32_MAX)
			continue;
		a[slot[i]][nr] = in->capacity[i];
		for (uint32_t v = 0; v < in->p.nr_flows; v++) {
			double take = amount(&in->flow[v], i);

			if (why[v] == n)
				a[slot[i]][nr] -= take * in->flow[v].cap;
			else
				a[slot[i]][slot[why[v]]] += take * in->flow[v].weight;
		}
	}
	if (!solve_linear(a, nr))
		return false;
	for (uint32_t v = 0; v < in->p.nr_flows; v++) {
		uint32_t s = why[v] == n ? 0 : slot[why[v]];

		rate[v] = why[v] == n ? in->flow[v].cap : in->flow[v].weight * a[s][nr] / a[s][s];
	}
	return is_max_min(in, rate, 1e-9);
}

/* All guesses; the allocation is unique, so the first that fits is the answer. */
static bool brute_force(const struct instance *in, double *rate)
{
	uint32_t why[4] = {0}, flows = in->p.nr_flows;

	for (;;) {
		bool possible = true;
		uint32_t v = 0;

		for (uint32_t i = 0; i < flows; i++)
			possible &= why[i] == in->p.nr_resources ? !isinf(in->flow[i].cap)
								 : amount(&in->flow[i], why[i]) > 0;
		if (possible && try_guess(in, why, rate))
			return true;
		while (v < flows && ++why[v] > in->p.nr_resources)
			why[v++] = 0;
		if (v == flows)
			return false;
	}
}

Test(maxmin, brute_force)
{
	static struct instance in;
	struct rng r;

	rng_seed(&r, 1, "brute force");
	for (int i = 0; i < 6000; i++) {
		double rate[4];

		make(&in, &r, 1 + (uint32_t)rng_below(&r, 4), 1 + (uint32_t)rng_below(&r, 4));
		solve(&in);
		cr_assert(brute_force(&in, rate), "instance %d has no max-min allocation", i);
		for (uint32_t v = 0; v < in.p.nr_flows; v++)
			cr_assert(fabs(in.rate[v] - rate[v]) <= 1e-9 * (1 + rate[v]),
				  "instance %d, flow %u: %.17g, by hand %.17g", i, v, in.rate[v],
				  rate[v]);
	}
}

/* What the reference itself would say of a wrong answer. */
Test(maxmin, reference_refuses)
{
	static struct instance in;
	struct rng r;
	double rate[4];

	rng_seed(&r, 2, "refuses");
	for (int i = 0; i < 200; i++) {
		make(&in, &r, 3, 3);
		solve(&in);
		memcpy(rate, in.rate, sizeof(rate));
		cr_assert(is_max_min(&in, rate, 1e-9));
		rate[rng_below(&r, 3)] *= 0.99;
		cr_assert_not(is_max_min(&in, rate, 1e-9));
	}
}

Test(maxmin, large)
{
	static struct instance in;
	struct rng r;

	rng_seed(&r, 3, "large");
	for (int i = 0; i < 300; i++) {
		make(&in, &r, 1 + (uint32_t)rng_below(&r, FLOWS),
		     1 + (uint32_t)rng_below(&r, RESOURCES));
		solve(&in);
		cr_assert(is_max_min(&in, in.rate, 1e-9), "instance %d", i);
		for (uint32_t v = 0; v < in.p.nr_flows; v++) {
			uint32_t why = in.stop[v];

			if (why == MAXMIN_OWN_CAP)
				cr_assert_eq(in.rate[v], in.flow[v].cap);
			else
				cr_assert_geq(used(&in, in.rate, why),
					      in.capacity[why] * (1 - 1e-9));
		}
	}
}

static void permute(const struct instance *from, struct instance *to, struct rng *r,
		    uint32_t *where)
{
	uint32_t n = from->p.nr_flows;

	memcpy(to->capacity, from->capacity, sizeof(to->capacity));
	to->p = (struct maxmin_problem){to->capacity, from->p.nr_resources, to->flow, n};
	for (uint32_t v = 0; v < n; v++)
		where[v] = v;
	for (uint32_t v = n; v > 1; v--) {
		uint32_t other = (uint32_t)rng_below(r, v), t = where[v - 1];

		where[v - 1] = where[other];
		where[other] = t;
	}
	for (uint32_t v = 0; v < n; v++)
		to->flow[where[v]] = from->flow[v];
}

Test(maxmin, order_of_flows)
{
	static struct instance in, other;
	uint32_t where[FLOWS];
	struct rng r;

	rng_seed(&r, 4, "order");
	for (int i = 0; i < 500; i++) {
		make(&in, &r, 1 + (uint32_t)rng_below(&r, FLOWS),
		     1 + (uint32_t)rng_below(&r, RESOURCES));
		permute(&in, &other, &r, where);
		solve(&in);
		solve(&other);
		for (uint32_t v = 0; v < in.p.nr_flows; v++) {
			cr_assert_eq(memcmp(&in.rate[v], &other.rate[where[v]], sizeof(double)), 0,
				     "instance %d, flow %u", i, v);
			cr_assert_eq(in.stop[v], other.stop[where[v]]);
		}
	}
}

/* Equal flows get equal rates, to the bit. */
Test(maxmin, symmetric)
{
	static struct instance in;
	struct rng r;

	rng_seed(&r, 5, "symmetric");
	for (int i = 0; i < 300; i++) {
		make(&in, &r, FLOWS, 1 + (uint32_t)rng_below(&r, RESOURCES));
		for (uint32_t v = 1; v < FLOWS; v += 2)
			in.flow[v] = in.flow[v - 1];
		solve(&in);
		for (uint32_t v = 1; v < FLOWS; v += 2)
			cr_assert_eq(in.rate[v], in.rate[v - 1]);
	}
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void sorted_levels(const struct instance *in, double *level)
{
	for (uint32_t v = 0; v < in->p.nr_flows; v++)
		level[v] = in->rate[v] / in->flow[v].weight;
	qsort(level, in->p.nr_flows, sizeof(*level), by_value);
}

/* More of anything never leaves the worst-off worse off: the sorted levels grow in
 * lexicographic order (single flows may lose; that is max-min's nature). */
Test(maxmin, monotone)
{
	static struct instance in;
	double before[FLOWS], after[FLOWS];
	struct rng r;

	rng_seed(&r, 6, "monotone");
	for (int i = 0; i < 2000; i++) {
		uint32_t v = 0;

		make(&in, &r, 1 + (uint32_t)rng_below(&r, 8), 1 + (uint32_t)rng_below(&r, 8));
		solve(&in);
		sorted_levels(&in, before);
		in.capacity[rng_below(&r, in.p.nr_resources)] *= 1 + rng_unit(&r);
		in.flow[rng_below(&r, in.p.nr_flows)].cap *= 1 + rng_unit(&r);
		solve(&in);
		sorted_levels(&in, after);
		while (v < in.p.nr_flows && fabs(after[v] - before[v]) <= 1e-9 * (1 + before[v]))
			v++;
		cr_assert(v == in.p.nr_flows || after[v] > before[v], "instance %d", i);
	}
}

/* On one resource a newcomer takes from everybody and gives to nobody. */
Test(maxmin, newcomer)
{
	static struct instance in;
	double before[FLOWS];
	struct rng r;

	rng_seed(&r, 7, "newcomer");
	for (int i = 0; i < 1000; i++) {
		make(&in, &r, 2 + (uint32_t)rng_below(&r, 8), 1);
		in.p.nr_flows--;
		solve(&in);
		memcpy(before, in.rate, sizeof(before));
		in.p.nr_flows++;
		solve(&in);
		for (uint32_t v = 0; v + 1 < in.p.nr_flows; v++)
			cr_assert_leq(in.rate[v], before[v] * (1 + 1e-9));
	}
}

Test(maxmin, edges)
{
	struct maxmin_use one = {0, 2};
	double capacity[1] = {0}, scratch[8], rate[2];
	struct maxmin_flow flow[2] = {{1, INFINITY, NULL, 0}, {1, 5, &one, 1}};
	struct maxmin_problem p = {capacity, 1, flow, 0};
	uint32_t stop[2];

	maxmin_solve(&p, scratch, rate, stop); /* nobody */
	p.nr_flows = 2;
	maxmin_solve(&p, scratch, rate, stop);
	cr_assert(isinf(rate[0]));
	cr_assert_eq(rate[1], 0);
	cr_assert_eq(stop[1], 0);
	capacity[0] = INFINITY;
	maxmin_solve(&p, scratch, rate, NULL);
	cr_assert_eq(rate[1], 5);
	flow[1].cap = 0;
	maxmin_solve(&p, scratch, rate, stop);
	cr_assert_eq(rate[1], 0);
	cr_assert_eq(stop[1], MAXMIN_OWN_CAP);
}
