/*
 * Servers of two equal NUMA nodes and the VMs of Huawei-East-1, as SPANE and VMAgent model
 * them: a VM whose memory is above a limit takes half of itself on each node of one server,
 * every other VM lives on one node whole, and no node takes more vCPUs than it has CPUs.
 * Zones, fleet, host choice and loop are homenode's (bench/loop/run.h, on the sim backend); what
 * is here is the machine, the trace as events, and the two papers' choice of a node as
 * policies.
 *
 * Sources: ChanTinPing/SPANE@f1d7df9, schedgym/sched_env.py;
 * mail-ecnu/VMAgent@1ffabd6, vmagent/schedgym/sched_env.py.
 */
#ifndef BENCH_REPRODUCE_TWO_NODE_H
#define BENCH_REPRODUCE_TWO_NODE_H

#include <stddef.h>
#include <stdint.h>

#include "bench/row.h"
#include "placement/policy.h"
#include "zone/workload.h"

/* Of each node, in both papers. */
#define NODE_CPUS 40
#define NODE_MEMORY_GB 90
#define SERVERS_MAX 100000

/* One START a VM, in the order of arrival; times in whole seconds, cut as the originals cut
 * them. A split VM's zone asks for two nodes. */
struct vms {
	struct zone_event *vm;
	struct zone *zone; /* of each VM */
	size_t nr, cap;
};

/* A Huawei-East-1 trace with lifetimes. ERR_INPUT with file:line for what the trace's
 * reader refuses, for a trace of events, which has no lifetimes, and for a VM that fits on
 * no empty server. On failure `out` is released. */
int vms_load(struct vms *out, const char *path, int64_t split_above_gb, struct error *err) MUST_USE;
void vms_release(struct vms *v);

/* A zone of one node goes to the lowest node with room for it, or to the one with the larger
 * share left (of CPUs or of memory, whichever is less) if it has room, else to the other. */
extern const struct policy policy_lowest_node, policy_emptier_node;

struct servers {
	struct host *host;
	const struct host **list; /* nr times the same */
	uint32_t nr;
};

/* `nr` from 1 to SERVERS_MAX; release takes a zeroed one too. */
void servers_init(struct servers *s, uint32_t nr);
/* The same with nodes of another size. */
void servers_init_sized(struct servers *s, uint32_t nr, uint32_t node_cpus, int64_t node_bytes);
void servers_release(struct servers *s);

/* One row of the loop. */
struct servers_run {
	const struct zone_event *event;
	size_t nr;
	const char *choice;
	const struct policy *policy;
	enum refused_rule refused;
};
int servers_run(const struct servers *s, const struct servers_run *ask, struct row *out,
		struct error *err) MUST_USE;

#endif
