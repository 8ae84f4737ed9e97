#include "bench/advised/host_advice.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "live/advise/advise.h"

static void add_zone(struct live_sample *s, const struct advised_zone *from)
{
	const struct plan *p = from->plan;
	struct live_zone *z;
	char id[32];
	int64_t has = 0;

	snprintf(id, sizeof(id), "slot %u", from->slot);
	z = live_sample_add(s, from->zone->name, id);
	z->kind = LIVE_MODEL;
	z->vcpus = from->zone->vcpus;
	live_zone_set_vnodes(z, p->pinned ? p->nr_vnodes : 1);
	for (uint32_t v = 0; v < z->nr_vnodes; v++) {
		z->vnode[v].runs_on = p->pinned ? nodeset_of(p->vnode[v].node) : p->nodes;
		z->vnode[v].vcpus = p->pinned ? p->vnode[v].vcpus : z->vcpus;
		if (p->told == PLAN_TOLD_VNUMA)
			z->vnode[v].told_node = (int)p->vnode[v].node;
	}
	for (unsigned n = 0; n < s->host->nr_nodes; n++)
		z->node_bytes[n] = 0;
	for (uint32_t i = 0; i < from->nr_parts; i++) {
		z->node_bytes[from->part[i].node] += from->part[i].bytes;
		has += from->part[i].bytes;
	}
	z->target_bytes = has;
	z->max_bytes = from->zone->memory_bytes;
}

static void fill_sample(struct live_sample *s, const struct host_state *state,
			const struct advised_zone *zone, uint32_t nr, bool *keep)
{
	live_sample_init(s, state->host);
	for (unsigned n = 0; n < state->host->nr_nodes; n++) {
		s->size_bytes[n] = state->host->node[n].memory_bytes;
		s->free_bytes[n] = state->free_bytes[n];
	}
	for (uint32_t i = 0; i < nr; i++) {
		add_zone(s, &zone[i]);
		keep[i] = zone[i].zone->nr_devices > 0;
	}
}

static int carry_all(const struct advice *a, const struct advised_zone *zone,
		     int (*carry)(void *self, const struct advised_restart *group,
				  struct error *err),
		     void *self, struct error *err)
{
	uint32_t slot[ADVICE_STEPS_MAX];
	const struct plan *plan[ADVICE_STEPS_MAX];
	struct advised_restart group = {.slot = slot, .plan = plan};
	int rc = 0;

	for (uint32_t i = 0; !rc && i < a->nr_steps; i++) {
		slot[group.nr] = zone[a->step[i].zone].slot;
		plan[group.nr++] = a->step[i].plan;
		if (a->step[i].with_next)
			continue;
		rc = carry(self, &group, err);
		group.nr = 0;
	}
	return rc;
}

int host_advise(const struct host_state *state, const struct cost_params *params,
		const struct advised_rule *rule, const struct advised_zone *zone, uint32_t nr,
		int (*carry)(void *self, const struct advised_restart *group, struct error *err),
		void *self, struct error *err)
{
	bool *keep = xcalloc(nr + 1, sizeof(*keep));
	struct live_sample s;
	struct advise_ask ask = {.sample = &s,
				 .params = params,
				 .policy = rule->policy,
				 .keep = keep,
				 .max_steps = rule->max_steps,
				 .mend_ppm = rule->mend_ppm,
				 .stay_dynamic = rule->stay_dynamic};
	struct advice a;
	int rc;

	fill_sample(&s, state, zone, nr, keep);
	advise(&ask, &a);
	rc = carry_all(&a, zone, carry, self, err);
	advice_release(&a);
	live_sample_release(&s);
	free(keep);
	return rc;
}
