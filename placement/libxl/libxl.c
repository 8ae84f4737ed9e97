#include "placement/libxl/libxl.h"

#include <string.h>

#include "base/units.h"
#include "placement/explain.h"
#include "placement/fill.h"

#define STEPS_MAX 4096

/* Suitable nodes, ascending, and bounds over the last of them: what the best
 * `j` of items i.. add up to. */
struct search {
	uint32_t nr, k;
	uint8_t node[NODES_MAX];
	uint64_t vcpus[NODES_MAX]; /* as libxl counts them */
	int64_t free_kib[NODES_MAX];
	uint32_t cpus[NODES_MAX];
	int64_t need_kib;
	uint32_t need_cpus;
	uint32_t steps; /* left to `bounded` on hosts that libxl itself places nothing on */
	bool found;
	uint64_t best_vcpus;
	int64_t best_kib;
	nodeset best; /* of items */
};

static void find_suitable(const struct policy_input *in, struct search *s)
{
	const struct host *h = in->host;
	unsigned node;

	memset(s, 0, sizeof(*s));
	s->steps = STEPS_MAX;
	s->need_kib = (zone_boot_bytes(in->zone) + KIB - 1) / KIB;
	s->need_cpus = in->zone->vcpus;
	nodeset_for_each (node, h->cpu_nodes) {
		s->node[s->nr] = (uint8_t)node;
		s->vcpus[s->nr] = policy_book(in, node).spread_vcpus;
		s->free_kib[s->nr] = in->state->free_bytes[node] / KIB;
		s->cpus[s->nr++] = h->node[node].nr_cpus;
	}
}

/* The least number of nodes: by CPUs a node, where all nodes of the host have
 * the same number of them. */
static uint32_t least_nodes(const struct policy_input *in, const struct search *s)
{
	uint32_t per = in->host->node[0].nr_cpus, k;

	for (unsigned n = 0; n < in->host->nr_nodes; n++) {
		if (in->host->node[n].nr_cpus != per)
			return 1;
	}
	k = (in->zone->vcpus + per - 1) / per;
	return k < s->nr ? k : s->nr;
}

/* Sum of the `k` largest of v[from..nr). */
static int64_t largest(const int64_t *v, uint32_t from, uint32_t nr, uint32_t k)
{
	int64_t top[NODES_MAX], sum = 0;
	uint32_t kept = 0;

	for (uint32_t i = from; i < nr; i++) {
		uint32_t at = kept < k ? kept++ : k;

		for (; at && top[at - 1] < v[i]; at--) {
			if (at < k)
				top[at] = top[at - 1];
		}
		if (at < k)
			top[at] = v[i];
	}
	for (uint32_t i = 0; i < kept; i++)
		sum += top[i];
	return sum;
}

/* For `j` more items out of those from `from` on. */
static void find_bounds(const struct search *s, uint32_t from, uint32_t j, int64_t *kib,
			int64_t *cpus, int64_t *vcpus)
{
	int64_t c[NODES_MAX], v[NODES_MAX];

	for (uint32_t i = from; i < s->nr; i++) {
		c[i] = s->cpus[i];
		v[i] = -(int64_t)s->vcpus[i];
	}
	*kib = largest(s->free_kib, from, s->nr, j);
	*cpus = largest(c, from, s->nr, j);
	*vcpus = -largest(v, from, s->nr, j);
}

static bool improves(const struct search *s, uint64_t vcpus, int64_t kib)
{
	if (!s->found || vcpus != s->best_vcpus)
		return !s->found || vcpus < s->best_vcpus;
	return kib > s->best_kib;
}

static void keep(struct search *s, nodeset items, uint64_t vcpus, int64_t kib)
{
	s->found = true;
	s->best = items;
	s->best_vcpus = vcpus;
	s->best_kib = kib;
}

/*
 * The k best items by (vcpus, most memory, lowest): no set has fewer vCPUs, none
 * with as few has more memory, and among equals none is lexicographically
 * earlier. So when it is a candidate at all, it is libxl's choice.
 */
static bool sorted_choice(struct search *s)
{
	nodeset items = 0;
	int64_t kib = 0, cpus = 0;
	uint64_t vcpus = 0;

	for (uint32_t j = 0; j < s->k; j++) {
		uint32_t best = UINT32_MAX;

		for (uint32_t i = 0; i < s->nr; i++) {
			if (nodeset_has(items, i))
				continue;
			if (best == UINT32_MAX || s->vcpus[i] < s->vcpus[best] ||
			    (s->vcpus[i] == s->vcpus[best] && s->free_kib[i] > s->free_kib[best]))
				best = i;
		}
		items |= nodeset_of(best);
		kib += s->free_kib[best];
		cpus += s->cpus[best];
		vcpus += s->vcpus[best];
	}
	if (kib < s->need_kib || cpus < s->need_cpus)
		return false;
	keep(s, items, vcpus, kib);
	return true;
}

/* Depth first in lexicographic order, so that the first of equals stays. */
static void bounded(struct search *s, uint32_t from, uint32_t nr, nodeset items, uint64_t vcpus,
		    int64_t kib, uint32_t cpus)
{
	uint32_t more = s->k - nr;

	if (!more) {
		if (kib >= s->need_kib && cpus >= s->need_cpus && improves(s, vcpus, kib))
			keep(s, items, vcpus, kib);
		return;
	}
	for (uint32_t i = from; i + more <= s->nr; i++) {
		int64_t most_kib, most_cpus, least_vcpus;

		if (s->nr > LIBXL_NODES_MAX && (!s->steps || !s->steps--))
			return;
		find_bounds(s, i, more, &most_kib, &most_cpus, &least_vcpus);
		/* what items from i on cannot bring, those from i + 1 on cannot either */
		if (kib + most_kib < s->need_kib || cpus + most_cpus < s->need_cpus ||
		    !improves(s, vcpus + (uint64_t)least_vcpus, kib + most_kib))
			return;
		bounded(s, i + 1, nr + 1, items | nodeset_of(i), vcpus + s->vcpus[i],
			kib + s->free_kib[i], cpus + s->cpus[i]);
	}
}

/* As libxl computes it, wraps and all. */
static void consider_wrapped(struct search *s, nodeset items)
{
	uint32_t kib = 0, cpus = 0;
	uint64_t vcpus = 0;
	unsigned i;

	nodeset_for_each (i, items) {
		kib += (uint32_t)(uint64_t)s->free_kib[i];
		cpus += s->cpus[i];
		vcpus += s->vcpus[i];
	}
	if (kib < s->need_kib || cpus < s->need_cpus)
		return;
	if (s->found &&
	    (vcpus > s->best_vcpus || (vcpus == s->best_vcpus &&
				       /* an int of the difference; negative: better */
				       !(((uint32_t)((uint64_t)s->best_kib - kib) >> 31) & 1))))
		return;
	keep(s, items, vcpus, kib);
}

static void every_set(struct search *s, uint32_t from, uint32_t more, nodeset items)
{
	if (!more) {
		consider_wrapped(s, items);
		return;
	}
	for (uint32_t i = from; i + more <= s->nr; i++)
		every_set(s, i + 1, more - 1, items | nodeset_of(i));
}

static nodeset choose(struct search *s, uint32_t least, bool wraps)
{
	nodeset nodes = 0;
	unsigned i;

	for (s->k = least; s->k <= s->nr && !s->found; s->k++) {
		if (wraps)
			every_set(s, 0, s->k, 0);
		else if (!sorted_choice(s))
			bounded(s, 0, 0, 0, 0, 0, 0);
	}
	nodeset_for_each (i, s->best) {
		nodes |= nodeset_of(s->node[i]);
	}
	return nodes;
}

static void explain_choice(const struct policy_input *in, const struct search *s, nodeset nodes)
{
	struct sentence t;
	char need[32], have[32];

	if (!nodes) {
		explain_add(in->why,
			    "no set of nodes has %s and %u CPUs together: affinity is all nodes",
			    bytes_text(s->need_kib * KIB, need, sizeof(need)), s->need_cpus);
		return;
	}
	sentence_set(&t, "nodes ");
	sentence_add_nodes(&t, in->host, nodes);
	sentence_add(&t,
		     ": of the sets of %u whose free memory and CPUs suffice, the one with fewest "
		     "vCPUs (%llu) and then most free memory (%s)",
		     nodeset_count(nodes), (unsigned long long)s->best_vcpus,
		     bytes_text(s->best_kib * KIB, have, sizeof(have)));
	explain_add(in->why, "%s", t.text);
	if (in->zone->nr_devices)
		explain_add(in->why, "libxl does not look at where devices are");
}

int libxl_place(const struct policy_input *in, const struct libxl_rules *rules, struct plan *out,
		struct error *err)
{
	struct search s;
	nodeset nodes;
	/* 2 TiB: below it neither wrap nor sign can go wrong */
	bool wraps = rules->defects && in->state->total_free_bytes >= 2048 * GIB;

	if (in->host->nr_nodes > rules->most_nodes) {
		explain_add(in->why, "host %s has %u nodes: libxl places nothing above %u",
			    in->host->name, in->host->nr_nodes, rules->most_nodes);
		return fill_everywhere(in, out, err);
	}
	find_suitable(in, &s);
	nodes = choose(&s, least_nodes(in, &s), wraps);
	explain_choice(in, &s, nodes);
	if (!nodes)
		return fill_everywhere(in, out, err);
	fill_nodes(in, nodes, out);
	out->pinned = false;
	out->soft = true;
	out->memory_rule = PLAN_MEMORY_STRIPED;
	fill_vcpus(out);
	return plan_fill_memory(out, in->state, err);
}
