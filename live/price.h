/*
 * What the zones of a sample get now, by the model of cost/ at that moment: each against itself
 * alone with every page at home. Its vnodes are what its vCPUs may run on; where a guest has
 * several and the machine does not tell which page belongs to which, pages at a node belong to the
 * vnode there, and the rest to all alike.
 */
#ifndef LIVE_PRICE_H
#define LIVE_PRICE_H

#include "cost/at-a-moment/snapshot.h"
#include "live/sample.h"

struct live_price {
	/* false: not known where its pages or its vCPUs are (`why`, a sentence that lives for ever)
	 */
	bool known;
	const char *why;
	struct cost_result cost;
};

/* out[s->nr_zones]. dom0 is priced as any zone. `profile` is what a zone does with memory where
 * nobody says (zone/zone.h); NULL: the default. */
void live_price(const struct live_sample *s, const struct cost_params *p,
		const struct zone_profile *profile, struct live_price *out);

#endif
