/* One host's zones: what changed is solved again, and valued class by class. */
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "cost/over-time/price_impl.h"

static void spread_change(struct price_host *h)
{
	struct reach before;

	do {
		before = h->changed;
		for (uint32_t i = 0; i < h->nr_groups; i++) {
			if (reach_meets(&h->group[i].reach, &h->changed))
				reach_add(&h->changed, &h->group[i].reach);
		}
	} while (before.nodes != h->changed.nodes || before.sockets != h->changed.sockets);
}

static uint32_t collect(struct ledger *p, const struct price_host *h)
{
	uint32_t nr = 0;

	members_begin(p, h->nr_groups);
	for (uint32_t i = 0; i < h->nr_groups; i++) {
		const struct group *g = &h->group[i];
		struct member *f = &p->member[nr];

		h->model->kind[g->kind].got = g->got;
		if (!reach_meets(&g->reach, &h->changed))
			continue;
		f->reach = g->reach;
		f->vcpus_micro = g->vcpus_micro;
		f->kind = g->kind;
		f->got = g->got;
		f->done = false;
		nr++;
	}
	return nr;
}

static void account(const struct class_accounts *c, int64_t to_ns, uint128 out[ACCOUNTS])
{
	uint64_t ns = (uint64_t)(to_ns - c->since_ns);

	for (int a = 0; a < ACCOUNTS; a++)
		out[a] = c->sum[a] + (uint128)c->rate[a] * ns;
}

static uint64_t whole(double rate)
{
	return rate > 0 ? (uint64_t)(rate * ACCOUNT_UNIT + 0.5) : 0;
}

/* Rates of a zone of the class from what its flows have. The kinds know where. */
static void value(const struct ledger *p, const struct price_host *h, const struct shape *s,
		  struct class_accounts *to)
{
	const struct price_model *m = h->model;
	double time = 0, vcpus = 0, lost[COST_CAUSES] = {0}, rate = 0, remote = 0, latency = 0;
	double speed;

	for (uint32_t i = 0; i < s->nr_flows; i++) {
		const struct shape_flow *f = &s->flow[i];
		const struct kind *k = &m->kind[f->kind];
		const struct got *got = &h->got[k->got];
		double v = (double)f->vcpus_micro / VCPU_MICRO, part[COST_CAUSES];
		double stall = p->profile[k->profile].stall_share_ppm / 1e6;
		struct flow_outcome now = got->now;

		now.rate *= (double)f->vcpus_micro / got->vcpus_micro;
		time += v * flow_time(&now, &f->alone, stall, part);
		vcpus += v;
		rate += now.rate;
		latency += now.rate * now.latency_ns;
		remote += now.rate * (SHARE_WHOLE - kind_share(m, f->kind)[k->node]) / SHARE_WHOLE;
		for (int c = 0; c < COST_CAUSES; c++)
			lost[c] += v * part[c];
	}
	speed = time > 0 ? vcpus / time : 1;
	to->rate[ACCOUNT_SPEED] = whole(speed);
	for (int c = 0; c < COST_CAUSES; c++)
		to->rate[ACCOUNT_LOST + c] = whole(vcpus > 0 ? speed * (lost[c] / vcpus) : 0);
	to->rate[ACCOUNT_BYTES] = whole(rate);
	to->rate[ACCOUNT_REMOTE_BYTES] = whole(remote);
	to->rate[ACCOUNT_LATENCY] = whole(latency);
}

void host_solve(struct ledger *p, struct price_host *h)
{
	uint32_t nr;

	h->dirty = false;
	spread_change(h);
	nr = collect(p, h);
	members_solve(p, h->model, nr);
	for (uint32_t i = 0; i < nr; i++) {
		struct got *got = &h->got[p->member[i].got];

		got->now = p->member[i].now;
		got->vcpus_micro = (double)p->member[i].vcpus_micro;
	}
	for (uint32_t i = 0; i < h->nr_classes; i++) {
		struct class_accounts *c = &h->accounts[i];

		if (!reach_meets(&h->class[i].reach, &h->changed))
			continue;
		account(c, h->dirty_ns, c->sum);
		c->since_ns = h->dirty_ns;
		value(p, h, &h->model->shape[h->class[i].shape], c);
	}
}

void host_catch_up(struct ledger *p, struct price_host *h, int64_t now_ns)
{
	if (h->dirty && h->dirty_ns < now_ns)
		host_solve(p, h);
}

static void mark(struct price_host *h, const struct reach *reach, int64_t now_ns)
{
	if (!h->dirty)
		h->changed = (struct reach){0};
	h->dirty = true;
	h->dirty_ns = now_ns;
	reach_add(&h->changed, reach);
}

static uint32_t class_of(const struct price_host *h, uint32_t shape)
{
	for (uint32_t i = 0; i < h->nr_classes; i++) {
		if (h->class[i].shape == shape)
			return i;
	}
	return NOWHERE;
}

static uint32_t group_of(const struct price_host *h, uint32_t kind)
{
	for (uint32_t i = 0; i < h->nr_groups; i++) {
		if (h->group[i].kind == kind)
			return i;
	}
	return NOWHERE;
}

static uint32_t got_new(struct price_host *h)
{
	uint32_t got = h->free_got;

	if (got != NOWHERE) {
		h->free_got = h->got[got].next_free;
		return got;
	}
	h->got = grow(h->got, &h->cap_gots, h->nr_gots, sizeof(*h->got));
	return h->nr_gots++;
}

/* An empty group at its place in the canonical order. */
static struct group *group_new(const struct ledger *p, struct price_host *h, uint32_t kind)
{
	uint32_t low = 0, high = h->nr_groups;

	h->group = grow(h->group, &h->cap_groups, h->nr_groups, sizeof(*h->group));
	while (low < high) {
		uint32_t middle = (low + high) / 2;

		if (kind_compare(p, h->model, kind, h->group[middle].kind) < 0)
			high = middle;
		else
			low = middle + 1;
	}
	memmove(&h->group[low + 1], &h->group[low], (h->nr_groups++ - low) * sizeof(*h->group));
	h->group[low] = (struct group){
		.reach = h->model->kind[kind].reach,
		.kind = kind,
		.got = got_new(h),
	};
	return &h->group[low];
}

static void group_join(const struct ledger *p, struct price_host *h, const struct shape_flow *f)
{
	uint32_t at = group_of(h, f->kind);
	struct group *g = at == NOWHERE ? group_new(p, h, f->kind) : &h->group[at];

	g->vcpus_micro += f->vcpus_micro;
	g->flows++;
}

static void group_leave(struct price_host *h, const struct shape_flow *f)
{
	uint32_t at = group_of(h, f->kind);
	struct group *g;

	BUG_ON(at == NOWHERE);
	g = &h->group[at];
	g->vcpus_micro -= f->vcpus_micro;
	if (--g->flows)
		return;
	h->got[g->got].next_free = h->free_got;
	h->free_got = g->got;
	memmove(g, g + 1, (--h->nr_groups - at) * sizeof(*g));
}

static uint32_t class_new(struct price_host *h, uint32_t shape, int64_t now_ns)
{
	struct shape *s = &h->model->shape[shape];

	h->class = grow(h->class, &h->cap_classes, h->nr_classes, sizeof(*h->class));
	h->accounts = grow(h->accounts, &h->cap_accounts, h->nr_classes, sizeof(*h->accounts));
	h->class[h->nr_classes] = (struct class){s->reach, shape, 0};
	h->accounts[h->nr_classes] = (struct class_accounts){.since_ns = now_ns};
	h->model->idle_shapes -= !s->classes++;
	return h->nr_classes++;
}

static void class_end(struct price_host *h, uint32_t at)
{
	struct shape *s = &h->model->shape[h->class[at].shape];

	h->model->idle_shapes += !--s->classes;
	h->nr_classes--;
	h->class[at] = h->class[h->nr_classes];
	h->accounts[at] = h->accounts[h->nr_classes];
}

void host_join(struct ledger *p, struct price_host *h, uint32_t shape, int64_t now_ns,
	       uint128 before[ACCOUNTS])
{
	const struct shape *s = &h->model->shape[shape];
	uint32_t at = class_of(h, shape);

	if (at == NOWHERE)
		at = class_new(h, shape, now_ns);
	h->class[at].zones++;
	for (uint32_t i = 0; i < s->nr_flows; i++)
		group_join(p, h, &s->flow[i]);
	mark(h, &s->reach, now_ns);
	account(&h->accounts[at], now_ns, before);
}

void host_leave(struct price_host *h, uint32_t shape, int64_t now_ns)
{
	const struct shape *s = &h->model->shape[shape];
	uint32_t at = class_of(h, shape);

	BUG_ON(at == NOWHERE);
	for (uint32_t i = 0; i < s->nr_flows; i++)
		group_leave(h, &s->flow[i]);
	mark(h, &s->reach, now_ns);
	if (!--h->class[at].zones)
		class_end(h, at);
}

void host_accounts(const struct price_host *h, uint32_t shape, int64_t now_ns,
		   uint128 out[ACCOUNTS])
{
	uint32_t at = class_of(h, shape);

	BUG_ON(at == NOWHERE);
	account(&h->accounts[at], now_ns, out);
}
