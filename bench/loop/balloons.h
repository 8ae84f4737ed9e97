/*
 * The dynamic zones of a row: each one's use of memory over time, the controller that
 * follows it (controller.h), and what that did to its locality. The one observer that also
 * acts: it has a queue of its own, whose turns the loop gives it.
 */
#ifndef BENCH_LOOP_BALLOONS_H
#define BENCH_LOOP_BALLOONS_H

#include "base/event_queue.h"
#include "bench/loop/cluster.h"
#include "bench/loop/controller.h"

/* Zero-initialise. */
struct balloons {
	struct cluster *cluster;
	const struct workload *workload;
	uint64_t seed;
	bool targets_given; /* by the workload: zones without a use are followed too */
	struct event_queue ticks;
	struct dynamic_zone **zone; /* by slot; NULL until one was there */
	size_t cap;
	struct plan kept; /* scratch: what is kept of a zone's plan */
	/* Over all zones. */
	uint64_t steps, failures;
	int64_t changed_bytes;
	uint64_t use_changes;
	uint64_t followed; /* zones whose use is drawn from the seed */
	int64_t below[DYNAMIC_LEVELS]; /* zones that fell below */
	int128 below_ns[DYNAMIC_LEVELS]; /* sums of the times that took */
};

extern const struct observer_ops balloons_observer;

void balloons_init(struct balloons *b, struct cluster *c, const struct workload *w, uint64_t seed);
void balloons_release(struct balloons *b);

/* Add what was counted elsewhere. */
void balloons_join(struct balloons *b, const struct balloons *other);

/* When its next turn is; NS_NEVER: none. */
int64_t balloons_next_ns(const struct balloons *b);
/* That turn: a change of use, a check, or a stale entry. *grew_host says whether some host
 * has more free memory than before. */
int balloons_turn(struct balloons *b, bool *grew_host, struct error *err) MUST_USE;
/* A memory target from outside, for a dynamic zone. */
int balloons_resize(struct balloons *b, uint32_t slot, int64_t bytes, bool *grew_host,
		    struct error *err) MUST_USE;

/* The zone in `slot` is about to start anew by this plan: what is kept of it is now that; a zone
 * that is static then is followed no longer. Nothing for one that is not followed. */
void balloons_replan(struct balloons *b, uint32_t slot, const struct plan *p);

/* NULL: the zone in `slot` is static, or nothing is known of its use. Its integrals are up
 * to date in news that it leaves or lives. */
const struct dynamic_zone *balloons_zone(const struct balloons *b, uint32_t slot);

#endif
