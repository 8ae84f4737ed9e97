/*
 * A backend is a machine that carries out plans: a simulated fleet (sim/), this
 * machine (backend-linux/), a Xen host (backend-xen/), a recorded run. Callers use
 * this header; a machine implements backend/backend_impl.h, and what is said here is
 * what it has to do. tests/contract/ holds every machine to it.
 *
 *	struct backend *b;
 *	int rc = backend_open(&b, ops, &config, err);
 *
 *	if (!rc)
 *		rc = plan_for(backend_observe(b, 0), &zone, &plan);
 *	step = (struct step){.kind = STEP_START, .host = 0, .slot = 0, .plan = &plan};
 *	if (!rc)
 *		rc = backend_apply(b, &step, err);
 *	if (!rc)
 *		rc = backend_measure(b, 0, 0, &measure, err);
 *	while (!rc && backend_now_ns(b) < end_ns)
 *		rc = backend_wait(b, end_ns, &event, err);
 *	backend_close(b);
 *
 * THE LIFE OF A ZONE. A zone is known to a backend by the caller's slot, a number over
 * all hosts; machines keep arrays by slot, so low ones are to be used first. It is in
 * use from a START that returned 0 until a STOP that returned 0, or until wait says
 * EVENT_ZONE_EXITED; then another zone may have it. Between, RESIZE moves the zone's
 * balloon, PROBE measures from inside, and LOAD keeps its vCPUs at work until the next LOAD
 * or its STOP. Where a zone's vCPUs and the memory of its vnodes belong never changes: no
 * step moves a zone. A START is over when the zone has its memory; on a real machine that
 * is seconds later.
 *
 * WHO OWNS WHAT. A step, its plan and the plan's zone are borrowed for the call alone;
 * a machine copies what it needs later. So it is with the config, but for the hosts
 * themselves, which must outlive the backend, and for say_context, which must until
 * close. What observe and measure lend belongs to the backend: the state of a host
 * stays at its address until close and changes under the reader in check, apply, wait
 * and correct; measure's parts are good until the next call that may change one or
 * measures. Whoever opens a backend closes it.
 *
 * THE CLOCK is the backend's: int64 nanoseconds since backend_open(), never backwards.
 * In the simulator time stands still but in wait, and steps take none. Elsewhere it is
 * the wall clock (or, replayed, was), everything takes some, and wait may come back
 * late: the caller's next time can have passed already. That is no error, wait then
 * looks once and returns. Only a caller that goes back is refused: until_ns below the
 * time that it has waited until before.
 *
 * CHECK AND APPLY. check answers whether a step could be carried out now, and changes
 * nothing: a dry run is check alone. apply need not be preceded by it and refuses the
 * same with the same code. Once check has passed, apply fails only for reasons found
 * at run time: somebody else took the memory, the machine broke. A START that fails
 * leaves nothing behind. A RESIZE that fails with ERR_MACHINE leaves the zone alive
 * with what measure then says it has; where the zone itself died, its slot is free
 * and the books are right, and no event will tell. A STOP gives everything back, and
 * returns when it is back.
 *
 * PROBE AND LOAD. A PROBE with a work (enum step_work) measures that alone, one field of
 * measure; other zones may be at work meanwhile. A LOAD returns once the zone is at work; so
 * loads that returned before a PROBE began, and end after it returned, were there all along.
 * Where the zone runs on and has no figure to give, either fails with the reason: ERR_CANNOT,
 * what it said is impossible, it did not answer, its processor has no such loop; ERR_NO_ROOM,
 * something else had its CPUs meanwhile.
 *
 * apply_and_measure is apply, and what measure would say of the zone then where the machine
 * knows it at once; a caller who was not told asks.
 *
 * ERRORS. 0, or a code of base/error.h with a sentence for a person in `err`, which
 * may be NULL everywhere:
 *	ERR_USAGE	open: an option, a fleet, a host that is not this machine
 *	ERR_CANNOT	a step outside backend_can(), a host that is not there, a slot
 *			that is taken or runs nothing, a plan for another host, going
 *			back in time; open: not in this build, not on this machine
 *	ERR_NO_ROOM	memory or CPUs are too few where they are asked for. From apply after
 *			a check that passed: somebody was quicker, and what observe says
 *			is what is free now
 *	ERR_NO_DEVICE	a device of the plan is taken
 *	ERR_MACHINE	the machine broke its word; the backend can still be closed
 *	ERR_CHECK	with config.check: an invariant of the machine's own does not hold
 *	ERR_INTERRUPTED	wait: a signal came
 *	ERR_INPUT	replay: the record says otherwise
 * Refused is a code too: what to do with ERR_NO_ROOM is the caller's policy.
 *
 * THREADS. Backends share nothing that changes: several may be open at once, in
 * several threads, on the same hosts (struct host is only read). One thread at a time
 * calls into one backend, and nothing is called back but `say`, in the caller's
 * thread. A machine with BACKEND_FIXED_HOST is one machine all the same: two backends on
 * it see each other's zones as memory that is gone.
 *
 * THE RECORDER (backend/record.h) wraps any open backend, is one itself, and writes
 * down each call with its answer; replay gives the same answers to the same calls.
 * For that a backend's answers must all pass through the functions below: a machine
 * that tells something by another way is not the same when replayed.
 */
#ifndef BACKEND_BACKEND_H
#define BACKEND_BACKEND_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "backend/left.h"
#include "base/error.h"
#include "plan/plan.h"

struct backend;
struct backend_ops; /* an implementation; see backend_impl.h */

/* What kind of machine a backend is. */
enum backend_trait {
	/* Its clock is not the wall clock: waiting takes no time. */
	BACKEND_VIRTUAL_CLOCK = 1 << 0,
	/* A model that stands for itself alone: it can be opened again and again, also
	 * several times at once, and the same config and calls get the same answers. */
	BACKEND_REPEATABLE = 1 << 1,
	/* One host, the machine itself: struct backend_ops names it (default_host). */
	BACKEND_FIXED_HOST = 1 << 2,
	/* Memory is handed out by one rule, which is the machine's (struct backend_ops,
	 * allocator): there is none to choose. */
	BACKEND_OWN_ALLOCATOR = 1 << 3,
	/* Nobody else takes anything, and steps take no time: check and the apply behind it
	 * see the same machine. A caller that would apply in any case need not check, since
	 * apply refuses the same and leaves nothing behind. */
	BACKEND_UNSHARED = 1 << 4,
};

struct backend_config {
	const struct host *const *host; /* nr_hosts; each must outlive the backend */
	uint32_t nr_hosts;
	uint32_t cpu_overcommit_milli; /* as in struct fleet_spec; 0 = no limit */
	/* A host, taken before any zone. A machine with BACKEND_FIXED_HOST has taken its own. */
	int64_t dom0_memory_bytes;
	uint32_t dom0_vcpus;
	/* What else is taken of each host, for good; NULL: nothing. */
	const struct fleet_initial *initial;
	uint64_t seed; /* for a machine that draws; the simulator does not */
	bool check; /* verify the machine's own invariants after every step */
	const char *options; /* backend-specific "key=value,key=value"; NULL: none */
	/* Its workload's name, so that a machine whose zones outlive a killed run can tell which
	 * they were; NULL: they belong to none. */
	const char *workload;
	/* Once it is set, by a signal handler, every wait of a machine's ends with
	 * ERR_INTERRUPTED; NULL: nobody sets one. */
	const atomic_bool *stop;
	/* Sentences that are no errors, while it opens, works and closes; NULL: nobody listens. */
	void (*say)(void *say_context, const char *sentence);
	void *say_context;
};

enum event_kind {
	EVENT_TIMEOUT, /* nothing happened until `until_ns` */
	EVENT_ZONE_EXITED, /* the zone ended by itself and is gone; its slot is free */
};

struct event {
	enum event_kind kind;
	int64_t at_ns; /* when wait learned of it; not after backend_now_ns() */
	uint32_t host, slot; /* not for EVENT_TIMEOUT */
};

/* Which fields of struct measure are real. No bit, no number. */
enum measure_field {
	MEASURE_RESIDENT = 1 << 0, /* resident_bytes; every machine knows it */
	MEASURE_PARTS = 1 << 1, /* part[], vnode and node known */
	MEASURE_NODE_PARTS = 1 << 2, /* part[], only the node known (vnode = 0) */
	MEASURE_UNKNOWN = 1 << 3, /* unknown_bytes: resident, node not attributed */
	MEASURE_BANDWIDTH = 1 << 4, /* of the zone's last PROBE, or of the LOAD that ended last */
	MEASURE_LATENCY = 1 << 5, /* of its last PROBE */
};

/* Parts are not empty and no two have vnode and node the same; what they sum to and
 * unknown_bytes are resident_bytes. */
struct measure {
	unsigned fields;
	int64_t resident_bytes; /* its memory, without what a machine holds for it beside */
	int64_t unknown_bytes;
	uint32_t nr_parts;
	const struct plan_memory *part; /* lent: see WHO OWNS WHAT */
	/* Median triad on all vCPUs at once, or the median of the work that was asked for. */
	int64_t bandwidth_bytes_per_s;
	int64_t latency_ps; /* median hop of a random chase, mean over vCPUs, or of one */
};

/* BACKEND_* bits, before it is opened. */
unsigned backend_traits(const struct backend_ops *ops);

/* On failure *out is NULL and nothing is left. */
int backend_open(struct backend **out, const struct backend_ops *ops,
		 const struct backend_config *config, struct error *err) MUST_USE;
/* Stops every zone it started; NULL is fine. It cannot fail; a record that cannot be kept
 * is a sentence on standard error. */
void backend_close(struct backend *b);

const char *backend_name(const struct backend *b);
/* STEP_* bits it can carry out. */
unsigned backend_can(const struct backend *b);
int64_t backend_now_ns(const struct backend *b);

int backend_check(struct backend *b, const struct step *s, struct error *err) MUST_USE;
int backend_apply(struct backend *b, const struct step *s, struct error *err) MUST_USE;

/* The zone's measure after a START or RESIZE with its apply, or now->fields 0: it is to be asked.
 */
int backend_apply_and_measure(struct backend *b, const struct step *s, struct measure *now,
			      struct error *err) MUST_USE;

/* Returns at the first event, or at until_ns with EVENT_TIMEOUT; one event a call. */
int backend_wait(struct backend *b, int64_t until_ns, struct event *out,
		 struct error *err) MUST_USE;

/*
 * Hints: that host, or the zone in that slot, is looked at or stepped on soon, so what is
 * known of it may be fetched. Nothing changes, nothing is answered, and any number will do.
 */
void backend_expect_host(const struct backend *b, uint32_t host);
void backend_expect_zone(const struct backend *b, uint32_t slot);

/*
 * State of one host, which must be there: what is free and what is taken after the last
 * check, apply or wait, by this backend's zones and by others. A live machine looks at
 * what others do in wait at least.
 */
const struct host_state *backend_observe(struct backend *b, uint32_t host);

/* Where a zone's memory is, by the machine's own word, now. ERR_CANNOT: no such zone. */
int backend_measure(struct backend *b, uint32_t host, uint32_t slot, struct measure *out,
		    struct error *err) MUST_USE;

/*
 * Zones of this workload and seed that a killed run left and this machine has adopted, counted from
 * 0; NULL: no more. They run on, count as taken and are stopped at close, but for those that a
 * START names (struct step, left) with the plan that they have: such a zone goes on in the step's
 * slot as if it had been launched now. If that fails it is as before. Lent until close.
 */
const struct left_zone *backend_left(const struct backend *b, uint32_t number);

/*
 * For a model that stands for a machine: after step `s` (START or RESIZE) that machine
 * was found to hold the zone's memory here, bytes by node, as many as the host has. The
 * model takes over what it cannot know and goes on from there. ERR_CANNOT: it is no
 * model, the slot runs nothing, or nothing can be so.
 */
int backend_correct(struct backend *b, const struct step *s, const int64_t *bytes,
		    struct error *err) MUST_USE;

/*
 * For such a model: bytes by node, as many as the host has, that the machine's zone has at least
 * and at most, where its last RESIZE took memory away, its guest chose what to give, and
 * nothing was corrected since. False, and nothing is written: it is as measure says, or no more
 * is known; a recorded backend knows no bounds.
 */
bool backend_bounds(const struct backend *b, uint32_t host, uint32_t slot, int64_t *least,
		    int64_t *most);

#endif
