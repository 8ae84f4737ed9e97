/*
 * What a zone's life is made of, summed as whole numbers, so that sums are exact: their
 * differences do not depend on what was before, nor sums on where an interval was cut.
 */
#ifndef COST_OVER_TIME_ACCOUNTS_H
#define COST_OVER_TIME_ACCOUNTS_H

#include "base/compiler.h"
#include "cost/over-time/zone_classes.h"

enum account {
	ACCOUNT_SPEED, /* share of the ideal */
	ACCOUNT_LOST, /* + cause: of the ideal time, by cause */
	ACCOUNT_BYTES = ACCOUNT_LOST + COST_CAUSES,
	ACCOUNT_REMOTE_BYTES,
	ACCOUNT_LATENCY,
	ACCOUNTS
};
/* 2^-40 of a nanosecond, a byte or a byte's nanosecond: a rate a nanosecond, of the
 * largest host, is below 2^62, an account of a century below 2^124. */
#define ACCOUNT_UNIT 1099511627776.0

/* What the flows of one class get on a host. */
struct allocation {
	struct flow_outcome now;
	double vcpus_micro; /* of all of them when it was solved */
	uint64_t solution; /* components.h */
	uint32_t next_free; /* the holder's */
};

/* Rates of a zone of the class, a nanosecond, from what its flows get: of[z->nr_flows]. */
void account_rates(const struct flow_classes *c, const struct zone_class *z,
		   const struct allocation *const *of, uint64_t rate[ACCOUNTS]);

#endif
