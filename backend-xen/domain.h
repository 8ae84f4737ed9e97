/* One domain, from its plan to its end. */
#ifndef BACKEND_XEN_DOMAIN_H
#define BACKEND_XEN_DOMAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "backend-xen/connection.h"
#include "backend-xen/guest_build.h"
#include "backend-xen/options.h"
#include "host/host.h"
#include "plan/plan.h"

/* Numbers are used again, by others too: a domain is known by both. */
#define DOMAIN_UUID_BYTES 16
struct domain_id {
	uint32_t domid;
	uint8_t uuid[DOMAIN_UUID_BYTES];
};

struct domain_request {
	const struct plan *plan;
	const struct guest_build *build;
	const struct domain_image *image;
	const char *name;
	const char *owner; /* its lease */
};

/*
 * Builds the domain, paused, with its tag and with vCPU numbers as the guest counts
 * them. On failure nothing is left: no domain, no memory, no xenstore entries.
 * ERR_NO_ROOM: the hypervisor had too little memory on a planned node.
 */
int domain_create(struct xen *x, const struct domain_request *r, struct domain_id *out,
		  struct error *err) MUST_USE;
int domain_unpause(struct xen *x, uint32_t domid, struct error *err) MUST_USE;
/*
 * Only if the domain of this number still has the UUID, and xenstore this owner (NULL: its UUID was
 * drawn just now, and nobody else knows it). Where it has another UUID ours is gone already; one
 * that somebody else has destroyed is waited for. Waits until its memory is back: dying domains
 * hand it over piece by piece. ERR_INTERRUPTED: it dies, and was not waited for.
 */
int domain_destroy(struct xen *x, const struct domain_id *id, const char *owner,
		   struct error *err) MUST_USE;
/* The same where something has failed already and nobody could be told more. */
void domain_discard(struct xen *x, const struct domain_id *id, const char *owner);

/* Is there a domain of this name? */
bool domain_name_taken(struct xen *x, const char *name);

enum domain_life { DOMAIN_GONE, DOMAIN_DOWN, DOMAIN_PAUSED, DOMAIN_RUNS };
/* DOMAIN_DOWN: it has shut down, crashed or is dying; DOMAIN_GONE also where another domain has its
 * number. Bytes that it has, if not NULL. */
enum domain_life domain_look_at(struct xen *x, const struct domain_id *id, int64_t *bytes);

/* CPU time that its vCPUs have used; 0: it is gone. */
int64_t domain_cpu_ns(struct xen *x, uint32_t domid);

#endif
