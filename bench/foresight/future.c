#include "bench/foresight/future.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cost/over-time/ledger.h"
#include "placement/homenode/oracle.h"
#include "placement/policies.h"

/* A zone of the run that lives. */
struct native {
	uint32_t host; /* SCHEDULE_NOWHERE: the slot is free */
	uint32_t at; /* place in on_host[host] */
	int64_t end_ns;
	uint32_t nr_devices;
	uint16_t device[ZONE_DEVICES_MAX];
};

struct slots {
	uint32_t *slot;
	size_t nr, cap;
};

struct leaving {
	int64_t at_ns;
	uint32_t slot;
};

/* A zone of the play. */
struct guest {
	int64_t end_ns;
	struct plan plan;
};

/* Where a play is; branches copy it. */
struct moment {
	int64_t at_ns;
	struct host_state state; /* of the copies that follow */
	int64_t free_bytes[NODES_MAX];
	uint32_t vcpus[NODES_MAX];
	uint8_t *device_taken;
	size_t next_leaving, next_arrival;
	uint32_t *guest; /* places in struct future's, of those there */
	size_t nr_guests, cap_guests;
	struct plan plan; /* scratch of the search at this depth */
};

/* What was done to the prices, to be undone. */
struct deed {
	uint32_t slot;
	bool hidden; /* else started */
};

struct future {
	const struct schedule *schedule;
	const struct host *const *host;
	int64_t horizon_ns;
	uint32_t branch;
	struct ledger *price; /* its clock stands still */
	unsigned nodes; /* most of any host */
	struct native *native; /* by slot */
	int64_t *bytes; /* [slot][nodes] */
	uint32_t *vcpus; /* [slot][nodes] */
	size_t cap_natives;
	struct slots *on_host;
	/* the question */
	uint32_t asked; /* host */
	const struct host_state *state;
	int64_t now_ns, until_ns, end_ns; /* end_ns: of the zone to be placed */
	struct leaving *leaving; /* in order */
	size_t nr_leaving, cap_leaving, first_arrival;
	/* the play */
	struct moment *moment; /* by depth, branch + 1 */
	struct guest *guest;
	size_t nr_guests, cap_guests;
	struct deed *deed;
	size_t nr_deeds, cap_deeds;
};

static uint32_t most_devices(const struct future *f)
{
	uint32_t most = 0;

	for (uint32_t i = 0; i < f->schedule->nr_hosts; i++)
		most = f->host[i]->nr_devices > most ? f->host[i]->nr_devices : most;
	return most;
}

struct future *future_new(const struct schedule *schedule, const struct host *const *host,
			  int64_t horizon_ns, uint32_t branch)
{
	struct future *f = xcalloc(1, sizeof(*f));
	uint32_t devices;

	f->schedule = schedule;
	f->host = host;
	f->horizon_ns = horizon_ns;
	f->branch = branch;
	f->price = ledger_new(host, schedule->nr_hosts);
	f->on_host = xcalloc(schedule->nr_hosts, sizeof(*f->on_host));
	for (uint32_t i = 0; i < schedule->nr_hosts; i++)
		f->nodes = host[i]->nr_nodes > f->nodes ? host[i]->nr_nodes : f->nodes;
	devices = most_devices(f);
	f->moment = xcalloc(branch + 1, sizeof(*f->moment));
	for (uint32_t i = 0; i <= branch; i++)
		f->moment[i].device_taken = xcalloc(devices, 1);
	return f;
}

void future_free(struct future *f)
{
	if (!f)
		return;
	for (uint32_t i = 0; i <= f->branch; i++) {
		free(f->moment[i].device_taken);
		free(f->moment[i].guest);
	}
	for (uint32_t i = 0; i < f->schedule->nr_hosts; i++)
		free(f->on_host[i].slot);
	ledger_free(f->price);
	free(f->on_host);
	free(f->native);
	free(f->bytes);
	free(f->vcpus);
	free(f->leaving);
	free(f->moment);
	free(f->guest);
	free(f->deed);
	free(f);
}

static struct native *native_at(struct future *f, uint32_t slot)
{
	size_t old = f->cap_natives, cap = old ? old : 64;

	if (slot < old)
		return &f->native[slot];
	while (cap <= slot)
		cap *= 2;
	f->native = xreallocarray(f->native, cap, sizeof(*f->native));
	f->bytes = xreallocarray(f->bytes, cap * f->nodes, sizeof(*f->bytes));
	f->vcpus = xreallocarray(f->vcpus, cap * f->nodes, sizeof(*f->vcpus));
	for (size_t i = old; i < cap; i++)
		f->native[i].host = SCHEDULE_NOWHERE;
	f->cap_natives = cap;
	return &f->native[slot];
}

static void note_bytes(struct future *f, uint32_t slot, const struct measure *m)
{
	int64_t *bytes = f->bytes + (size_t)slot * f->nodes;

	memset(bytes, 0, f->nodes * sizeof(*bytes));
	for (uint32_t i = 0; i < m->nr_parts; i++)
		bytes[m->part[i].node] += m->part[i].bytes;
}

/* A zone runs in `slot`. */
static void on_start(struct future *f, uint32_t slot, uint64_t ordinal, uint32_t host,
		     const struct plan *p, const struct measure *m)
{
	const struct cost_zone zone = {.plan = p, .part = m->part, .nr_parts = m->nr_parts};
	const struct scheduled *e = schedule_find(f->schedule, ordinal);
	struct native *n = native_at(f, slot);
	struct slots *on = &f->on_host[host];
	uint32_t *vcpus = f->vcpus + (size_t)slot * f->nodes;

	n->host = host;
	n->at = (uint32_t)on->nr;
	n->end_ns = e ? e->end_ns : NS_NEVER;
	n->nr_devices = p->nr_devices;
	memcpy(n->device, p->device, p->nr_devices * sizeof(*n->device));
	on->slot = grow(on->slot, &on->cap, on->nr, sizeof(*on->slot));
	on->slot[on->nr++] = slot;
	memset(vcpus, 0, f->nodes * sizeof(*vcpus));
	for (uint32_t v = 0; v < p->nr_vnodes; v++)
		vcpus[p->vnode[v].node] += p->vnode[v].vcpus;
	note_bytes(f, slot, m);
	ledger_start(f->price, slot, host, &zone, 0);
}

/* Its pages are elsewhere. */
static void on_move(struct future *f, uint32_t slot, const struct plan *p, const struct measure *m)
{
	const struct cost_zone zone = {.plan = p, .part = m->part, .nr_parts = m->nr_parts};

	note_bytes(f, slot, m);
	ledger_move(f->price, slot, &zone, 0);
}

static void on_stop(struct future *f, uint32_t slot)
{
	struct native *n = &f->native[slot];
	struct slots *on = &f->on_host[n->host];
	uint32_t last = on->slot[--on->nr];
	struct lifetime unused;

	on->slot[n->at] = last;
	f->native[last].at = n->at;
	n->host = SCHEDULE_NOWHERE;
	ledger_stop(f->price, slot, 0, &unused);
}

/* Zones of the run have slots below, those of the play from here on. */
static uint32_t guest_slot(const struct future *f, uint32_t guest)
{
	return (uint32_t)f->cap_natives + guest;
}

static void do_deed(struct future *f, uint32_t slot, bool hide)
{
	f->deed = grow(f->deed, &f->cap_deeds, f->nr_deeds, sizeof(*f->deed));
	f->deed[f->nr_deeds++] = (struct deed){slot, hide};
	if (hide)
		ledger_hide(f->price, slot, 0);
}

static void undo_to(struct future *f, size_t nr_deeds)
{
	struct lifetime unused;

	while (f->nr_deeds > nr_deeds) {
		struct deed d = f->deed[--f->nr_deeds];

		if (d.hidden)
			ledger_show(f->price, d.slot, 0);
		else
			ledger_stop(f->price, d.slot, 0, &unused);
	}
}

/* The plan comes true in the play. */
static void admit(struct future *f, struct moment *m, const struct plan *plan, int64_t end_ns)
{
	uint32_t place = (uint32_t)f->nr_guests;
	struct guest *g;

	f->guest = grow(f->guest, &f->cap_guests, f->nr_guests, sizeof(*f->guest));
	g = &f->guest[f->nr_guests++];
	g->end_ns = end_ns;
	g->plan = *plan;
	if (plan->zone->nr_devices && !plan_fill_devices(&g->plan, &m->state))
		g->plan.nr_devices = 0;
	host_state_take(&m->state, &g->plan);
	m->guest = grow(m->guest, &m->cap_guests, m->nr_guests, sizeof(*m->guest));
	m->guest[m->nr_guests++] = place;
	do_deed(f, guest_slot(f, place), false);
	ledger_start(f->price, guest_slot(f, place), f->asked,
		     &(struct cost_zone){.plan = &g->plan}, 0);
}

static void guest_leaves(struct future *f, struct moment *m, size_t i)
{
	uint32_t place = m->guest[i];

	host_state_give(&m->state, &f->guest[place].plan);
	m->guest[i] = m->guest[--m->nr_guests];
	do_deed(f, guest_slot(f, place), true);
}

static void native_leaves(struct future *f, struct moment *m, uint32_t slot)
{
	const struct native *n = &f->native[slot];
	const int64_t *bytes = f->bytes + (size_t)slot * f->nodes;
	const uint32_t *vcpus = f->vcpus + (size_t)slot * f->nodes;

	for (uint32_t i = 0; i < m->state.host->nr_nodes; i++) {
		m->free_bytes[i] += bytes[i];
		m->state.total_free_bytes += bytes[i];
		m->vcpus[i] -= vcpus[i];
		m->state.total_vcpus -= vcpus[i];
	}
	for (uint32_t i = 0; i < n->nr_devices; i++)
		m->device_taken[n->device[i]] = 0;
	m->state.nr_zones--;
	do_deed(f, slot, true);
}

/* The guest that leaves first, of equals the one that came first. */
static size_t first_guest(const struct future *f, const struct moment *m)
{
	size_t best = 0;

	for (size_t i = 1; i < m->nr_guests; i++) {
		const struct guest *a = &f->guest[m->guest[i]], *b = &f->guest[m->guest[best]];

		if (a->end_ns < b->end_ns ||
		    (a->end_ns == b->end_ns && m->guest[i] < m->guest[best]))
			best = i;
	}
	return best;
}

static const struct scheduled *next_arrival(const struct future *f, const struct moment *m)
{
	const struct schedule *s = f->schedule;

	if (m->next_arrival >= s->nr_of_host[f->asked])
		return NULL;
	return &s->zone[s->of_host[f->asked][m->next_arrival]];
}

static void copy_moment(struct moment *to, const struct moment *from)
{
	const struct host *h = from->state.host;

	to->at_ns = from->at_ns;
	to->state = from->state;
	memcpy(to->free_bytes, from->state.free_bytes, h->nr_nodes * sizeof(*to->free_bytes));
	memcpy(to->vcpus, from->state.vcpus, h->nr_nodes * sizeof(*to->vcpus));
	memcpy(to->device_taken, from->state.device_taken, h->nr_devices);
	to->state.free_bytes = to->free_bytes;
	to->state.vcpus = to->vcpus;
	to->state.device_taken = to->device_taken;
	to->next_leaving = from->next_leaving;
	to->next_arrival = from->next_arrival;
	while (to->cap_guests < from->nr_guests)
		to->guest = grow(to->guest, &to->cap_guests, to->cap_guests, sizeof(*to->guest));
	if (from->nr_guests)
		memcpy(to->guest, from->guest, from->nr_guests * sizeof(*to->guest));
	to->nr_guests = from->nr_guests;
}

static int64_t play(struct future *f, uint32_t depth);

struct branching {
	struct future *f;
	uint32_t depth;
	int64_t end_ns, best;
	bool any;
};

/* One way to place the zone that comes, and all that follows from it. */
static void try_plan(void *context, const struct plan *plan)
{
	struct branching *b = context;
	struct future *f = b->f;
	struct moment *m = &f->moment[b->depth + 1];
	size_t deeds = f->nr_deeds, guests = f->nr_guests;
	int64_t lost;

	copy_moment(m, &f->moment[b->depth]);
	admit(f, m, plan, b->end_ns);
	lost = play(f, b->depth + 1);
	undo_to(f, deeds);
	f->nr_guests = guests;
	if (!b->any || lost < b->best)
		b->best = lost;
	b->any = true;
}

/* vCPU-nanoseconds of a zone that finds no place. */
static int64_t all_of_it(const struct future *f, const struct scheduled *e)
{
	int64_t end = e->end_ns < f->until_ns ? e->end_ns : f->until_ns;

	return end > e->start_ns ? (int64_t)e->zone.vcpus * (end - e->start_ns) : 0;
}

/* What the zone that comes adds to what is lost; *rest: all that is still to come is
 * in it. */
static int64_t arrive(struct future *f, uint32_t depth, const struct scheduled *e, bool *rest)
{
	struct moment *m = &f->moment[depth];
	struct policy_input in = {.host = m->state.host, .state = &m->state, .zone = &e->zone};
	struct branching b = {.f = f, .depth = depth, .end_ns = e->end_ns};

	if (policy_place(&policy_homenode, &in, &m->plan, NULL))
		return all_of_it(f, e);
	if (depth < f->branch && oracle_each_plan(&in, &m->plan, try_plan, &b)) {
		*rest = true;
		return b.best;
	}
	admit(f, m, &m->plan, e->end_ns);
	return 0;
}

static int64_t next_ns(const struct future *f, const struct moment *m)
{
	const struct scheduled *e = next_arrival(f, m);
	int64_t next = f->until_ns, t;

	if (e && e->start_ns < next)
		next = e->start_ns;
	t = m->next_leaving < f->nr_leaving ? f->leaving[m->next_leaving].at_ns : next;
	next = t < next ? t : next;
	t = m->nr_guests ? f->guest[m->guest[first_guest(f, m)]].end_ns : next;
	return t < next ? t : next;
}

/* Those who leave at this time do so before anybody comes, as in the run. */
static void leave(struct future *f, struct moment *m)
{
	size_t i;

	for (; m->next_leaving < f->nr_leaving && f->leaving[m->next_leaving].at_ns <= m->at_ns;
	     m->next_leaving++)
		native_leaves(f, m, f->leaving[m->next_leaving].slot);
	while (m->nr_guests) {
		i = first_guest(f, m);
		if (f->guest[m->guest[i]].end_ns > m->at_ns)
			return;
		guest_leaves(f, m, i);
	}
}

/* From moment[depth] to the horizon. */
static int64_t play(struct future *f, uint32_t depth)
{
	struct moment *m = &f->moment[depth];
	int64_t lost = 0;

	for (;;) {
		int64_t next = next_ns(f, m);
		const struct scheduled *e;
		bool rest = false;

		if (next > m->at_ns)
			lost += (int64_t)((int128)ledger_lost_nano_vcpus(f->price, f->asked) *
					  (next - m->at_ns) / NS_PER_S);
		m->at_ns = next;
		if (next >= f->until_ns)
			return lost;
		leave(f, m);
		for (e = next_arrival(f, m); e && e->start_ns <= next; e = next_arrival(f, m)) {
			m->next_arrival++;
			lost += arrive(f, depth, e, &rest);
			if (rest)
				return lost;
		}
	}
}

static int64_t lost(void *context, const struct plan *plan)
{
	struct future *f = context;
	struct moment *m = &f->moment[0];
	int64_t sum;

	copy_moment(m, &(struct moment){.at_ns = f->now_ns, .state = *f->state});
	m->next_arrival = f->first_arrival;
	f->nr_guests = 0;
	admit(f, m, plan, f->end_ns);
	sum = f->until_ns > f->now_ns ? play(f, 0) : ledger_lost_nano_vcpus(f->price, f->asked);
	undo_to(f, 0);
	return sum;
}

static int by_time(const void *a, const void *b)
{
	const struct leaving *x = a, *y = b;
	int c = (x->at_ns > y->at_ns) - (x->at_ns < y->at_ns);

	return c ? c : (x->slot > y->slot) - (x->slot < y->slot);
}

static void find_leaving(struct future *f)
{
	const struct slots *on = &f->on_host[f->asked];

	f->nr_leaving = 0;
	for (size_t i = 0; i < on->nr; i++) {
		int64_t end = f->native[on->slot[i]].end_ns;

		/* who should have left by now does not keep to the schedule */
		if (end <= f->now_ns || end >= f->until_ns)
			continue;
		f->leaving = grow(f->leaving, &f->cap_leaving, f->nr_leaving, sizeof(*f->leaving));
		f->leaving[f->nr_leaving++] = (struct leaving){end, on->slot[i]};
	}
	if (f->nr_leaving)
		qsort(f->leaving, f->nr_leaving, sizeof(*f->leaving), by_time);
}

void future_look(struct future *f, uint32_t host, const struct host_state *state, uint64_t ordinal,
		 int64_t now_ns, struct foresight *out)
{
	const struct scheduled *e = schedule_find(f->schedule, ordinal);
	int64_t end = f->schedule->end_ns;

	f->asked = host;
	f->state = state;
	f->now_ns = now_ns;
	f->until_ns = end - now_ns > f->horizon_ns ? now_ns + f->horizon_ns : end;
	f->end_ns = e && e->end_ns > now_ns ? e->end_ns : NS_NEVER;
	f->first_arrival = schedule_after(f->schedule, host, now_ns, ordinal);
	find_leaving(f);
	*out = (struct foresight){.horizon_ns = f->until_ns - now_ns, .lost = lost, .context = f};
}

static int on_zone(void *self, const struct run_view *view, const struct zone_news *n,
		   struct error *err)
{
	(void)view;
	(void)err;
	if (n->kind == NEWS_STARTED)
		on_start(self, n->slot, n->ordinal, n->host, n->plan, n->measure);
	else if (n->kind == NEWS_MOVED)
		on_move(self, n->slot, n->plan, n->measure);
	else
		on_stop(self, n->slot);
	return 0;
}

const struct observer_ops future_observer = {
	.name = "foresight",
	.wants = NEWS(NEWS_STARTED) | NEWS(NEWS_MOVED) | NEWS(NEWS_LEFT),
	.on_zone = on_zone,
};
