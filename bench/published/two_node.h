/*
 * Servers of two equal NUMA nodes and the VMs of Huawei-East-1, as SPANE and
 * VMAgent model them: a VM whose memory is above a limit takes half of itself on
 * each node of one server, every other VM lives on one node whole. A slot is a
 * node: 2 * server + node; a split VM has the even slot of its server.
 *
 * Sources: ChanTinPing/SPANE@f1d7df9, schedgym/sched_env.py;
 * mail-ecnu/VMAgent@1ffabd6, vmagent/schedgym/sched_env.py.
 */
#ifndef BENCH_PUBLISHED_TWO_NODE_H
#define BENCH_PUBLISHED_TWO_NODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Of each node, in both papers. */
#define NODE_CPUS 40
#define NODE_MEMORY_GB 90
#define SERVERS_MAX 100000

#define NO_SLOT UINT32_MAX

struct vm {
	int64_t at_s, life_s; /* whole seconds, cut as the originals cut them */
	int32_t cpus, memory_gb;
};

struct vms {
	struct vm *vm; /* in the order of arrival */
	size_t nr, cap;
};

/* A Huawei-East-1 trace with lifetimes. ERR_INPUT with file:line for what the
 * trace's reader refuses, for sizes that are no whole GB and for a trace of
 * events, which has no lifetimes. On failure `out` is released. */
int vms_load(struct vms *out, const char *path, struct error *err) MUST_USE;
void vms_release(struct vms *v);

/* Free halves of CPUs and of GB, so that half of an odd VM is a whole number. */
struct two_node {
	int32_t cpu_halves[2], memory_halves[2];
};

struct servers {
	struct two_node *server;
	uint32_t nr;
	int32_t split_above_gb;
};

/* `nr` from 1 to SERVERS_MAX; release takes a zeroed one too. */
void servers_init(struct servers *s, uint32_t nr, int32_t split_above_gb);
void servers_release(struct servers *s);
void servers_empty(struct servers *s);

static inline bool vm_splits(const struct servers *s, const struct vm *v)
{
	return v->memory_gb > s->split_above_gb;
}

/* A whole VM on this node; a split one on both nodes of the server, whatever the node. */
static inline bool slot_fits(const struct servers *s, const struct vm *v, uint32_t slot)
{
	const struct two_node *t = &s->server[slot / 2];
	int32_t cpus = v->cpus, gb = v->memory_gb;
	unsigned n = slot % 2;

	if (vm_splits(s, v))
		return t->cpu_halves[0] >= cpus && t->cpu_halves[1] >= cpus &&
		       t->memory_halves[0] >= gb && t->memory_halves[1] >= gb;
	return t->cpu_halves[n] >= 2 * cpus && t->memory_halves[n] >= 2 * gb;
}

/* The lowest slot that fits, or NO_SLOT. */
uint32_t first_fit(const struct servers *s, const struct vm *v);
/* Take the VM's share of the slot's node (or of both), or give it back. */
void slot_take(struct servers *s, const struct vm *v, uint32_t slot);
void slot_give(struct servers *s, const struct vm *v, uint32_t slot);

#endif
