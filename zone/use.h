/*
 * How much of its memory a zone uses over time: what its balloon follows.
 *
 * Either a pattern with parameters, drawn with a seed of the zone's own, or a
 * series of samples from a trace. Both are step functions: the use changes at
 * certain times and stays in between.
 */
#ifndef ZONE_USE_H
#define ZONE_USE_H

#include <stddef.h>
#include <stdint.h>

#include "base/rng.h"
#include "zone/zone.h"

enum use_pattern {
	USE_CONSTANT, /* always `low` */
	USE_DIURNAL, /* a triangle between low and high, once a period */
	USE_WALK, /* a random walk between low and high, at most `change` a step */
	USE_BURSTS, /* low; now and then high for `length`, every `period` on average */
	USE_LEAK, /* from low to high in one period, then low again (a restart) */
	USE_SERIES, /* samples of a trace */
};
extern const char *const use_pattern_names[]; /* NULL-terminated; without USE_SERIES */

struct use_sample {
	uint32_t at_s; /* since the zone's start */
	uint32_t pages; /* of PAGE_BYTES */
};

struct zone_use {
	enum use_pattern pattern;
	/* Patterns: shares of the zone's maximum in ppm, times in ns. */
	uint32_t low_ppm, high_ppm, change_ppm, noise_ppm;
	int64_t step_ns, period_ns, length_ns;
	/* Share of the period over which the starts of zones' periods are spread. */
	uint32_t spread_ppm;
	/* USE_SERIES */
	const struct use_sample *sample;
	size_t nr_samples;
};

/* Diurnal between 10 % and 60 % in steps of 5 min, and so on: what JSON leaves out. */
void zone_use_init(struct zone_use *u, enum use_pattern pattern);

/* The use of one running zone. A value; nothing to release. */
struct use_cursor {
	const struct zone_use *use;
	struct rng rng;
	int64_t start_ns, max_bytes;
	int64_t bytes; /* in use now, whole pages, at most max_bytes */
	int64_t next_ns; /* when that changes next; NS_NEVER: never */
	size_t next; /* sample or step that comes next */
	int64_t level_ppm; /* patterns */
	int64_t phase_ns;
	uint64_t burst_steps; /* left of a burst */
};

/* `id` makes the zone's draws its own. start_ns: when the zone starts. */
void use_begin(struct use_cursor *c, const struct zone_use *use, int64_t max_bytes,
	       int64_t start_ns, uint64_t seed, uint64_t id);
/* On to the next step; c->next_ns must not be NS_NEVER. */
void use_step(struct use_cursor *c);

#endif
