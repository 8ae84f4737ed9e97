/*
 * What a policy remembers of a host beyond host_state: launch counters, vCPUs
 * counted through affinities, the books of a kubelet or of Nova. Kept by
 * whoever carries plans out, one for each host and policy, and lent to the
 * policy in policy_input.memory; a policy reads it and never changes it.
 *
 *	m = policy_memory_new(policy, state);		NULL for most policies
 *	in.memory = m; policy_place(policy, &in, &plan, err);
 *	policy_note_start(m, id, &plan);		the plan came true
 *	policy_note_stop(m, id);			its zone is gone
 *	policy_memory_free(m);
 *
 * Everything takes NULL and then does nothing, so a caller need not ask.
 */
#ifndef PLACEMENT_MEMORY_H
#define PLACEMENT_MEMORY_H

#include <stdint.h>

#include "plan/plan.h"

struct policy;

struct policy_node_book {
	/* vCPUs booked on the node: of vnodes there, and what the host had taken
	 * when the book was opened (dom0: reserved in every peer's configuration). */
	uint32_t vcpus;
	/* vCPUs of all zones whose nodes include this one; a zone counts whole on
	 * each of its nodes. */
	uint32_t spread_vcpus;
	/* Live zones whose nodes include this one, as often as their plans say. */
	uint32_t zones;
	uint64_t launches; /* zones ever booked here; stops never lower it */
	/* Memory booked, what was taken at opening included. A zone's bytes go to
	 * its booked nodes lowest first and leave lowest first, as the kubelet's
	 * memory manager keeps them, or by vnode (struct policy.books_by_vnode). */
	int64_t bytes;
	int64_t reserved_bytes; /* what of it was taken at opening */
	/* Kubelet: nodes this one is grouped with (itself alone at first) and how
	 * many zones are booked on it. */
	nodeset group;
	uint32_t assigned;
	/* Free CPUs of the node's cores (placement/cores.h); NULL unless the policy
	 * keeps books of cores (struct policy.books_cores). */
	uint16_t *core_free;
};

struct policy_memory {
	const struct host *host; /* borrowed */
	bool by_vnode;
	uint64_t started; /* zones ever */
	struct policy_node_book node[NODES_MAX];
	uint16_t *core_free; /* of all nodes; NULL unless the policy wants them */
	struct policy_record *record; /* live zones, in no order */
	size_t nr_records, cap_records;
};

/* NULL unless policy->remembers. `state` is the host before its first zone. */
struct policy_memory *policy_memory_new(const struct policy *policy,
					const struct host_state *state) MUST_USE;
void policy_memory_free(struct policy_memory *m);

/* `id` is the caller's, unique among this memory's live zones. O(vnodes), and
 * O(live zones of the host) at the stop. Stopping what never started is a bug. */
void policy_note_start(struct policy_memory *m, uint64_t id, const struct plan *p);
void policy_note_stop(struct policy_memory *m, uint64_t id);

struct policy_input;

/* The book of a node: the memory's, or where there is none one made from the
 * host's state (vCPUs and bytes taken, no zones, no groups). */
struct policy_node_book policy_book(const struct policy_input *in, unsigned node);

#endif
