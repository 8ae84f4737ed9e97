/*
 * Whose zone a domain is. A domain of ours has a UUID that begins with "homenode" in
 * ASCII, which it has from the hypercall that makes it on, and in xenstore, where only dom0 may
 * read it:
 *
 *	/local/domain/ID/homenode/owner	the lease of the run that owns it (lease.h)
 *	/local/domain/ID/homenode/zone	the zone's name as it was asked for
 *	/local/domain/ID/homenode/left	which zone of which workload it is, and how it was built:
 *					what another run needs to go on with it (recover.c)
 *
 * The first two are written in libxl's own transaction, the third once the domain is whole.
 */
#ifndef BACKEND_XEN_OWNER_H
#define BACKEND_XEN_OWNER_H

#include <stdbool.h>
#include <stdint.h>

#include "backend-xen/connection.h"
#include "backend-xen/domain.h"
#include "backend-xen/lease.h"

struct machine;

/* Our half, then random bits. */
int owner_uuid(libxl_uuid *out, struct error *err) MUST_USE;

/* Does it begin with our half? */
bool owner_is_ours(const libxl_uuid *uuid);

/* Guests may read their own directory: not what we write there. */
int owner_hide(struct xen *x, uint32_t domid, struct error *err) MUST_USE;
/* Does xenstore name this lease as the domain's owner, now? */
bool owner_is(struct xen *x, uint32_t domid, const char *lease);
/* Before anything is done to a domain: a run that stood still may have lost it a moment ago.
 * ERR_MACHINE: it has. One that is down is nobody's to change, and no error here. */
int owner_still(struct machine *m, const struct domain_id *id, struct error *err) MUST_USE;

struct orphan {
	struct domain_id id;
	char name[64];
	char owner[LEASE_TEXT_MAX]; /* as xenstore has it; "": nobody */
	int64_t memory_bytes;
};

/*
 * Domains of ours whose run is dead; *out is the caller's to free. It takes as long as it takes to
 * know (lease.h), seconds beside a run that lives. With `bury` their leases are taken away, which
 * no run survives. ERR_INTERRUPTED.
 */
int owner_orphans(struct machine *m, bool bury, struct orphan **out, size_t *nr,
		  struct error *err) MUST_USE;
/* This run owns it from now on; ERR_MACHINE: another one was quicker. */
int owner_claim(struct machine *m, const struct orphan *o, struct error *err) MUST_USE;

/* ERR_MACHINE: this run stood still and was taken for dead; its zones are another's now. */
int owner_alive(const struct machine *m, struct error *err) MUST_USE;

/* One launch at a time on this host. Waits; one that died with it loses it (lease.h). */
int owner_lock(struct machine *m, struct error *err) MUST_USE;
void owner_unlock(struct machine *m); /* also where it is not held */

#endif
