#include "placement/homenode/oracle.h"

#include "base/units.h"
#include "cost/before-placing/predict.h"
#include "placement/device.h"
#include "placement/explain.h"
#include "placement/fill.h"
#include "placement/foresight.h"
#include "placement/policies.h"

struct sweep {
	const struct policy_input *in;
	struct plan *plan;
	void (*each)(void *context, const struct plan *plan);
	void *context;
	unsigned nr;
};

static void offer(struct sweep *s)
{
	s->nr++;
	s->each(s->context, s->plan);
}

/* A plan as policy_place() hands it to a policy, with vnodes on these nodes. */
static void begin(const struct sweep *s, nodeset nodes)
{
	struct plan *p = s->plan;

	p->soft = false;
	p->booked = 0;
	p->nr_devices = 0;
	fill_nodes(s->in, nodes, p);
	p->memory_rule = PLAN_MEMORY_NEAREST;
	p->told = fill_told(s->in->zone, p->nr_vnodes);
}

static bool all_have_vcpus(const struct plan *p)
{
	for (uint32_t v = 0; v < p->nr_vnodes; v++) {
		if (!p->vnode[v].vcpus)
			return false;
	}
	return true;
}

static bool even_shares_fit(const struct plan *p, const struct host_state *state)
{
	for (uint32_t v = 0; v < p->nr_vnodes; v++) {
		if (p->vnode[v].memory_bytes > state->free_bytes[p->vnode[v].node])
			return false;
	}
	return true;
}

static void offer_by_room(struct sweep *s, nodeset nodes)
{
	begin(s, nodes);
	if (fill_memory_by_room(s->in->state, nodes, s->plan))
		return;
	fill_vcpus_by_memory(s->plan);
	if (all_have_vcpus(s->plan) && plan_fill_memory(s->plan, s->in->state, NULL) == 0)
		offer(s);
}

static void offer_set(struct sweep *s, nodeset nodes)
{
	bool fit;

	begin(s, nodes);
	fill_vcpus(s->plan);
	fill_memory_evenly(s->plan);
	fit = even_shares_fit(s->plan, s->in->state);
	if (s->in->zone->numa_nodes && !fit)
		return;
	if (plan_fill_memory(s->plan, s->in->state, NULL) == 0)
		offer(s);
	if (!fit)
		offer_by_room(s, nodes);
}

static void offer_homenode(struct sweep *s)
{
	struct policy_input in = *s->in;

	in.why = NULL;
	begin(s, fill_usable(s->in));
	s->plan->memory_rule = PLAN_MEMORY_OWN_NODE;
	if (policy_homenode.place(&in, s->plan, NULL) == 0)
		offer(s);
}

static bool may_be(const struct sweep *s, nodeset nodes, nodeset must)
{
	const struct zone *z = s->in->zone;
	uint32_t nr = nodeset_count(nodes), cpus = 0;
	unsigned node;

	if ((nodes & must) != must || nr > z->vcpus || (z->numa_nodes && nr != z->numa_nodes))
		return false;
	nodeset_for_each (node, nodes) {
		cpus += s->in->host->node[node].nr_cpus;
	}
	return cpus >= z->vcpus;
}

unsigned oracle_each_plan(const struct policy_input *in, struct plan *plan,
			  void (*each)(void *context, const struct plan *plan), void *context)
{
	struct sweep s = {.in = in, .plan = plan, .each = each, .context = context};
	nodeset usable = fill_usable(in), must = 0, nodes;
	unsigned home;

	if (nodeset_count(usable) > ORACLE_NODES_MAX)
		return 0;
	offer_homenode(&s);
	if (in->zone->spread != ZONE_SPREAD_DEFAULT)
		return s.nr;
	if (in->zone->nr_devices) {
		struct policy_input quiet = *in;

		quiet.why = NULL;
		must = device_home(&quiet, &home) ? nodeset_of(home) : 0;
	}
	/* all non-empty subsets, ascending */
	for (nodes = usable & (~usable + 1); nodes; nodes = (nodes - usable) & usable) {
		if (may_be(&s, nodes, must))
			offer_set(&s, nodes);
	}
	return s.nr;
}

/* Why one plan is better than another, first things first. */
struct merit {
	int64_t lost; /* vCPU-nanoseconds; without a future the slowdown */
	int64_t spilled_bytes;
	uint32_t nr_nodes;
	uint64_t distance;
	int64_t free_bytes; /* of the one node */
};

static int compare(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static bool better(const struct merit *a, const struct merit *b, bool future)
{
	int c = future ? compare(a->lost, b->lost) : compare(a->spilled_bytes, b->spilled_bytes);

	if (!c)
		c = future ? compare(a->spilled_bytes, b->spilled_bytes)
			   : compare(a->lost, b->lost);
	if (!c)
		c = compare(a->nr_nodes, b->nr_nodes);
	if (!c)
		c = compare((int64_t)a->distance, (int64_t)b->distance);
	return c ? c < 0 : a->free_bytes < b->free_bytes;
}

struct judge {
	const struct policy_input *in;
	const struct cost_outlook *look; /* NULL: there is a future to ask */
	struct plan *best;
	struct merit merit, next; /* the best, and the best among other nodes */
	nodeset next_nodes;
	unsigned nr;
};

static int64_t lost_by(const struct judge *j, const struct plan *p)
{
	struct cost_answer answer;

	if (!j->look)
		return j->in->foresight->lost(j->in->foresight->context, p);
	cost_predict(j->look,
		     &(struct cost_ask){p->nodes & j->in->host->cpu_nodes, j->in->zone->vcpus,
					j->in->zone->profile},
		     &answer);
	return answer.slowdown_ppm;
}

static void consider(void *context, const struct plan *p)
{
	struct judge *j = context;
	struct merit m = {
		.lost = lost_by(j, p),
		.spilled_bytes = p->spilled_bytes,
		.nr_nodes = p->nr_vnodes,
		.distance = fill_distance_sum(p->host, p->nodes),
		.free_bytes = p->nr_vnodes == 1 ? j->in->state->free_bytes[p->vnode[0].node] : 0,
	};

	if (!j->nr++ || better(&m, &j->merit, !j->look)) {
		if (j->nr > 1 && j->best->nodes != p->nodes) {
			j->next = j->merit;
			j->next_nodes = j->best->nodes;
		}
		j->merit = m;
		*j->best = *p;
	} else if (p->nodes != j->best->nodes &&
		   (!j->next_nodes || better(&m, &j->next, !j->look))) {
		j->next = m;
		j->next_nodes = p->nodes;
	}
}

static void explain_choice(const struct judge *j)
{
	const struct host *h = j->in->host;
	struct sentence text;
	char time[32];

	if (j->look)
		sentence_set(&text,
			     "no trace to look into: horizon 0, and of the zones there only what "
			     "the host's state says; of %u plans the least spilled, then the least "
			     "slowdown (%.3f): nodes ",
			     j->nr, (double)j->merit.lost / 1e6);
	else
		sentence_set(&text,
			     "of %u plans the one under which this host loses least within %s "
			     "(%.6f vCPU-seconds): nodes ",
			     j->nr, duration_text(j->in->foresight->horizon_ns, time, sizeof(time)),
			     (double)j->merit.lost / 1e9);
	sentence_add_nodes(&text, h, j->best->nodes);
	if (j->next_nodes) {
		sentence_add(&text, "; the next best, ");
		sentence_add_nodes(&text, h, j->next_nodes);
		sentence_add(&text, j->look ? ", %.3f" : ", %.6f",
			     (double)j->next.lost / (j->look ? 1e6 : 1e9));
	}
	explain_add(j->in->why, "%s", text.text);
}

static int place(const struct policy_input *in, struct plan *out, struct error *err)
{
	uint32_t nodes = nodeset_count(fill_usable(in));
	struct judge judge = {.in = in, .best = out};
	struct cost_outlook look;
	struct plan scratch;

	if (nodes > ORACLE_NODES_MAX)
		return error_set(err, ERR_INFEASIBLE,
				 "oracle tries every set of nodes and takes hosts of up to %d; %s "
				 "has %u",
				 ORACLE_NODES_MAX, in->host->name, nodes);
	if (!in->foresight) {
		cost_outlook_init(&look, in->host, in->state);
		judge.look = &look;
	}
	/* what refuses is a node count or too few CPUs, in homenode's words */
	if (!oracle_each_plan(in, &scratch, consider, &judge))
		return policy_homenode.place(in, out, err);
	if (in->why)
		explain_choice(&judge);
	return 0;
}

const struct policy policy_oracle = {
	.name = "oracle",
	.summary = "the bound: every set of nodes tried against what the trace brings next",
	.source = "placement/homenode/oracle.h",
	.place = place,
	.heeds_count = true,
	.heeds_spread = true,
	.foresees_by = &policy_homenode,
};
