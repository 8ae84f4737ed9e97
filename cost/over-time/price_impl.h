/*
 * Inside cost/price*.c.
 *
 * Three tables, from what is common to what is rare:
 *	kind	flows that differ in their number of vCPUs only; of a model
 *	shape	zones that are priced alike: the same vCPUs of the same kinds; of a model
 *	class	a host's zones of one shape
 * A change on a host is solved for the host's kinds and valued for its classes;
 * single zones are not looked at: what happened to a zone is what its class's
 * accounts rose by since it came.
 */
#ifndef COST_PRICE_IMPL_H
#define COST_PRICE_IMPL_H

#include "base/compiler.h"
#include "cost/flows/equilibrium.h"
#include "cost/over-time/ledger.h"

#define SHARE_WHOLE 1024
#define VCPU_MICRO 1000000
#define NOWHERE UINT32_MAX

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

/* Flows of one profile on one node with pages in the same proportion. */
struct kind {
	uint64_t serial; /* never given twice: names the content in struct found */
	uint64_t hash; /* of the content */
	struct reach reach;
	uint32_t node, profile;
	uint32_t uses; /* by shapes and as a twin; UINT32_MAX: the place is free */
	/* Where all pages are on the node and nothing of it is shared with other nodes:
	 * the same on the lowest node with the same figures. Else NOWHERE. */
	uint32_t twin;
	uint32_t got; /* scratch: where the host that is being valued keeps its outcome */
};

struct shape_flow {
	uint32_t kind;
	int64_t vcpus_micro;
	struct flow_outcome alone; /* the zone by itself with every page at home */
};

struct shape {
	uint64_t hash;
	struct reach reach;
	struct shape_flow *flow; /* kept for the place's next shape */
	size_t cap_flows;
	uint32_t nr_flows;
	uint32_t classes; /* on all hosts; UINT32_MAX: the place is free */
};

/* Places of a table by hash; a power of two of them. */
struct index {
	uint32_t *place; /* NOWHERE: empty */
	size_t size;
};

#define FOUND_FLOWS 8 /* larger sets are not kept */
#define FOUND_SETS 4096
#define FOUND_WAYS 2

struct found_flow {
	uint64_t serial; /* of its kind */
	int64_t vcpus_micro;
};

/* Connected sets of flows that were solved, by content; of those of one hash the
 * last few are kept. */
struct found {
	uint64_t hash;
	uint32_t nr; /* 0: empty */
	struct found_flow flow[FOUND_FLOWS];
	struct flow_outcome now[FOUND_FLOWS];
};

/* Hosts of one kind. */
struct price_model {
	const struct host *host;
	struct cost_params params;
	struct equilibrium_work work;
	struct found *found; /* [FOUND_SETS][FOUND_WAYS] */
	uint32_t *like; /* [node]: see struct kind, `twin`; NOWHERE: shares with others */
	uint64_t serials; /* given so far */
	struct kind *kind;
	uint16_t *share; /* [kind][node] of SHARE_WHOLE */
	size_t nr_kinds, cap_kinds, cap_shares;
	uint32_t free_kind; /* a list through `twin` */
	struct shape *shape;
	size_t nr_shapes, cap_shapes, idle_shapes;
	uint32_t free_shape; /* a list through `nr_flows` */
	struct index kinds, shapes;
};

static inline const uint16_t *kind_share(const struct price_model *m, uint32_t kind)
{
	return m->share + (size_t)kind * m->params.nr_nodes;
}

/* The host's flows of a kind; in canonical order. */
struct group {
	struct reach reach;
	int64_t vcpus_micro;
	uint32_t kind;
	uint32_t flows; /* of zones */
	uint32_t got; /* place of its outcome, which stays */
};

struct got {
	struct flow_outcome now;
	double vcpus_micro; /* of the group when it was solved */
	uint32_t next_free;
};

/* What a zone's life is made of, summed as whole numbers, so that sums are exact
 * and their differences do not depend on what was before. */
enum account {
	ACCOUNT_SPEED, /* share of the ideal */
	ACCOUNT_LOST, /* + cause: of the ideal time, by cause */
	ACCOUNT_BYTES = ACCOUNT_LOST + COST_CAUSES,
	ACCOUNT_REMOTE_BYTES,
	ACCOUNT_LATENCY,
	ACCOUNTS
};
/* 2^-40 of a nanosecond, a byte or a byte's nanosecond: a rate a nanosecond, of the
 * largest host, is below 2^62, an account of a century below 2^124. */
#define ACCOUNT_UNIT 1099511627776.0

/* Zones of one shape on one host: what is looked at first, and the rest. */
struct class
{
	struct reach reach;
	uint32_t shape, zones;
};

struct class_accounts {
	int64_t since_ns; /* the rates hold */
	uint64_t rate[ACCOUNTS]; /* of one zone, a nanosecond */
	uint128 sum[ACCOUNTS]; /* until since_ns */
};

struct price_host {
	struct price_model *model;
	struct group *group;
	struct got *got;
	struct class *class;
	struct class_accounts *accounts; /* by class */
	uint32_t nr_groups, nr_gots, nr_classes, free_got;
	size_t cap_groups, cap_gots, cap_classes, cap_accounts;
	int64_t dirty_ns; /* since when flows that meet `changed` are to be solved */
	struct reach changed;
	bool dirty;
};

struct priced_zone {
	uint32_t host; /* NOWHERE: the slot is free */
	uint32_t shape, profile, vcpus;
	int64_t start_ns;
	uint128 before[ACCOUNTS]; /* its class's accounts when it came */
};

/* Flows of one kind during a solve. */
struct member {
	struct reach reach;
	int64_t vcpus_micro;
	uint32_t kind;
	uint32_t got; /* the caller's */
	bool done;
	struct flow_outcome now;
};

struct ledger {
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
	struct shape_flow wanted[NODES_MAX];
	struct member *member;
	uint32_t *joined; /* members of one connected set */
	size_t cap_members, cap_joined;
	struct flow *flow; /* of one connected set */
	double *flow_share;
	size_t cap_flow, cap_flow_share;
};

/* price_kind.c */

void model_tables_init(struct price_model *m);
void model_tables_release(struct price_model *m);
/* Forgets what nobody uses when that is much and most: shapes without a class, and
 * their kinds. Those that were just found must have become a class before. */
void model_sweep(struct price_model *m);
/* The kind with this content, new or known. `share` may not be in the table. */
uint32_t kind_find(struct price_model *m, uint32_t node, uint32_t profile, const uint16_t *share);
/* By content, never by place: an order that all runs have in common; 0: the same. */
int kind_compare(const struct ledger *p, const struct price_model *m, uint32_t a, uint32_t b);
/* The shape of these flows (their `alone` is not looked at), new or known. */
uint32_t shape_find(struct ledger *p, struct price_model *m, const struct shape_flow *flow,
		    uint32_t nr);

/* price_solve.c */

/* Room for so many members. */
void members_begin(struct ledger *p, size_t nr);
/* Solve member[0..nr), in canonical order and each kind once, each connected set by
 * itself, or look it up; .now is then filled. */
void members_solve(struct ledger *p, struct price_model *m, uint32_t nr);

/* price_host.c */

/* Bring the host, which is dirty, to the state since dirty_ns. */
void host_solve(struct ledger *p, struct price_host *h);
/* Before the host changes at now_ns: what was to be found out about the time before. */
void host_catch_up(struct ledger *p, struct price_host *h, int64_t now_ns);
/* A zone of the shape comes, at the time to which the host was brought or later, and
 * finds the accounts so. */
void host_join(struct ledger *p, struct price_host *h, uint32_t shape, int64_t now_ns,
	       uint128 before[ACCOUNTS]);
void host_leave(struct price_host *h, uint32_t shape, int64_t now_ns);
/* The accounts of the shape's class, which has zones, at now_ns. */
void host_accounts(const struct price_host *h, uint32_t shape, int64_t now_ns,
		   uint128 out[ACCOUNTS]);

/* At least `nr` places. */
void *price_room(void *array, size_t *cap, size_t nr, size_t size) MUST_USE;
/* A hash, one more word in. */
uint64_t price_mix(uint64_t hash, uint64_t word);

#endif
