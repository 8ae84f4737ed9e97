/* Connected flows together, solved or looked up. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cost/over-time/price_impl.h"

void *price_room(void *array, size_t *cap, size_t nr, size_t size)
{
	if (nr <= *cap)
		return array;
	*cap = nr + nr / 2;
	return xreallocarray(array, *cap, size);
}

void members_begin(struct ledger *p, size_t nr)
{
	p->member = price_room(p->member, &p->cap_members, nr, sizeof(*p->member));
	p->joined = price_room(p->joined, &p->cap_joined, nr, sizeof(*p->joined));
}

/* Those connected with the first that is not done, in order, into joined[]. */
static uint32_t gather(struct ledger *p, uint32_t nr, uint32_t first)
{
	struct reach all = p->member[first].reach, before;
	uint32_t joined = 0;

	do {
		before = all;
		for (uint32_t i = first; i < nr; i++) {
			struct member *f = &p->member[i];

			if (!f->done && reach_meets(&f->reach, &all))
				reach_add(&all, &f->reach);
		}
	} while (before.nodes != all.nodes || before.sockets != all.sockets);
	for (uint32_t i = first; i < nr; i++) {
		struct member *f = &p->member[i];

		if (f->done || !reach_meets(&f->reach, &all))
			continue;
		f->done = true;
		p->joined[joined++] = i;
	}
	return joined;
}

static struct flow as_flow(const struct ledger *p, const struct price_model *m, uint32_t kind,
			   int64_t vcpus_micro, double *share)
{
	const struct zone_profile *profile = &p->profile[m->kind[kind].profile];
	const uint16_t *parts = kind_share(m, kind);
	double vcpus = (double)vcpus_micro / VCPU_MICRO;

	for (uint32_t n = 0; n < m->params.nr_nodes; n++)
		share[n] = parts[n] / (double)SHARE_WHOLE;
	return (struct flow){
		.node = m->kind[kind].node,
		.vcpus = vcpus,
		.lines = vcpus * profile->parallelism,
		.demand = profile->demand_bytes_per_s
				  ? (double)profile->demand_bytes_per_s / 1e9 * vcpus
				  : INFINITY,
		.reads = profile->read_share_ppm / 1e6,
		.stall = profile->stall_share_ppm / 1e6,
		.share = share,
	};
}

/* The kind that stands for a member's in a set all of whose members have twins:
 * connected, they are on one node. */
static uint32_t stand_in(const struct price_model *m, const struct member *f, bool twins)
{
	return twins ? m->kind[f->kind].twin : f->kind;
}

static void solve_joined(struct ledger *p, struct price_model *m, uint32_t joined, bool twins)
{
	uint32_t nr_nodes = m->params.nr_nodes;
	struct flows flows;

	p->flow = price_room(p->flow, &p->cap_flow, joined, sizeof(*p->flow));
	p->flow_share = price_room(p->flow_share, &p->cap_flow_share, (size_t)joined * nr_nodes,
				   sizeof(*p->flow_share));
	for (uint32_t i = 0; i < joined; i++) {
		const struct member *f = &p->member[p->joined[i]];

		p->flow[i] = as_flow(p, m, stand_in(m, f, twins), f->vcpus_micro,
				     p->flow_share + (size_t)i * nr_nodes);
	}
	flows = (struct flows){p->flow, joined};
	(void)flows_equilibrium(&flows, &m->params, &m->work);
	for (uint32_t i = 0; i < joined; i++)
		p->member[p->joined[i]].now = p->flow[i].now;
	p->stats.solved++;
}

/* The set's content; returns its hash. */
static uint64_t make_key(const struct ledger *p, const struct price_model *m, uint32_t joined,
			 bool twins, struct found_flow *key)
{
	uint64_t hash = joined;

	for (uint32_t i = 0; i < joined; i++) {
		const struct member *f = &p->member[p->joined[i]];

		key[i].serial = m->kind[stand_in(m, f, twins)].serial;
		key[i].vcpus_micro = f->vcpus_micro;
		hash = price_mix(price_mix(hash, key[i].serial), (uint64_t)key[i].vcpus_micro);
	}
	return hash;
}

static bool is_key(const struct found *f, uint64_t hash, const struct found_flow *key, uint32_t nr)
{
	if (f->hash != hash || f->nr != nr)
		return false;
	for (uint32_t i = 0; i < nr; i++) {
		if (f->flow[i].serial != key[i].serial ||
		    f->flow[i].vcpus_micro != key[i].vcpus_micro)
			return false;
	}
	return true;
}

static void solve_or_find(struct ledger *p, struct price_model *m, uint32_t joined)
{
	struct found_flow key[FOUND_FLOWS];
	struct found *found;
	bool twins = true;
	uint64_t hash;

	for (uint32_t i = 0; i < joined; i++)
		twins &= m->kind[p->member[p->joined[i]].kind].twin != NOWHERE;
	if (joined > FOUND_FLOWS) {
		solve_joined(p, m, joined, twins);
		return;
	}
	hash = make_key(p, m, joined, twins, key);
	found = &m->found[(hash >> 20) % FOUND_SETS * FOUND_WAYS];
	for (uint32_t w = 0; w < FOUND_WAYS; w++) {
		if (!is_key(&found[w], hash, key, joined))
			continue;
		for (uint32_t i = 0; i < joined; i++)
			p->member[p->joined[i]].now = found[w].now[i];
		p->stats.found++;
		return;
	}
	solve_joined(p, m, joined, twins);
	/* the older goes */
	memmove(&found[1], &found[0], (FOUND_WAYS - 1) * sizeof(*found));
	found->hash = hash;
	found->nr = joined;
	memcpy(found->flow, key, joined * sizeof(*key));
	for (uint32_t i = 0; i < joined; i++)
		found->now[i] = p->member[p->joined[i]].now;
}

void members_solve(struct ledger *p, struct price_model *m, uint32_t nr)
{
	for (uint32_t i = 0; i < nr; i++) {
		if (!p->member[i].done)
			solve_or_find(p, m, gather(p, nr, i));
	}
}
