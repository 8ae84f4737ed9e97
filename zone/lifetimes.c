#include "base/units.h"
#include "zone/generator.h"

/* Beyond this a lifetime is never: 146 years, half of what int64 holds. */
#define LONGEST_NS 4.6e18

#define LN_2 0.69314718055994530942

void exponential_prepare(struct exponential *e)
{
	for (int i = 0; i <= EXPONENTIAL_CHORDS; i++)
		e->chord[i] = -rng_log(1 - i * (0.5 / EXPONENTIAL_CHORDS));
}

double exponential_draw(const struct exponential *e, struct rng *r)
{
	const uint64_t low = ((uint64_t)1 << 24) - 1;
	uint64_t x = rng_u64(r);
	double halvings = 0, v;
	unsigned k;

	/* the upper 40 bits are v, the lower 24 the halvings */
	for (; (x & low) == 0; x = rng_u64(r))
		halvings += 24;
	halvings += lowest_bit(x);
	v = (double)(x >> 24) * (EXPONENTIAL_CHORDS / 0x1p40);
	k = (unsigned)v;
	return halvings * LN_2 + e->chord[k] + (e->chord[k + 1] - e->chord[k]) * (v - k);
}

static int64_t whole_ns(double ns)
{
	if (!(ns < LONGEST_NS))
		return NS_NEVER;
	return ns < 1 ? 1 : (int64_t)ns;
}

/* The mean over a segment whose logarithm is linear is (b - a) / ln(b / a). */
static double segment_mean(double a, double b)
{
	double ratio = rng_log(b / a);

	return ratio < 1e-9 ? a : (b - a) / ratio;
}

static void prepare_quantiles(struct lifetimes *l)
{
	unsigned last = l->nr_points - 1, segment = 0;

	l->mean_ns = 0;
	for (unsigned i = 0; i < last; i++) {
		double from = rng_log(l->ns[i]), to = rng_log(l->ns[i + 1]);

		l->rate[i] = LIFETIME_CHORDS / (l->p[i + 1] - l->p[i]);
		for (int k = 0; k <= LIFETIME_CHORDS; k++)
			l->chord[i][k] = rng_exp(from + (to - from) * k / LIFETIME_CHORDS);
		l->mean_ns += (l->p[i + 1] - l->p[i]) * segment_mean(l->ns[i], l->ns[i + 1]);
		l->weight[i] = l->mean_ns;
	}
	for (unsigned k = 0; k < LIFETIME_GUIDES; k++) {
		while (segment + 1 < last && l->p[segment + 1] <= (double)k / LIFETIME_GUIDES)
			segment++;
		l->guide[k] = (uint8_t)segment;
	}
}

void lifetimes_prepare(struct lifetimes *l)
{
	switch (l->kind) {
	case LIFETIME_NEVER:
		l->mean_ns = 0;
		break;
	case LIFETIME_FIXED:
	case LIFETIME_EXPONENTIAL:
		break;
	case LIFETIME_LOGNORMAL:
		l->mu = rng_log(l->median_ns);
		l->mean_ns = l->median_ns * rng_exp(l->sigma * l->sigma / 2);
		break;
	case LIFETIME_QUANTILES:
		prepare_quantiles(l);
		break;
	}
}

static double draw_lognormal(double mu, double sigma, struct rng *r)
{
	double x = mu + sigma * rng_normal(r);

	/* LONGEST_NS is e^43: whatever is cut here is cut there too */
	return rng_exp(x > 100 ? 100 : x < -100 ? -100 : x);
}

static double draw_quantile(const struct lifetimes *l, struct rng *r)
{
	double u = rng_unit(r), x;
	unsigned i = l->guide[(unsigned)(u * LIFETIME_GUIDES)], k;

	while (u >= l->p[i + 1])
		i++;
	x = (u - l->p[i]) * l->rate[i];
	k = (unsigned)x;
	/* rounding may reach the segment's end */
	if (k >= LIFETIME_CHORDS)
		return l->chord[i][LIFETIME_CHORDS];
	return l->chord[i][k] + (l->chord[i][k + 1] - l->chord[i][k]) * (x - k);
}

int64_t lifetimes_draw(const struct lifetimes *l, struct rng *r)
{
	switch (l->kind) {
	case LIFETIME_NEVER:
		break;
	case LIFETIME_FIXED:
		return whole_ns(l->mean_ns);
	case LIFETIME_EXPONENTIAL:
		return whole_ns(l->mean_ns * rng_exponential(r));
	case LIFETIME_LOGNORMAL:
		return whole_ns(draw_lognormal(l->mu, l->sigma, r));
	case LIFETIME_QUANTILES:
		return whole_ns(draw_quantile(l, r));
	}
	return NS_NEVER;
}

/* In proportion to its length, a lifetime is uniform within a segment whose
 * logarithm is linear, and segments weigh as much as their part of the mean. */
static double draw_long_quantile(const struct lifetimes *l, struct rng *r)
{
	double u = rng_unit(r) * l->mean_ns;
	unsigned i = 0;

	while (i + 2 < l->nr_points && u >= l->weight[i])
		i++;
	return l->ns[i] + (l->ns[i + 1] - l->ns[i]) * rng_unit(r);
}

int64_t lifetimes_draw_residual(const struct lifetimes *l, struct rng *r)
{
	switch (l->kind) {
	case LIFETIME_NEVER:
		break;
	case LIFETIME_FIXED:
		return whole_ns(l->mean_ns * rng_unit(r));
	case LIFETIME_EXPONENTIAL: /* has no memory */
		return lifetimes_draw(l, r);
	case LIFETIME_LOGNORMAL: /* times its length: lognormal again, mu moved by sigma^2 */
		return whole_ns(draw_lognormal(l->mu + l->sigma * l->sigma, l->sigma, r) *
				rng_unit(r));
	case LIFETIME_QUANTILES:
		return whole_ns(draw_long_quantile(l, r) * rng_unit(r));
	}
	return NS_NEVER;
}
