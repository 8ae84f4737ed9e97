/*
 * Carries a scenario out on a machine, step by step, and writes what every zone has on
 * every node afterwards, and what is free: one row a node. Predictions (on the
 * simulator) and observations (on a hypervisor) have the same rows.
 *
 *	scenario,step,action,zone,node,pages,least_pages,most_pages
 *
 * The last two are of predictions, after a balloon took pages from the zone: what the zone may
 * have there, whatever of the open choices its guest made (backend_bounds()). Empty: no choice
 * was open, or whoever carried it out is no model.
 *
 * Step 0 is before the first. `zone` is "(free)" for free memory and "(unknown)" for
 * what a machine has given a zone and cannot attribute to a node (its node is then
 * empty). At step 0 "(low)" is what of the free memory lies below the DMA width, and
 * "(blocks)" what of the rest is in whole blocks of 2 MiB. After a zone's START an observation
 * may have what its guest said when it had booted (guest/report.h), a node each of the guest's
 * nodes: "(least NAME)" and "(most NAME)", pages that it gives at least and at most before
 * another of its nodes is asked, and "(broken NAME)", free ones in blocks that are not of the
 * largest size. Such names in brackets are of no zone.
 */
#ifndef BENCH_REHEARSE_H
#define BENCH_REHEARSE_H

#include <stdio.h>

#include "backend/backend.h"
#include "bench/scenario.h"

#define REHEARSE_HEADER "scenario,step,action,zone,node,pages,least_pages,most_pages"

/*
 * What another machine's rehearsal of the same scenario showed: bytes that the zone had
 * on the node (by index) after the step; false: it does not say. A model is told after
 * each step's rows are written (backend_correct()), and goes on from there.
 */
struct rehearse_found {
	bool (*bytes)(void *context, size_t step, const char *zone, uint32_t node, int64_t *out);
	void *context;
	/* NULL: what a model cannot take over ends the scenario. Else it is counted here, and the
	 * model goes on from what it predicted. */
	unsigned *nr_not_taken;
};

/* Host 0 of `b` carries it out; zones that are left at the end are stopped. A step
 * that the machine refuses ends the scenario with its error. `found` may be NULL. */
int rehearse(const struct scenario *s, struct backend *b, FILE *out,
	     const struct rehearse_found *found, struct error *err) MUST_USE;

#endif
