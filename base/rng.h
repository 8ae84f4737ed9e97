/*
 * Random numbers: xoshiro256** (Blackman and Vigna, "Scrambled linear
 * pseudorandom number generators", 2018), seeded through splitmix64 from a seed
 * and a text key, so that a row of results does not depend on its neighbours.
 *
 * Everything here is integer arithmetic or IEEE +,-,*,/ in a fixed order: the
 * same key gives the same bytes on every machine. The C library's log() and
 * exp() may differ in the last bit between versions, so they are not used;
 * rng_log() and rng_exp() are ours (error below 1e-14 relative).
 */
#ifndef BASE_RNG_H
#define BASE_RNG_H

#include <stdint.h>

struct rng {
	uint64_t s[4];
};

void rng_seed(struct rng *r, uint64_t seed, const char *key);
uint64_t rng_u64(struct rng *r);
/* Uniform in 0..n-1, without modulo bias; n > 0. */
uint64_t rng_below(struct rng *r, uint64_t n);
/* Uniform in [0, 1), a multiple of 2^-53. */
double rng_unit(struct rng *r);
/* Exponential with mean 1. */
double rng_exponential(struct rng *r);
/* Standard normal (Marsaglia's polar method). */
double rng_normal(struct rng *r);

double rng_log(double x); /* natural; x > 0 and finite */
double rng_exp(double x); /* -700 <= x <= 700 */

/* FNV-1a, 64 bits. */
uint64_t hash_text(const char *text);

#endif
