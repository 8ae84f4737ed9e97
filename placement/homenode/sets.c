#include "placement/homenode/sets.h"

#include "base/units.h"
#include "placement/device.h"
#include "placement/edera/edera.h"
#include "placement/explain.h"
#include "placement/fill.h"

struct set {
	uint32_t nr, cpus;
	uint8_t order[NODES_MAX];
	nodeset nodes;
	uint64_t load; /* all nodes together */
	uint64_t distance;
	uint32_t devices; /* free ones there */
	int64_t free_bytes, least_free_bytes; /* whole pages */
};

struct search {
	const struct policy_input *in;
	const struct set_rules *rules;
	uint32_t k;
	int64_t share_bytes;
	uint32_t share_vcpus;
	nodeset candidates;
};

/* vCPUs beyond a quarter of the CPUs: up to there nobody feels another. */
static uint64_t load(const struct search *s, unsigned node)
{
	uint64_t vcpus = (uint64_t)s->in->state->vcpus[node] + s->share_vcpus;
	uint32_t quiet = s->in->host->node[node].nr_cpus / 4;

	return s->rules->by_load && vcpus > quiet ? vcpus - quiet : 0;
}

static uint32_t free_devices(const struct search *s, unsigned node)
{
	const struct host *h = s->in->host;
	uint32_t nr = 0;

	for (unsigned d = 0; d < h->nr_devices; d++)
		nr += !s->in->state->device_taken[d] && nodeset_has(h->device[d].nodes, node);
	return nr;
}

static void add(const struct search *s, struct set *t, unsigned node)
{
	int64_t free_bytes = s->in->state->free_bytes[node] / PAGE_BYTES * PAGE_BYTES;

	if (!t->nr || free_bytes < t->least_free_bytes)
		t->least_free_bytes = free_bytes;
	t->free_bytes += free_bytes;
	t->order[t->nr++] = (uint8_t)node;
	t->nodes |= nodeset_of(node);
	t->cpus += s->in->host->node[node].nr_cpus;
	t->load += load(s, node);
	t->devices += s->rules->by_load ? free_devices(s, node) : 0;
}

uint64_t sets_way(const struct host *h, nodeset nodes, unsigned to)
{
	uint64_t sum = 0;
	unsigned node;

	nodeset_for_each (node, nodes) {
		sum += host_distance(h, node, to) + host_distance(h, to, node);
	}
	return sum;
}

/* Nearest to all chosen, then least load, then most free memory, lowest. */
static void grow_set(const struct search *s, struct set *t)
{
	while (t->nr < s->k) {
		nodeset left = s->candidates & ~t->nodes;
		unsigned best = NODES_MAX, node;
		uint64_t best_load = 0, best_way = 0;

		nodeset_for_each (node, left) {
			uint64_t l = load(s, node), d = sets_way(s->in->host, t->nodes, node);

			if (best != NODES_MAX &&
			    (d > best_way || (d == best_way && l > best_load) ||
			     (d == best_way && l == best_load &&
			      s->in->state->free_bytes[node] <= s->in->state->free_bytes[best])))
				continue;
			best = node;
			best_load = l;
			best_way = d;
		}
		if (best == NODES_MAX)
			return;
		add(s, t, best);
	}
}

static bool better(const struct set *a, const struct set *b, bool tight)
{
	if (a->distance != b->distance)
		return a->distance < b->distance;
	if (a->load != b->load)
		return a->load < b->load;
	if (a->devices != b->devices)
		return a->devices < b->devices;
	if (tight && a->nr == 1)
		return a->free_bytes < b->free_bytes;
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
		t.load = t.devices = 0;
		t.free_bytes = t.least_free_bytes = 0;
		add(s, &t, node);
		grow_set(s, &t);
		if (t.nr < s->k || t.cpus < s->in->zone->vcpus ||
		    (s->rules->by_memory && t.free_bytes < zone_boot_bytes(s->in->zone)))
			continue;
		t.distance = fill_distance_sum(s->in->host, t.nodes);
		if (!found || better(&t, best, s->rules->by_load))
			*best = t;
		found = true;
	}
	return found;
}

static void set_count(struct search *s, uint32_t k)
{
	s->k = k;
	s->share_bytes = sets_share(s->in, k);
	s->share_vcpus = (s->in->zone->vcpus + k - 1) / k;
	s->candidates = s->rules->by_memory ? sets_with_share(s->in, k) : fill_usable(s->in);
}

static void explain_set(const struct search *s, const struct set *t)
{
	struct sentence text;
	char share[32];

	sentence_set(&text, t->nr == 1 ? "node " : "nodes ");
	sentence_add_nodes(&text, s->in->host, t->nodes);
	sentence_add(&text,
		     ": %u by vCPUs%s (%s each); of such sets the one with the least mean distance "
		     "(%llu/100)%s",
		     t->nr, s->rules->by_memory ? " and memory" : "",
		     bytes_text(s->share_bytes, share, sizeof(share)),
		     (unsigned long long)(100 * t->distance / ((uint64_t)t->nr * t->nr)),
		     s->rules->by_load ? ", then fewest vCPUs beyond a quarter of its CPUs, then "
					 "fewest free devices"
				       : "");
	sentence_add(&text, ", then %s free memory",
		     s->rules->by_load && t->nr == 1 ? "least" : "most");
	explain_add(s->in->why, "%s", text.text);
}

static int fill_set(const struct search *s, const struct set *t, struct plan *out,
		    struct error *err)
{
	if (s->in->why)
		explain_set(s, t);
	return sets_fill(s->in, t->order, t->nr, s->rules->by_memory, out, err);
}

int sets_fill(const struct policy_input *in, const uint8_t *order, uint32_t nr, bool by_room,
	      struct plan *out, struct error *err)
{
	fill_order(in, order, nr, out);
	out->told = fill_told(in->zone, nr);
	out->memory_rule = PLAN_MEMORY_NEAREST;
	if (by_room) {
		fill_memory_by_room(in->state, out->nodes, out);
		fill_vcpus_by_memory(out);
	} else {
		fill_memory_evenly(out);
		fill_vcpus(out);
	}
	return plan_fill_memory(out, in->state, err);
}

int64_t sets_share(const struct policy_input *in, uint32_t k)
{
	return (zone_boot_bytes(in->zone) / PAGE_BYTES + k - 1) / k * PAGE_BYTES;
}

nodeset sets_with_share(const struct policy_input *in, uint32_t k)
{
	int64_t share = sets_share(in, k), least = k == 1 ? share : share / 5 * 2;
	nodeset with = 0;
	unsigned node;

	nodeset_for_each (node, fill_usable(in)) {
		if (in->state->free_bytes[node] >= least)
			with |= nodeset_of(node);
	}
	return with;
}

int slit_spill_place(const struct policy_input *in, struct plan *out, struct error *err)
{
	out->memory_rule = PLAN_MEMORY_NEAREST;
	return edera_place(in, false, out, err);
}

int sets_place(const struct policy_input *in, const struct set_rules *rules, struct plan *out,
	       struct error *err)
{
	uint32_t most = nodeset_count(fill_usable(in));
	struct search s = {.in = in, .rules = rules};
	struct set best;

	if (in->zone->numa_nodes || in->zone->spread != ZONE_SPREAD_DEFAULT)
		return slit_spill_place(in, out, err);
	for (uint32_t k = fill_count(in); k <= most; k++) {
		set_count(&s, k);
		if (find_set(&s, &best))
			return fill_set(&s, &best, out, err);
	}
	explain_add(in->why, "no set of nodes holds the memory without a sliver on one of them");
	return slit_spill_place(in, out, err);
}
