#include "bench/loop/balloons.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "bench/loop/run_input.h"

/* Linux' balloon waits 1 s after the hypervisor had nothing, doubling to 32 s. */
#define RETRY_FIRST_NS (1 * NS_PER_S)
#define RETRY_LAST_NS (32 * NS_PER_S)

void balloons_init(struct balloons *b, struct cluster *c, const struct workload *w, uint64_t seed)
{
	b->cluster = c;
	b->workload = w;
	b->seed = seed;
	b->targets_given = w->source != SOURCE_GENERATOR;
}

void balloons_release(struct balloons *b)
{
	for (size_t i = 0; i < b->cap; i++) {
		if (!b->zone[i])
			continue;
		free(b->zone[i]->vnode);
		free(b->zone[i]);
	}
	free(b->zone);
	event_queue_release(&b->ticks);
}

static struct dynamic_zone *zone_at(const struct balloons *b, uint32_t slot)
{
	struct dynamic_zone *d = slot < b->cap ? b->zone[slot] : NULL;

	return d && d->nr_vnodes ? d : NULL;
}

const struct dynamic_zone *balloons_zone(const struct balloons *b, uint32_t slot)
{
	return zone_at(b, slot);
}

static struct dynamic_zone *take_slot(struct balloons *b, uint32_t slot)
{
	struct dynamic_zone *d;

	while (slot >= b->cap) {
		size_t old = b->cap;

		b->zone = grow(b->zone, &b->cap, old, sizeof(*b->zone));
		memset(&b->zone[old], 0, (b->cap - old) * sizeof(*b->zone));
	}
	if (!b->zone[slot])
		b->zone[slot] = xcalloc(1, sizeof(**b->zone));
	d = b->zone[slot];
	*d = (struct dynamic_zone){.vnode = NULL};
	return d;
}

static void keep_plan(struct dynamic_zone *d, const struct plan *p)
{
	d->told = p->told;
	d->pinned = p->pinned;
	d->nodes = p->nodes;
	d->nr_vnodes = p->nr_vnodes;
	d->vnode = NULL;
	if (p->nr_vnodes == 1) {
		d->one_vnode = p->vnode[0];
		return;
	}
	d->vnode = xmalloc(p->nr_vnodes * sizeof(*d->vnode));
	memcpy(d->vnode, p->vnode, p->nr_vnodes * sizeof(*d->vnode));
}

/* The kept part as a plan again, in the scratch. */
static const struct plan *kept_plan(struct balloons *b, const struct dynamic_zone *d, uint32_t host)
{
	struct plan *p = &b->kept;

	p->host = b->cluster->host[host];
	p->told = d->told;
	p->pinned = d->pinned;
	p->nodes = d->nodes;
	p->nr_vnodes = d->nr_vnodes;
	if (d->nr_vnodes == 1)
		p->vnode[0] = d->one_vnode;
	else
		memcpy(p->vnode, d->vnode, d->nr_vnodes * sizeof(*d->vnode));
	return p;
}

static void push_tick(struct balloons *b, struct dynamic_zone *d, uint32_t slot)
{
	int64_t next = d->use.next_ns < d->check_ns ? d->use.next_ns : d->check_ns;

	d->number = UINT64_MAX;
	if (next == NS_NEVER)
		return;
	d->number = b->ticks.inserted;
	event_queue_push(&b->ticks, next, slot);
}

/* --- what happens to zones --------------------------------------------------------- */

static void follow(struct balloons *b, struct dynamic_zone *d, const struct zone_event *ev)
{
	use_begin(&d->use, ev->use, d->max_bytes, d->start_ns, b->seed, ev->id);
	d->check_ns = balloon_next_check(&b->workload->balloon, d, d->start_ns);
	b->followed++;
}

/* Nothing for static zones and zones whose use is not known. */
static void begin(struct balloons *b, const struct zone_news *n)
{
	struct dynamic_zone *d;

	if (n->zone->memory_policy == ZONE_STATIC || (!n->event->use && !b->targets_given))
		return;
	d = take_slot(b, n->slot);
	keep_plan(d, n->plan);
	d->have_bytes = n->now->resident_bytes;
	d->max_bytes = n->zone->memory_bytes;
	d->min_bytes = n->zone->memory_min_bytes;
	d->start_ns = d->since_ns = live_at(&b->cluster->live, n->slot)->start_ns;
	d->interval_ns = b->workload->balloon.check_first_ns;
	d->check_ns = NS_NEVER;
	for (int i = 0; i < DYNAMIC_LEVELS; i++)
		d->below_ns[i] = NS_NEVER;
	d->use.next_ns = NS_NEVER;
	if (n->event->use)
		follow(b, d, n->event);
	push_tick(b, d, n->slot);
}

/* Integrate up to now: the locality `l` held since the last time. */
static void integrate(struct dynamic_zone *d, const struct plan_locality *l, int64_t now_ns)
{
	int128 dt = now_ns - d->since_ns;

	d->resident_ns += l->resident_bytes * dt;
	d->local_ns += l->local_bytes * dt;
	d->since_ns = now_ns;
}

static void note_levels(struct balloons *b, struct dynamic_zone *d, const struct plan_locality *l)
{
	int64_t local_ppm = ppm(l->local_bytes, l->resident_bytes);

	for (int i = 0; i < DYNAMIC_LEVELS; i++) {
		if (d->below_ns[i] != NS_NEVER || local_ppm >= dynamic_level_ppm[i])
			continue;
		d->below_ns[i] = b->cluster->now_ns - d->start_ns;
		b->below[i]++;
		b->below_ns[i] += d->below_ns[i];
	}
}

static void moved(struct balloons *b, struct dynamic_zone *d, const struct zone_news *n)
{
	integrate(d, n->before, n->at_ns);
	d->have_bytes = n->now->resident_bytes;
	note_levels(b, d, n->now);
}

static void end(struct dynamic_zone *d)
{
	free(d->vnode);
	d->vnode = NULL;
	d->nr_vnodes = 0;
	d->number = UINT64_MAX;
}

void balloons_replan(struct balloons *b, uint32_t slot, const struct plan *p)
{
	struct dynamic_zone *d = zone_at(b, slot);

	if (!d)
		return;
	if (p->zone->memory_policy == ZONE_STATIC) {
		end(d);
		return;
	}
	free(d->vnode);
	keep_plan(d, p);
}

static int on_zone(void *self, const struct run_view *view, const struct zone_news *n,
		   struct error *err)
{
	struct balloons *b = self;
	struct dynamic_zone *d;

	(void)view;
	(void)err;
	if (n->kind == NEWS_STARTED) {
		begin(b, n);
		return 0;
	}
	d = zone_at(b, n->slot);
	if (!d)
		return 0;
	if (n->kind == NEWS_MOVED)
		moved(b, d, n);
	else if (n->kind == NEWS_LEFT)
		end(d);
	else
		integrate(d, n->before, n->at_ns);
	return 0;
}

/* --- the controller's turn ---------------------------------------------------------- */

int balloons_resize(struct balloons *b, uint32_t slot, int64_t bytes, bool *grew_host,
		    struct error *err)
{
	struct dynamic_zone *d = zone_at(b, slot);
	int64_t before;
	int rc;

	BUG_ON(!d);
	before = d->have_bytes;
	rc = cluster_resize(b->cluster, slot,
			    kept_plan(b, d, live_at(&b->cluster->live, slot)->host), bytes, err);
	if (rc)
		return rc;
	d->steps++;
	b->steps++;
	b->changed_bytes += llabs(d->have_bytes - before);
	if (bytes > before && d->have_bytes < bytes) {
		d->failures++;
		b->failures++;
	}
	*grew_host = d->have_bytes < before;
	return 0;
}

static int act(struct balloons *b, struct dynamic_zone *d, uint32_t slot, bool *grew_host,
	       struct error *err)
{
	const struct balloon_rule *rule = &b->workload->balloon;
	int64_t target = balloon_target(rule, d), before = d->have_bytes;
	int rc;

	if (target == before)
		return 0;
	rc = balloons_resize(b, slot, target, grew_host, err);
	if (rc)
		return rc;
	if (d->have_bytes < target) {
		int64_t twice = d->retry_ns ? d->retry_ns * 2 : RETRY_FIRST_NS;

		d->retry_ns = twice < RETRY_LAST_NS ? twice : RETRY_LAST_NS;
		return 0;
	}
	d->retry_ns = 0;
	d->interval_ns = target > before ? rule->check_first_ns : rule->check_last_ns;
	return 0;
}

int64_t balloons_next_ns(const struct balloons *b)
{
	return event_queue_next_ns(&b->ticks);
}

int balloons_turn(struct balloons *b, bool *grew_host, struct error *err)
{
	struct queued q = event_queue_pop(&b->ticks);
	const struct balloon_rule *rule = &b->workload->balloon;
	struct dynamic_zone *d = zone_at(b, q.slot);
	int rc = 0;

	*grew_host = false;
	if (!d || d->number != q.number)
		return 0;
	while (d->use.next_ns <= q.at_ns) {
		use_step(&d->use);
		b->use_changes++;
	}
	if (d->check_ns <= q.at_ns)
		rc = act(b, d, q.slot, grew_host, err);
	else
		/* what happened since the last action let the interval settle */
		d->interval_ns = rule->check_last_ns;
	if (rc)
		return rc;
	d->check_ns = balloon_next_check(rule, d, q.at_ns);
	push_tick(b, d, q.slot);
	return 0;
}

/* --- columns ------------------------------------------------------------------------ */

static int64_t mean_s(const struct balloons *b, int level)
{
	return b->below[level] ? (int64_t)(b->below_ns[level] / b->below[level] / NS_PER_S)
			       : FIGURE_UNKNOWN;
}

void balloons_join(struct balloons *b, const struct balloons *other)
{
	b->steps += other->steps;
	b->failures += other->failures;
	b->changed_bytes += other->changed_bytes;
	b->use_changes += other->use_changes;
	for (int i = 0; i < DYNAMIC_LEVELS; i++) {
		b->below[i] += other->below[i];
		b->below_ns[i] += other->below_ns[i];
	}
}

static void on_row(void *self, const struct run_view *view, struct run_result *out)
{
	const struct balloons *b = self;
	struct row *row = &out->row;

	(void)view;
	out->use_changes = b->use_changes;
	row->balloon_steps = (int64_t)b->steps;
	row->balloon_failures = (int64_t)b->failures;
	row->ballooned_bytes = b->changed_bytes;
	row->zones_below_90 = b->below[0];
	row->zones_below_75 = b->below[1];
	row->zones_below_50 = b->below[2];
	row->mean_s_to_90 = mean_s(b, 0);
	row->mean_s_to_75 = mean_s(b, 1);
	row->mean_s_to_50 = mean_s(b, 2);
}

const struct observer_ops balloons_observer = {
	.name = "dynamic memory",
	.wants = NEWS(NEWS_STARTED) | NEWS(NEWS_MOVED) | NEWS(NEWS_LEAVING) | NEWS(NEWS_LEFT) |
		 NEWS(NEWS_ALIVE),
	.on_zone = on_zone,
	.on_row = on_row,
};
