/*
 * A backend is a machine that can carry out plans: a simulated fleet (sim/),
 * this machine, a Xen host. Callers use this header; the machines implement
 * backend/backend_impl.h.
 *
 * The backend owns the clock. In the simulator time moves only inside
 * backend_wait(); elsewhere it is the wall clock. Times are int64 nanoseconds
 * since backend_open(). One thread at a time may call into a backend.
 *
 * A zone is known to a backend by the caller's slot: a small integer (slots are
 * handed out densely), in use from START to STOP or EVENT_ZONE_EXITED.
 */
#ifndef BACKEND_BACKEND_H
#define BACKEND_BACKEND_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "plan/plan.h"

struct backend;
struct backend_ops; /* an implementation; see backend_impl.h */

/* What kind of machine a backend is. */
enum backend_trait {
	/* Time moves inside wait alone, and waiting takes none of the wall clock's. */
	BACKEND_VIRTUAL_CLOCK = 1 << 0,
	/* A model that stands for itself alone: it can be opened again and again, also
	 * several times at once, and the same config and calls get the same answers. */
	BACKEND_REPEATABLE = 1 << 1,
	/* One host, the machine itself: struct backend_ops names it (default_host). */
	BACKEND_FIXED_HOST = 1 << 2,
	/* The machine hands out memory by a rule of its own (struct backend_ops, allocator). */
	BACKEND_OWN_ALLOCATOR = 1 << 3,
};

struct backend_config {
	const struct host *const *host; /* nr_hosts; each must outlive the backend */
	uint32_t nr_hosts;
	uint32_t cpu_overcommit_milli; /* as in struct fleet_spec; 0 = no limit */
	int64_t dom0_memory_bytes; /* a host, taken before any zone */
	uint32_t dom0_vcpus;
	uint64_t seed;
	bool check; /* verify the machine's own invariants after every step */
	const char *options; /* backend-specific "key=value,key=value"; NULL: none */
	/* Sentences that are no errors, while it opens, works and closes; NULL: nobody listens. */
	void (*say)(void *say_context, const char *sentence);
	void *say_context;
};

enum event_kind {
	EVENT_TIMEOUT, /* nothing happened until `until_ns` */
	EVENT_ZONE_EXITED, /* the zone is gone; its slot is free */
	EVENT_MEMORY_CHANGED, /* its residency changed: measure again */
};

struct event {
	enum event_kind kind;
	int64_t at_ns;
	uint32_t host, slot; /* not for EVENT_TIMEOUT */
};

/* Which fields of struct measure are real. No bit, no number. */
enum measure_field {
	MEASURE_RESIDENT = 1 << 0, /* resident_bytes */
	MEASURE_PARTS = 1 << 1, /* part[], vnode and node known */
	MEASURE_NODE_PARTS = 1 << 2, /* part[], only the node known (vnode = 0) */
	MEASURE_UNKNOWN = 1 << 3, /* unknown_bytes: resident, node not attributed */
	MEASURE_BANDWIDTH = 1 << 4,
	MEASURE_LATENCY = 1 << 5,
};

struct measure {
	unsigned fields;
	int64_t resident_bytes, unknown_bytes;
	uint32_t nr_parts;
	/* Lent by the backend, valid until its next apply or wait. */
	const struct plan_memory *part;
	int64_t bandwidth_bytes_per_s; /* last PROBE */
	int64_t latency_ps;
};

/* BACKEND_* bits, before it is opened. */
unsigned backend_traits(const struct backend_ops *ops);

/* On failure *out is NULL. ERR_CANNOT: not in this build. */
int backend_open(struct backend **out, const struct backend_ops *ops,
		 const struct backend_config *config, struct error *err) MUST_USE;
/* Stops every zone it started; NULL is fine. */
void backend_close(struct backend *b);

const char *backend_name(const struct backend *b);
/* STEP_* bits it can carry out. */
unsigned backend_can(const struct backend *b);
int64_t backend_now_ns(const struct backend *b);

/*
 * check: could this step be carried out now? Changes nothing; a dry run is
 * check alone. Once it passes, apply fails only for reasons found at run time. A START
 * that fails leaves nothing behind; with ERR_NO_ROOM somebody else was quicker, and the
 * observed state is what is free now.
 * A step outside backend_can() is refused here, for every backend, with
 * ERR_CANNOT. Errors: ERR_NO_ROOM, ERR_NO_DEVICE, ERR_CANNOT, ERR_MACHINE.
 */
int backend_check(struct backend *b, const struct step *s, struct error *err) MUST_USE;
int backend_apply(struct backend *b, const struct step *s, struct error *err) MUST_USE;

/* Returns at the first event, or at until_ns with EVENT_TIMEOUT. */
int backend_wait(struct backend *b, int64_t until_ns, struct event *out,
		 struct error *err) MUST_USE;

/* State of one host, kept current by the backend; the pointer stays valid until close. */
const struct host_state *backend_observe(struct backend *b, uint32_t host);

int backend_measure(struct backend *b, uint32_t host, uint32_t slot, struct measure *out,
		    struct error *err) MUST_USE;

#endif
