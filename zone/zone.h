/*
 * A zone: what is asked for. A VM, or a pod that runs in a VM of its own.
 *
 * Read from a list of zones (zone_read.c), from a Kubernetes pod (pod.c), from the
 * command line, or made by a workload (workload.h). Field meanings follow
 * Edera's documented controls; where Edera documents a default it is used.
 */
#ifndef ZONE_ZONE_H
#define ZONE_ZONE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/alloc.h"
#include "base/error.h"

enum zone_memory_policy {
	ZONE_DYNAMIC, /* ballooned between minimum and maximum (Edera's default) */
	ZONE_STATIC, /* all memory at boot, never changes */
};

enum zone_spread {
	ZONE_SPREAD_DEFAULT, /* whatever the policy does */
	ZONE_COMPACT, /* nearest nodes */
	ZONE_SCATTER, /* farthest nodes */
};

enum zone_virt {
	ZONE_AUTO, /* PVH where it helps; we plan PVH */
	ZONE_PV, /* flat guest: cannot be told of NUMA */
	ZONE_PVH,
};

/* Edera's ballooning guide: floor 300 MB, default maximum 1024 MB (MB = 2^20 there). */
#define ZONE_MEMORY_FLOOR_BYTES ((int64_t)300 << 20)
#define ZONE_MEMORY_DEFAULT_BYTES ((int64_t)1024 << 20)

/* What the zone does with its memory; used by the cost model. ppm and bytes/s
 * as everywhere; 0 demand = unbounded. */
struct zone_profile {
	char name[24]; /* preset it started from, or "custom" */
	int64_t demand_bytes_per_s; /* per vCPU; 0 = as much as it can get */
	uint32_t read_share_ppm; /* reads among its memory traffic */
	uint32_t stall_share_ppm; /* share of time stalled on memory latency */
	uint32_t sharing_share_ppm; /* accesses to another vnode's data */
	uint32_t parallelism; /* outstanding cache lines per vCPU */
};

#define ZONE_DEVICES_MAX 64 /* of a zone, those asked for by class counted one by one */

/* What a zone can ask any devices of; host/host.h has the classes of devices. */
enum zone_device_class { ZONE_NIC, ZONE_GPU, ZONE_STORAGE, ZONE_DEVICE_CLASSES };

/*
 * Strings belong to whoever made the zone (an arena of the zone list, a
 * workload's stream) and live as long as it says. All sizes are multiples of
 * PAGE_BYTES. Invariants, established by every reader:
 *	1 <= vcpus <= vcpus_max
 *	0 < memory_min_bytes <= memory_initial_bytes <= memory_bytes
 *	static: memory_initial_bytes == memory_bytes
 */
struct zone {
	const char *name;
	uint32_t vcpus; /* online at boot (target) */
	uint32_t vcpus_max; /* ceiling; more than vcpus = offline vCPUs */
	int64_t memory_bytes; /* maximum */
	int64_t memory_initial_bytes; /* what it boots with */
	int64_t memory_min_bytes; /* a balloon never goes below */
	enum zone_memory_policy memory_policy;
	uint32_t numa_nodes; /* 0: the engine decides */
	enum zone_spread spread;
	enum zone_virt virt;
	uint32_t nr_devices;
	/* OS names, PCI addresses, or so many of a class, whichever: "2xgpu" */
	const char *const *device;
	const struct zone_profile *profile; /* NULL: none given */
};

/* A valid zone of one vCPU and ZONE_MEMORY_DEFAULT_BYTES, dynamic, named "zone". */
void zone_init(struct zone *z);

/* Zones read from one file. Zero-initialise; release frees names and all. */
struct zone_list {
	struct zone *zone;
	size_t nr, cap;
	struct arena arena;
};

/* How a file of zones is read; zeroed, or NULL: quietly. */
struct zone_reading {
	/* Warnings ("memory limit missing, 1024 MiB assumed"), one line each; NULL:
	 * nowhere. */
	FILE *warn;
	bool strict; /* what bears on size or place and is not used is an error */
	const char *resources; /* a file that says what a pod's resources are; NULL: none */
};

/* What a reading would do with `how->resources`, where there is nothing to read. */
int zone_reading_check(const struct zone_reading *how, struct error *err) MUST_USE;

/*
 * Read ZONES, JSON or YAML: a list ({"zones":[...]}), or Kubernetes manifests (one
 * or more documents). "-" is standard input. ERR_INPUT names file:line:column,
 * what, and what to do.
 */
int zone_list_load(struct zone_list *out, const char *path, const struct zone_reading *how,
		   struct error *err) MUST_USE;
int zone_list_parse(struct zone_list *out, const char *path, const char *text, size_t size,
		    const struct zone_reading *how, struct error *err) MUST_USE;
void zone_list_release(struct zone_list *l);

/* What the zone has when it boots: all of it when static. */
static inline int64_t zone_boot_bytes(const struct zone *z)
{
	return z->memory_policy == ZONE_STATIC ? z->memory_bytes : z->memory_initial_bytes;
}

/* "2xgpu", "1xnic", "3xstorage": true, with what it asks for. False for anything else,
 * which is a name. */
bool zone_device_any(const char *text, enum zone_device_class *class, uint32_t *count);
const char *zone_device_class_name(enum zone_device_class c); /* "nic", "gpu", "storage" */

const char *zone_spread_name(enum zone_spread s); /* "compact", "scatter", "default" */

/* Named workload profiles: stream, chase, web, database, idle; NULL if unknown. */
const struct zone_profile *zone_profile_find(const char *name);

#endif
