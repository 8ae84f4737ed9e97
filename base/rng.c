#include "base/rng.h"

#include <math.h>

#include "base/compiler.h"

static uint64_t splitmix(uint64_t *state)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15u);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

uint64_t hash_text(const char *text)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (; *text; text++)
		h = (h ^ (unsigned char)*text) * 0x100000001b3u;
	return h;
}

void rng_seed(struct rng *r, uint64_t seed, const char *key)
{
	uint64_t state = seed ^ hash_text(key);

	for (int i = 0; i < 4; i++)
		r->s[i] = splitmix(&state);
}

static uint64_t rotl(uint64_t x, int k)
{
	return (x << k) | (x >> (64 - k));
}

uint64_t rng_u64(struct rng *r)
{
	uint64_t *s = r->s;
	uint64_t result = rotl(s[1] * 5, 7) * 9, t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotl(s[3], 45);
	return result;
}

/* Lemire, "Fast random integer generation in an interval", 2019. */
uint64_t rng_below(struct rng *r, uint64_t n)
{
	uint128 m = (uint128)rng_u64(r) * n;

	if ((uint64_t)m < n) {
		uint64_t reject = -n % n;

		while ((uint64_t)m < reject)
			m = (uint128)rng_u64(r) * n;
	}
	return (uint64_t)(m >> 64);
}

double rng_unit(struct rng *r)
{
	return (double)(rng_u64(r) >> 11) * (1.0 / 9007199254740992.0);
}

/* x = m * 2^e with m in [sqrt(1/2), sqrt(2)); log m = 2 atanh((m-1)/(m+1)). */
double rng_log(double x)
{
	int e;
	double m = frexp(x, &e), s, s2, term, sum;

	if (m < 0.70710678118654752440) {
		m *= 2;
		e--;
	}
	s = (m - 1) / (m + 1);
	s2 = s * s;
	term = s;
	sum = s;
	for (int k = 3; k < 26; k += 2) {
		term *= s2;
		sum += term / k;
	}
	return 2 * sum + e * 0.69314718055994530942;
}

double rng_exp(double x)
{
	double n = floor(x * 1.44269504088896340736 + 0.5);
	/* ln 2 in two parts keeps the remainder exact enough */
	double r = x - n * 0.693147180369123816490 - n * 1.90821492927058770002e-10;
	double term = 1, sum = 1;

	for (int k = 1; k < 18; k++) {
		term *= r / k;
		sum += term;
	}
	return ldexp(sum, (int)n);
}

double rng_exponential(struct rng *r)
{
	return -rng_log(1.0 - rng_unit(r));
}

double rng_normal(struct rng *r)
{
	double u, v, s;

	do {
		u = 2 * rng_unit(r) - 1;
		v = 2 * rng_unit(r) - 1;
		s = u * u + v * v;
	} while (s >= 1 || s == 0);
	return u * sqrt(-2 * rng_log(s) / s);
}
