/*
 * What the zones of a row cost: the cost model (cost/over-time/ledger.h) told of what happens, the
 * lives of those that ended added up, and how much launches of the same zone differ
 * (swing.h).
 */
#ifndef BENCH_ACCOUNTS_PRICING_H
#define BENCH_ACCOUNTS_PRICING_H

#include "bench/accounts/swing.h"
#include "bench/loop/observer.h"
#include "cost/over-time/ledger.h"
#include "cost/params/grades.h"

/* Zero-initialise. */
struct pricing {
	struct ledger *ledger;
	struct lifetime life; /* of all zones that ended */
	struct swing swing;
	uint32_t *group; /* of swing, by slot */
	size_t cap_groups;
	struct cost_basis joined; /* what hosts that were joined rest on */
};

extern const struct observer_ops pricing_observer;

void pricing_init(struct pricing *p, const struct host *const *host, uint32_t nr_hosts);
void pricing_release(struct pricing *p); /* zeroed is fine */

/* Add the lives of other hosts' zones that ended. Grades are then the worst of both. */
void pricing_join(struct pricing *p, const struct pricing *other);

/* The life up to now of the zone in `slot`. */
void pricing_look(const struct pricing *p, uint32_t slot, int64_t now_ns, struct lifetime *out);

#endif
