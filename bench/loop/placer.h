/*
 * Where the next zone goes: hosts one after the other as the choice among them says
 * (choice/fleet.h), on each the policy's word, until one takes it.
 */
#ifndef BENCH_LOOP_PLACER_H
#define BENCH_LOOP_PLACER_H

#include "bench/loop/cluster.h"
#include "bench/loop/run_input.h"

struct future; /* bench/foresight/future.h */

/*
 * On a host where others take memory too, a plan can be out of date before it is carried
 * out. A zone that lost its memory to somebody else is planned anew on what is free then,
 * so often at most; then it is refused like any other.
 */
#define PLACER_PLANS_AGAIN 3

struct placer {
	const struct run_input *in;
	struct cluster *cluster;
	struct policy_memory **memory; /* what the policy remembers, by host; NULL: nothing */
	struct future *future; /* NULL: the policy does not foresee */
	struct rng choice_rng, policy_rng;
	struct rng choice_unused, policy_unused; /* as they were before the first draw */
	struct plan plan; /* of the zone that is offered */
	const struct zone *zone; /* the same under the row's memory policy; lent */
	struct zone changed; /* where that makes another of it */
	struct error unheard; /* a machine's word that nobody asked for */
	struct refusal refusal; /* of the last zone that was offered and not placed */
	uint64_t decisions, timed_decisions;
	int64_t decision_ns; /* CPU time of those timed */
};

extern const struct observer_ops placer_observer; /* keeps the policy's memory */

/* Everything is borrowed. */
void placer_init(struct placer *p, const struct run_input *in, struct cluster *c,
		 struct future *future);
void placer_release(struct placer *p); /* zeroed is fine */

/* Offer the zone of a START event to the hosts. *placed says whether it runs now, in
 * *slot; a refusal is not an error: p->refusal says why. */
int placer_offer(struct placer *p, const struct zone_event *ev, uint64_t ordinal, uint32_t *slot,
		 bool *placed, struct error *err) MUST_USE;
/* Did anything depend on chance so far? */
bool placer_drew(const struct placer *p);
/* Add the decisions of another. */
void placer_join(struct placer *p, const struct placer *other);
/* Mean CPU time of a decision, as timed now and then; 0: none was. */
int64_t placer_decision_ns(const struct placer *p);

#endif
