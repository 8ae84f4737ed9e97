#include "bench/loop/cluster.h"

#include <stdlib.h>

#include "backend/record.h"
#include "base/alloc.h"
#include "base/compiler.h"
#include "bench/accounts/books.h"

/* The guest of a live machine gives back the pages under its shared ones. */
#define LIVE_SLACK_BYTES (64 * PAGE_BYTES)

int cluster_open(struct cluster *c, const struct choice *choice, const struct backend_ops *ops,
		 const struct backend_config *config, const char *record, struct error *err)
{
	struct backend *inner;
	int rc = backend_open(&c->backend, ops, config, err);

	if (!rc && record) {
		inner = c->backend;
		rc = recorder_open(&c->backend, inner, record, config, err);
	}
	if (rc)
		return rc;
	c->asks_first = config->check || record || !(backend_traits(ops) & BACKEND_UNSHARED);
	c->host = config->host;
	c->nr_hosts = config->nr_hosts;
	c->live.zone.large = c->nr_hosts >= SLAB_LARGE_HOSTS;
	c->state = xcalloc(c->nr_hosts, sizeof(*c->state));
	for (uint32_t i = 0; i < c->nr_hosts; i++)
		c->state[i] = backend_observe(c->backend, i);
	fleet_init(&c->fleet, choice, c->state, c->nr_hosts);
	while (backend_left(c->backend, c->nr_left))
		c->nr_left++;
	return 0;
}

int cluster_keep_record(struct cluster *c, struct error *err)
{
	return recorder_keep(c->backend, err);
}

void cluster_close(struct cluster *c)
{
	backend_close(c->backend);
	live_release(&c->live);
	fleet_release(&c->fleet);
	groups_release(&c->groups);
	free(c->state);
}

void cluster_expect_zone(const struct cluster *c, uint32_t slot)
{
	fetch_line(live_at(&c->live, slot));
	backend_expect_zone(c->backend, slot);
}

void cluster_expect_host_of(const struct cluster *c, uint32_t slot)
{
	uint32_t host = live_at(&c->live, slot)->host;

	if (host >= c->nr_hosts)
		return;
	fetch_line(&c->state[host]);
	fleet_expect(&c->fleet, host);
	backend_expect_host(c->backend, host);
}

/* --- where memory is --------------------------------------------------------------- */

static uint32_t vnode_on(const struct plan *p, uint32_t node)
{
	for (uint32_t v = 0; v < p->nr_vnodes; v++)
		if (p->vnode[v].node == node)
			return v;
	return 0;
}

/*
 * Where the memory of the zone in `slot` is, by the machine's word; `p` is its plan. A
 * machine that knows nodes only (MEASURE_NODE_PARTS) leaves open which vnode a page is
 * of: it is counted for the vnode whose node it is on, so locality is then the best that
 * it can be.
 */
static int measure(struct cluster *c, uint32_t host, uint32_t slot, const struct plan *p,
		   struct measure *out, struct error *err)
{
	int rc = backend_measure(c->backend, host, slot, out, err);

	if (rc || (out->fields & MEASURE_PARTS))
		return rc;
	if (!(out->fields & MEASURE_NODE_PARTS))
		return error_set(err, ERR_CANNOT,
				 "the %s backend does not say where a zone's memory is",
				 backend_name(c->backend));
	for (uint32_t i = 0; i < out->nr_parts; i++) {
		c->part[i] = out->part[i];
		c->part[i].vnode = vnode_on(p, out->part[i].node);
	}
	out->part = c->part;
	return 0;
}

static int verify_plan(const struct plan *p, const struct measure *m, struct error *err)
{
	int64_t slack = m->fields & MEASURE_UNKNOWN ? LIVE_SLACK_BYTES : 0;
	int64_t off = m->resident_bytes - zone_boot_bytes(p->zone), sum = 0;

	for (uint32_t v = 0; p->pinned && v < p->nr_vnodes; v++) {
		struct cpuset cpus;

		plan_cpus(p, v, &cpus);
		if (!cpuset_subset(&cpus, &p->host->node[p->vnode[v].node].cpus))
			return error_set(err, ERR_CHECK, "zone %s: vnode %u may run off its node",
					 p->zone->name, v);
	}
	for (uint32_t i = 0; i < m->nr_parts; i++)
		sum += m->part[i].bytes;
	if (sum + m->unknown_bytes != m->resident_bytes || off < -slack || off > slack)
		return error_set(err, ERR_CHECK,
				 "zone %s was to have %lld bytes, %lld are resident, %lld on its "
				 "nodes",
				 p->zone->name, (long long)zone_boot_bytes(p->zone),
				 (long long)m->resident_bytes, (long long)sum);
	return 0;
}

/* --- starting -------------------------------------------------------------------- */

int cluster_may_start(struct cluster *c, uint32_t host, const struct plan *p, struct error *err)
{
	struct step step[PLAN_STEPS_MAX];
	unsigned nr;
	int rc = 0;

	if (!c->asks_first)
		return 0;
	nr = plan_diff(NULL, p, host, live_next_slot(&c->live), step);
	for (unsigned i = 0; !rc && i < nr; i++)
		rc = backend_check(c->backend, &step[i], err);
	return rc;
}

static int carry_out_step(struct cluster *c, const struct step *s, struct error *err)
{
	int rc = c->asks_first ? backend_check(c->backend, s, err) : 0;

	return rc ? rc : backend_apply(c->backend, s, err);
}

/* `m`: what the machine said as it started the zone; it is asked where it said nothing, and
 * to verify what it said. */
INLINE int look_at_new(struct cluster *c, const struct step *s, struct measure *m,
		       struct plan_locality *now, struct error *err)
{
	int rc = 0;

	if (c->check || !(m->fields & MEASURE_PARTS))
		rc = measure(c, s->host, s->slot, s->plan, m, err);
	if (!rc && c->check)
		rc = verify_plan(s->plan, m, err);
	if (rc)
		return rc;
	plan_locality(s->plan, m->part, m->nr_parts, now);
	live_set_locality(&c->live, s->slot, now);
	return 0;
}

static int tell_started(const struct cluster *c, const struct step *s, const struct zone_event *ev,
			const struct measure *m, const struct plan_locality *now, struct error *err)
{
	const struct live_zone *z = live_at(&c->live, s->slot);

	return audience_tell(c->audience,
			     &(struct zone_news){.kind = NEWS_STARTED,
						 .at_ns = c->now_ns,
						 .ordinal = z->ordinal,
						 .host = s->host,
						 .slot = s->slot,
						 .vcpus = z->vcpus,
						 .zone = s->plan->zone,
						 .event = ev,
						 .plan = s->plan,
						 .measure = m,
						 .now = now},
			     err);
}

/* A START of a slot that has just been added. */
INLINE int carry_out_start(struct cluster *c, const struct step *s, const struct zone_event *ev,
			   bool *placed, struct error *err)
{
	const struct plan *p = s->plan;
	struct live_zone *z = live_at(&c->live, s->slot);
	struct plan_locality now;
	struct measure m;
	int rc;

	z->host = s->host;
	z->vcpus = p->zone->vcpus;
	z->ordinal = s->ordinal;
	z->start_ns = backend_now_ns(c->backend);
	rc = backend_apply_and_measure(c->backend, s, &m, err);
	*placed = !rc;
	if (!rc)
		rc = look_at_new(c, s, &m, &now, err);
	if (rc) {
		live_remove(&c->live, s->slot);
		return rc;
	}
	fleet_update(&c->fleet, s->host);
	if (ev->group)
		groups_join(&c->groups, ev->group, s->slot, s->host);
	books_started(c->books, c->now_ns, s->host, p, &now, c->live.nr_live);
	return audience_wants(c->audience, NEWS_STARTED) ? tell_started(c, s, ev, &m, &now, err)
							 : 0;
}

int cluster_start(struct cluster *c, uint32_t host, const struct plan *p,
		  const struct zone_event *ev, uint64_t ordinal, uint32_t *slot, bool *placed,
		  struct error *err)
{
	struct step s = {.kind = STEP_START,
			 .host = host,
			 .slot = live_add(&c->live),
			 .plan = p,
			 .ordinal = ordinal};

	*slot = s.slot;
	return carry_out_start(c, &s, ev, placed, err);
}

uint32_t cluster_find_left(const struct cluster *c, const struct zone *z, uint64_t ordinal)
{
	for (uint32_t i = 0; i < c->nr_left; i++) {
		const struct left_zone *l = backend_left(c->backend, i);

		if (l->ordinal == ordinal && left_zone_is(l, z))
			return i + 1;
	}
	return 0;
}

int cluster_go_on(struct cluster *c, uint32_t left, struct plan *p, const struct zone_event *ev,
		  const struct zone *z, uint64_t ordinal, uint32_t *slot, bool *placed,
		  struct error *err)
{
	struct step s = {.kind = STEP_START, .plan = p, .ordinal = ordinal, .left = left};
	int rc;

	*p = backend_left(c->backend, left - 1)->plan;
	p->zone = z;
	p->host = c->host[0];
	s.slot = live_next_slot(&c->live);
	*placed = false;
	rc = backend_check(c->backend, &s, err);
	if (rc)
		return rc;
	*slot = s.slot = live_add(&c->live);
	return carry_out_start(c, &s, ev, placed, err);
}

/* --- while it lives, and after ----------------------------------------------------- */

/* What the machine says of the zone's memory now, to all who want to know. */
static int tell_of_move(struct cluster *c, uint32_t slot, const struct plan *p, struct error *err)
{
	const struct live_zone *z = live_at(&c->live, slot);
	struct plan_locality before, now;
	struct measure m;
	int rc = measure(c, z->host, slot, p, &m, err);

	if (rc)
		return rc;
	live_locality(&c->live, slot, &before);
	plan_locality(p, m.part, m.nr_parts, &now);
	live_set_locality(&c->live, slot, &now);
	fleet_update(&c->fleet, z->host);
	books_moved(c->books, c->now_ns, z->host, &before, &now);
	return audience_tell(c->audience,
			     &(struct zone_news){.kind = NEWS_MOVED,
						 .at_ns = c->now_ns,
						 .ordinal = z->ordinal,
						 .host = z->host,
						 .slot = slot,
						 .vcpus = z->vcpus,
						 .plan = p,
						 .measure = &m,
						 .before = &before,
						 .now = &now},
			     err);
}

int cluster_resize(struct cluster *c, uint32_t slot, const struct plan *p, int64_t bytes,
		   struct error *err)
{
	struct step s = {.kind = STEP_RESIZE,
			 .host = live_at(&c->live, slot)->host,
			 .slot = slot,
			 .bytes = bytes};
	int rc = carry_out_step(c, &s, err);

	return rc ? rc : tell_of_move(c, slot, p, err);
}

static int start_anew(struct cluster *c, uint32_t slot, const struct plan *p, struct error *err)
{
	const struct live_zone *z = live_at(&c->live, slot);
	struct step s = {.kind = STEP_START, .host = z->host, .slot = slot, .plan = p};
	struct error why = {0};
	int rc = carry_out_step(c, &s, &why);

	if (!rc)
		return tell_of_move(c, slot, p, err);
	return error_set(err, ERR_MACHINE, "zone %s was stopped and cannot start again: %s",
			 p->zone->name, why.text);
}

int cluster_restart(struct cluster *c, const uint32_t *slot, const struct plan *const *plan,
		    uint32_t nr, struct error *err)
{
	int rc = 0;

	for (uint32_t i = 0; !rc && i < nr; i++) {
		struct step s = {.kind = STEP_STOP,
				 .host = live_at(&c->live, slot[i])->host,
				 .slot = slot[i]};

		rc = carry_out_step(c, &s, err);
	}
	for (uint32_t i = 0; !rc && i < nr; i++)
		rc = start_anew(c, slot[i], plan[i], err);
	return rc;
}

/* `before` is the caller's, so that the news can be lent on. */
static struct zone_news news_of(const struct cluster *c, enum news kind, uint32_t slot,
				struct plan_locality *before)
{
	const struct live_zone *z = live_at(&c->live, slot);

	live_locality(&c->live, slot, before);
	return (struct zone_news){.kind = kind,
				  .at_ns = c->now_ns,
				  .ordinal = z->ordinal,
				  .host = z->host,
				  .slot = slot,
				  .vcpus = z->vcpus,
				  .before = before};
}

static int tell_those(const struct cluster *c, enum news kind, uint32_t slot, const char *outcome,
		      struct error *err)
{
	struct plan_locality before;
	struct zone_news news = news_of(c, kind, slot, &before);

	news.outcome = outcome;
	return audience_tell(c->audience, &news, err);
}

/* Most rows have nobody who wants to know. */
static inline int tell(const struct cluster *c, enum news kind, uint32_t slot, const char *outcome,
		       struct error *err)
{
	return audience_wants(c->audience, kind) ? tell_those(c, kind, slot, outcome, err) : 0;
}

/* The machine has let go of it. */
static int free_slot(struct cluster *c, uint32_t slot, const struct live_zone *z, struct error *err)
{
	struct plan_locality before;
	int rc;

	fleet_update(&c->fleet, z->host);
	if (c->groups.nr_members)
		groups_leave(&c->groups, slot);
	live_zone_locality(&c->live, z, &before);
	books_left(c->books, c->now_ns, z->host, z->vcpus, &before);
	rc = tell(c, NEWS_LEFT, slot, NULL, err);
	live_remove(&c->live, slot);
	return rc;
}

int cluster_stop(struct cluster *c, uint32_t slot, struct error *err)
{
	const struct live_zone *z = live_at(&c->live, slot);
	struct step s = {.kind = STEP_STOP, .host = z->host, .slot = slot};
	int rc = tell(c, NEWS_LEAVING, slot, "stopped", err);

	if (!rc)
		rc = carry_out_step(c, &s, err);
	return rc ? rc : free_slot(c, slot, z, err);
}

int cluster_forget(struct cluster *c, uint32_t slot, struct error *err)
{
	int rc = tell(c, NEWS_LEAVING, slot, "exited", err);

	return rc ? rc : free_slot(c, slot, live_at(&c->live, slot), err);
}

int cluster_tell_alive(struct cluster *c, struct error *err)
{
	int rc = 0;

	for (uint32_t i = 0; i < c->live.nr_slots && !rc; i++)
		if (live_at(&c->live, i)->host != UINT32_MAX)
			rc = tell(c, NEWS_ALIVE, i, "live", err);
	return rc;
}
