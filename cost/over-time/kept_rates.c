#include "cost/over-time/kept_rates.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

struct kept_rate {
	uint64_t solution; /* NO_SOLUTION: nothing */
	uint32_t class;
	uint64_t rate[ACCOUNTS];
};

static void empty(struct kept_rates *k)
{
	memset(k->entry, 0, sizeof(*k->entry) << KEPT_RATES_BITS);
}

struct kept_rates *kept_rates_new(void)
{
	struct kept_rates *k = xcalloc(1, sizeof(*k));

	k->entry = xcalloc((size_t)1 << KEPT_RATES_BITS, sizeof(*k->entry));
	return k;
}

void kept_rates_free(struct kept_rates *k)
{
	free(k->entry);
	free(k);
}

size_t kept_rates_bytes(void)
{
	return sizeof(struct kept_rate) << KEPT_RATES_BITS;
}

/* In which all flows of the zone are; NO_SOLUTION: there is none, or it is not kept. */
static uint64_t solution_of(const struct zone_class *z, const struct allocation *const *of)
{
	for (uint32_t i = 1; i < z->nr_flows; i++) {
		if (of[i]->solution != of[0]->solution)
			return NO_SOLUTION;
	}
	return z->nr_flows ? of[0]->solution : NO_SOLUTION;
}

/* Where it would be. */
static struct kept_rate *entry_of(struct zone_classes *c, uint64_t solution, uint32_t class)
{
	struct kept_rates *k = c->rates;

	if (k->sweeps != c->sweeps)
		empty(k);
	k->sweeps = c->sweeps;
	return &k->entry[map_mix(map_mix(0, solution), class) >> (64 - KEPT_RATES_BITS)];
}

bool kept_rates_known(struct zone_classes *c, uint32_t class, uint64_t solution,
		      uint64_t rate[ACCOUNTS])
{
	const struct kept_rate *e = entry_of(c, solution, class);

	if (solution == NO_SOLUTION || e->solution != solution || e->class != class)
		return false;
	c->rates->asked++;
	memcpy(rate, e->rate, sizeof(e->rate));
	return true;
}

void kept_rates_find(struct zone_classes *c, uint32_t class, const struct allocation *const *of,
		     uint64_t rate[ACCOUNTS])
{
	const struct zone_class *z = &c->class[class];
	uint64_t solution = solution_of(z, of);
	struct kept_rate *e = entry_of(c, solution, class);

	if (kept_rates_known(c, class, solution, rate))
		return;
	c->rates->asked++;
	c->rates->made++;
	account_rates(&c->flows, z, of, rate);
	if (solution == NO_SOLUTION)
		return;
	e->solution = solution;
	e->class = class;
	memcpy(e->rate, rate, sizeof(e->rate));
}
