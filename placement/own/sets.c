#include "placement/own/sets.h"

#include "base/units.h"
#include "placement/device.h"
#include "placement/edera/edera.h"
#include "placement/explain.h"
#include "placement/fill.h"

struct set {
	uint32_t nr, cpus;
	uint8_t order[NODES_MAX];
	nodeset nodes;
	uint64_t overload; /* vCPUs above CPUs, all nodes together */
	uint64_t distance;
	int64_t least_free_bytes;
};

struct search {
	const struct policy_input *in;
	const struct set_rules *rules;
	uint32_t k;
	int64_t share_bytes;
	uint32_t share_vcpus;
	nodeset candidates;
};

static uint64_t overload(const struct search *s, unsigned node)
{
	uint64_t vcpus = (uint64_t)s->in->state->vcpus[node] + s->share_vcpus;
	uint32_t cpus = s->in->host->node[node].nr_cpus;

	return s->rules->by_load && vcpus > cpus ? vcpus - cpus : 0;
}

static void add(const struct search *s, struct set *t, unsigned node)
{
	int64_t free_bytes = s->in->state->free_bytes[node];

	if (!t->nr || free_bytes < t->least_free_bytes)
		t->least_free_bytes = free_bytes;
	t->order[t->nr++] = (uint8_t)node;
	t->nodes |= nodeset_of(node);
	t->cpus += s->in->host->node[node].nr_cpus;
	t->overload += overload(s, node);
}

static uint64_t way(const struct host *h, nodeset nodes, unsigned to)
{
	uint64_t sum = 0;
	unsigned node;

	nodeset_for_each (node, nodes) {
		sum += host_distance(h, node, to) + host_distance(h, to, node);
	}
	return sum;
}

/* Nearest to all chosen, then least overload, then most free memory, lowest. */
static void grow_set(const struct search *s, struct set *t)
{
	while (t->nr < s->k) {
		nodeset left = s->candidates & ~t->nodes;
		unsigned best = NODES_MAX, node;
		uint64_t best_over = 0, best_way = 0;

		nodeset_for_each (node, left) {
			uint64_t over = overload(s, node), d = way(s->in->host, t->nodes, node);

			if (best != NODES_MAX &&
			    (d > best_way || (d == best_way && over > best_over) ||
			     (d == best_way && over == best_over &&
			      s->in->state->free_bytes[node] <= s->in->state->free_bytes[best])))
				continue;
			best = node;
			best_over = over;
			best_way = d;
		}
		if (best == NODES_MAX)
			return;
		add(s, t, best);
	}
}

static bool better(const struct set *a, const struct set *b)
{
	if (a->distance != b->distance)
		return a->distance < b->distance;
	if (a->overload != b->overload)
		return a->overload < b->overload;
	return a->least_free_bytes > b->least_free_bytes;
}

static bool find_set(struct search *s, struct set *best)
{
	nodeset starts = s->candidates;
	unsigned home, node;
	bool found = false;

	if (s->in->zone->nr_devices && device_home(s->in, &home))
		starts &= nodeset_of(home);
	nodeset_for_each (node, starts) {
		struct set t;

		t.nr = t.cpus = 0;
		t.nodes = 0;
		t.overload = 0;
		t.least_free_bytes = 0;
		add(s, &t, node);
		grow_set(s, &t);
		if (t.nr < s->k || t.cpus < s->in->zone->vcpus)
			continue;
		t.distance = fill_distance_sum(s->in->host, t.nodes);
		if (!found || better(&t, best))
			*best = t;
		found = true;
	}
	return found;
}

static void set_count(struct search *s, uint32_t k)
{
	int64_t pages = zone_boot_bytes(s->in->zone) / PAGE_BYTES;
	unsigned node;

	s->k = k;
	s->share_bytes = (pages + k - 1) / k * PAGE_BYTES;
	s->share_vcpus = (s->in->zone->vcpus + k - 1) / k;
	s->candidates = 0;
	nodeset_for_each (node, s->in->host->usable_nodes) {
		if (!s->rules->by_memory || s->in->state->free_bytes[node] >= s->share_bytes)
			s->candidates |= nodeset_of(node);
	}
}

static int fill_set(const struct search *s, const struct set *t, struct plan *out,
		    struct error *err)
{
	struct sentence text;
	char share[32];

	fill_order(s->in, t->order, t->nr, out);
	out->told = s->in->zone->virt == ZONE_PV ? PLAN_TOLD_FLAT : PLAN_TOLD_VNUMA;
	out->memory_rule = PLAN_MEMORY_NEAREST;
	fill_vcpus(out);
	fill_memory_evenly(out);
	if (s->in->why) {
		sentence_set(&text, "nodes ");
		sentence_add_nodes(&text, s->in->host, t->nodes);
		sentence_add(&text,
			     ": %u by vCPUs%s (%s each); of such sets the one with the "
			     "least mean distance (%llu/100)%s, then most free memory",
			     t->nr, s->rules->by_memory ? " and memory" : "",
			     bytes_text(s->share_bytes, share, sizeof(share)),
			     (unsigned long long)(100 * t->distance / ((uint64_t)t->nr * t->nr)),
			     s->rules->by_load ? ", then fewest vCPUs above its CPUs" : "");
		explain_add(s->in->why, "%s", text.text);
	}
	return plan_fill_memory(out, s->in->state, err);
}

int slit_spill_place(const struct policy_input *in, struct plan *out, struct error *err)
{
	out->memory_rule = PLAN_MEMORY_NEAREST;
	return edera_place(in, false, out, err);
}

int sets_place(const struct policy_input *in, const struct set_rules *rules, struct plan *out,
	       struct error *err)
{
	uint32_t nr = nodeset_count(in->host->usable_nodes), most;
	struct search s = {.in = in, .rules = rules};
	struct set best;

	if (in->zone->numa_nodes || in->zone->spread != ZONE_SPREAD_DEFAULT)
		return slit_spill_place(in, out, err);
	most = nr;
	for (uint32_t k = fill_count(in); k <= most; k++) {
		set_count(&s, k);
		if (find_set(&s, &best))
			return fill_set(&s, &best, out, err);
	}
	explain_add(in->why, "no number of nodes has its share of the memory free on each");
	return slit_spill_place(in, out, err);
}
