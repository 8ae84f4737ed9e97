/*
 * QEMU's guests that run on this machine, libvirt's among them, as /proc has them: where
 * each vCPU's thread may run, and on which nodes the guest's pages are. Nothing is changed.
 */
#ifndef PROBE_GUESTS_H
#define PROBE_GUESTS_H

#include <stdint.h>

#include "base/cpuset.h"
#include "base/error.h"

#define GUEST_NAME_MAX 128
#define GUEST_NODES_MAX 1024

struct guest_vcpu {
	unsigned number; /* as QEMU calls its thread: "CPU 3/KVM" */
	struct cpuset cpus; /* that it may run on */
};

struct guest {
	char name[GUEST_NAME_MAX]; /* -name guest=, or "" */
	long pid;
	uint32_t nr_vcpus;
	struct guest_vcpu *vcpu; /* in ascending order */
	int64_t *node_bytes; /* by os_index, GUEST_NODES_MAX of them; NULL: not ours to see */
};

/*
 * In ascending order of process ids; *out is the caller's (guests_free). `proc` is where
 * that file system is mounted, NULL: "/proc". A guest that ends meanwhile is left out.
 * ERR_MACHINE when `proc` cannot be read.
 */
int guests_find(struct guest **out, uint32_t *nr, const char *proc, struct error *err) MUST_USE;
void guests_free(struct guest *g, uint32_t nr);

#endif
