/*
 * Who serves the disks and networks of a host's zones: on Xen, threads of dom0 (netback, blkback,
 * device models), which run on dom0's vCPUs, and those on the CPUs that the hypervisor lets them. A
 * zone on another node than these has its data copied across nodes, however local its own
 * memory is (frontends and backends on NUMA machines: xen-devel, minutes of the hackathon of
 * 2013-05-20, message alpine.DEB.2.02.1305201443510.4799). Devices that are passed through go
 * past dom0.
 *
 * No price: nobody has published what such a copy costs by distance, so it is said, not
 * reckoned.
 */
#ifndef PLAN_IO_SERVICE_H
#define PLAN_IO_SERVICE_H

#include <stdint.h>

#include "base/cpuset.h"
#include "plan/plan.h"

struct io_service {
	uint32_t nr_vcpus; /* of dom0; 0: nothing is known */
	nodeset *vcpu_nodes; /* nodes whose CPUs each may run on */
	nodeset nodes; /* on which a new zone's threads may run */
};

enum io_locality {
	IO_NOT_KNOWN,
	IO_AT_HOME, /* on nodes of the zone alone */
	IO_ANYWHERE, /* there and elsewhere */
	IO_AWAY, /* elsewhere */
};

/*
 * `vcpu[i]`: CPUs of the host that vCPU i of dom0 may run on, `threads`: those that dom0's new
 * threads may (io_threads_through(), probe/io_threads.h). io_service_release() frees; zeroed is
 * fine.
 */
void io_service_init(struct io_service *s, const struct host *h, const struct cpuset *vcpu,
		     uint32_t nr_vcpus, const struct cpuset *threads);
void io_service_release(struct io_service *s);

enum io_locality io_service_locality(const struct io_service *s, const struct plan *p);
/* A sentence without a full stop, the caller frees; NULL where nothing is known. */
char *io_service_text(const struct io_service *s, const struct plan *p) MUST_USE;
/* dom0's vCPUs that run on the zone's nodes alone. */
void io_service_at_home(const struct io_service *s, const struct plan *p, struct cpuset *out);

#endif
