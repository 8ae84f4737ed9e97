/* The host as libxl tells it. Everything that backend-xen/ shares about it. */
#ifndef BACKEND_XEN_TOPOLOGY_H
#define BACKEND_XEN_TOPOLOGY_H

#include "backend-xen/connection.h"
#include "host/host.h"
#include "plan/host_state.h"

/* core_of: NULL, or by CPU number: which CPUs share a core have the same entry,
 * CPUSET_NONE for CPUs that are not there. CPUS_MAX entries, the caller frees. */
int topology_load(struct xen *x, struct host **out, uint32_t **core_of, struct error *err) MUST_USE;

/* Is `h` this machine? host_same(): ERR_INPUT says what differs. */
int topology_same(struct xen *x, const struct host *h, struct error *err) MUST_USE;

/* free_bytes of every node, as the hypervisor counts them now. */
int topology_free(struct xen *x, struct host_state *s, struct error *err) MUST_USE;

/* Which index of h->node each domain's vCPUs are booked on: the node that their hard
 * affinity lies in, else where they run now. Sets vcpus, total_vcpus and nr_zones
 * (domains other than dom0). vCPUs that a booting guest has not started yet are not seen;
 * `leave`, if not NULL, names the domains whose vCPUs the caller knows and adds itself. */
int topology_vcpus(struct xen *x, struct host_state *s,
		   bool (*leave)(void *context, uint32_t domid), void *context,
		   struct error *err) MUST_USE;

#endif
