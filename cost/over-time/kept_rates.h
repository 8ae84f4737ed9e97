/*
 * Rates of zones among flows that were solved before: what a zone of a class makes of one
 * solution (components.h) is worked out once while both are kept. A table of fixed size,
 * compared by its whole key; an entry that has lost its place is worked out again, so how
 * large it is changes no bit.
 *
 * Memory: 2^13 rates of 96 bytes.
 */
#ifndef COST_OVER_TIME_KEPT_RATES_H
#define COST_OVER_TIME_KEPT_RATES_H

#include "cost/over-time/accounts.h"

#define KEPT_RATES_BITS 13

struct kept_rates {
	struct kept_rate *entry;
	uint64_t sweeps; /* of the classes, when it was last emptied */
	uint64_t asked, made; /* for those who measure */
};

struct kept_rates *kept_rates_new(void) MUST_USE;
void kept_rates_free(struct kept_rates *k);
size_t kept_rates_bytes(void);

/* Those of a zone of this class, all of whose flows are in this solution; false: they are
 * not known. */
bool kept_rates_known(struct zone_classes *c, uint32_t class, uint64_t solution,
		      uint64_t rate[ACCOUNTS]);
/* As account_rates(), of a zone of this class: looked up where all its flows are in one
 * solution that is kept. */
void kept_rates_find(struct zone_classes *c, uint32_t class, const struct allocation *const *of,
		     uint64_t rate[ACCOUNTS]);

#endif
