#include "zone/use.h"

#include "base/units.h"

#define PPM 1000000

const char *const use_pattern_names[] = {"constant", "diurnal", "walk", "bursts", "leak", NULL};

void zone_use_init(struct zone_use *u, enum use_pattern pattern)
{
	*u = (struct zone_use){
		.pattern = pattern,
		.low_ppm = 100000,
		.high_ppm = 600000,
		.change_ppm = 50000,
		.step_ns = 300 * NS_PER_S,
		.period_ns = NS_PER_DAY,
		.length_ns = 3600 * NS_PER_S,
		.spread_ppm = 100000,
	};
}

/* Uniform in -span .. span. */
static int64_t around(struct rng *r, int64_t span)
{
	return (int64_t)rng_below(r, (uint64_t)(2 * span + 1)) - span;
}

static int64_t clamp(int64_t v, int64_t low, int64_t high)
{
	return v < low ? low : v > high ? high : v;
}

/* 0 at the start of a period, PPM in its middle, linear in between. */
static int64_t triangle(int64_t t_ns, int64_t period_ns)
{
	int64_t at = (int64_t)((int128)(t_ns % period_ns) * 2 * PPM / period_ns);

	return at <= PPM ? at : 2 * PPM - at;
}

static int64_t level_at(struct use_cursor *c, int64_t t_ns)
{
	const struct zone_use *u = c->use;
	int64_t range = (int64_t)u->high_ppm - u->low_ppm;

	switch (u->pattern) {
	case USE_DIURNAL:
		return u->low_ppm + range * triangle(t_ns + c->phase_ns, u->period_ns) / PPM;
	case USE_WALK:
		return clamp(c->level_ppm + around(&c->rng, u->change_ppm), u->low_ppm,
			     u->high_ppm);
	case USE_BURSTS:
		if (!c->burst_steps &&
		    rng_below(&c->rng, (uint64_t)u->period_ns) < (uint64_t)u->step_ns)
			c->burst_steps = (uint64_t)((u->length_ns + u->step_ns - 1) / u->step_ns);
		if (!c->burst_steps)
			return u->low_ppm;
		c->burst_steps--;
		return u->high_ppm;
	case USE_LEAK:
		t_ns = (t_ns + c->phase_ns) % u->period_ns;
		return u->low_ppm + (int64_t)((int128)range * t_ns / u->period_ns);
	case USE_CONSTANT:
	case USE_SERIES:
	default:
		return u->low_ppm;
	}
}

static void set_bytes(struct use_cursor *c, int64_t bytes)
{
	c->bytes = clamp(bytes / PAGE_BYTES * PAGE_BYTES, PAGE_BYTES, c->max_bytes);
}

static void step_pattern(struct use_cursor *c)
{
	const struct zone_use *u = c->use;
	int64_t t_ns = (int64_t)c->next * u->step_ns, level;

	c->level_ppm = level = level_at(c, t_ns);
	if (u->noise_ppm)
		level = clamp(level + around(&c->rng, u->noise_ppm), 0, PPM);
	set_bytes(c, (int64_t)((int128)c->max_bytes * level / PPM));
	c->next++;
	c->next_ns = u->pattern == USE_CONSTANT && !u->noise_ppm ? NS_NEVER
								 : c->start_ns + t_ns + u->step_ns;
}

static void step_series(struct use_cursor *c)
{
	const struct zone_use *u = c->use;

	set_bytes(c, (int64_t)u->sample[c->next].pages * PAGE_BYTES);
	c->next++;
	c->next_ns = c->next < u->nr_samples
			     ? c->start_ns + (int64_t)u->sample[c->next].at_s * NS_PER_S
			     : NS_NEVER;
}

void use_step(struct use_cursor *c)
{
	if (c->use->pattern == USE_SERIES)
		step_series(c);
	else
		step_pattern(c);
}

void use_begin(struct use_cursor *c, const struct zone_use *use, int64_t max_bytes,
	       int64_t start_ns, uint64_t seed, uint64_t id)
{
	*c = (struct use_cursor){.use = use, .start_ns = start_ns, .max_bytes = max_bytes};
	if (use->pattern != USE_SERIES) {
		int64_t spread = (int64_t)((int128)use->period_ns * use->spread_ppm / PPM);

		rng_seed(&c->rng, seed ^ (id * 0x9e3779b97f4a7c15u), "use");
		c->level_ppm = use->low_ppm;
		/* patterns that follow the day follow the run's clock */
		c->phase_ns = use->pattern == USE_DIURNAL ? start_ns % use->period_ns : 0;
		if (spread)
			c->phase_ns += (int64_t)rng_below(&c->rng, (uint64_t)spread);
		if (use->pattern == USE_WALK)
			c->level_ppm += (int64_t)rng_below(&c->rng, (uint64_t)use->high_ppm -
									    use->low_ppm + 1);
	}
	use_step(c);
}
