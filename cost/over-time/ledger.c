#include "cost/over-time/ledger.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/units.h"
#include "cost/over-time/host_ledger.h"
#include "cost/over-time/node_ledger.h"
#include "cost/params/grades.h"

struct ledger_zone {
	uint32_t host; /* NOWHERE: the slot is free */
	uint32_t class, profile, vcpus;
	int64_t start_ns;
	uint32_t before; /* its class's accounts when it came; NOWHERE: nothing */
};

struct before {
	uint128 sum[ACCOUNTS];
	uint32_t next_free;
};

/* Hosts that are the same, and what their nodes can be in. */
struct ledger_shape {
	struct zone_classes *classes;
	struct node_states states;
};

struct ledger_host {
	struct ledger_shape *shape;
	struct node_ledger *node;
	struct host_ledger all; /* all that is not on a node that nobody reaches */
};

struct ledger {
	struct ledger_host *host;
	uint32_t nr_hosts;
	struct ledger_shape *shape;
	uint32_t nr_shapes;
	struct node_ledger *node; /* of all hosts */
	size_t nr_nodes;
	struct ledger_zone *zone; /* by slot */
	size_t cap_zones;
	struct before *before;
	size_t nr_before, cap_before;
	uint32_t free_before;
};

static struct ledger_shape *shape_of(struct ledger *l, const struct host *host)
{
	struct ledger_shape *new = &l->shape[l->nr_shapes];

	for (uint32_t i = 0; i < l->nr_shapes; i++) {
		if (l->shape[i].classes->params.host == host)
			return &l->shape[i];
	}
	new->classes = zone_classes_new(host);
	node_states_init(&new->states, new->classes);
	l->nr_shapes++;
	return new;
}

struct ledger *ledger_new(const struct host *const *host, uint32_t nr_hosts)
{
	struct ledger *l = xcalloc(1, sizeof(*l));

	l->nr_hosts = nr_hosts;
	l->host = xcalloc(nr_hosts, sizeof(*l->host));
	l->shape = xcalloc(nr_hosts, sizeof(*l->shape));
	l->free_before = NOWHERE;
	for (uint32_t i = 0; i < nr_hosts; i++)
		l->nr_nodes += host[i]->nr_nodes;
	l->node = xcalloc(l->nr_nodes, sizeof(*l->node));
	l->nr_nodes = 0;
	for (uint32_t i = 0; i < nr_hosts; i++) {
		l->host[i].shape = shape_of(l, host[i]);
		l->host[i].node = &l->node[l->nr_nodes];
		l->nr_nodes += host[i]->nr_nodes;
		host_ledger_init(&l->host[i].all, l->host[i].shape->classes);
	}
	return l;
}

void ledger_free(struct ledger *l)
{
	if (!l)
		return;
	for (uint32_t i = 0; i < l->nr_hosts; i++)
		host_ledger_release(&l->host[i].all);
	for (size_t i = 0; i < l->nr_nodes; i++)
		node_ledger_release(&l->node[i]);
	for (uint32_t i = 0; i < l->nr_shapes; i++) {
		node_states_release(&l->shape[i].states);
		zone_classes_free(l->shape[i].classes);
	}
	free(l->host);
	free(l->shape);
	free(l->node);
	free(l->zone);
	free(l->before);
	free(l);
}

void ledger_grades(const struct ledger *l, enum host_grade *latency, enum host_grade *bandwidth)
{
	*latency = *bandwidth = GRADE_MEASURED;
	for (uint32_t i = 0; i < l->nr_shapes; i++) {
		enum host_grade a, b;

		cost_params_grades(&l->shape[i].classes->params, true, &a, &b);
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

/* The node that the class is at home on and nobody reaches; NULL: look at the host. */
static struct node_ledger *own_node(const struct ledger_host *h, uint32_t class)
{
	const struct zone_class *z = &h->shape->classes->class[class];
	struct node_ledger *n = &h->node[z->node];

	return z->home == NOWHERE || n->reached ? NULL : n;
}

/* A zone that is not at home comes: nodes that it reaches are the host's now. */
static void reach(struct ledger_host *h, uint32_t class, int64_t now_ns)
{
	const struct zone_class *z = &h->shape->classes->class[class];

	for (nodeset left = z->footprint.nodes; left; left &= left - 1) {
		struct node_ledger *n = &h->node[nodeset_lowest(left)];
		uint128 sum[ACCOUNTS];
		uint32_t at_home, zones;

		if (n->reached++)
			continue;
		while (node_ledger_take(n, &h->shape->states, now_ns, &at_home, &zones, sum))
			host_ledger_bring(&h->all, at_home, zones, sum, now_ns);
	}
}

/* And has gone. */
static void let_go(struct ledger_host *h, nodeset nodes, int64_t now_ns)
{
	const struct zone_class *class = h->shape->classes->class;
	nodeset own = 0;

	for (nodeset left = nodes; left; left &= left - 1) {
		unsigned n = nodeset_lowest(left);

		if (!--h->node[n].reached)
			own |= nodeset_of(n);
	}
	for (uint32_t i = own ? h->all.nr_zones : 0; i-- > 0;) {
		uint32_t at_home = h->all.zones[i].class, zones;
		uint128 sum[ACCOUNTS];

		if (class[at_home].home == NOWHERE || !nodeset_has(own, class[at_home].node))
			continue;
		zone_class_hold(h->shape->classes, at_home);
		zones = host_ledger_take(&h->all, at_home, now_ns, sum);
		node_ledger_bring(&h->node[class[at_home].node], &h->shape->states, at_home, zones,
				  sum, now_ns);
		zone_class_drop(h->shape->classes, at_home);
	}
}

static void join(struct ledger_host *h, uint32_t class, int64_t now_ns, uint128 before[ACCOUNTS])
{
	struct node_ledger *n = own_node(h, class);

	if (n) {
		node_ledger_join(n, &h->shape->states, class, now_ns, before);
		return;
	}
	host_ledger_advance(&h->all, now_ns);
	if (h->shape->classes->class[class].home == NOWHERE)
		reach(h, class, now_ns);
	host_ledger_join(&h->all, class, now_ns, before);
}

static void leave(struct ledger_host *h, uint32_t class, int64_t now_ns)
{
	const struct zone_class *z = &h->shape->classes->class[class];
	struct node_ledger *n = own_node(h, class);
	nodeset nodes = z->footprint.nodes;
	bool at_home = z->home != NOWHERE;

	if (n) {
		node_ledger_leave(n, &h->shape->states, class, now_ns);
		return;
	}
	host_ledger_advance(&h->all, now_ns);
	host_ledger_leave(&h->all, class, now_ns);
	if (!at_home)
		let_go(h, nodes, now_ns);
}

static void read_accounts(struct ledger_host *h, uint32_t class, int64_t now_ns,
			  uint128 out[ACCOUNTS])
{
	struct node_ledger *n = own_node(h, class);

	if (n) {
		node_ledger_read(n, &h->shape->states, class, now_ns, out);
		return;
	}
	host_ledger_advance(&h->all, now_ns);
	host_ledger_read(&h->all, class, now_ns, out);
}

/* What is kept of it: of most zones nothing, who are the first of their class. */
static void keep_before(struct ledger *l, struct ledger_zone *z, const uint128 sum[ACCOUNTS])
{
	uint128 any = 0;

	for (int a = 0; a < ACCOUNTS; a++)
		any |= sum[a];
	if (!any && z->before != NOWHERE) {
		l->before[z->before].next_free = l->free_before;
		l->free_before = z->before;
		z->before = NOWHERE;
	}
	if (!any)
		return;
	if (z->before == NOWHERE && l->free_before != NOWHERE) {
		z->before = l->free_before;
		l->free_before = l->before[z->before].next_free;
	} else if (z->before == NOWHERE) {
		l->before = grow(l->before, &l->cap_before, l->nr_before, sizeof(*l->before));
		z->before = (uint32_t)l->nr_before++;
	}
	memcpy(l->before[z->before].sum, sum, sizeof(l->before[z->before].sum));
}

/* What the zone's class has had since it came. */
static void read_since(struct ledger *l, const struct ledger_zone *z, int64_t now_ns,
		       uint128 sum[ACCOUNTS])
{
	read_accounts(&l->host[z->host], z->class, now_ns, sum);
	for (int a = 0; z->before != NOWHERE && a < ACCOUNTS; a++)
		sum[a] -= l->before[z->before].sum[a];
}

void ledger_start(struct ledger *l, uint32_t slot, uint32_t host, const struct cost_zone *zone,
		  int64_t now_ns)
{
	struct ledger_zone *z = zone_at(l, slot);
	struct ledger_host *h = &l->host[host];
	struct zone_classes *c = h->shape->classes;
	uint128 before[ACCOUNTS];

	BUG_ON(z->host != NOWHERE);
	z->host = host;
	z->profile = flow_classes_profile(&c->flows, cost_zone_profile(zone));
	z->vcpus = cost_zone_vcpus(zone);
	z->start_ns = now_ns;
	z->class = zone_class_of(c, zone, z->profile);
	z->before = NOWHERE;
	join(h, z->class, now_ns, before);
	keep_before(l, z, before);
}

void ledger_move(struct ledger *l, uint32_t slot, const struct cost_zone *zone, int64_t now_ns)
{
	struct ledger_zone *z = zone_at(l, slot);
	struct ledger_host *h = &l->host[z->host];
	struct cost_zone from = *zone;
	uint128 was[ACCOUNTS], before[ACCOUNTS];
	uint32_t class;

	from.vcpus = z->vcpus;
	class = zone_class_of(h->shape->classes, &from, z->profile);
	if (class == z->class)
		return;
	/* while the zone goes nobody may hold it */
	zone_class_hold(h->shape->classes, class);
	read_since(l, z, now_ns, was);
	leave(h, z->class, now_ns);
	join(h, class, now_ns, before);
	zone_class_drop(h->shape->classes, class);
	for (int a = 0; a < ACCOUNTS; a++)
		before[a] -= was[a]; /* modulo 2^128, as what is taken off it later */
	keep_before(l, z, before);
	z->class = class;
}

static double account_value(uint128 sum)
{
	return (double)sum / ACCOUNT_UNIT;
}

void ledger_lifetime(struct ledger *l, uint32_t slot, int64_t now_ns, struct lifetime *out)
{
	const struct ledger_zone *z = zone_at(l, slot);
	uint128 sum[ACCOUNTS];

	read_since(l, z, now_ns, sum);
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
	static const uint128 nothing[ACCOUNTS];
	struct ledger_zone *z = zone_at(l, slot);

	ledger_lifetime(l, slot, now_ns, out);
	leave(&l->host[z->host], z->class, now_ns);
	keep_before(l, z, nothing);
	z->host = NOWHERE;
}

void ledger_hide(struct ledger *l, uint32_t slot, int64_t now_ns)
{
	const struct ledger_zone *z = zone_at(l, slot);
	struct ledger_host *h = &l->host[z->host];

	zone_class_hold(h->shape->classes, z->class);
	leave(h, z->class, now_ns);
}

void ledger_show(struct ledger *l, uint32_t slot, int64_t now_ns)
{
	struct ledger_zone *z = zone_at(l, slot);
	struct ledger_host *h = &l->host[z->host];
	uint128 before[ACCOUNTS];

	join(h, z->class, now_ns, before);
	keep_before(l, z, before);
	zone_class_drop(h->shape->classes, z->class);
	z->start_ns = now_ns;
}

int64_t ledger_lost_nano_vcpus(struct ledger *l, uint32_t host)
{
	struct ledger_host *h = &l->host[host];
	int128 sum = host_ledger_lost(&h->all);

	for (uint32_t n = 0; n < h->shape->classes->params.nr_nodes; n++)
		sum += node_ledger_lost(&h->node[n], &h->shape->states);
	return (int64_t)(sum * (NS_PER_S / VCPU_MICRO) / (int128)ACCOUNT_UNIT);
}
