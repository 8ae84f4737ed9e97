#include "bench/run_dynamic.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "bench/run_price.h"

/* Linux' balloon waits 1 s after the hypervisor had nothing, doubling to 32 s. */
#define RETRY_FIRST_NS (1 * NS_PER_S)
#define RETRY_LAST_NS (32 * NS_PER_S)

static struct dynamic_zone *dynamic_at(struct run *r, uint32_t slot)
{
	struct dynamic_zone *d = slot < r->cap_dynamic ? r->dynamic[slot] : NULL;

	return d && d->nr_vnodes ? d : NULL;
}

static struct dynamic_zone *take_slot(struct run *r, uint32_t slot)
{
	struct dynamic_zone *d;

	while (slot >= r->cap_dynamic) {
		size_t old = r->cap_dynamic;

		r->dynamic = grow(r->dynamic, &r->cap_dynamic, old, sizeof(*r->dynamic));
		memset(&r->dynamic[old], 0, (r->cap_dynamic - old) * sizeof(*r->dynamic));
	}
	if (!r->dynamic[slot])
		r->dynamic[slot] = xcalloc(1, sizeof(**r->dynamic));
	d = r->dynamic[slot];
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

/* The kept part as a plan again, in the run's scratch. */
static const struct plan *kept_plan(struct run *r, const struct dynamic_zone *d, uint32_t host)
{
	struct plan *p = &r->kept;

	p->host = r->in->host[host];
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

static void push_tick(struct run *r, struct dynamic_zone *d, uint32_t slot)
{
	int64_t next = d->use.next_ns < d->check_ns ? d->use.next_ns : d->check_ns;

	d->number = UINT64_MAX;
	if (next == NS_NEVER)
		return;
	d->number = r->ticks.inserted;
	event_queue_push(&r->ticks, next, slot);
}

void dynamic_begin(struct run *r, uint32_t slot, const struct zone_event *ev)
{
	const struct live_zone *z = &r->live.zone[slot];
	struct dynamic_zone *d;

	if (r->zone.memory_policy == ZONE_STATIC || (!ev->use && !r->map_ids))
		return;
	d = take_slot(r, slot);
	keep_plan(d, &r->plan);
	d->have_bytes = z->locality.resident_bytes;
	d->max_bytes = r->zone.memory_bytes;
	d->min_bytes = r->zone.memory_min_bytes;
	d->start_ns = d->since_ns = z->start_ns;
	d->interval_ns = r->in->workload->balloon.check_first_ns;
	d->check_ns = NS_NEVER;
	for (int i = 0; i < DYNAMIC_LEVELS; i++)
		d->below_ns[i] = NS_NEVER;
	d->use.next_ns = NS_NEVER;
	if (ev->use) {
		use_begin(&d->use, ev->use, d->max_bytes, z->start_ns, r->in->seed, ev->id);
		d->check_ns = balloon_next_check(&r->in->workload->balloon, d, z->start_ns);
	}
	push_tick(r, d, slot);
}

static void note_levels(struct run *r, struct dynamic_zone *d, const struct plan_locality *l)
{
	int64_t local_ppm = ppm(l->local_bytes, l->resident_bytes);
	int64_t *count[] = {&r->row->zones_below_90, &r->row->zones_below_75,
			    &r->row->zones_below_50};
	int128 *sum[] = {&r->below_ns[0], &r->below_ns[1], &r->below_ns[2]};

	for (int i = 0; i < DYNAMIC_LEVELS; i++) {
		if (d->below_ns[i] != NS_NEVER || local_ppm >= dynamic_level_ppm[i])
			continue;
		d->below_ns[i] = r->totals.at_ns - d->start_ns;
		++*count[i];
		*sum[i] += d->below_ns[i];
	}
}

void dynamic_integrate(struct run *r, uint32_t slot)
{
	struct dynamic_zone *d = dynamic_at(r, slot);
	const struct plan_locality *l = &r->live.zone[slot].locality;
	int128 dt;

	if (!d)
		return;
	dt = r->totals.at_ns - d->since_ns;
	d->resident_ns += l->resident_bytes * dt;
	d->local_ns += l->local_bytes * dt;
	d->since_ns = r->totals.at_ns;
}

static int measure_again(struct run *r, struct dynamic_zone *d, uint32_t slot, struct error *err)
{
	struct live_zone *z = &r->live.zone[slot];
	int64_t before = z->locality.resident_bytes;
	const struct plan *kept = kept_plan(r, d, z->host);
	struct measure m;
	int rc = run_measure(r, z->host, slot, kept, &m, err);

	if (rc)
		return rc;
	dynamic_integrate(r, slot);
	totals_move(&r->totals, &z->locality, -1);
	plan_locality(kept, m.part, m.nr_parts, &z->locality);
	run_price_move(r, slot, kept, &m);
	if (r->future)
		future_move(r->future, slot, kept, &m);
	totals_move(&r->totals, &z->locality, 1);
	d->have_bytes = z->locality.resident_bytes;
	note_levels(r, d, &z->locality);
	stranded_after(&r->stranded, z->host, 0, d->have_bytes - before);
	fleet_update(&r->fleet, z->host);
	return 0;
}

int dynamic_resize(struct run *r, uint32_t slot, int64_t bytes, bool *grew_host, struct error *err)
{
	struct step s = {
		.kind = STEP_RESIZE, .host = r->live.zone[slot].host, .slot = slot, .bytes = bytes};
	struct dynamic_zone *d = dynamic_at(r, slot);
	int64_t before;
	int rc;

	BUG_ON(!d);
	before = d->have_bytes;
	stranded_before(&r->stranded);
	rc = backend_check(r->backend, &s, err);
	if (!rc)
		rc = backend_apply(r->backend, &s, err);
	if (!rc)
		rc = measure_again(r, d, slot, err);
	if (rc)
		return rc;
	d->steps++;
	r->row->events++;
	r->row->balloon_steps++;
	r->row->ballooned_bytes += llabs(d->have_bytes - before);
	if (bytes > before && d->have_bytes < bytes) {
		d->failures++;
		r->row->balloon_failures++;
	}
	*grew_host = d->have_bytes < before;
	return 0;
}

/* The controller's turn. */
static int act(struct run *r, struct dynamic_zone *d, uint32_t slot, bool *grew_host,
	       struct error *err)
{
	const struct balloon_rule *rule = &r->in->workload->balloon;
	int64_t target = balloon_target(rule, d), before = d->have_bytes;
	int rc;

	if (target == before)
		return 0;
	rc = dynamic_resize(r, slot, target, grew_host, err);
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

int dynamic_tick(struct run *r, struct error *err)
{
	struct queued q = event_queue_pop(&r->ticks);
	const struct balloon_rule *rule = &r->in->workload->balloon;
	struct dynamic_zone *d = dynamic_at(r, q.slot);
	bool grew_host = false;
	int rc = 0;

	if (!d || d->number != q.number)
		return 0;
	while (d->use.next_ns <= q.at_ns) {
		use_step(&d->use);
		r->result->use_changes++;
	}
	if (d->check_ns <= q.at_ns)
		rc = act(r, d, q.slot, &grew_host, err);
	else
		/* what happened since the last action let the interval settle */
		d->interval_ns = rule->check_last_ns;
	if (rc)
		return rc;
	d->check_ns = balloon_next_check(rule, d, q.at_ns);
	push_tick(r, d, q.slot);
	return grew_host ? run_serve_waiting(r, err) : 0;
}

void dynamic_end(struct run *r, uint32_t slot)
{
	struct dynamic_zone *d = dynamic_at(r, slot);

	if (!d)
		return;
	dynamic_integrate(r, slot);
	free(d->vnode);
	d->vnode = NULL;
	d->nr_vnodes = 0;
	d->number = UINT64_MAX;
}

void dynamic_release(struct run *r)
{
	for (size_t i = 0; i < r->cap_dynamic; i++) {
		if (!r->dynamic[i])
			continue;
		free(r->dynamic[i]->vnode);
		free(r->dynamic[i]);
	}
	free(r->dynamic);
	event_queue_release(&r->ticks);
}
