/*
 * What the zones of a fleet cost over time: the model of cost/at-a-moment/snapshot.h, kept
 * current while zones start, stop and have their pages moved.
 *
 * Only what changed is solved again, once an instant: flows that share a resource with
 * those that changed, directly or through others. Flows that are alike, vCPUs of one
 * profile on one node with their pages on the same nodes in the same proportion, are one
 * flow of as many vCPUs, which is the same problem. Zones that are at home on a node that
 * shares nothing with others (most zones, under policies that place by node) are told by
 * the node alone: its contents come again all over a fleet, so that they are states with a
 * number, a change is a step to another state, and what a zone gets there is looked up
 * (node_states.h, node_ledger.h). A zone that reaches several nodes takes them under the
 * host's own accounts until it has gone (host_ledger.h): there connected flows that were
 * solved before are looked up (components.h), those within one node also where another
 * node that is the same had them, and what that makes of the zones is found once for those
 * of a host that are alike, and in a solution that is kept once for all hosts
 * (kept_rates.h). From the bottom: flow_classes, components, zone_classes, accounts,
 * kept_rates, node_states, node_ledger and host_ledger. So a result depends on what runs,
 * not on how it came to be: the same zones give the same bits in whatever order they
 * started, whatever was kept, and on however many threads other rows run.
 *
 * Where a flow's pages are is rounded to 1/1024 of its traffic, far below what the
 * model knows; vCPUs that float are counted in millionths; rates in 2^-40 of a byte
 * and of a nanosecond, so that sums over time are whole numbers and exact.
 *
 * After the largest host and the largest number of different zones were seen once,
 * nothing is allocated: 32 bytes a zone, 176 more where its class was on the host already,
 * 32 a node and 112 for each class of zones at home there, and for hosts that are the same
 * what components.h (8 MiB), kept_rates.h (768 KiB) and node_states.h (3 MiB and the
 * states) say. One thread.
 */
#ifndef COST_OVER_TIME_LEDGER_H
#define COST_OVER_TIME_LEDGER_H

#include "cost/flows/zone_flows.h"
#include "cost/over-time/lifetime.h"

struct ledger;

/* Hosts that are the same pointer share parameters. They must outlive it. */
struct ledger *ledger_new(const struct host *const *host, uint32_t nr_hosts) MUST_USE;
void ledger_free(struct ledger *l); /* NULL is fine */

/* For those who compare: all is worked out anew whenever it is asked for, nothing looked up.
 * No bit of an answer differs. */
void ledger_forget(struct ledger *l);
/* And for those who measure, since it began. */
struct ledger_reuse {
	uint64_t components, components_solved; /* connected flows: asked for, solved */
	uint64_t rates, rates_made; /* of zones: at home on a node in one state, or among flows that
				     * are solved */
	uint64_t steps, steps_made; /* of such a node to another state */
	uint64_t states; /* that are kept now */
	uint64_t bytes; /* of all that is kept to be looked up */
};
void ledger_reuse(const struct ledger *l, struct ledger_reuse *out);

/* What prices rest on: the worst of any host, figure by figure. */
struct cost_basis ledger_basis(const struct ledger *l);

/*
 * The zone in `slot` (the caller's number, free again after ledger_stop) runs on
 * the host from now on. Times never go back.
 */
void ledger_start(struct ledger *l, uint32_t slot, uint32_t host, const struct cost_zone *zone,
		  int64_t now_ns);
/* Its pages are elsewhere now; of the plan only nodes and vnodes are looked at. */
void ledger_move(struct ledger *l, uint32_t slot, const struct cost_zone *zone, int64_t now_ns);

/* The zone's life so far. */
void ledger_lifetime(struct ledger *l, uint32_t slot, int64_t now_ns, struct lifetime *out);
void ledger_stop(struct ledger *l, uint32_t slot, int64_t now_ns, struct lifetime *out);

/* The zone in `slot`, if there is one, is asked for soon: what is read then comes nearer.
 * Each can be fetched once the one before has come. */
enum ledger_fetch {
	LEDGER_ZONE, /* what is known of it by its slot */
	LEDGER_NODE, /* what it began with, and the node it is at home on */
	LEDGER_ACCOUNTS, /* that node's accounts */
};
void ledger_expect(const struct ledger *l, uint32_t slot, enum ledger_fetch what);

/*
 * For those who ask what would be: a zone that is hidden is not there for the others,
 * and comes back at another time, its life begun anew; nothing else may be asked of it
 * meanwhile. ledger_lost_nano_vcpus() is what the host's zones lose of their speed at
 * this moment, in billionths of a vCPU; it solves what changed.
 */
void ledger_hide(struct ledger *l, uint32_t slot, int64_t now_ns);
void ledger_show(struct ledger *l, uint32_t slot, int64_t now_ns);
int64_t ledger_lost_nano_vcpus(struct ledger *l, uint32_t host);

#endif
