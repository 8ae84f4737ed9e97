#include "cost/over-time/ledger.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "cost/over-time/host_ledger.h"
#include "cost/params/grades.h"

struct ledger_zone {
	uint32_t host; /* NOWHERE: the slot is free */
	uint32_t class, profile, vcpus;
	int64_t start_ns;
	uint128 before[ACCOUNTS]; /* its class's accounts when it came */
};

struct ledger {
	struct host_ledger *host;
	uint32_t nr_hosts;
	struct zone_classes **classes; /* of each host that is not the same */
	uint32_t nr_classes;
	struct ledger_zone *zone; /* by slot */
	size_t cap_zones;
};

static struct zone_classes *classes_of(struct ledger *l, const struct host *host)
{
	for (uint32_t i = 0; i < l->nr_classes; i++) {
		if (l->classes[i]->params.host == host)
			return l->classes[i];
	}
	l->classes[l->nr_classes] = zone_classes_new(host);
	return l->classes[l->nr_classes++];
}

struct ledger *ledger_new(const struct host *const *host, uint32_t nr_hosts)
{
	struct ledger *l = xcalloc(1, sizeof(*l));

	l->nr_hosts = nr_hosts;
	l->host = xcalloc(nr_hosts, sizeof(*l->host));
	l->classes = xcalloc(nr_hosts, sizeof(struct zone_classes *));
	for (uint32_t i = 0; i < nr_hosts; i++)
		host_ledger_init(&l->host[i], classes_of(l, host[i]));
	return l;
}

void ledger_free(struct ledger *l)
{
	if (!l)
		return;
	for (uint32_t i = 0; i < l->nr_hosts; i++)
		host_ledger_release(&l->host[i]);
	for (uint32_t i = 0; i < l->nr_classes; i++)
		zone_classes_free(l->classes[i]);
	free(l->host);
	free(l->classes);
	free(l->zone);
	free(l);
}

void ledger_grades(const struct ledger *l, enum host_grade *latency, enum host_grade *bandwidth)
{
	*latency = *bandwidth = GRADE_MEASURED;
	for (uint32_t i = 0; i < l->nr_classes; i++) {
		enum host_grade a, b;

		cost_params_grades(&l->classes[i]->params, true, &a, &b);
		*latency = cost_worse_grade(*latency, a);
		*bandwidth = cost_worse_grade(*bandwidth, b);
	}
}

static struct ledger_zone *zone_at(struct ledger *l, uint32_t slot)
{
	while (slot >= l->cap_zones) {
		size_t old = l->cap_zones;

		l->zone = grow(l->zone, &l->cap_zones, old, sizeof(*l->zone));
		for (size_t i = old; i < l->cap_zones; i++)
			l->zone[i].host = NOWHERE;
	}
	return &l->zone[slot];
}

void ledger_start(struct ledger *l, uint32_t slot, uint32_t host, const struct cost_zone *zone,
		  int64_t now_ns)
{
	struct ledger_zone *z = zone_at(l, slot);
	struct host_ledger *h = &l->host[host];

	BUG_ON(z->host != NOWHERE);
	host_ledger_advance(h, now_ns);
	z->host = host;
	z->profile = flow_classes_profile(&h->classes->flows, cost_zone_profile(zone));
	z->vcpus = cost_zone_vcpus(zone);
	z->start_ns = now_ns;
	z->class = zone_class_of(h->classes, zone, z->profile);
	host_ledger_join(h, z->class, now_ns, z->before);
}

void ledger_move(struct ledger *l, uint32_t slot, const struct cost_zone *zone, int64_t now_ns)
{
	struct ledger_zone *z = zone_at(l, slot);
	struct host_ledger *h = &l->host[z->host];
	struct cost_zone from = *zone;
	uint128 was[ACCOUNTS];
	uint32_t class;

	from.vcpus = z->vcpus;
	host_ledger_advance(h, now_ns);
	class = zone_class_of(h->classes, &from, z->profile);
	if (class == z->class)
		return;
	host_ledger_read(h, z->class, now_ns, was);
	host_ledger_leave(h, z->class, now_ns);
	for (int a = 0; a < ACCOUNTS; a++)
		was[a] -= z->before[a];
	host_ledger_join(h, class, now_ns, z->before);
	for (int a = 0; a < ACCOUNTS; a++)
		z->before[a] -= was[a]; /* modulo 2^128, as what is taken off it later */
	z->class = class;
}

static double account_value(uint128 sum)
{
	return (double)sum / ACCOUNT_UNIT;
}

void ledger_lifetime(struct ledger *l, uint32_t slot, int64_t now_ns, struct lifetime *out)
{
	struct ledger_zone *z = zone_at(l, slot);
	struct host_ledger *h = &l->host[z->host];
	uint128 sum[ACCOUNTS];

	host_ledger_advance(h, now_ns);
	host_ledger_read(h, z->class, now_ns, sum);
	for (int a = 0; a < ACCOUNTS; a++)
		sum[a] -= z->before[a];
	out->vcpu_s = z->vcpus * ((double)(now_ns - z->start_ns) / 1e9);
	out->ideal_vcpu_s = z->vcpus * (account_value(sum[ACCOUNT_SPEED]) / 1e9);
	for (int c = 0; c < COST_CAUSES; c++)
		out->lost_vcpu_s[c] = z->vcpus * (account_value(sum[ACCOUNT_LOST + c]) / 1e9);
	out->bytes = account_value(sum[ACCOUNT_BYTES]);
	out->remote_bytes = account_value(sum[ACCOUNT_REMOTE_BYTES]);
	out->latency_ns_bytes = account_value(sum[ACCOUNT_LATENCY]);
}

void ledger_stop(struct ledger *l, uint32_t slot, int64_t now_ns, struct lifetime *out)
{
	struct ledger_zone *z = zone_at(l, slot);

	ledger_lifetime(l, slot, now_ns, out);
	host_ledger_leave(&l->host[z->host], z->class, now_ns);
	z->host = NOWHERE;
}

void ledger_hide(struct ledger *l, uint32_t slot, int64_t now_ns)
{
	struct ledger_zone *z = zone_at(l, slot);
	struct host_ledger *h = &l->host[z->host];

	host_ledger_advance(h, now_ns);
	zone_class_hold(h->classes, z->class);
	host_ledger_leave(h, z->class, now_ns);
}

void ledger_show(struct ledger *l, uint32_t slot, int64_t now_ns)
{
	struct ledger_zone *z = zone_at(l, slot);
	struct host_ledger *h = &l->host[z->host];

	host_ledger_advance(h, now_ns);
	host_ledger_join(h, z->class, now_ns, z->before);
	zone_class_drop(h->classes, z->class);
	z->start_ns = now_ns;
}

int64_t ledger_lost_nano_vcpus(struct ledger *l, uint32_t host)
{
	return host_ledger_lost_nano_vcpus(&l->host[host]);
}
