/* Alike flows as one, connected ones together, solved or looked up. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cost/price_impl.h"

#define NOBODY UINT32_MAX

static void *room(void *array, size_t *cap, size_t nr, size_t size)
{
	if (nr <= *cap)
		return array;
	*cap = nr + nr / 2;
	return xreallocarray(array, *cap, size);
}

static size_t table_size(size_t flows)
{
	size_t size = 16;

	while (size < 2 * flows)
		size *= 2;
	return size;
}

void merge_begin(struct price *p, uint32_t flows)
{
	size_t size = table_size(flows);

	p->merged = room(p->merged, &p->cap_merged, flows + (size_t)1, sizeof(*p->merged));
	p->order = room(p->order, &p->cap_order, flows + (size_t)1, sizeof(*p->order));
	p->member = room(p->member, &p->cap_member, flows + (size_t)1, sizeof(*p->member));
	if (size > p->cap_table) {
		free(p->table);
		p->table = xmalloc(size * sizeof(*p->table));
		p->cap_table = size;
	}
	p->table_mask = size - 1;
	memset(p->table, 0xff, size * sizeof(*p->table));
}

/* FNV-1a over words; equal hashes are compared. */
static uint64_t mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * 0x100000001b3u;
	return hash ^ hash >> 29;
}

static uint64_t hash_flow(const struct merged_flow *f)
{
	uint64_t hash = mix(mix(0xcbf29ce484222325u, f->node), f->profile);

	for (uint32_t m = 0; m < f->nr_nodes; m++)
		hash = mix(hash, f->share[m]);
	return hash;
}

static bool alike(const struct merged_flow *a, const struct merged_flow *b)
{
	return a->hash == b->hash && a->node == b->node && a->profile == b->profile &&
	       !memcmp(a->share, b->share, a->nr_nodes * sizeof(*a->share));
}

uint32_t merge_add(struct price *p, uint32_t *nr, const struct merged_flow *f)
{
	struct merged_flow *new = &p->merged[*nr];
	size_t mask = p->table_mask, at;

	*new = *f;
	new->hash = hash_flow(f);
	new->done = false;
	for (at = new->hash &mask; p->table[at] != NOBODY; at = (at + 1) & mask) {
		struct merged_flow *old = &p->merged[p->table[at]];

		if (!alike(old, new))
			continue;
		old->vcpus_micro += f->vcpus_micro;
		return p->table[at];
	}
	p->table[at] = *nr;
	return (*nr)++;
}

static int compare_profiles(const struct zone_profile *a, const struct zone_profile *b)
{
	const int64_t x[] = {a->demand_bytes_per_s, a->read_share_ppm, a->stall_share_ppm,
			     a->sharing_share_ppm, a->parallelism};
	const int64_t y[] = {b->demand_bytes_per_s, b->read_share_ppm, b->stall_share_ppm,
			     b->sharing_share_ppm, b->parallelism};

	for (size_t i = 0; i < sizeof(x) / sizeof(x[0]); i++) {
		if (x[i] != y[i])
			return x[i] < y[i] ? -1 : 1;
	}
	return 0;
}

/* By content, never by where it is kept: an order that all runs have in common. */
static bool goes_before(const struct price *p, uint32_t a, uint32_t b)
{
	const struct merged_flow *x = &p->merged[a], *y = &p->merged[b];
	int c;

	if (x->node != y->node)
		return x->node < y->node;
	if (x->profile != y->profile) {
		c = compare_profiles(&p->profile[x->profile], &p->profile[y->profile]);
		return c < 0;
	}
	for (uint32_t m = 0; m < x->nr_nodes; m++) {
		if (x->share[m] != y->share[m])
			return x->share[m] < y->share[m];
	}
	return false;
}

static void sort_merged(struct price *p, uint32_t nr)
{
	for (uint32_t i = 0; i < nr; i++) {
		uint32_t low = 0, high = i;

		while (low < high) {
			uint32_t middle = (low + high) / 2;

			if (goes_before(p, i, p->order[middle]))
				high = middle;
			else
				low = middle + 1;
		}
		memmove(&p->order[low + 1], &p->order[low], (i - low) * sizeof(*p->order));
		p->order[low] = i;
	}
}

/* Those connected with the first that is not done, in order, into member[]. */
static uint32_t gather(struct price *p, uint32_t nr, uint32_t first)
{
	struct reach all = p->merged[p->order[first]].reach, before;
	uint32_t members = 0;

	do {
		before = all;
		for (uint32_t i = first; i < nr; i++) {
			struct merged_flow *f = &p->merged[p->order[i]];

			if (!f->done && reach_meets(&f->reach, &all))
				reach_add(&all, &f->reach);
		}
	} while (before.nodes != all.nodes || before.sockets != all.sockets);
	for (uint32_t i = first; i < nr; i++) {
		struct merged_flow *f = &p->merged[p->order[i]];

		if (f->done || !reach_meets(&f->reach, &all))
			continue;
		f->done = true;
		p->member[members++] = p->order[i];
	}
	return members;
}

static void solve_members(struct price *p, struct price_model *m, uint32_t members)
{
	uint32_t nr_nodes = m->params.nr_nodes;
	struct flows flows;

	p->flow = room(p->flow, &p->cap_flow, members, sizeof(*p->flow));
	p->flow_share = room(p->flow_share, &p->cap_flow_share, (size_t)members * nr_nodes,
			     sizeof(*p->flow_share));
	for (uint32_t i = 0; i < members; i++) {
		const struct merged_flow *f = &p->merged[p->member[i]];
		const struct zone_profile *profile = &p->profile[f->profile];
		double vcpus = (double)f->vcpus_micro / VCPU_MICRO;
		double *share = p->flow_share + (size_t)i * nr_nodes;

		for (uint32_t n = 0; n < nr_nodes; n++)
			share[n] = f->share[n] / (double)SHARE_WHOLE;
		p->flow[i] = (struct flow){
			.node = f->node,
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
	flows = (struct flows){p->flow, members};
	(void)flows_solve(&flows, &m->params, &m->work);
	for (uint32_t i = 0; i < members; i++)
		p->merged[p->member[i]].now = p->flow[i].now;
	p->stats.solved++;
}

/* The set's content as bytes, into m->key; returns its hash, never 0. */
static uint64_t make_key(struct price *p, struct price_model *m, uint32_t members, size_t *bytes)
{
	uint64_t hash = members;
	char *at = m->key;

	for (uint32_t i = 0; i < members; i++) {
		const struct merged_flow *f = &p->merged[p->member[i]];
		uint64_t head[2] = {f->node | (uint64_t)f->profile << 32, (uint64_t)f->vcpus_micro};

		memcpy(at, head, sizeof(head));
		at += sizeof(head);
		memcpy(at, f->share, f->nr_nodes * sizeof(*f->share));
		at += f->nr_nodes * sizeof(*f->share);
		hash = mix(mix(hash, f->hash), head[1]);
	}
	*bytes = (size_t)(at - m->key);
	return hash ? hash : 1;
}

static void solve_or_find(struct price *p, struct price_model *m, uint32_t members)
{
	struct found *found;
	size_t bytes, slot;
	uint64_t hash;

	if (members > FOUND_FLOWS) {
		solve_members(p, m, members);
		return;
	}
	hash = make_key(p, m, members, &bytes);
	slot = hash % FOUND_SLOTS;
	found = &m->found[slot];
	if (found->hash == hash && found->nr == members &&
	    !memcmp(m->found_key + slot * m->key_bytes, m->key, bytes)) {
		for (uint32_t i = 0; i < members; i++)
			p->merged[p->member[i]].now = found->now[i];
		p->stats.found++;
		return;
	}
	solve_members(p, m, members);
	found->hash = hash;
	found->nr = members;
	memcpy(m->found_key + slot * m->key_bytes, m->key, bytes);
	for (uint32_t i = 0; i < members; i++)
		found->now[i] = p->merged[p->member[i]].now;
}

void merge_solve(struct price *p, struct price_model *m, uint32_t nr)
{
	sort_merged(p, nr);
	for (uint32_t i = 0; i < nr; i++) {
		if (!p->merged[p->order[i]].done)
			solve_or_find(p, m, gather(p, nr, i));
	}
}
