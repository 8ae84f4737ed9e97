/*
 * The accounts of one node that nobody reaches from outside: whose zones are all at home
 * there, with their memory, and which shares nothing with other nodes. What its zones get
 * is what its state says (node_states.h), so that a change is a step to another state, and
 * nothing is solved or valued before time passes; several changes at one instant are one.
 */
#ifndef COST_OVER_TIME_NODE_LEDGER_H
#define COST_OVER_TIME_NODE_LEDGER_H

#include "cost/over-time/node_states.h"

/* Its zones of one class. */
struct node_zones {
	uint32_t class, home, zones;
	uint128 sum[NODE_ACCOUNTS]; /* of one zone, until the node's since_ns */
};

/* Zero-initialise. */
struct node_ledger {
	int64_t since_ns; /* it is in this state */
	struct node_zones *zones;
	uint16_t nr, cap;
	uint32_t state;
	/* The caller's: by how many zones that are not at home here it is reached; of which
	 * hosts that are the same. */
	uint32_t reached, shape;
};

void node_ledger_release(struct node_ledger *n);
/* So many zones of a class come, which found the accounts so, or bring them as `sum` where
 * it is not NULL. Times never go back. */
void node_ledger_join(struct node_ledger *n, struct node_states *s, uint32_t class, int64_t now_ns,
		      uint128 before[ACCOUNTS]);
void node_ledger_bring(struct node_ledger *n, struct node_states *s, uint32_t class, uint32_t zones,
		       const uint128 sum[ACCOUNTS], int64_t now_ns);
void node_ledger_leave(struct node_ledger *n, struct node_states *s, uint32_t class,
		       int64_t now_ns);
/* Its last class, as node_ledger_bring() brought it, if there is one. */
bool node_ledger_take(struct node_ledger *n, struct node_states *s, int64_t now_ns, uint32_t *class,
		      uint32_t *zones, uint128 sum[ACCOUNTS]);
/* The accounts of the class, of which there are zones, at now_ns. */
void node_ledger_read(struct node_ledger *n, struct node_states *s, uint32_t class, int64_t now_ns,
		      uint128 out[ACCOUNTS]);
/* It is asked for soon. */
static inline void node_ledger_prefetch(const struct node_ledger *n)
{
	fetch_lines(n->zones, n->nr * sizeof(*n->zones));
}
/* What its zones lose of their speed at this moment, in ACCOUNT_UNIT of a millionth of a
 * vCPU. */
int128 node_ledger_lost(const struct node_ledger *n, struct node_states *s);

#endif
