/*
 * A zone of a sample as a plan whose memory[] is where its pages are, for those who think in
 * plans: prices, advice, the books of a host (plan/host_state.h).
 *
 * vCPUs that may each run on the CPUs of one node alone are a vnode there; where some may run on
 * several, all of them float over the nodes of all. CPUs that are preferred count as if nobody
 * left them.
 */
#ifndef LIVE_AS_PLAN_H
#define LIVE_AS_PLAN_H

#include "live/sample.h"

/*
 * `asked` becomes what the zone would have been asked for as: vCPUs that are online, at most
 * max_bytes, now target_bytes; what of these is not known is what it has. `out` borrows it. False:
 * not known where its pages are or its vCPUs may run; *why (may be NULL) is a sentence's end that
 * lives for ever.
 */
bool live_as_plan(const struct live_sample *s, const struct live_zone *z,
		  const struct zone_profile *profile, struct zone *asked, struct plan *out,
		  const char **why);

/* vCPUs over `nodes` in proportion to their CPUs, as the scheduler would: whole ones, of which the
 * first nodes together have theirs, rounded. Vnodes by node; no memory. */
void live_float(struct plan *out, nodeset nodes);

/* Sets `bytes` by node as memory[] of a plan whose vnodes are there already: pages on a vnode's
 * node are that vnode's, the rest goes to all alike (a guest that was told of one node: the
 * first one's). */
void live_set_memory(struct plan *out, const int64_t *bytes);

#endif
