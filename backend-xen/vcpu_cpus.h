/* CPUs of the machine that vCPUs may run on. */
#ifndef BACKEND_XEN_VCPU_CPUS_H
#define BACKEND_XEN_VCPU_CPUS_H

#include "backend-xen/connection.h"
#include "base/cpuset.h"

struct cpuset vcpu_cpus(const libxl_bitmap *map);

/* Of each of dom0's vCPUs by its number (hard affinity), empty where one is offline; the caller
 * frees *out, which is NULL where it fails. */
int vcpu_cpus_of_dom0(struct xen *x, struct cpuset **out, uint32_t *nr, struct error *err) MUST_USE;

#endif
