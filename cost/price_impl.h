/* Inside cost/price*.c. */
#ifndef COST_PRICE_IMPL_H
#define COST_PRICE_IMPL_H

#include "cost/flow.h"
#include "cost/price.h"

#define SHARE_WHOLE 1024
#define VCPU_MICRO 1000000

/* Resources that a flow can share with others, coarsely: two flows that have one
 * in common have a bit in common. */
struct reach {
	uint64_t nodes; /* cores, ports, controllers by their first node */
	uint64_t sockets; /* fabrics and links, folded */
};

static inline bool reach_meets(const struct reach *a, const struct reach *b)
{
	return (a->nodes & b->nodes) || (a->sockets & b->sockets);
}

static inline void reach_add(struct reach *a, const struct reach *b)
{
	a->nodes |= b->nodes;
	a->sockets |= b->sockets;
}

/* vCPUs of one zone on one node. */
struct priced_flow {
	uint32_t node;
	int64_t vcpus_micro;
	struct reach reach;
	uint32_t at; /* place in the host's list */
	uint32_t merged; /* during a solve: place among the merged; else UINT32_MAX */
	struct outcome now, alone;
};

struct priced_zone {
	uint32_t host; /* UINT32_MAX: the slot is free */
	uint32_t profile; /* place in struct price */
	double vcpus;
	uint32_t nr_flows;
	bool touched; /* during a solve: some of its flows are in it */
	struct priced_flow *flow; /* kept for the slot's next zone, as is share */
	size_t cap_flows;
	uint16_t *share; /* [flow][node] of SHARE_WHOLE */
	size_t cap_share;
	/* Since when the rates below hold. */
	int64_t since_ns;
	double rate, remote_rate, latency_rate, speed, lost[COST_CAUSES];
	struct price_life life;
};

/* Alike flows of all zones as one. */
struct merged_flow {
	uint32_t node, profile;
	int64_t vcpus_micro;
	const uint16_t *share;
	uint32_t nr_nodes;
	struct reach reach;
	uint64_t hash;
	bool done;
	struct outcome now;
};

#define FOUND_FLOWS 8 /* larger sets are not kept */
#define FOUND_SLOTS 4096

/* Connected sets of flows that were solved, by content; a later one takes the
 * place of an earlier one with the same hash. */
struct found {
	uint64_t hash; /* 0: empty */
	uint32_t nr;
	struct outcome now[FOUND_FLOWS];
};

/* Hosts of one kind. */
struct price_model {
	const struct host *host;
	struct cost_params params;
	struct solve_work work;
	struct found *found; /* FOUND_SLOTS */
	char *found_key; /* FOUND_SLOTS x key_bytes */
	size_t key_bytes; /* of the largest kept set */
	char *key; /* scratch */
};

/* All flows of a host side by side: what a solve has to look at first. */
struct listed_flow {
	struct reach reach;
	uint32_t slot, flow;
};

struct price_host {
	struct price_model *model;
	struct listed_flow *flow;
	size_t nr, cap;
	bool dirty;
	int64_t dirty_ns; /* since when flows that meet `changed` are to be solved */
	struct reach changed;
};

struct price {
	struct price_host *host;
	uint32_t nr_hosts;
	struct price_model **model;
	uint32_t nr_models;
	struct priced_zone *zone; /* by slot */
	size_t cap_zones;
	struct zone_profile *profile;
	size_t nr_profiles, cap_profiles;
	struct price_stats stats;
	/* Scratch. */
	struct residency residency;
	struct flow raw[NODES_MAX]; /* one zone's */
	double raw_share[NODES_MAX * NODES_MAX];
	struct merged_flow *merged;
	uint32_t *order, *table, *member, *touched;
	size_t cap_merged, cap_order, cap_table, cap_member, table_mask, cap_touched;
	struct flow *flow; /* one connected set */
	double *flow_share;
	size_t cap_flow, cap_flow_share;
};

/* price_merge.c */

/* Begin an empty set of merged flows with room for `flows`. */
void merge_begin(struct price *p, uint32_t flows);
/* The flow joins those like it; returns its place. `share` must stay. */
uint32_t merge_add(struct price *p, uint32_t *nr, const struct merged_flow *f);
/* Solve merged[0..nr), each connected set by itself; .now is then filled. */
void merge_solve(struct price *p, struct price_model *m, uint32_t nr);

#endif
