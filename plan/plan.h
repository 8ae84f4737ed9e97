/*
 * A plan: where one zone should be. Plain data between the engine that decides
 * (placement/), the tables that tell the guest (firmware/) and the machine that
 * carries it out (backend/).
 *
 * vnodes are in the order chosen, the first node first. A vnode asks for its
 * share of the memory on its own node; what does not fit there goes elsewhere
 * best-effort, and memory[] says where every byte is expected to be. The guest
 * is told of the vnodes, never of memory[]: that gap is spilled_bytes.
 */
#ifndef PLAN_PLAN_H
#define PLAN_PLAN_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"
#include "base/nodeset.h"
#include "plan/host_state.h"
#include "zone/zone.h"

/* What the guest is told of its nodes. */
enum plan_told {
	PLAN_TOLD_VNUMA, /* SRAT, SLIT and x2APIC that match vnode[] (PVH) */
	PLAN_TOLD_FLAT, /* one uniform node: PV zones, NUMA-blind placement */
};

/*
 * How the machine is to find memory. plan_fill_memory() predicts it and
 * plan_spill_order() is the order in which a machine carries it out.
 */
enum plan_memory_rule {
	/* Each vnode's own node, then where Xen's allocator looks (the default). */
	PLAN_MEMORY_OWN_NODE,
	/* The same, but what does not fit goes to the nearest nodes by SLIT: the
	 * toolstack names a node with every request. */
	PLAN_MEMORY_NEAREST,
	/* Each vnode's own node or no launch. */
	PLAN_MEMORY_STRICT,
	/* No node asked: extents go round `nodes` (plan_stripe()), and
	 * vnode[].memory_bytes is what plan_fill_memory() found to arrive. */
	PLAN_MEMORY_STRIPED,
};

struct plan_vnode {
	uint32_t node; /* host node index */
	uint32_t vcpus; /* how many of the zone's vCPUs live here (may be 0) */
	int64_t memory_bytes; /* asked for on this node */
};

/* Bytes of vnode `vnode` that are on host node `node`. */
struct plan_memory {
	uint32_t vnode, node;
	int64_t bytes;
};

/* Every piece beyond one a vnode empties a node, so k + n pieces suffice. */
#define PLAN_MEMORY_MAX (2 * NODES_MAX)

struct plan {
	const struct zone *zone; /* borrowed */
	const struct host *host; /* borrowed */
	enum plan_told told;
	/* false: vCPUs float over all CPUs of `nodes` instead of their own vnode's
	 * (NUMA-blind placement); vnode[].vcpus then only says how they spread. */
	bool pinned;
	/* true: those CPUs are preferred only (soft affinity): vCPUs leave them when
	 * all are busy. Locality is counted as if they stayed. */
	bool soft;
	enum plan_memory_rule memory_rule;
	/* What the policy's own books charge for this zone where that is not
	 * `nodes` (see placement/memory.h); 0: `nodes`. */
	nodeset booked;
	/* And how often more than once they count it on vnode `again_vnode`. */
	uint32_t again, again_vnode;
	nodeset nodes; /* union of vnode[].node */
	uint32_t nr_vnodes, nr_memory, nr_devices;
	int64_t spilled_bytes; /* sum of memory[] with node != its vnode's node */
	struct plan_vnode vnode[NODES_MAX];
	struct plan_memory memory[PLAN_MEMORY_MAX];
	/* Of each vnode's vCPUs those on cores taken whole; filled and read only where the
	 * policy's books tell cores apart. */
	uint32_t whole_vcpus[NODES_MAX];
	/* The host's devices that the zone gets, in the order in which it asks. */
	uint16_t device[ZONE_DEVICES_MAX];
};

/*
 * vCPU numbers of vnode i: first .. first + vnode[i].vcpus - 1, consecutive from
 * vnode 0 on. vCPUs that are offline at boot (vcpus_max > vcpus) are not in
 * vnode[].vcpus: only what runs takes room. They are dealt out one by one to
 * the vnode with the fewest vCPUs so far (the earlier of equals), while there is
 * one with a CPU to spare, else among all with CPUs; their numbers come after
 * the online ones, consecutive from vnode 0 on.
 */
uint32_t plan_first_vcpu(const struct plan *p, uint32_t vnode);
uint32_t plan_offline_vcpus(const struct plan *p, uint32_t vnode);
uint32_t plan_first_offline_vcpu(const struct plan *p, uint32_t vnode);

/* One vnode, and all of its memory on its node: most zones are such. */
static inline bool plan_is_whole(const struct plan *p)
{
	return p->nr_vnodes == 1 && p->nr_memory == 1 && p->memory[0].vnode == 0 &&
	       p->memory[0].node == p->vnode[0].node &&
	       p->memory[0].bytes == p->vnode[0].memory_bytes;
}

/* Sum of vnode[].memory_bytes. */
int64_t plan_memory_bytes(const struct plan *p);

/* "7 5 6": os_indexes of its nodes in the order chosen, so that "0-7" does not do; the caller
 * frees. */
char *plan_nodes_text(const struct plan *p) MUST_USE;
const char *plan_told_name(enum plan_told told); /* "vnuma", "flat" */
/* "own-node", "nearest", "strict", "striped" */
const char *plan_memory_rule_name(enum plan_memory_rule rule);

/* CPUs on which vCPUs of this vnode may run. */
void plan_cpus(const struct plan *p, uint32_t vnode, struct cpuset *out);

/*
 * Where Xen's allocator takes the next extent from when `start` cannot give
 * more: first the following members of `affinity` (cyclic, ascending, back to
 * start), then the remaining nodes with memory in ascending id. Never the SLIT.
 * Source: get_free_buddy() in xen/common/page_alloc.c; placement-policies B.0.
 * Writes each node with memory once, `start` first; returns how many.
 */
unsigned plan_fallback_order(const struct host *host, nodeset affinity, unsigned start,
			     uint8_t order[NODES_MAX]);

/*
 * The order in which this plan's vnode looks for what its own node lacks, its
 * own node first: plan_fallback_order() from it over p->nodes, which knows no kinds of
 * memory, as Xen's allocator does not; or by distance (its SLIT row; ties: ascending
 * id), slower memory after all other, under PLAN_MEMORY_NEAREST.
 */
unsigned plan_spill_order(const struct plan *p, uint32_t vnode, uint8_t order[NODES_MAX]);

/*
 * Xen's striping of a domain that names no node: extents of 1 GiB while any node
 * of the host has one, then of 2 MiB, then pages; each extent comes from the next
 * node of `affinity` after the one that gave the last (after `*last`, 0 for a new
 * domain), passing over those that have none, and from the remaining nodes in
 * ascending id once none of `affinity` has any. Takes from free_bytes[] (by node)
 * and adds to taken[]; `*last` follows. What it could not find is returned.
 * O(nodes^2), not O(extents). Source: get_free_buddy(), placement-policies B.0.
 */
int64_t plan_stripe(const struct host *host, nodeset affinity, int64_t bytes, unsigned *last,
		    int64_t *free_bytes, int64_t *taken);

/*
 * Fill p->memory[] from vnode[].memory_bytes and the free memory of `state`:
 * first every vnode's own node gives what it has, then what is missing goes
 * along plan_spill_order(). Striped plans get what plan_stripe() gives for the
 * zone's boot memory; what it takes off p->nodes is the first vnode's.
 * ERR_NO_ROOM when the host as a whole has too little, or, under
 * PLAN_MEMORY_STRICT, a vnode's node; p->memory is then unspecified.
 */
int plan_fill_memory(struct plan *p, const struct host_state *state, struct error *err) MUST_USE;

/*
 * Fill p->device[] from what the zone asks for: devices it names are taken, and for
 * "2xgpu" two free ones of that class that it does not name, those on the vnodes'
 * nodes first (the first vnode's before the second's), then the nearest to the first
 * vnode by its SLIT row, then those of unknown place; of equals the lower index.
 * False when one is unknown or taken, or too few are free.
 */
bool plan_fill_devices(struct plan *p, const struct host_state *state) MUST_USE;
/* The name of p->device[i] as the zone wrote it, else its first OS name or its address. */
const char *plan_device_name(const struct plan *p, uint32_t i);
bool plan_device_is(const struct host_device *d, enum zone_device_class class);
/* Does the zone ask for this device of the host by name? */
bool plan_zone_names(const struct zone *z, const struct host *h, unsigned device);

/*
 * Panics (BUG) unless the plan is consistent with itself: vCPUs and bytes add up
 * to what the zone asks at boot, nodes distinct, memory[] sums to what each
 * vnode asks, on nodes with memory. Nodes must be usable (CPUs and memory) where
 * the guest is told of them; a flat plan may also use nodes that have one of the
 * two, but pinned vCPUs need CPUs.
 */
void plan_assert(const struct plan *p);

/*
 * How good residency is. `part` are bytes of a vnode on a node: plan->memory
 * when the plan came true, or what a backend measured.
 *
 * local: bytes on the node the guest was told. For a guest that was told
 * "flat", a byte is local with the probability that the vCPU touching it runs
 * on its node (vCPUs weigh equally; unpinned ones float over all CPUs), rounded
 * down a part. own: bytes on any of the zone's nodes.
 *
 * mean_distance_centi: SLIT distance x 100 between a vCPU of the zone and a
 * byte of it, both drawn uniformly: how far memory is when everybody touches
 * everything. 1000 = all local on hosts whose diagonal is 10; 0 when nothing is
 * resident. Rounded down. Distances are read as initiator's row, memory's column.
 */
struct plan_locality {
	int64_t resident_bytes, local_bytes, own_bytes;
	int64_t mean_distance_centi;
};
void plan_locality(const struct plan *p, const struct plan_memory *part, uint32_t nr_parts,
		   struct plan_locality *out);

/*
 * Steps turn what is into what should be. A plan is carried out by START;
 * placement never changes for the zone's life, so a diff between two plans of
 * one zone yields RESIZE only. No step moves a zone. Records hold these numbers.
 */
enum step_kind {
	STEP_START = 1 << 0,
	STEP_RESIZE = 1 << 1, /* balloon target, .bytes */
	STEP_PROBE = 1 << 4, /* measure bandwidth and latency from inside the zone */
	STEP_STOP = 1 << 5,
	STEP_LOAD = 1 << 6, /* from now on its vCPUs make traffic, .work and .bytes, or none */
};
#define STEP_LAST STEP_LOAD

/* What a zone's vCPUs do with its memory. */
enum step_work {
	WORK_NONE, /* PROBE: triad and chase, nobody else at work; LOAD: nothing any more */
	WORK_CHASE, /* one vCPU follows pointers; not for LOAD */
	WORK_READ, /* all vCPUs; so with those below */
	WORK_WRITE, /* past the caches */
	WORK_MIX, /* two reads a write */
	NR_WORKS
};

struct step {
	enum step_kind kind;
	uint32_t host; /* index of the backend's host */
	uint32_t slot; /* the caller's number for the zone; free again after STOP */
	uint64_t ordinal; /* START: which zone of its workload it is, from 1; 0: of none */
	/* START: the number, from 1, of the zone that a killed run left and that goes on as this
	 * one (backend_left()); 0: a new one is launched. */
	uint32_t left;
	const struct plan *plan; /* START */
	int64_t bytes; /* RESIZE; LOAD: at most so many a second, all vCPUs together; 0: no limit */
	enum step_work work; /* PROBE, LOAD */
};

#define PLAN_STEPS_MAX 4

/*
 * have NULL: START want. want NULL: STOP. Both NULL: nothing. Otherwise the
 * nodes must be the same (placement is immutable: BUG if not) and a different
 * total memory gives RESIZE. Returns the number of steps written.
 */
unsigned plan_diff(const struct plan *have, const struct plan *want, uint32_t host, uint32_t slot,
		   struct step out[PLAN_STEPS_MAX]);

const char *step_name(enum step_kind kind);
const char *work_name(enum step_work work); /* "none", "latency", "read", "write", "mix" */

/* Printing: plan_json.c, plan_text.c (table and csv); see docs/formats.md. People see
 * os_indexes of nodes and CPUs, never indexes. */

/* One zone's outcome, as `homenode plan` collects them. */
struct plan_result {
	const struct zone *zone;
	const struct plan *plan; /* NULL: refused */
	int error_code; /* when refused */
	const char *error_text;
	const char *const *reason; /* nr_reasons sentences */
	uint32_t nr_reasons;
	const char *const *warning; /* lint */
	uint32_t nr_warnings;
};
void plan_print_json(const struct host *host, const char *policy, const struct plan_result *result,
		     size_t nr, FILE *out);
void plan_print_text(const struct host *host, const char *policy, const struct plan_result *result,
		     size_t nr, bool explain, FILE *out);
void plan_print_csv(const struct host *host, const char *policy, const struct plan_result *result,
		    size_t nr, FILE *out);
/* The zone's name as xl gets it, and as files are called after it: that of file_name_of()
 * (xl.cfg strings have no escapes). The caller frees. */
char *plan_xl_name(const struct zone *z) MUST_USE;

#endif
