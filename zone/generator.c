#include "zone/generator.h"

#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "zone/stream.h"

void alias_prepare(struct alias_column *column, const uint64_t *weight, uint32_t nr)
{
	uint64_t *scaled = xmalloc(nr * sizeof(*scaled)), total = 0;
	uint32_t *stack = xmalloc(nr * sizeof(*stack)), small = 0, large = nr;

	for (uint32_t i = 0; i < nr; i++)
		total += weight[i];
	BUG_ON(total == 0);
	/* columns hold `total` each; the small ones from the left, the large from the right */
	for (uint32_t i = 0; i < nr; i++) {
		scaled[i] = weight[i] * nr;
		if (scaled[i] < total)
			stack[small++] = i;
		else
			stack[--large] = i;
	}
	while (small > 0 && large < nr) {
		uint32_t s = stack[--small], l = stack[large];

		column[s].keep = (uint64_t)(((uint128)scaled[s] << 64) / total);
		column[s].other = l;
		scaled[l] -= total - scaled[s];
		if (scaled[l] < total) {
			large++;
			stack[small++] = l;
		}
	}
	/* in integers nothing is left over but full columns */
	BUG_ON(small > 0);
	for (; large < nr; large++) {
		column[stack[large]].keep = UINT64_MAX;
		column[stack[large]].other = stack[large];
	}
	free(stack);
	free(scaled);
}

/* cos(2 pi x) for 0 <= x <= 1, by its series around the nearest half turn: the C
 * library's may differ between versions. */
static double cosine_of_turns(double x)
{
	double turn = x < 0.25 ? x : x < 0.75 ? x - 0.5 : x - 1;
	double a = turn * 6.28318530717958647692, term = 1, sum = 1;

	for (int k = 1; k < 24; k += 2) {
		term *= -a * a / (k * (k + 1));
		sum += term;
	}
	return x >= 0.25 && x < 0.75 ? -sum : sum;
}

void generator_daily_cosine(struct workload_generator *g, double amplitude, int64_t peak_ns)
{
	double peak = (double)(peak_ns % NS_PER_DAY) / (double)NS_PER_DAY;

	g->daily = true;
	for (int h = 0; h < 24; h++) {
		double x = (h + 0.5) / 24 - peak;

		g->hour[h] = 1 + amplitude * cosine_of_turns(x < 0 ? x + 1 : x);
	}
}

struct generator_stream {
	struct zone_stream base;
	const struct workload_generator *g;
	struct rng arrivals, sizes, lifetimes, uses;
	int64_t at_ns; /* of the last arrival */
	double gap_ns; /* mean, between arrivals of single zones and of bursts */
	uint64_t burst_below; /* of 2^64: an arrival is a burst */
	uint32_t burst_left;
	uint32_t size; /* index of the last zone's size */
	uint64_t made, initial;
	struct stream_name name;
	struct zone zone[]; /* a copy of each size, with the name above */
};

/* The process in time: `need` mean gaps from at_ns on, through the hours of the
 * day. NS_NEVER when it does not fit. */
static int64_t advance(const struct generator_stream *s, double need)
{
	const struct workload_generator *g = s->g;
	int64_t at = s->at_ns;

	if (!g->daily) {
		double gap = need * s->gap_ns;

		return gap < (double)(NS_NEVER - 1 - at) / 2 ? at + (int64_t)gap : NS_NEVER;
	}
	while (at < NS_NEVER - 2 * NS_PER_HOUR) {
		int64_t left = NS_PER_HOUR - at % NS_PER_HOUR;
		double rate = g->hour[at / NS_PER_HOUR % 24] / s->gap_ns;

		if (need < rate * (double)left)
			return at + (int64_t)(need / rate);
		need -= rate * (double)left;
		at += left;
		if (at >= g->end_ns)
			return at;
	}
	return NS_NEVER;
}

static void next_arrival(struct generator_stream *s)
{
	const struct workload_generator *g = s->g;

	if (s->burst_left) {
		s->burst_left--;
		return;
	}
	s->at_ns = advance(s, exponential_draw(&g->gaps, &s->arrivals));
	s->size = alias_draw(g->size_alias, g->nr_sizes, &s->sizes);
	if (s->burst_below && rng_u64(&s->arrivals) < s->burst_below)
		s->burst_left = g->burst_min - 1 +
				(uint32_t)rng_below(&s->arrivals, g->burst_max - g->burst_min + 1u);
}

static int generator_next(struct zone_stream *base, const struct zone_event **out,
			  struct error *err)
{
	struct generator_stream *s = (struct generator_stream *)base;
	const struct workload_generator *g = s->g;
	bool initial = s->made < s->initial;

	*out = NULL;
	if (s->made == g->limit)
		return 0;
	if (initial)
		s->size = alias_draw(g->size_alias, g->nr_sizes, &s->sizes);
	else
		next_arrival(s);
	if (s->at_ns >= g->end_ns && g->end_ns != NS_NEVER)
		return 0;
	if (s->at_ns > TIME_MAX_NS)
		return error_set(
			err, ERR_INPUT,
			"the generator's zone %llu would arrive after more than 146 years, "
			"where the clock ends: raise \"per_hour\", lower \"limit\" or say "
			"a \"duration\"",
			(unsigned long long)s->made + 1);
	base->event.at_ns = s->at_ns;
	base->event.id = s->made;
	base->event.lifetime_ns = initial ? lifetimes_draw_residual(&g->lifetimes, &s->lifetimes)
					  : lifetimes_draw(&g->lifetimes, &s->lifetimes);
	base->event.zone = &s->zone[s->size];
	base->event.cluster = g->size_cluster ? g->size_cluster[s->size] : 0;
	if (g->nr_uses)
		base->event.use = &g->use[alias_draw(g->use_alias, g->nr_uses, &s->uses)];
	stream_name_next(&s->name);
	s->made++;
	base->stats.done = g->end_ns == NS_NEVER ? s->made : (uint64_t)s->at_ns;
	*out = &base->event;
	return 0;
}

static void generator_close(struct zone_stream *s)
{
	free(s);
}

static void set_rates(struct generator_stream *s)
{
	const struct workload_generator *g = s->g;
	double single = g->per_hour, burst = 0;

	if (g->burst_share > 0) {
		single = g->per_hour * (1 - g->burst_share);
		burst = g->per_hour * g->burst_share * 2 / ((double)g->burst_min + g->burst_max);
		s->burst_below = burst >= single + burst
					 ? UINT64_MAX
					 : (uint64_t)(burst / (single + burst) * 0x1p64);
	}
	s->gap_ns = (double)NS_PER_HOUR / (single + burst);
}

int generator_open(struct zone_stream **out, const struct workload_generator *g, uint64_t seed,
		   struct error *err)
{
	static const struct zone_stream_ops ops = {generator_next, generator_close};
	struct generator_stream *s = xcalloc(1, sizeof(*s) + g->nr_sizes * sizeof(s->zone[0]));

	(void)err;
	s->base.ops = &ops;
	s->base.event.kind = ZONE_EVENT_START;
	s->g = g;
	memcpy(s->zone, g->size, g->nr_sizes * sizeof(s->zone[0]));
	for (uint32_t i = 0; i < g->nr_sizes; i++)
		s->zone[i].name = s->name.text;
	rng_seed(&s->arrivals, seed, "arrivals");
	rng_seed(&s->sizes, seed, "sizes");
	rng_seed(&s->lifetimes, seed, "lifetimes");
	rng_seed(&s->uses, seed, "memory use");
	set_rates(s);
	s->initial = g->initial;
	if (g->end_ns != NS_NEVER)
		s->base.stats.total = (uint64_t)g->end_ns;
	else if (g->limit != UINT64_MAX)
		s->base.stats.total = g->limit;
	*out = &s->base;
	return 0;
}
