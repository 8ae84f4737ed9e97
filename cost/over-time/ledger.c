#include "cost/over-time/ledger.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/units.h"
#include "cost/over-time/host_ledger.h"
#include "cost/over-time/kept_rates.h"
#include "cost/over-time/node_ledger.h"
#include "cost/params/grades.h"

struct ledger_zone {
	uint32_t host; /* NOWHERE: the slot is free */
	uint32_t class, profile, vcpus;
	int64_t start_ns;
	uint32_t before; /* its class's accounts when it came; NOWHERE: nothing */
	uint32_t node; /* of all hosts' that it is at home on; NOWHERE: not on one alone */
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
	uint32_t first_node;
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

static uint32_t shape_of(struct ledger *l, const struct host *host)
{
	struct ledger_shape *new = &l->shape[l->nr_shapes];

	for (uint32_t i = 0; i < l->nr_shapes; i++) {
		if (l->shape[i].classes->params.host == host)
			return i;
	}
	new->classes = zone_classes_new(host);
	node_states_init(&new->states, new->classes);
	return l->nr_shapes++;
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
		uint32_t shape = shape_of(l, host[i]);

		l->host[i].shape = &l->shape[shape];
		l->host[i].first_node = (uint32_t)l->nr_nodes;
		for (uint32_t n = 0; n < host[i]->nr_nodes; n++)
			l->node[l->nr_nodes++].shape = shape;
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

void ledger_forget(struct ledger *l)
{
	for (uint32_t i = 0; i < l->nr_shapes; i++) {
		components_keep(&l->shape[i].classes->components, 0);
		l->shape[i].states.forgetful = true;
		l->shape[i].classes->forgetful = true;
	}
}

void ledger_reuse(const struct ledger *l, struct ledger_reuse *out)
{
	*out = (struct ledger_reuse){0};
	for (uint32_t i = 0; i < l->nr_shapes; i++) {
		const struct components *c = &l->shape[i].classes->components;
		const struct node_states *s = &l->shape[i].states;
		const struct kept_rates *k = l->shape[i].classes->rates;

		out->components += c->nr_solved + c->nr_looked_up;
		out->components_solved += c->nr_solved;
		out->rates += s->rates_asked + k->asked;
		out->rates_made += s->rates_made + k->made;
		out->steps += s->ways_asked;
		out->steps_made += s->ways_made;
		out->states += s->nr_used;
		out->bytes += components_bytes(c) + node_states_bytes(s) + kept_rates_bytes();
	}
}

struct cost_basis ledger_basis(const struct ledger *l)
{
	struct cost_basis all = {{0}};

	for (uint32_t i = 0; i < l->nr_shapes; i++) {
		struct cost_basis one = cost_params_basis(&l->shape[i].classes->params, true, true);

		all = cost_basis_join(&all, &one);
	}
	return all;
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

static struct node_ledger *node_at(const struct ledger *l, const struct ledger_host *h,
				   uint32_t node)
{
	return &l->node[h->first_node + node];
}

/* A zone that is not at home comes: nodes that it reaches are the host's now. */
static void reach(struct ledger *l, struct ledger_host *h, nodeset nodes, int64_t now_ns)
{
	for (; nodes; nodes &= nodes - 1) {
		struct node_ledger *n = node_at(l, h, nodeset_lowest(nodes));
		uint128 sum[ACCOUNTS];
		uint32_t class, zones;

		if (n->reached++)
			continue;
		while (node_ledger_take(n, &h->shape->states, now_ns, &class, &zones, sum))
			host_ledger_bring(&h->all, class, zones, sum, now_ns);
	}
}

/* And has gone. */
static void let_go(struct ledger *l, struct ledger_host *h, nodeset nodes, int64_t now_ns)
{
	struct zone_classes *c = h->shape->classes;
	nodeset own = 0;

	for (; nodes; nodes &= nodes - 1) {
		unsigned n = nodeset_lowest(nodes);

		if (!--node_at(l, h, n)->reached)
			own |= nodeset_of(n);
	}
	for (uint32_t i = own ? h->all.nr_zones : 0; i-- > 0;) {
		uint32_t class = h->all.zones[i].class, node = c->class[class].node, zones;
		uint128 sum[ACCOUNTS];

		if (c->class[class].home == NOWHERE || !nodeset_has(own, node))
			continue;
		zones = host_ledger_take(&h->all, class, now_ns, sum);
		node_ledger_bring(node_at(l, h, node), &h->shape->states, class, zones, sum,
				  now_ns);
	}
}

static void sweep(const struct ledger *l, struct ledger_shape *s)
{
	for (size_t i = 0; i < l->nr_nodes; i++) {
		if (&l->shape[l->node[i].shape] == s)
			node_states_mark(&s->states, l->node[i].state);
	}
	node_states_sweep(&s->states);
}

/* The node whose accounts the zone is in; NULL: in its host's. */
static struct node_ledger *own_node(const struct ledger *l, const struct ledger_zone *z)
{
	struct node_ledger *n = z->node == NOWHERE ? NULL : &l->node[z->node];

	return n && !n->reached ? n : NULL;
}

static void join(struct ledger *l, struct ledger_zone *z, uint32_t class, int64_t now_ns,
		 uint128 before[ACCOUNTS])
{
	struct ledger_host *h = &l->host[z->host];
	const struct zone_class *k = &h->shape->classes->class[class];
	struct node_ledger *n;

	z->class = class;
	z->node = k->home == NOWHERE ? NOWHERE : h->first_node + k->node;
	n = own_node(l, z);
	if (n) {
		if (node_states_full(&h->shape->states))
			sweep(l, h->shape);
		node_ledger_join(n, &h->shape->states, class, now_ns, before);
		return;
	}
	host_ledger_advance(&h->all, now_ns);
	if (z->node == NOWHERE)
		reach(l, h, k->footprint.nodes, now_ns);
	host_ledger_join(&h->all, class, now_ns, before);
}

static void leave(struct ledger *l, const struct ledger_zone *z, int64_t now_ns)
{
	struct node_ledger *n = own_node(l, z);
	struct ledger_host *h = &l->host[z->host];
	nodeset nodes;

	if (n) {
		node_ledger_leave(n, &l->shape[n->shape].states, z->class, now_ns);
		return;
	}
	nodes = h->shape->classes->class[z->class].footprint.nodes;
	host_ledger_advance(&h->all, now_ns);
	host_ledger_leave(&h->all, z->class, now_ns);
	if (z->node == NOWHERE)
		let_go(l, h, nodes, now_ns);
}

static void read_accounts(struct ledger *l, const struct ledger_zone *z, int64_t now_ns,
			  uint128 out[ACCOUNTS])
{
	struct node_ledger *n = own_node(l, z);
	struct ledger_host *h = &l->host[z->host];

	if (n) {
		node_ledger_read(n, &l->shape[n->shape].states, z->class, now_ns, out);
		return;
	}
	host_ledger_advance(&h->all, now_ns);
	host_ledger_read(&h->all, z->class, now_ns, out);
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
	read_accounts(l, z, now_ns, sum);
	for (int a = 0; z->before != NOWHERE && a < ACCOUNTS; a++)
		sum[a] -= l->before[z->before].sum[a];
}

void ledger_start(struct ledger *l, uint32_t slot, uint32_t host, const struct cost_zone *zone,
		  int64_t now_ns)
{
	struct ledger_zone *z = zone_at(l, slot);
	struct zone_classes *c = l->host[host].shape->classes;
	uint128 before[ACCOUNTS];

	BUG_ON(z->host != NOWHERE);
	z->host = host;
	z->profile = flow_classes_profile(&c->flows, cost_zone_profile(zone));
	z->vcpus = cost_zone_vcpus(zone);
	z->start_ns = now_ns;
	z->before = NOWHERE;
	join(l, z, zone_class_of(c, zone, z->profile), now_ns, before);
	keep_before(l, z, before);
}

void ledger_move(struct ledger *l, uint32_t slot, const struct cost_zone *zone, int64_t now_ns)
{
	struct ledger_zone *z = zone_at(l, slot);
	struct zone_classes *c = l->host[z->host].shape->classes;
	struct cost_zone from = *zone;
	uint128 was[ACCOUNTS], before[ACCOUNTS];
	uint32_t class;

	from.vcpus = z->vcpus;
	class = zone_class_of(c, &from, z->profile);
	if (class == z->class)
		return;
	read_since(l, z, now_ns, was);
	leave(l, z, now_ns);
	join(l, z, class, now_ns, before);
	for (int a = 0; a < ACCOUNTS; a++)
		before[a] -= was[a]; /* modulo 2^128, as what is taken off it later */
	keep_before(l, z, before);
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
	leave(l, z, now_ns);
	keep_before(l, z, nothing);
	z->host = NOWHERE;
}

void ledger_expect(const struct ledger *l, uint32_t slot, enum ledger_fetch what)
{
	const struct ledger_zone *z = &l->zone[slot];

	if (slot >= l->cap_zones)
		return;
	if (what == LEDGER_ZONE) {
		fetch_line(z);
		return;
	}
	if (z->host == NOWHERE)
		return;
	if (what == LEDGER_NODE && z->before != NOWHERE)
		fetch_lines(&l->before[z->before], sizeof(l->before[0].sum));
	if (z->node == NOWHERE)
		return;
	if (what == LEDGER_NODE)
		fetch_line(&l->node[z->node]);
	else
		node_ledger_prefetch(&l->node[z->node]);
}

void ledger_hide(struct ledger *l, uint32_t slot, int64_t now_ns)
{
	const struct ledger_zone *z = zone_at(l, slot);

	zone_class_hold(l->host[z->host].shape->classes, z->class);
	leave(l, z, now_ns);
}

void ledger_show(struct ledger *l, uint32_t slot, int64_t now_ns)
{
	struct ledger_zone *z = zone_at(l, slot);
	uint128 before[ACCOUNTS];

	join(l, z, z->class, now_ns, before);
	keep_before(l, z, before);
	zone_class_drop(l->host[z->host].shape->classes, z->class);
	z->start_ns = now_ns;
}

int64_t ledger_lost_nano_vcpus(struct ledger *l, uint32_t host)
{
	struct ledger_host *h = &l->host[host];
	int128 sum = host_ledger_lost(&h->all);

	for (uint32_t n = 0; n < h->shape->classes->params.nr_nodes; n++)
		sum += node_ledger_lost(node_at(l, h, n), &h->shape->states);
	return (int64_t)(sum * (NS_PER_S / VCPU_MICRO) / (int128)ACCOUNT_UNIT);
}
