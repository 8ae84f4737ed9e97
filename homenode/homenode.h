/*
 * libhomenode: which NUMA nodes of a host a zone (a VM, or a pod in a VM) should live on, why, what
 * the guest is to be told, and what the zone would get there. For toolstacks and schedulers.
 *
 *	struct hn_host *host;
 *	if (hn_host_load(&host, "host.xml", &err))
 *		die(err.text);
 *	state = hn_state_new(host);
 *	zone = hn_zone_new("web");
 *	hn_zone_set_vcpus(zone, 16, 16);
 *	plan = hn_plan_new();
 *	if (hn_place(hn_policy_find("edera-compact"), state, zone, 0, plan, &err))
 *		die(err.text);
 *	hn_state_take(state, plan, &err);
 *
 * OBJECTS are opaque and freed by the function named after them; NULL is fine there. A state must
 * not outlive its host, nor a plan the host and the zone that it was made of; policies live for
 * ever. Text that goes in is copied. There is no global state: objects share nothing that changes,
 * so different threads may use different objects, and read the same host, at once.
 *
 * ERRORS. 0, or one of enum hn_code with a sentence for a person in `err`, which may be NULL
 * everywhere. Where a plan is refused the sentence says what was short and by how much. Memory that
 * is not there ends the process with a sentence and status 3, and so, by SIGABRT, does what the
 * caller promised and did not keep (a host that was not finished).
 *
 * hn_place(), hn_state_take(), hn_state_give() and what reads a plan allocate nothing.
 *
 * UNITS. Bytes; distances as in the SLIT, 10 = local; nodes by index: the host's nodes in ascending
 * number, from 0; hn_host_node_number() has the number that the machine gives it. Nodes are 64 at
 * most, CPUs are below 8192.
 *
 * ABI. Symbols have a version (HOMENODE_0); functions are added, not changed. Structs that callers
 * have are filled up to `size`, which the caller sets to sizeof, so that they can grow.
 */
#ifndef HOMENODE_HOMENODE_H
#define HOMENODE_HOMENODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define HN_ERROR_TEXT_MAX 1024
#define HN_NODES_MAX 64

enum hn_code {
	HN_USAGE = -1, /* a wrong argument */
	HN_INPUT = -2, /* a file or text cannot be used */
	HN_NO_ROOM = -3, /* too little free memory, or too few CPUs */
	HN_INFEASIBLE = -4, /* the node count asked for cannot be met */
	HN_NO_DEVICE = -5, /* a device is unknown or taken */
	HN_CANNOT = -6, /* this cannot be done */
	HN_MACHINE = -7, /* files, memory, system calls */
};

struct hn_error {
	int code;
	char text[HN_ERROR_TEXT_MAX];
};

struct hn_host;
struct hn_state;
struct hn_zone;
struct hn_policy;
struct hn_plan;

const char *hn_version(void); /* "0.1.0" */
/* What functions here gave as text or bytes to be freed. */
void hn_free(void *what);

/* --- hosts --------------------------------------------------------------------------------- */

/* A file that `homenode` takes as HOST: hwloc's XML, or what numactl -H, lscpu -J, virsh
 * capabilities or xl info -n print. */
int hn_host_load(struct hn_host **out, const char *path, struct hn_error *err);
/* The same from text, or hwloc's synthetic description ("node:2 core:8 pu:2"). */
int hn_host_parse(struct hn_host **out, const char *name, const char *text, struct hn_error *err);

/* By calls: a host of so many nodes (1 to 64), each to be set, then finished. NULL: no such number.
 */
struct hn_host *hn_host_new(const char *name, unsigned nodes);
/* `cpus` as in /sys ("0-7,64-71"); "" where it has none. Numbers ascend with the index. */
int hn_host_set_node(struct hn_host *h, unsigned node, unsigned number, unsigned package,
		     const char *cpus, int64_t memory_bytes, struct hn_error *err);
/* All of them or none; none are assumed from packages: 10, 12, 32. */
int hn_host_set_distance(struct hn_host *h, unsigned from, unsigned to, unsigned distance,
			 struct hn_error *err);
/* As measured; what is not given is assumed by the model. */
int hn_host_set_latency_ns(struct hn_host *h, unsigned from, unsigned to, unsigned ns,
			   struct hn_error *err);
int hn_host_set_read_bandwidth(struct hn_host *h, unsigned from, unsigned to, int64_t bytes_per_s,
			       struct hn_error *err);
/* `class`: "nic", "gpu", "storage", "other"; `name`: as the system calls it, NULL: it has none;
 * node -1: not known. */
int hn_host_add_device(struct hn_host *h, const char *pci, const char *name, const char *class_name,
		       int node, struct hn_error *err);
/* Checks it; a host is used, and not set any more, from then on. */
int hn_host_finish(struct hn_host *h, struct hn_error *err);
void hn_host_free(struct hn_host *h);

unsigned hn_host_nodes(const struct hn_host *h);
unsigned hn_host_node_number(const struct hn_host *h, unsigned node);
unsigned hn_host_node_cpus(const struct hn_host *h, unsigned node);
int64_t hn_host_node_memory(const struct hn_host *h, unsigned node);
unsigned hn_host_distance(const struct hn_host *h, unsigned from, unsigned to);
/* What was assumed or left out when it was read, a sentence; NULL: there are not so many. */
const char *hn_host_warning(const struct hn_host *h, unsigned i);

/* --- what is taken ------------------------------------------------------------------------- */

/* All memory free, no vCPU there, no device taken. */
struct hn_state *hn_state_new(const struct hn_host *h);
void hn_state_free(struct hn_state *s);
/* As the machine says; whole pages of 4 KiB, rounded down. */
int hn_state_set_free_bytes(struct hn_state *s, unsigned node, int64_t bytes, struct hn_error *err);
int64_t hn_state_free_bytes(const struct hn_state *s, unsigned node);
/* vCPUs whose home the node is, dom0's among them. */
int hn_state_set_vcpus(struct hn_state *s, unsigned node, uint32_t vcpus, struct hn_error *err);
uint32_t hn_state_vcpus(const struct hn_state *s, unsigned node);
/* Most vCPUs of all zones; 0: no limit. */
void hn_state_set_vcpus_limit(struct hn_state *s, uint32_t vcpus);
/* By name or PCI address. */
int hn_state_set_device_taken(struct hn_state *s, const char *device, bool taken,
			      struct hn_error *err);
/* The plan came true, or its zone is gone. HN_NO_ROOM, HN_USAGE and nothing changed where it does
 * not fit, or was not taken. */
int hn_state_take(struct hn_state *s, const struct hn_plan *p, struct hn_error *err);
int hn_state_give(struct hn_state *s, const struct hn_plan *p, struct hn_error *err);

/* --- what is asked for --------------------------------------------------------------------- */

/* One vCPU, 1 GiB at most and 300 MiB at boot, dynamic (ballooned). */
struct hn_zone *hn_zone_new(const char *name);
void hn_zone_free(struct hn_zone *z);
int hn_zone_set_vcpus(struct hn_zone *z, uint32_t online, uint32_t most, struct hn_error *err);
/* All of it at boot, and it never changes. */
int hn_zone_set_static_memory(struct hn_zone *z, int64_t bytes, struct hn_error *err);
int hn_zone_set_dynamic_memory(struct hn_zone *z, int64_t least, int64_t at_boot, int64_t most,
			       struct hn_error *err);
/* How many nodes, which then fails where that cannot be; 0: the policy decides. */
int hn_zone_set_nodes(struct hn_zone *z, unsigned nodes, struct hn_error *err);
/* true: a PV guest, which cannot be told of nodes. */
void hn_zone_set_pv(struct hn_zone *z, bool pv);
/* A name, a PCI address, or so many of a class: "2xgpu". */
int hn_zone_add_device(struct hn_zone *z, const char *device, struct hn_error *err);
/* What it does with memory: "stream", "chase", "web", "database", "idle". */
int hn_zone_set_profile(struct hn_zone *z, const char *profile, struct hn_error *err);

/* --- decisions ----------------------------------------------------------------------------- */

/* NULL: none of this name; `homenode list policies` has them. */
const struct hn_policy *hn_policy_find(const char *name);
/* The i-th; NULL: there are not so many. */
const struct hn_policy *hn_policy_at(unsigned i);
const char *hn_policy_name(const struct hn_policy *p);
const char *hn_policy_summary(const struct hn_policy *p);
const char *hn_policy_source(const struct hn_policy *p); /* where its rule is written down */

struct hn_plan *hn_plan_new(void);
void hn_plan_free(struct hn_plan *p);
/* Where the zone should live. The same arguments give the same plan; `seed` is for policies that
 * draw. After an error the plan is empty. */
int hn_place(const struct hn_policy *policy, const struct hn_state *state,
	     const struct hn_zone *zone, uint64_t seed, struct hn_plan *out, struct hn_error *err);
/* Why: a sentence a line, for the plan or the refusal, with the smallest changes that would have
 * placed the zone and warnings. For hn_free(). */
char *hn_explain(const struct hn_policy *policy, const struct hn_state *state,
		 const struct hn_zone *zone, uint64_t seed);

/* --- plans --------------------------------------------------------------------------------- */

/* vnodes, in the order chosen; 0: it is empty. */
unsigned hn_plan_vnodes(const struct hn_plan *p);
struct hn_vnode {
	size_t size; /* sizeof(struct hn_vnode), set by the caller */
	unsigned node; /* of the host */
	uint32_t vcpus, first_vcpu; /* numbers follow each other from vnode 0 on */
	int64_t memory_bytes; /* asked for on its node */
	int64_t spilled_bytes; /* of them, expected on other nodes */
};
int hn_plan_vnode(const struct hn_plan *p, unsigned vnode, struct hn_vnode *out,
		  struct hn_error *err);
/* CPUs that its vCPUs may run on, as in /sys; written to buf as far as there is room. Returns the
 * length that it has, as snprintf(). */
size_t hn_plan_cpus(const struct hn_plan *p, unsigned vnode, char *buf, size_t size);
/* Bytes of a vnode expected on a node. */
int64_t hn_plan_memory(const struct hn_plan *p, unsigned vnode, unsigned node);
/* Is the guest told of its nodes (SRAT, SLIT, ...), or of one? */
bool hn_plan_is_vnuma(const struct hn_plan *p);
/* vCPUs stay on their vnode's CPUs; false: they float over those of all its nodes. */
bool hn_plan_is_pinned(const struct hn_plan *p);
/* The i-th device that the zone gets, by PCI address or name; NULL: it does not get so many. */
const char *hn_plan_device(const struct hn_plan *p, unsigned i);

/* `table` is "SRAT", "SLIT", "APIC" (the MADT) or "HMAT"; `machine` is "xen-pvh" or "q35". *out is
 * for hn_free(). HN_CANNOT: such a guest cannot be told, or nothing is known for an HMAT. */
int hn_plan_acpi_table(const struct hn_plan *p, const char *table, const char *machine,
		       uint8_t **out, size_t *length, struct hn_error *err);

/*
 * What the zone would get there, by the model of docs/cost-model.md: all its pages at home, with
 * those vCPUs that `before` says are there (NULL: none) as ordinary zones.
 */
struct hn_price {
	size_t size; /* sizeof(struct hn_price), set by the caller */
	int64_t bandwidth_bytes_per_s;
	int64_t latency_ps; /* mean, of an access */
	/* Time for a unit of work against the same nodes alone; a million = none lost. */
	int64_t slowdown_ppm;
};
int hn_plan_price(const struct hn_plan *p, const struct hn_state *before, struct hn_price *out,
		  struct hn_error *err);

#ifdef __cplusplus
}
#endif

#endif
