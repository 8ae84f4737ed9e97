#include "cost/over-time/host_ledger.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "cost/over-time/kept_rates.h"

void host_ledger_init(struct host_ledger *h, struct zone_classes *classes)
{
	*h = (struct host_ledger){.classes = classes, .free_allocation = NOWHERE};
}

void host_ledger_release(struct host_ledger *h)
{
	free(h->flows);
	free(h->allocation);
	free(h->zones);
	free(h->accounts);
}

static void spread_change(struct host_ledger *h)
{
	struct footprint before;

	do {
		before = h->changed;
		for (uint32_t i = 0; i < h->nr_flows; i++) {
			if (footprints_meet(&h->flows[i].footprint, &h->changed))
				footprint_add(&h->changed, &h->flows[i].footprint);
		}
	} while (!footprints_equal(&before, &h->changed));
}

/* Those that changed, to be solved; and all classes know where their flows' is. */
static uint32_t collect(struct host_ledger *h)
{
	struct components *c = &h->classes->components;
	uint32_t nr = 0;

	components_begin(c, h->nr_flows);
	for (uint32_t i = 0; i < h->nr_flows; i++) {
		const struct flow_population *p = &h->flows[i];
		struct component_flow *f = &c->flow[nr];

		h->classes->flows.class[p->class].allocation = p->allocation;
		if (!footprints_meet(&p->footprint, &h->changed))
			continue;
		f->footprint = p->footprint;
		f->vcpus_micro = p->vcpus_micro;
		f->class = p->class;
		f->allocation = p->allocation;
		f->done = false;
		nr++;
	}
	return nr;
}

static void account(const struct zone_accounts *a, int64_t to_ns, uint128 out[ACCOUNTS])
{
	uint64_t ns = (uint64_t)(to_ns - a->since_ns);

	for (int i = 0; i < ACCOUNTS; i++)
		out[i] = a->sum[i] + (uint128)a->rate[i] * ns;
}

/* The solution that all flows of the host are in; NO_SOLUTION: there is none. */
static uint64_t one_solution(const struct host_ledger *h, const struct component_flow *solved,
			     uint32_t nr)
{
	if (!nr || nr < h->nr_flows)
		return NO_SOLUTION;
	for (uint32_t i = 1; i < nr; i++) {
		if (solved[i].solution != solved[0].solution)
			return NO_SOLUTION;
	}
	return solved[0].solution;
}

/* Rates of a zone of the class from what its flows get, all in this solution if it is one. */
static void value(const struct host_ledger *h, uint32_t zones, uint64_t solution,
		  struct zone_accounts *to)
{
	const struct zone_class *z = &h->classes->class[zones];
	const struct flow_class *class = h->classes->flows.class;
	const struct allocation *of[NODES_MAX];

	if (kept_rates_known(h->classes, zones, solution, to->rate))
		return;
	for (uint32_t i = 0; i < z->nr_flows; i++)
		of[i] = &h->allocation[class[z->flow[i].class].allocation];
	kept_rates_find(h->classes, zones, of, to->rate);
}

/* Bring the host, which is dirty, to the state since dirty_ns. */
static void solve(struct host_ledger *h)
{
	const struct component_flow *solved;
	uint64_t solution;
	uint32_t nr;

	h->dirty = false;
	spread_change(h);
	nr = collect(h);
	components_solve(&h->classes->components, nr);
	solved = h->classes->components.flow;
	solution = one_solution(h, solved, nr);
	for (uint32_t i = 0; i < nr; i++) {
		struct allocation *a = &h->allocation[solved[i].allocation];

		a->now = solved[i].now;
		a->vcpus_micro = (double)solved[i].vcpus_micro;
		a->solution = solved[i].solution;
	}
	for (uint32_t i = 0; i < h->nr_zones; i++) {
		struct zone_accounts *a = &h->accounts[i];

		if (!footprints_meet(&h->zones[i].footprint, &h->changed))
			continue;
		account(a, h->dirty_ns, a->sum);
		a->since_ns = h->dirty_ns;
		value(h, h->zones[i].class, solution, a);
	}
}

void host_ledger_advance(struct host_ledger *h, int64_t now_ns)
{
	if (h->dirty && h->dirty_ns < now_ns)
		solve(h);
}

static void mark(struct host_ledger *h, const struct footprint *footprint, int64_t now_ns)
{
	if (!h->dirty)
		h->changed = (struct footprint){0};
	h->dirty = true;
	h->dirty_ns = now_ns;
	footprint_add(&h->changed, footprint);
}

static uint32_t zones_of(const struct host_ledger *h, uint32_t class)
{
	for (uint32_t i = 0; i < h->nr_zones; i++) {
		if (h->zones[i].class == class)
			return i;
	}
	return NOWHERE;
}

static uint32_t flows_of(const struct host_ledger *h, uint32_t class)
{
	for (uint32_t i = 0; i < h->nr_flows; i++) {
		if (h->flows[i].class == class)
			return i;
	}
	return NOWHERE;
}

static uint32_t new_allocation(struct host_ledger *h)
{
	uint32_t place = h->free_allocation;

	if (place != NOWHERE) {
		h->free_allocation = h->allocation[place].next_free;
		return place;
	}
	h->allocation =
		grow(h->allocation, &h->cap_allocations, h->nr_allocations, sizeof(*h->allocation));
	return h->nr_allocations++;
}

/* An empty population at its place in the canonical order. */
static struct flow_population *new_flows(struct host_ledger *h, uint32_t class)
{
	const struct flow_classes *c = &h->classes->flows;
	uint32_t low = 0, high = h->nr_flows;

	h->flows = grow(h->flows, &h->cap_flows, h->nr_flows, sizeof(*h->flows));
	while (low < high) {
		uint32_t middle = (low + high) / 2;

		if (flow_class_compare(c, class, h->flows[middle].class) < 0)
			high = middle;
		else
			low = middle + 1;
	}
	memmove(&h->flows[low + 1], &h->flows[low], (h->nr_flows++ - low) * sizeof(*h->flows));
	h->flows[low] = (struct flow_population){
		.footprint = c->class[class].footprint,
		.class = class,
		.allocation = new_allocation(h),
	};
	return &h->flows[low];
}

static void flow_joins(struct host_ledger *h, const struct zone_class_flow *f)
{
	uint32_t at = flows_of(h, f->class);
	struct flow_population *p = at == NOWHERE ? new_flows(h, f->class) : &h->flows[at];

	p->vcpus_micro += f->vcpus_micro;
	p->flows++;
}

static void flow_leaves(struct host_ledger *h, const struct zone_class_flow *f)
{
	uint32_t at = flows_of(h, f->class);
	struct flow_population *p;

	BUG_ON(at == NOWHERE);
	p = &h->flows[at];
	p->vcpus_micro -= f->vcpus_micro;
	if (--p->flows)
		return;
	h->allocation[p->allocation].next_free = h->free_allocation;
	h->free_allocation = p->allocation;
	memmove(p, p + 1, (--h->nr_flows - at) * sizeof(*p));
}

static uint32_t new_zones(struct host_ledger *h, uint32_t class, int64_t now_ns)
{
	const struct zone_class *z = &h->classes->class[class];

	h->zones = grow(h->zones, &h->cap_zones, h->nr_zones, sizeof(*h->zones));
	h->accounts = grow(h->accounts, &h->cap_accounts, h->nr_zones, sizeof(*h->accounts));
	h->zones[h->nr_zones] = (struct zone_population){z->footprint, class, 0};
	h->accounts[h->nr_zones] = (struct zone_accounts){.since_ns = now_ns};
	zone_class_hold(h->classes, class);
	return h->nr_zones++;
}

static void end_zones(struct host_ledger *h, uint32_t at)
{
	zone_class_drop(h->classes, h->zones[at].class);
	h->nr_zones--;
	h->zones[at] = h->zones[h->nr_zones];
	h->accounts[at] = h->accounts[h->nr_zones];
}

void host_ledger_join(struct host_ledger *h, uint32_t class, int64_t now_ns,
		      uint128 before[ACCOUNTS])
{
	const struct zone_class *z = &h->classes->class[class];
	uint32_t at = zones_of(h, class);

	if (at == NOWHERE)
		at = new_zones(h, class, now_ns);
	h->zones[at].zones++;
	for (uint32_t i = 0; i < z->nr_flows; i++)
		flow_joins(h, &z->flow[i]);
	mark(h, &z->footprint, now_ns);
	account(&h->accounts[at], now_ns, before);
}

void host_ledger_leave(struct host_ledger *h, uint32_t class, int64_t now_ns)
{
	const struct zone_class *z = &h->classes->class[class];
	uint32_t at = zones_of(h, class);

	BUG_ON(at == NOWHERE);
	for (uint32_t i = 0; i < z->nr_flows; i++)
		flow_leaves(h, &z->flow[i]);
	mark(h, &z->footprint, now_ns);
	if (!--h->zones[at].zones)
		end_zones(h, at);
}

void host_ledger_bring(struct host_ledger *h, uint32_t class, uint32_t zones,
		       const uint128 sum[ACCOUNTS], int64_t now_ns)
{
	const struct zone_class *z = &h->classes->class[class];
	uint32_t at = new_zones(h, class, now_ns);

	h->zones[at].zones = zones;
	memcpy(h->accounts[at].sum, sum, sizeof(h->accounts[at].sum));
	for (uint32_t i = 0; i < zones * z->nr_flows; i++)
		flow_joins(h, &z->flow[i % z->nr_flows]);
	mark(h, &z->footprint, now_ns);
}

uint32_t host_ledger_take(struct host_ledger *h, uint32_t class, int64_t now_ns,
			  uint128 sum[ACCOUNTS])
{
	uint32_t at = zones_of(h, class), zones;

	BUG_ON(at == NOWHERE);
	zones = h->zones[at].zones;
	account(&h->accounts[at], now_ns, sum);
	for (uint32_t i = 0; i < zones; i++)
		host_ledger_leave(h, class, now_ns);
	return zones;
}

void host_ledger_read(const struct host_ledger *h, uint32_t class, int64_t now_ns,
		      uint128 out[ACCOUNTS])
{
	uint32_t at = zones_of(h, class);

	BUG_ON(at == NOWHERE);
	account(&h->accounts[at], now_ns, out);
}

int128 host_ledger_lost(struct host_ledger *h)
{
	int128 sum = 0;

	if (h->dirty)
		solve(h);
	for (uint32_t i = 0; i < h->nr_zones; i++) {
		const struct zone_class *z = &h->classes->class[h->zones[i].class];
		int128 lost = (int128)ACCOUNT_UNIT - h->accounts[i].rate[ACCOUNT_SPEED];
		int64_t vcpus_micro = 0;

		for (uint32_t k = 0; k < z->nr_flows; k++)
			vcpus_micro += z->flow[k].vcpus_micro;
		sum += lost * vcpus_micro * h->zones[i].zones;
	}
	return sum;
}
