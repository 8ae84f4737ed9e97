/* The Xen host behind the seam; private to backend-xen/. */
#ifndef BACKEND_XEN_MACHINE_H
#define BACKEND_XEN_MACHINE_H

#include "backend-xen/connection.h"
#include "backend-xen/domain.h"
#include "backend-xen/guest_build.h"
#include "backend-xen/lease_keeper.h"
#include "backend-xen/options.h"
#include "backend-xen/owner.h"
#include "backend/backend_impl.h"

/* show.c: backend_ops.tells. */
void xen_tells(char *out, size_t size, struct error *err);

/* A zone that runs in a slot. */
struct machine_zone {
	bool live;
	union {
		uint32_t domid; /* is id.domid */
		struct domain_id id;
	};
	uint32_t nr_vnodes;
	/* As planned, by host node index: the hypervisor calls a vCPU online only once its guest
	 * has started it. */
	uint32_t nr_vcpus, vcpus[NODES_MAX];
	int64_t most_bytes, least_bytes; /* of its balloon */
	/* Pages that the toolstack added beside the zone's memory (console, xenstore, start
	 * info, ACPI tables), by host node index; they never move. 0 where the memory was not
	 * placed exactly: they cannot be told from the rest then. */
	int64_t special_bytes[NODES_MAX], special_total;
	bool exact; /* special_bytes are known */
	bool resized; /* a balloon moved: which vnode a page belongs to is not known */
	uint32_t nr_parts;
	struct plan_memory part[PLAN_MEMORY_MAX]; /* as built */
	bool lied; /* of its boot, and it was said */
	bool booted; /* its balloon driver listens: boot_await() */
	bool told; /* its vnodes */
	uint32_t vnode_vcpus[NODES_MAX];
	int64_t bandwidth_bytes_per_s, latency_ps; /* 0: not measured */
	char *load_id; /* of the load that goes on, as its result will begin; NULL: none */
	enum step_work load_work;
	int64_t load_ns; /* when it began */
};

/* Special pages are 16 to 20 and our tables a few more; what is beyond this was the
 * zone's own memory, on the wrong node. */
#define SPECIAL_BYTES_MAX (64 * PAGE_BYTES)

/* A zone that a killed run left and this one has taken over. */
struct adopted {
	struct orphan orphan;
	bool known; /* this workload's: `left` and `zone` say what it is */
	bool goes_on; /* in a slot, as if it had been launched now */
	struct left_zone left;
	struct machine_zone zone; /* its special pages */
};

struct machine {
	struct backend base;
	struct xen xen;
	struct machine_options options;
	const struct host *host;
	struct host_state state;
	int64_t start_ns; /* of the backend's clock */
	struct machine_zone *zone; /* by slot */
	size_t cap_zones;
	void (*say)(void *context, const char *sentence); /* NULL: nobody listens */
	void *say_context;
	struct lease_keeper *lease; /* ours */
	bool locked; /* we launch: owner_lock() */
	const char *workload; /* NULL: none */
	uint64_t seed;
	struct adopted *adopted;
	size_t nr_adopted;
	uint32_t probes; /* names requests */
	struct plan_memory lent[PLAN_MEMORY_MAX]; /* measure's answer */
};

/* A sentence that is no error, to whoever listens. */
void machine_say(struct machine *m, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Its vnodes and vCPUs, of a zone in which they are 0. */
void machine_zone_plan(struct machine_zone *z, const struct plan *p);

/* recover.c: what runs that were killed left behind is refused, destroyed or adopted, as the
 * options say; and what became of those that were adopted, at the end. */
int recover_begin(struct machine *m, struct error *err) MUST_USE;
void recover_end(struct machine *m);
/* Written beside a zone that has just been built, so that another run can go on with it. */
int recover_note(struct machine *m, const struct machine_zone *z, const struct step *s,
		 struct error *err) MUST_USE;
/* backend_ops.left, and a START that names such a zone: could it go on, and it does, in `z`. */
const struct left_zone *xen_left(const struct backend *b, uint32_t number);
int recover_check(struct machine *m, const struct step *s, struct error *err) MUST_USE;
int recover_go_on(struct machine *m, const struct step *s, struct machine_zone *z,
		  struct error *err) MUST_USE;

/* residency.c. After the build, before the first instruction: is every piece where it
 * was asked for? Sets special_* and part. ERR_NO_ROOM when it is not. */
int residency_begin(struct machine *m, struct machine_zone *z, const struct guest_build *b,
		    const struct plan *p, struct error *err) MUST_USE;
/* "131072 pages on node 2, 131070 on node 3", special pages included, of any domain; the
 * caller frees. Pages that the hypervisor does not attribute are "on unknown nodes". */
char *residency_text(struct machine *m, uint32_t domid) MUST_USE;
int residency_measure(struct machine *m, struct machine_zone *z, struct measure *out,
		      struct error *err) MUST_USE;

/* boot.c: until the guest can take a target. ERR_MACHINE: it never could, in as long as
 * the options' wait; nothing was changed then. */
int boot_await(struct machine *m, struct machine_zone *z, struct error *err) MUST_USE;

/* balloon.c: waits for the guest's boot, then until the zone has `bytes`. ERR_MACHINE: it was not
 * reached, in all the time that it may take (balloon_watch.h); the target is then what the zone
 * has. */
int balloon_check(const struct machine *m, const struct machine_zone *z, int64_t bytes,
		  struct error *err) MUST_USE;
int balloon_move(struct machine *m, struct machine_zone *z, int64_t bytes,
		 struct error *err) MUST_USE;

/* probe.c: stream and chase inside the zone, or one work; fills z's figures. ERR_CANNOT: the
 * guest has no answer that can be true. */
int probe_zone(struct machine *m, struct machine_zone *z, enum step_work work,
	       struct error *err) MUST_USE;
/* Whatever it does for a run that was killed ends, or nothing where it does nothing. */
int probe_quiet(struct machine *m, const struct machine_zone *z, struct error *err) MUST_USE;
/* A load begins or ends: STEP_LOAD. */
int probe_load(struct machine *m, struct machine_zone *z, const struct step *s,
	       struct error *err) MUST_USE;

#endif
