/*
 * Which homenodes are alive. Each that drives this host has a lease in xenstore, the one place that
 * all of them see, whatever container or PID namespace they run in:
 *
 *	/tool/homenode/lease/ID		"BEAT BOOT NAMESPACE PID"
 *	/tool/homenode/launch		the ID of who launches a zone right now
 *	/local/domain/D/homenode/owner	the ID of whose zone the domain is (owner.h)
 *
 * ID is 32 hexadecimal digits, drawn anew each time. Its holder counts BEAT up every LEASE_BEAT_NS,
 * from a thread that does nothing else (lease_keeper.c). Whoever wants to know watches BEAT: one
 * that changes is alive, one that does not for LEASE_EXPIRES_NS, by the watcher's own monotonic
 * clock, has expired. No two clocks are ever compared, so a clock that is set, a container's own
 * clock or a host that slept mean nothing.
 *
 * BOOT, NAMESPACE and PID only shorten that: a watcher in the same PID namespace sees at once when
 * there is no such process. That there is one proves nothing, as PIDs are used again.
 *
 * An expired lease is taken away from exactly what was seen of it, or not at all if it was beaten
 * meanwhile. A holder that had only stood still finds it gone and touches no domain from then on.
 */
#ifndef BACKEND_XEN_LEASE_H
#define BACKEND_XEN_LEASE_H

#include "backend-xen/store.h"
#include "base/error.h"
#include "base/units.h"

#define LEASE_BEAT_NS (2 * NS_PER_S)
#define LEASE_EXPIRES_NS (20 * NS_PER_S)

#define LEASE_ID_MAX 32
#define LEASE_TEXT_MAX 128

/* Where a process can be looked for. */
struct lease_place {
	char boot[40]; /* the kernel's boot_id; "-": not known */
	uint64_t pid_namespace; /* its inode; 0: not known */
	uint64_t pid;
};

/* This process. */
void lease_place_here(struct lease_place *out);

/* From the kernel. */
int lease_random(uint8_t *out, size_t size, struct error *err) MUST_USE;
/* A new ID, from the kernel's random numbers. */
int lease_draw(char out[LEASE_ID_MAX + 1], struct error *err) MUST_USE;
bool lease_is_id(const char *text);
/* Where the lease of that ID is; out has LEASE_TEXT_MAX bytes. */
const char *lease_path(const char *id, char *out);
const char *lease_text(uint64_t beat, const struct lease_place *place, char out[LEASE_TEXT_MAX]);
bool lease_parse(const char *text, uint64_t *beat, struct lease_place *place);

enum lease_life { LEASE_UNKNOWN, LEASE_ALIVE, LEASE_DEAD };

/* One that is watched. Zeroed but for its ID. */
struct lease_watch {
	char id[LEASE_ID_MAX + 1];
	enum lease_life life; /* stays what it is once it is known */
	bool looked;
	char seen[LEASE_TEXT_MAX]; /* "": it is not there */
	int64_t since_ns; /* as it was seen */
};

/* To be called again and again until the life is known, within LEASE_EXPIRES_NS at most. */
void lease_look(struct lease_watch *w, const struct store *s, const struct lease_place *here,
		int64_t now_ns);
/* Takes a dead one away. False: it is not dead after all. */
bool lease_bury(struct lease_watch *w, const struct store *s);

/* One launch at a time: who holds it, or is waited for. Zeroed but for the lease. */
#define LAUNCH_PATH "/tool/homenode/launch"
struct launch_lock {
	const char *id; /* ours */
	struct lease_watch holder; /* id "": nobody has been seen */
};
/* To be called again until it is held. ERR_MACHINE: xenstore does not do it. */
int launch_try(struct launch_lock *l, const struct store *s, const struct lease_place *here,
	       int64_t now_ns, bool *held, struct error *err) MUST_USE;
/* Also where it was lost. */
void launch_release(const struct launch_lock *l, const struct store *s);

#endif
