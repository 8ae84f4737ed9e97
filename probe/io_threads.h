/*
 * Threads that carry the data of zones' disks and networks, and the CPUs that they may run on, as
 * /proc has them. Read only. On a Xen host this is dom0's /proc, and CPUs are dom0's vCPUs: where
 * those run is the hypervisor's to say (io_threads_through()).
 *
 * A thread of the kernel is known by its name and by the flag PF_KTHREAD, so that no program
 * can pass for one:
 *	vif3.0-q0-guest-rx, vif3.0-q0-dealloc	xen-netback (drivers/net/xen-netback/interface.c);
 *		what a guest sends is carried by the softirq of a CPU that gets the interrupt, and
 *		no thread tells of that
 *	3.xvda-0, blkback.3.xvda	xen-blkback (drivers/block/xen-blkback/xenbus.c)
 *	vhost-812			vhost (drivers/vhost/vhost.c), of the process 812; from
 *		Linux 6.4 on they are threads of that process
 * A kernel before 5.17 cuts names off after 15 characters.
 *
 * A program is known by its arguments: qemu-system-*, Debian's xen-qemu-system-*. With -xen-domid N
 * it is the device model of that domain, which serves its qdisks, 9pfs and emulated devices;
 * without, a guest itself, whose threads but those of its vCPUs ("CPU 0/KVM") serve its devices.
 */
#ifndef PROBE_IO_THREADS_H
#define PROBE_IO_THREADS_H

#include <stdint.h>

#include "base/cpuset.h"
#include "base/error.h"

#define IO_NAME_MAX 64
#define IO_NO_DOMAIN (-1)

enum io_kind {
	IO_NETWORK, /* a vif's thread */
	IO_DISK, /* a vbd's thread */
	IO_VHOST,
	IO_DEVICE_MODEL, /* a QEMU: one entry for all its threads that are no vCPUs */
};

struct io_thread {
	enum io_kind kind;
	long pid; /* its own; of a QEMU its process */
	long domid; /* of the domain whose devices it serves, IO_NO_DOMAIN: no domain of Xen's */
	long guest_pid; /* the QEMU that is, or has, the guest; 0: a domain of Xen's */
	char name[IO_NAME_MAX]; /* as /proc has it; what is not printable ASCII is '?' */
	struct cpuset cpus; /* that it may run on */
};

struct io_threads {
	uint32_t nr;
	struct io_thread *thread; /* in ascending order of pid */
	/* Where the kernel's next threads may run, a new zone's among them: kthreadd's own CPUs.
	 * Empty: not known. */
	struct cpuset next;
};

/*
 * `proc`: where that file system is mounted, NULL: "/proc". What ends meanwhile is left out.
 * ERR_MACHINE when `proc` cannot be read. io_threads_release() frees; zeroed is fine.
 */
int io_threads_read(struct io_threads *out, const char *proc, struct error *err) MUST_USE;
void io_threads_release(struct io_threads *t);

/* CPUs on which a domain of Xen's, or the guest that a QEMU is, is served: the union of its
 * threads' CPUs. False, and nothing in *out: it has no thread. */
bool io_threads_of_domain(const struct io_threads *t, long domid, struct cpuset *out);
bool io_threads_of_guest(const struct io_threads *t, long guest_pid, struct cpuset *out);

/*
 * dom0's vCPUs become the CPUs of the machine that they may run on: `vcpu[i]` has those of vCPU
 * i, nr_vcpus of them. vCPUs that are not there have none.
 */
void io_threads_through(const struct cpuset *vcpu, uint32_t nr_vcpus, const struct cpuset *cpus,
			struct cpuset *out);

const char *io_kind_name(enum io_kind kind); /* "vif", "vbd", "vhost", "QEMU" */

#endif
