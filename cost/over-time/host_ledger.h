/*
 * The accounts of one host: what each class of its zones gets, summed over time. A
 * change is solved for the host's flow classes and valued for its zone classes; single
 * zones are not looked at: what happened to a zone is what its class's accounts rose by
 * since it came.
 */
#ifndef COST_OVER_TIME_HOST_LEDGER_H
#define COST_OVER_TIME_HOST_LEDGER_H

#include "cost/over-time/accounts.h"

/* The host's flows of one class; in canonical order. */
struct flow_population {
	struct footprint footprint;
	int64_t vcpus_micro;
	uint32_t class;
	uint32_t flows; /* of zones */
	uint32_t allocation; /* its place, which stays */
};

/* The host's zones of one class: what is looked at first, and the rest. */
struct zone_population {
	struct footprint footprint;
	uint32_t class, zones;
};

struct zone_accounts {
	int64_t since_ns; /* the rates hold */
	uint64_t rate[ACCOUNTS]; /* of one zone, a nanosecond */
	uint128 sum[ACCOUNTS]; /* until since_ns */
};

struct host_ledger {
	struct zone_classes *classes; /* borrowed */
	struct flow_population *flows;
	struct allocation *allocation;
	struct zone_population *zones;
	struct zone_accounts *accounts; /* by zone population */
	uint32_t nr_flows, nr_allocations, nr_zones, free_allocation;
	size_t cap_flows, cap_allocations, cap_zones, cap_accounts;
	int64_t dirty_ns; /* since when flows that meet `changed` are to be solved */
	struct footprint changed;
	bool dirty;
};

void host_ledger_init(struct host_ledger *h, struct zone_classes *classes);
void host_ledger_release(struct host_ledger *h);
/* Before the host changes at now_ns: what was to be found out about the time before. */
void host_ledger_advance(struct host_ledger *h, int64_t now_ns);
/* A zone of the class comes, at the time to which the host was brought or later, and
 * finds the accounts so. */
void host_ledger_join(struct host_ledger *h, uint32_t class, int64_t now_ns,
		      uint128 before[ACCOUNTS]);
void host_ledger_leave(struct host_ledger *h, uint32_t class, int64_t now_ns);
/* The accounts of the class, of which there are zones, at now_ns. */
void host_ledger_read(const struct host_ledger *h, uint32_t class, int64_t now_ns,
		      uint128 out[ACCOUNTS]);
/* So many zones of a class of which there are none come with the accounts that they had
 * elsewhere; all zones of a class go, and what the accounts are then. */
void host_ledger_bring(struct host_ledger *h, uint32_t class, uint32_t zones,
		       const uint128 sum[ACCOUNTS], int64_t now_ns);
uint32_t host_ledger_take(struct host_ledger *h, uint32_t class, int64_t now_ns,
			  uint128 sum[ACCOUNTS]);
/* What its zones lose of their speed at this moment, in ACCOUNT_UNIT of a millionth of a
 * vCPU. */
int128 host_ledger_lost(struct host_ledger *h);

#endif
