/*
 * A policy decides where a zone lives: host + state + zone -> plan, or a
 * refusal. Pure: it changes nothing, allocates nothing on the heap, looks at no
 * clock, and equal inputs (rng state included) give equal plans. One file a
 * policy; the table is placement/policies.c.
 */
#ifndef PLACEMENT_POLICY_H
#define PLACEMENT_POLICY_H

#include <stdbool.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/rng.h"
#include "placement/memory.h"
#include "plan/plan.h"

/* Sentences that say why. NULL in hot loops: nothing is then formatted. */
struct explain {
	struct arena arena;
	const char **line;
	size_t nr, cap;
};
/* One sentence; `why` may be NULL. */
void explain_add(struct explain *why, const char *fmt, ...) PRINTF_LIKE(2, 3);
void explain_release(struct explain *why);

struct foresight; /* placement/foresight.h */

struct policy_input {
	const struct host *host;
	const struct host_state *state;
	const struct zone *zone;
	struct rng *rng; /* for policies that draw; NULL is fine for the others */
	struct explain *why; /* NULL: do not explain */
	/* The policy's own books of this host; NULL: it makes do with `state`. */
	const struct policy_memory *memory;
	/* What comes, for policies that foresee; NULL: nobody knows. */
	const struct foresight *foresight;
};

struct policy {
	const char *name; /* "edera-compact" */
	const char *summary; /* one line */
	const char *source; /* where the rule is written down */
	/*
	 * 0 with *out filled, or ERR_NO_ROOM, ERR_INFEASIBLE, ERR_NO_DEVICE. The
	 * sentence (err may be NULL) says what was short and by how much. `out`
	 * may be partly written on refusal.
	 */
	int (*place)(const struct policy_input *in, struct plan *out, struct error *err);
	/* What of the zone's own wishes is heeded: numa_nodes; placement (spread). What is
	 * not is a warning of policy_lint(). */
	bool heeds_count, heeds_spread;
	/* True: any host whose total free memory and vCPU limit suffice, and whose
	 * usable nodes have at least as many CPUs as the zone has vCPUs, takes a
	 * zone that asks for no node count and no device. The last is a constant of
	 * the host, so a fleet can choose hosts by two sums. */
	bool sums_suffice;
	/* How many more zones like in->zone fit, by a formula that agrees with asking
	 * `place` again and again; -1 where it has none for this zone. NULL: none, or
	 * sums_suffice. See placement/capacity.h. */
	int64_t (*capacity)(const struct policy_input *in);
	/* True: decides by what it remembers; see placement/memory.h. */
	bool remembers;
	/* Its memory is booked where each vnode asked for it. */
	bool books_by_vnode;
	/* Its books tell the cores of a node apart. */
	bool books_cores;
	/* Asks in->foresight where there is one: what becomes of the trace under this policy,
	 * which is run once before. NULL: it does not. */
	const struct policy *foresees_by;
};

/* NULL-terminated, in the order `homenode list policies` prints. */
extern const struct policy *const policies[];
const struct policy *policy_find(const char *name); /* NULL if unknown */

/*
 * Place and check: what holds for every policy, then the policy, then
 * plan_assert(). In this order:
 *  - ERR_NO_DEVICE: a device is unknown to the host, taken, or named twice, or too
 *    few of a class are free;
 *  - ERR_NO_ROOM: the memory the zone boots with (zone_boot_bytes) is more than
 *    all that is free;
 *  - ERR_NO_ROOM: its online vCPUs and those already there exceed the state's
 *    limit. Admission by vCPUs is host-wide, because CPUs are shared in time;
 *  - ERR_NO_ROOM: without a node count, or on a host without CPUs, more online vCPUs
 *    than the host has CPUs: no overcommit makes a zone run with more CPUs than there
 *    are. With a node count the policy says so itself (ERR_INFEASIBLE).
 * With `why`, adds a sentence for each piece of memory that spills.
 * Devices are dealt out after the policy (plan_fill_devices()): it looks at where
 * they are as it likes, and never fills out->device.
 * A policy finds out->soft, booked and memory_rule at their defaults (zero).
 */
int policy_place(const struct policy *policy, const struct policy_input *in, struct plan *out,
		 struct error *err) MUST_USE;

/*
 * After a refusal: the smallest changes that would have placed the zone, found
 * by asking the policy again. One change a sentence, added to `why` from the one
 * that costs least: the other spread, the smallest node count that works and
 * none at all, most memory (whole MiB; at boot, or where that helps nothing the
 * maximum), most vCPUs, no devices. Says so when no
 * single change is enough. Memory and vCPUs are found by bisection: exact where
 * a policy that takes a zone also takes a smaller one, true everywhere.
 */
void policy_advise(const struct policy *policy, const struct policy_input *in, struct explain *why);

/* Warnings about a zone that `policy` placed, which the engine accepts but a person should
 * know: a node count or a spread that the policy does not heed,
 * dynamic memory on several nodes, a node count whose nodes lack room for the
 * maximum, slower memory, nodes without memory, PV larger than a node, offline vCPUs
 * for which the nodes have no CPUs, device on another node than the memory or on none
 * that is known, spilled memory, more vCPUs than CPUs on a node, nodes without a vCPU. `before` is
 * the state the plan was made from. */
void policy_lint(const struct policy *policy, const struct plan *plan,
		 const struct host_state *before, struct explain *out);

#endif
