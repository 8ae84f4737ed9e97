/* Dynamic zones of a running row; included by bench/run*.c only. */
#ifndef BENCH_RUN_DYNAMIC_H
#define BENCH_RUN_DYNAMIC_H

#include "bench/run_impl.h"

/* The zone in `slot` was placed by r->plan: follow its use from now on. Nothing
 * for static zones and zones whose use is not known. */
void dynamic_begin(struct run *r, uint32_t slot, const struct zone_event *ev);
/* It is gone: totals into the row. Call before the live zone is removed. */
void dynamic_end(struct run *r, uint32_t slot);
/* The next entry of r->ticks: a change of use, a check, or a stale entry. */
int dynamic_tick(struct run *r, struct error *err) MUST_USE;
/* Memory target of one zone, by the controller or by the workload. *grew_host says
 * whether the host has more free memory than before. */
int dynamic_resize(struct run *r, uint32_t slot, int64_t bytes, bool *grew_host,
		   struct error *err) MUST_USE;
/* Integrate a zone's locality up to now. */
void dynamic_integrate(struct run *r, uint32_t slot);
void dynamic_release(struct run *r);

#endif
