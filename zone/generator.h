/*
 * Made-up zones: arrivals, sizes and lifetimes drawn from distributions with a
 * seed. Private to zone/; what a person writes is in docs/formats-workloads.md.
 *
 * Arrivals, sizes and lifetimes have a random generator each, so that changing
 * one distribution leaves the other two as they were: two workloads that differ
 * in their lifetimes see the same zones at the same times.
 *
 * Drawing a zone takes no memory, whatever the number of zones.
 */
#ifndef ZONE_GENERATOR_H
#define ZONE_GENERATOR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/rng.h"
#include "zone/use.h"
#include "zone/workload.h"

/*
 * Exponential numbers of mean 1, thrice as fast as rng_exponential(): a
 * geometric number of halvings times ln 2, and what is left of it, -ln(1 - v / 2)
 * for a uniform v, from chords (off by less than 10^-7).
 */
#define EXPONENTIAL_CHORDS 1024
struct exponential {
	double chord[EXPONENTIAL_CHORDS + 1];
};
void exponential_prepare(struct exponential *e);
double exponential_draw(const struct exponential *e, struct rng *r);

/* A lifetime distribution has at most this many quantiles ... */
#define LIFETIME_POINTS_MAX 64
/* ... and between two of them this many chords of the exponential. */
#define LIFETIME_CHORDS 128
#define LIFETIME_GUIDES 256

enum lifetime_kind {
	LIFETIME_NEVER,
	LIFETIME_FIXED,
	LIFETIME_EXPONENTIAL,
	LIFETIME_LOGNORMAL,
	LIFETIME_QUANTILES,
};

/* Fill `kind` and what belongs to it, then lifetimes_prepare(). */
struct lifetimes {
	enum lifetime_kind kind;
	double mean_ns; /* EXPONENTIAL, FIXED: given; else computed; 0 for NEVER */
	double median_ns; /* LOGNORMAL */
	double sigma; /* LOGNORMAL: of the logarithm */
	/* QUANTILES: share `p` of the lifetimes is at most `ns`; both ascending, p from
	 * 0 to 1. Between two points the logarithm of the lifetime is linear in p. */
	unsigned nr_points;
	double p[LIFETIME_POINTS_MAX], ns[LIFETIME_POINTS_MAX];

	/* computed */
	double mu; /* LOGNORMAL: ln of the median */
	uint8_t guide[LIFETIME_GUIDES]; /* first segment for p in [i, i+1) / GUIDES */
	double rate[LIFETIME_POINTS_MAX]; /* chords per unit of p, of the segment */
	double weight[LIFETIME_POINTS_MAX]; /* mean lifetime in segments 0..i */
	double chord[LIFETIME_POINTS_MAX][LIFETIME_CHORDS + 1];
};

void lifetimes_prepare(struct lifetimes *l);
/* In ns, at least 1; NS_NEVER when it never ends (or does not fit). */
int64_t lifetimes_draw(const struct lifetimes *l, struct rng *r);
/* What is left of the lifetime of a zone met at a random moment: the lifetime
 * drawn in proportion to its length, times a uniform share. */
int64_t lifetimes_draw_residual(const struct lifetimes *l, struct rng *r);

/* Whole weights drawn with one random number: Walker's alias method (Vose, "A
 * linear algorithm for generating random numbers with a given distribution",
 * 1991) in integers. */
struct alias_column {
	uint64_t keep; /* below this of 2^64, the column itself; else `other` */
	uint32_t other;
};

/* `nr` weights of 0 to 10^9, not all 0; fills `nr` columns. */
void alias_prepare(struct alias_column *column, const uint64_t *weight, uint32_t nr);

static inline uint32_t alias_draw(const struct alias_column *column, uint32_t nr, struct rng *r)
{
	uint128 x = (uint128)rng_u64(r) * nr;
	const struct alias_column *c = &column[(uint32_t)(x >> 64)];

	return (uint64_t)x < c->keep ? (uint32_t)(x >> 64) : c->other;
}

struct workload_generator {
	double per_hour; /* zones, on average over a day */
	bool daily; /* hour_weight counts */
	double hour[24]; /* rate in each hour of the day, relative to the mean */
	/* This share of the zones comes in bursts: burst_min to burst_max zones of one size at
	 * once. */
	double burst_share;
	uint32_t burst_min, burst_max;
	const struct zone *size;
	const uint32_t *size_cluster; /* of each; NULL: the fleet has none */
	uint32_t nr_sizes;
	const struct alias_column *size_alias; /* nr_sizes */
	struct exponential gaps; /* prepared */
	struct lifetimes lifetimes;
	/* Memory use: one of these a zone, drawn by weight; none: nothing is known. */
	const struct zone_use *use;
	const struct alias_column *use_alias;
	uint32_t nr_uses;
	uint64_t initial; /* zones alive at time 0, with what is left of their lifetimes */
	uint64_t limit; /* zones in all; UINT64_MAX: no limit */
	int64_t end_ns; /* no arrivals at or after it; NS_NEVER: no end */
};

/* The hours of a day whose rate swings as 1 + amplitude * cos, highest at `peak_ns`
 * after midnight; time 0 is midnight. */
void generator_daily_cosine(struct workload_generator *g, double amplitude, int64_t peak_ns);

/* `g` must outlive the stream. */
int generator_open(struct zone_stream **out, const struct workload_generator *g, uint64_t seed,
		   struct error *err) MUST_USE;

#endif
