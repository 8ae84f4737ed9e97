/*
 * What runs on one node that nobody reaches from outside, as a state: how many vCPUs of
 * which flow classes, whatever the zones that bring them. Each content is kept once for
 * all nodes that are the same, on all hosts that are the same, with what its flows get;
 * a fleet is in few such states, and comes back to them.
 *
 * A state is named by content, never by how it came to be: what is forgotten and found
 * again has the same bits. What is remembered beside the states are two tables of fixed
 * size, which give the way from a state to the next when a zone comes or goes, and the
 * rates of a zone class in a state. They are compared by their whole key, and an entry
 * that has lost its place is worked out again: how large they are, and what was looked
 * up before, changes no bit. Rows of an experiment share nothing: what a second row
 * finds in the first one's states it finds in its own after a few events.
 *
 * Memory: 2^15 rates of 64 bytes, 2^16 ways of 16, and the states: 16,384, or twice as many
 * as nodes are in; 40 bytes and 120 for each flow class.
 */
#ifndef COST_OVER_TIME_NODE_STATES_H
#define COST_OVER_TIME_NODE_STATES_H

#include "cost/over-time/accounts.h"

#define NODE_EMPTY 0 /* the state without zones */

/* The accounts that a zone at home on such a node can have; of others it has nothing:
 * no page is remote, no traffic meets a fabric that ends or a link. */
enum node_account {
	NODE_SPEED,
	NODE_CONTROLLER,
	NODE_PORT,
	NODE_CORES,
	NODE_BYTES,
	NODE_LATENCY,
	NODE_ACCOUNTS
};
extern const uint8_t node_account_of[NODE_ACCOUNTS]; /* enum account */

struct node_states {
	struct zone_classes *classes; /* borrowed */
	struct node_state *state;
	size_t nr, cap; /* places, free ones too */
	size_t nr_used, sweep_at; /* places that are not free, and when there are too many */
	uint32_t free; /* a list through `next_free` */
	struct map index; /* by hash of the content */
	struct node_rates *rates;
	struct node_way *way;
	uint64_t sweeps; /* of the classes, when the tables were last emptied */
	bool forgetful; /* all is worked out anew each time: for those who compare */
	/* For those who measure: lookups of rates and of ways, and what was worked out. */
	uint64_t rates_asked, rates_made, ways_asked, ways_made;
};

void node_states_init(struct node_states *s, struct zone_classes *classes);
void node_states_release(struct node_states *s);
/* A node in this state goes to that with one zone of the class more or, with `less`, less.
 * The class is one that is `home` of others (zone_classes.h), as below. */
uint32_t node_state_next(struct node_states *s, uint32_t state, uint32_t home, bool less);
static inline bool node_states_full(const struct node_states *s)
{
	return s->nr_used >= s->sweep_at;
}
/* When they are full: mark each that a node is in, any number of times, then sweep. */
void node_states_mark(struct node_states *s, uint32_t state);
void node_states_sweep(struct node_states *s);
/* Rates of a zone of the class in this state, until the next call. */
const uint64_t *node_state_rates(struct node_states *s, uint32_t state, uint32_t home);
/* Of states and tables. */
size_t node_states_bytes(const struct node_states *s);
/* They, or a step, are asked for soon. */
void node_state_prefetch_rates(const struct node_states *s, uint32_t state, uint32_t home);
void node_state_prefetch_next(const struct node_states *s, uint32_t state, uint32_t home,
			      bool less);

#endif
