#include "bench/advised/replay.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "bench/loop/cluster.h"

/* What is known of the zone in a slot. */
struct kept {
	struct zone zone;
	struct plan plan;
	char *name;
	struct plan_memory *part;
	uint32_t nr_parts, host;
};

struct replay {
	const struct replay_ask *ask;
	struct replay_result *out;
	struct run *run;
	struct kept **kept; /* by slot; NULL: none */
	size_t cap;
	struct cost_params params;
	const struct host *params_of; /* NULL: of none yet */
};

/* --- who lives where -------------------------------------------------------------------- */

static void forget(struct replay *r, uint32_t slot)
{
	struct kept *k = slot < r->cap ? r->kept[slot] : NULL;

	if (!k)
		return;
	free(k->name);
	free(k->part);
	free(k);
	r->kept[slot] = NULL;
}

static void keep_plan(struct kept *k, const struct plan *p)
{
	k->plan = *p;
	k->zone = *p->zone;
	k->zone.name = k->name;
	k->plan.zone = &k->zone;
}

static void keep_parts(struct kept *k, const struct measure *m)
{
	k->part = xreallocarray(k->part, m->nr_parts + 1, sizeof(*k->part));
	memcpy(k->part, m->part, m->nr_parts * sizeof(*k->part));
	k->nr_parts = m->nr_parts;
}

static int on_zone(void *self, const struct run_view *view, const struct zone_news *n,
		   struct error *err)
{
	struct replay *r = self;

	(void)view;
	(void)err;
	while (n->slot >= r->cap) {
		size_t old = r->cap;

		r->kept = grow(r->kept, &r->cap, old, sizeof(struct kept *));
		memset(&r->kept[old], 0, (r->cap - old) * sizeof(struct kept *));
	}
	if (n->kind != NEWS_MOVED)
		forget(r, n->slot);
	if (n->kind == NEWS_LEFT)
		return 0;
	if (n->kind == NEWS_STARTED) {
		r->kept[n->slot] = xcalloc(1, sizeof(struct kept));
		r->kept[n->slot]->name = xstrdup(n->zone->name);
		r->kept[n->slot]->host = n->host;
		keep_plan(r->kept[n->slot], n->plan);
	}
	keep_parts(r->kept[n->slot], n->measure);
	return 0;
}

static const struct observer_ops watcher = {
	.name = "advice",
	.wants = NEWS(NEWS_STARTED) | NEWS(NEWS_MOVED) | NEWS(NEWS_LEFT),
	.on_zone = on_zone,
};

/* --- mending ---------------------------------------------------------------------------- */

static int carry(void *self, const struct advised_restart *group, struct error *err)
{
	struct replay *r = self;
	int rc = run_restart(r->run, group->slot, group->plan, group->nr, err);

	for (uint32_t i = 0; !rc && i < group->nr; i++) {
		struct kept *k = r->kept[group->slot[i]];
		const struct plan *p = group->plan[i];
		int64_t most = k->zone.memory_bytes;

		r->out->restarts++;
		r->out->restarted_vcpus += p->zone->vcpus;
		r->out->moved_bytes += plan_memory_bytes(p);
		r->out->made_static += k->zone.memory_policy != ZONE_STATIC &&
				       p->zone->memory_policy == ZONE_STATIC;
		keep_plan(k, p);
		k->zone.memory_bytes = most;
	}
	return rc;
}

static const struct cost_params *params_for(struct replay *r, const struct host *h)
{
	if (r->params_of != h) {
		if (r->params_of)
			cost_params_release(&r->params);
		cost_params_init(&r->params, h, NULL);
		r->params_of = h;
	}
	return &r->params;
}

static int mend_host(struct replay *r, uint32_t host, struct error *err)
{
	const struct cluster *c = run_cluster(r->run);
	struct advised_zone *zone = xcalloc(r->cap + 1, sizeof(*zone));
	uint32_t nr = 0;
	int rc = 0;

	for (uint32_t slot = 0; slot < r->cap; slot++) {
		const struct kept *k = r->kept[slot];

		if (!k || k->host != host)
			continue;
		zone[nr++] = (struct advised_zone){.slot = slot,
						   .zone = &k->zone,
						   .plan = &k->plan,
						   .part = k->part,
						   .nr_parts = k->nr_parts};
	}
	if (nr)
		rc = host_advise(c->state[host], params_for(r, c->host[host]), r->ask->rule, zone,
				 nr, carry, r, err);
	free(zone);
	return rc;
}

static int in_parts(struct replay *r, struct error *err)
{
	int64_t end_ns = r->ask->in->workload->duration_ns;
	int rc = 0;

	for (int64_t at = r->ask->every_ns; !rc && at < end_ns; at += r->ask->every_ns) {
		rc = run_on_to(r->run, at, err);
		for (uint32_t h = 0; !rc && r->ask->rule && h < r->ask->in->nr_hosts; h++)
			rc = mend_host(r, h, err);
	}
	return rc ? rc : run_on_to(r->run, end_ns, err);
}

int replay(const struct replay_ask *ask, struct replay_result *out, struct error *err)
{
	struct replay r = {.ask = ask, .out = out};
	struct run_input in = *ask->in;
	struct observer observer = {&watcher, &r};
	int rc;

	BUG_ON(in.nr_observers || in.workload->duration_ns == NS_NEVER);
	memset(out, 0, sizeof(*out));
	in.observer = &observer;
	in.nr_observers = 1;
	rc = run_open(&r.run, &in, &out->run, err);
	if (!rc)
		rc = in_parts(&r, err);
	if (!rc)
		rc = run_finish(r.run, err);
	if (!rc)
		run_fill(r.run);
	run_close(r.run);
	for (size_t slot = 0; slot < r.cap; slot++)
		forget(&r, (uint32_t)slot);
	free(r.kept);
	if (r.params_of)
		cost_params_release(&r.params);
	return rc;
}
