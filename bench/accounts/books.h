/*
 * The books that every row has: what its hosts hold, and what of them is stranded. The loop
 * tells them itself, before any observer: each event of each row passes here, and most rows
 * have nobody else who wants to know.
 */
#ifndef BENCH_ACCOUNTS_BOOKS_H
#define BENCH_ACCOUNTS_BOOKS_H

#include "bench/accounts/stranded.h"
#include "bench/accounts/totals.h"

/* Zero-initialise, but for stranded_init(). */
struct books {
	struct totals totals;
	struct stranded stranded;
};

/* The plan came true on `host`, `nr_live` zones live now; `now` is where its memory is. */
static inline void books_started(struct books *b, int64_t at_ns, uint32_t host,
				 const struct plan *p, const struct plan_locality *now,
				 uint32_t nr_live)
{
	totals_started(&b->totals, at_ns, p, now, nr_live);
	stranded_after(&b->stranded, host, p->zone->vcpus, zone_boot_bytes(p->zone));
}

static inline void books_moved(struct books *b, int64_t at_ns, uint32_t host,
			       const struct plan_locality *before, const struct plan_locality *now)
{
	totals_moved(&b->totals, at_ns, before, now);
	stranded_after(&b->stranded, host, 0, now->resident_bytes - before->resident_bytes);
}

static inline void books_left(struct books *b, int64_t at_ns, uint32_t host, uint32_t vcpus,
			      const struct plan_locality *before)
{
	totals_left(&b->totals, at_ns, vcpus, before);
	stranded_after(&b->stranded, host, -(int64_t)vcpus, -before->resident_bytes);
}

#endif
