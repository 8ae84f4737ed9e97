/*
 * The accounts of one host: what each class of its zones gets, summed over time. A
 * change is solved for the host's flow classes and valued for its zone classes; single
 * zones are not looked at: what happened to a zone is what its class's accounts rose by
 * since it came.
 */
#ifndef COST_OVER_TIME_HOST_LEDGER_H
#define COST_OVER_TIME_HOST_LEDGER_H

#include "base/compiler.h"
#include "cost/over-time/zone_classes.h"

/* The host's flows of one class; in canonical order. */
struct flow_population {
	struct footprint footprint;
	int64_t vcpus_micro;
	uint32_t class;
	uint32_t flows; /* of zones */
	uint32_t allocation; /* its place, which stays */
};

/* What a flow population gets. */
struct allocation {
	struct flow_outcome now;
	double vcpus_micro; /* of the population when it was solved */
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
/* What its zones lose of their speed at this moment, in billionths of a vCPU. */
int64_t host_ledger_lost_nano_vcpus(struct host_ledger *h);

#endif
