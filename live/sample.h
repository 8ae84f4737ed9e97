/*
 * A host as it is at one moment, with every zone on it, whoever started it: where its vCPUs
 * may run, where its pages are, and what each node has left. Plain data between those who look
 * (live/source.h: a Xen host, this machine, a recording, the simulator) and those who show,
 * price and advise. Whoever looks changes nothing.
 *
 * Bytes are multiples of PAGE_BYTES; what a source does not know is LIVE_UNKNOWN, never 0.
 * Arrays by node are by index of host->node[].
 */
#ifndef LIVE_SAMPLE_H
#define LIVE_SAMPLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/nodeset.h"
#include "plan/plan.h"

#define LIVE_UNKNOWN INT64_MIN

/* What a zone is to the machine that runs it; live_kind_name() has the words. */
enum live_kind {
	LIVE_XEN_PVH,
	LIVE_XEN_HVM,
	LIVE_XEN_PV,
	LIVE_XEN_DOM0,
	LIVE_QEMU, /* libvirt's guests among them */
	LIVE_CONTAINER, /* a cgroup: a container, a pod, a unit */
	LIVE_MODEL, /* of the simulator */
};

/* vCPUs that may run on the same nodes, and what the guest thinks of them. */
struct live_vnode {
	nodeset runs_on; /* nodes whose CPUs its vCPUs may run on (hard affinity) */
	nodeset prefers; /* soft affinity; 0: no wish */
	/* Host node that the guest was told it is; -1: told of one node alone, or not known. */
	int told_node;
	uint32_t vcpus;
	int64_t memory_bytes; /* told of this vnode; LIVE_UNKNOWN */
};

struct live_zone {
	char *name; /* as its toolstack has it, escaped where it is printed */
	char *id; /* stays the same while it lives, and no other has it after: "domid 3 UUID",
		   * "pid 812 START", a cgroup's path and inode */
	enum live_kind kind;
	bool ours; /* homenode started it */
	uint32_t vcpus; /* online; CPUs' worth of its quota where a container has one, else those
			 * it may run on */
	uint32_t nr_vnodes; /* at least 1 */
	struct live_vnode *vnode;
	int64_t *node_bytes; /* host->nr_nodes; all LIVE_UNKNOWN where they cannot be seen */
	int64_t unknown_bytes; /* that it has, on nodes that the machine does not tell */
	int64_t target_bytes; /* that its balloon or limit is set to; LIVE_UNKNOWN */
	int64_t max_bytes; /* most it may ever have; LIVE_UNKNOWN: no limit, or not known */
	/* CPUs that serve its disks and networks: a backend's threads, QEMU's own; as nodes.
	 * 0: not known. */
	nodeset io_runs_on;
	/* Of devices that are passed through to it. 0: it has none, or not known. */
	nodeset device_nodes;
};

struct live_sample {
	const struct host *host; /* borrowed: the source's */
	int64_t at_ns; /* since the epoch */
	int64_t took_ns; /* of the clock, to look */
	int64_t cost_ns; /* processor time of the machine that it took; LIVE_UNKNOWN */
	int64_t *size_bytes, *free_bytes; /* host->nr_nodes */
	uint32_t nr_zones, cap_zones;
	struct live_zone *zone; /* in the order of ids' numbers, which stays */
	/* Sentences that whoever reads this should see: what could not be looked at and why. */
	char **note;
	uint32_t nr_notes;
};

/* Of a host, empty. live_sample_release() frees; zeroed is fine. */
void live_sample_init(struct live_sample *s, const struct host *host);
void live_sample_release(struct live_sample *s);
/* A zone more, zeroed but for its arrays, which are unknown; one vnode that may run nowhere.
 * Good until the next is added. `name` and `id` are copied. */
struct live_zone *live_sample_add(struct live_sample *s, const char *name, const char *id);
/* nr of them, each that may run nowhere and is told of nothing. */
void live_zone_set_vnodes(struct live_zone *z, uint32_t nr);
void live_sample_note(struct live_sample *s, const char *format, ...) PRINTF_LIKE(2, 3);
/* Samples are in the order in which they were taken, whatever the clock does: one that is older
 * than the one before gets its time, and a note. */
void live_sample_not_before(struct live_sample *s, int64_t last_ns);
/* NULL: it has none with this id. */
const struct live_zone *live_sample_find(const struct live_sample *s, const char *id);

const char *live_kind_name(enum live_kind kind); /* "xen-pvh", "qemu", "container", ... */
bool live_kind_find(const char *name, enum live_kind *out);

/* What it has: on nodes and elsewhere; LIVE_UNKNOWN where its nodes are not known. */
int64_t live_zone_bytes(const struct live_sample *s, const struct live_zone *z);

/*
 * Its home: the nodes that its placement names. Those that its guest was told of; else those
 * its vCPUs may run on or, where those are all with CPUs, prefer. 0: it has none, as it may
 * run anywhere.
 */
nodeset live_zone_home(const struct live_sample *s, const struct live_zone *z);

#endif
