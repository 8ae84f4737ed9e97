/* What a running row's zones cost (cost/over-time/ledger.h); included by bench/run*.c only.
 * Everything is nothing when the run has no cost model. */
#ifndef BENCH_RUN_PRICE_H
#define BENCH_RUN_PRICE_H

#include "bench/run_impl.h"

void run_price_init(struct run *r);
void run_price_release(struct run *r);

/* The zone in `slot` was placed by r->plan and measured. */
void run_price_start(struct run *r, uint32_t slot, uint32_t host, const struct measure *m);
/* Its pages are elsewhere; `p` as plan_locality() needs it. */
void run_price_move(struct run *r, uint32_t slot, const struct plan *p, const struct measure *m);
/* It is gone. */
void run_price_stop(struct run *r, uint32_t slot);
/* Its life so far, up to the run's clock; false: there is no cost model. */
bool run_price_look(struct run *r, uint32_t slot, struct lifetime *out);

/* Zones that still live are counted; the row's columns are filled. */
void run_price_finish(struct run *r);

#endif
