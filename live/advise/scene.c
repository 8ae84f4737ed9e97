#include "live/advise/scene.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/units.h"
#include "cost/over-time/ledger.h"
#include "live/as_plan.h"
#include "placement/fill.h"

/* --- what is there -------------------------------------------------------------------- */

static bool told_of_several(const struct actor *a)
{
	return a->now->told == PLAN_TOLD_VNUMA;
}

/* What runs a zone says what may be done with it. */
static void fill_abilities(struct actor *a)
{
	static const struct {
		enum advice_kind how;
		bool can_pin, can_shrink, tells;
	} of[] = {
		[LIVE_XEN_PVH] = {ADVICE_RESTART, true, true, false},
		[LIVE_XEN_HVM] = {ADVICE_RESTART, true, true, true},
		[LIVE_XEN_PV] = {ADVICE_RESTART, true, true, false},
		[LIVE_XEN_DOM0] = {ADVICE_RESTART, false, false, false},
		[LIVE_QEMU] = {ADVICE_MOVE, true, true, false},
		[LIVE_CONTAINER] = {ADVICE_MOVE, true, false, false},
		[LIVE_MODEL] = {ADVICE_RESTART, false, true, true},
	};
	enum live_kind kind = a->zone->kind;

	a->how = of[kind].how;
	/* what it was told of its nodes stays true only as long as it runs on them */
	a->can_pin = of[kind].can_pin && !told_of_several(a);
	a->can_shrink = of[kind].can_shrink && a->zone->target_bytes > 0;
	/* xl gives vnuma to HVM guests with all of their memory (emit/xl.c) */
	a->can_tell = told_of_several(a) || kind == LIVE_MODEL ||
		      (of[kind].tells && a->asked.memory_policy == ZONE_STATIC);
	if (kind == LIVE_XEN_DOM0)
		a->fixed = "dom0 never moves";
}

static void add_actor(struct scene *s, uint32_t number, struct arena *keep)
{
	const struct advise_ask *ask = s->ask;
	struct actor *a = &s->actor[s->nr];
	struct plan *p = arena_alloc(keep, sizeof(*p));

	*a = (struct actor){.number = number, .zone = &ask->sample->zone[number], .now = p};
	if (!live_as_plan(ask->sample, a->zone, ask->profile, &a->asked, p, &s->unknown[number]))
		return;
	fill_abilities(a);
	if (ask->keep && ask->keep[number])
		a->fixed = "it is kept";
	s->nr++;
}

/* What the host's own overcommit makes of each node's CPUs. */
static void fill_limits(struct scene *s, const struct host_state *now)
{
	uint64_t milli = s->ask->overcommit_milli, cpus = s->host->nr_cpus;

	if (!milli && cpus)
		milli = (uint64_t)now->total_vcpus * 1000 / cpus;
	if (milli < 1000)
		milli = 1000;
	for (unsigned n = 0; n < s->host->nr_nodes; n++) {
		uint64_t most = (s->host->node[n].nr_cpus * milli + 999) / 1000;

		s->vcpus_limit[n] = most > now->vcpus[n] ? (uint32_t)most : now->vcpus[n];
	}
}

void scene_init(struct scene *s, const struct advise_ask *ask, struct arena *a)
{
	const struct host *const host = ask->sample->host;
	uint32_t nr = ask->sample->nr_zones;
	struct position now;

	*s = (struct scene){.ask = ask, .host = host};
	s->actor = arena_alloc(a, (nr + 1) * sizeof(*s->actor));
	s->unknown = arena_alloc(a, (nr + 1) * sizeof(*s->unknown));
	for (uint32_t i = 0; i < nr; i++)
		add_actor(s, i, a);
	s->in_ledger = xcalloc(s->nr + 1, sizeof(struct plan *));
	s->ledger = ledger_new(&host, 1);
	for (uint32_t i = 0; i < s->nr; i++) {
		struct actor *z = &s->actor[i];
		struct cost_zone alone = {.plan = z->now};
		struct cost_result r;

		/* a plan's zone is where the actor lies for good */
		((struct plan *)z->now)->zone = &z->asked;
		ledger_start(s->ledger, i, 0, &alone, 0);
		s->in_ledger[i] = z->now;
		(void)cost_evaluate(ask->params, &alone, 1, &s->work, &r);
		z->alone_bandwidth = r.alone_bandwidth_bytes_per_s;
		z->alone_latency_ps = r.alone_latency_ps;
	}
	position_init(&now, s, 0);
	position_now(&now, s);
	fill_limits(s, &now.books);
	position_release(&now);
}

void scene_release(struct scene *s)
{
	for (uint32_t i = 0; i < s->nr; i++)
		free(s->actor[i].reach);
	free(s->in_ledger);
	ledger_free(s->ledger);
	cost_work_release(&s->work);
	arena_release(&s->arena);
}

/* --- positions ------------------------------------------------------------------------ */

void position_init(struct position *p, const struct scene *s, uint32_t max_steps)
{
	*p = (struct position){.lost = 0};
	p->at = xcalloc(s->nr + 1, sizeof(struct plan *));
	p->shrunk = xcalloc(s->nr + 1, sizeof(*p->shrunk));
	p->step = xcalloc(max_steps + CHANGES_MAX, sizeof(*p->step));
	host_state_init(&p->books, s->host);
}

void position_release(struct position *p)
{
	free(p->at);
	free(p->shrunk);
	free(p->step);
	host_state_release(&p->books);
}

void position_copy(struct position *to, const struct position *from, const struct scene *s)
{
	struct host_state books = to->books;
	size_t nodes = s->host->nr_nodes;

	memcpy(to->at, from->at, s->nr * sizeof(struct plan *));
	memcpy(to->shrunk, from->shrunk, s->nr * sizeof(*to->shrunk));
	memcpy(to->step, from->step, from->nr_steps * sizeof(*to->step));
	to->nr_steps = from->nr_steps;
	to->lost = from->lost;
	to->cost = from->cost;
	memcpy(books.free_bytes, from->books.free_bytes, nodes * sizeof(*books.free_bytes));
	memcpy(books.vcpus, from->books.vcpus, nodes * sizeof(*books.vcpus));
	to->books = from->books;
	to->books.free_bytes = books.free_bytes;
	to->books.vcpus = books.vcpus;
	to->books.device_taken = books.device_taken;
}

void position_now(struct position *p, struct scene *s)
{
	const struct live_sample *sample = s->ask->sample;

	for (unsigned n = 0; n < s->host->nr_nodes; n++)
		host_state_set_free(&p->books, n,
				    sample->free_bytes[n] > 0 ? sample->free_bytes[n] : 0);
	for (uint32_t i = 0; i < s->nr; i++) {
		const struct plan *now = s->actor[i].now;

		p->at[i] = now;
		for (uint32_t v = 0; v < now->nr_vnodes; v++)
			p->books.vcpus[now->vnode[v].node] += now->vnode[v].vcpus;
		p->books.total_vcpus += now->zone->vcpus;
		p->books.nr_zones++;
	}
	p->lost = scene_lost(s, p, NULL, 0);
}

/* --- what they lose ------------------------------------------------------------------- */

/* Of its speed on its present nodes, what it could not reach alone on those of `p`. */
static double beyond_reach(struct scene *s, struct actor *a, const struct plan *p)
{
	struct cost_zone alone = {.plan = p, .map_true = true};
	double stall = cost_zone_profile(&alone)->stall_share_ppm / 1e6, time = 1;
	struct cost_result r;

	if (p->nodes == a->now->nodes)
		return 0;
	for (size_t i = 0; i < a->nr_reaches; i++)
		if (a->reach[i].nodes == p->nodes)
			return a->reach[i].lost;
	(void)cost_evaluate(s->ask->params, &alone, 1, &s->work, &r);
	if (r.alone_bandwidth_bytes_per_s > 0 && r.alone_bandwidth_bytes_per_s < a->alone_bandwidth)
		time += (1 - stall) *
			((double)a->alone_bandwidth / (double)r.alone_bandwidth_bytes_per_s - 1);
	if (a->alone_latency_ps > 0 && r.alone_latency_ps > a->alone_latency_ps)
		time += stall * ((double)r.alone_latency_ps / (double)a->alone_latency_ps - 1);
	a->reach = grow(a->reach, &a->cap_reaches, a->nr_reaches, sizeof(*a->reach));
	a->reach[a->nr_reaches++] = (struct reach){p->nodes, 1 - 1 / time};
	return 1 - 1 / time;
}

int64_t scene_lost(struct scene *s, const struct position *p, const uint32_t *changed,
		   uint32_t nr_changed)
{
	double beyond = 0;

	for (uint32_t i = 0; i < s->nr; i++) {
		if (s->in_ledger[i] != p->at[i]) {
			const struct cost_zone zone = {.plan = p->at[i]};

			ledger_move(s->ledger, i, &zone, 0);
			s->in_ledger[i] = p->at[i];
		}
		if (p->at[i]->nodes != s->actor[i].now->nodes)
			beyond += p->at[i]->zone->vcpus * beyond_reach(s, &s->actor[i], p->at[i]);
	}
	for (uint32_t i = 0; i < nr_changed; i++)
		s->in_ledger[changed[i]] = NULL;
	return ledger_lost_nano_vcpus(s->ledger, 0) + cost_rounded(beyond * 1e9);
}

void scene_price(struct scene *s, const struct position *p, struct cost_result *out)
{
	struct cost_zone *zone = xcalloc(s->nr + 1, sizeof(*zone));

	for (uint32_t i = 0; i < s->nr; i++)
		zone[i].plan = p->at[i];
	if (s->nr)
		(void)cost_evaluate(s->ask->params, zone, s->nr, &s->work, out);
	free(zone);
}

/* --- changes -------------------------------------------------------------------------- */

void plan_node_bytes(const struct plan *p, int64_t *bytes)
{
	memset(bytes, 0, p->host->nr_nodes * sizeof(*bytes));
	for (uint32_t i = 0; i < p->nr_memory; i++)
		bytes[p->memory[i].node] += p->memory[i].bytes;
}

int64_t change_moves(const struct change *c, const struct plan *from, const struct plan *to)
{
	int64_t before[NODES_MAX], after[NODES_MAX], sum = 0;

	if (c->kind == ADVICE_PIN)
		return 0;
	if (c->kind == ADVICE_SHRINK)
		return c->bytes;
	if (c->kind == ADVICE_RESTART)
		return plan_memory_bytes(to);
	plan_node_bytes(from, before);
	plan_node_bytes(to, after);
	for (unsigned n = 0; n < to->host->nr_nodes; n++)
		sum += after[n] > before[n] ? after[n] - before[n] : 0;
	return sum;
}

/* Of all its nodes alike, in whole pages: at least what it gives up in sum. */
static void shrink(const struct plan *from, int64_t give, struct plan *out)
{
	int64_t has = plan_memory_bytes(from), bytes[NODES_MAX];

	plan_node_bytes(from, bytes);
	for (unsigned n = 0; n < from->host->nr_nodes; n++)
		bytes[n] -= mul_div(bytes[n], give, has) / PAGE_BYTES * PAGE_BYTES;
	*out = *from;
	live_set_memory(out, bytes);
}

/* Evenly over its vnodes, whole pages, as fill_memory_evenly() deals out boot memory. */
static void spread_memory(struct plan *out, int64_t has)
{
	int64_t pages = has / PAGE_BYTES, nr = out->nr_vnodes;

	for (uint32_t v = 0; v < nr; v++)
		out->vnode[v].memory_bytes = (pages / nr + (v < pages % nr)) * PAGE_BYTES;
}

/* The zone as the change makes it, on what is free without it. */
static bool make(const struct scene *s, const struct change *c, const struct plan *from,
		 const struct host_state *free, struct plan *out)
{
	const struct actor *a = &s->actor[c->actor];
	struct policy_input in = {.host = s->host, .state = free, .zone = &a->asked};
	int64_t bytes[NODES_MAX];

	if (c->kind == ADVICE_SHRINK) {
		shrink(from, c->bytes, out);
		return true;
	}
	memset(out, 0, sizeof(*out));
	fill_nodes(&in, c->nodes, out);
	fill_vcpus(out);
	if (c->kind == ADVICE_PIN) {
		plan_node_bytes(from, bytes);
		live_set_memory(out, bytes);
		return true;
	}
	if (c->kind == ADVICE_RESTART && a->can_tell)
		out->told = fill_told(&a->asked, out->nr_vnodes);
	spread_memory(out, c->kind == ADVICE_MOVE ? plan_memory_bytes(from)
						  : zone_boot_bytes(&a->asked));
	out->memory_rule = PLAN_MEMORY_STRICT;
	return plan_fill_memory(out, free, NULL) == 0;
}

static bool has_cpus(const struct scene *s, const struct plan *p, const struct host_state *free)
{
	for (uint32_t v = 0; v < p->nr_vnodes; v++) {
		uint32_t node = p->vnode[v].node;

		if (p->vnode[v].vcpus &&
		    free->vcpus[node] + p->vnode[v].vcpus > s->vcpus_limit[node])
			return false;
	}
	return true;
}

/* memory[] is what it has: of a guest that has less than asked, too. */
static bool start_one(const struct scene *s, const struct change *c, const struct plan *from,
		      struct position *p, struct plan *out)
{
	if (!make(s, c, from, &p->books, out))
		return false;
	if (c->kind != ADVICE_SHRINK && !has_cpus(s, out, &p->books))
		return false;
	host_state_take(&p->books, out);
	p->at[c->actor] = out;
	if (c->kind == ADVICE_SHRINK)
		p->shrunk[c->actor] += (uint32_t)ppm(c->bytes, plan_memory_bytes(from));
	return true;
}

bool compound_apply(const struct scene *s, const struct compound *c, struct position *p,
		    struct plan plan[CHANGES_MAX])
{
	const struct plan *from[CHANGES_MAX];

	for (uint32_t i = 0; i < c->nr && c->together; i++)
		host_state_give(&p->books, p->at[c->change[i].actor]);
	for (uint32_t i = 0; i < c->nr; i++) {
		from[i] = p->at[c->change[i].actor];
		if (!c->together)
			host_state_give(&p->books, from[i]);
		if (!start_one(s, &c->change[i], from[i], p, &plan[i]))
			return false;
	}
	return true;
}
