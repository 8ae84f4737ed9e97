/*
 * Whose zone a domain is. A domain of ours has a UUID that begins with "homenode" in
 * ASCII, which it has from the hypercall that makes it on, and in xenstore, written in
 * libxl's own transaction:
 *
 *	/local/domain/ID/homenode/owner	"PID START": the process that launched it, with
 *					the start time from /proc/PID/stat
 *	/local/domain/ID/homenode/zone	the zone's name as it was asked for
 */
#ifndef BACKEND_XEN_OWNER_H
#define BACKEND_XEN_OWNER_H

#include <stdbool.h>
#include <stdint.h>

#include "backend-xen/connection.h"

/* Our half, then random bits. */
int owner_uuid(libxl_uuid *out, struct error *err) MUST_USE;

/* Does it begin with our half? */
bool owner_is_ours(const libxl_uuid *uuid);

/* "PID START" of this process; the caller frees. */
char *owner_text(void) MUST_USE;

struct orphan {
	uint32_t domid;
	char name[64];
	int64_t memory_bytes;
};

/* Domains of ours whose process is gone; *out is the caller's to free. */
int owner_orphans(struct xen *x, struct orphan **out, size_t *nr, struct error *err) MUST_USE;
/* This process owns it from now on. */
int owner_adopt(struct xen *x, uint32_t domid, struct error *err) MUST_USE;

/*
 * One launch at a time on this host: a lock that ends with the process. Waits; *fd is
 * -1 when it is not held.
 */
int owner_lock(int *fd, struct error *err) MUST_USE;
void owner_unlock(int *fd);

#endif
