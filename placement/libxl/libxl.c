#include "placement/libxl/libxl.h"

#include "base/units.h"
#include "placement/explain.h"
#include "placement/fill.h"

#define STEPS_MAX 65536
#define SCALE_BITS 52 /* products below: 64 of them still fit 63 bits */

/* What the `j` largest (or least) values of items i.. add up to: [i][j]. */
struct sums {
	int64_t of[NODES_MAX + 1][NODES_MAX + 1];
};

/* Suitable nodes, ascending. */
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
	/*
	 * Bounds of `bounded`. An item's price is scale * vcpus - rate * free_kib: no set
	 * that has the memory needed has fewer vCPUs than (its price + rate * need) /
	 * scale, whatever the rate (Lagrange).
	 */
	int64_t scale, rate;
	int64_t price[NODES_MAX];
	nodeset cheap; /* the items that the bounds came from, where they are a candidate */
	struct sums most_kib, most_cpus, least_vcpus, least_price;
};

/* A set being put together, depth first. */
struct part {
	nodeset items;
	uint32_t nr;
	uint64_t vcpus;
	int64_t kib, price;
	uint32_t cpus;
};

static void find_suitable(const struct policy_input *in, struct search *s)
{
	const struct host *h = in->host;
	unsigned node;

	/* field by field: the sums need no clearing */
	s->nr = 0;
	s->found = false;
	s->best = 0;
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

/* Sums of the `sign` times largest of v[i..nr), for every i and up to k of them. */
static void find_sums(struct sums *t, const int64_t *v, uint32_t nr, uint32_t k, int sign)
{
	int64_t top[NODES_MAX];
	uint32_t kept = 0;

	for (uint32_t j = 0; j <= k; j++)
		t->of[nr][j] = 0;
	for (uint32_t i = nr; i-- > 0;) {
		int64_t x = sign * v[i];
		uint32_t at = kept < k ? kept++ : k;

		for (; at && top[at - 1] < x; at--) {
			if (at < k)
				top[at] = top[at - 1];
		}
		if (at < k)
			top[at] = x;
		t->of[i][0] = 0;
		for (uint32_t j = 0; j < kept; j++)
			t->of[i][j + 1] = t->of[i][j] + sign * top[j];
	}
}

static bool improves(const struct search *s, uint64_t vcpus, int64_t kib)
{
	return vcpus < s->best_vcpus || (vcpus == s->best_vcpus && kib > s->best_kib);
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

/* The k items with the least prices at s->rate; ties: earlier. */
static struct part cheapest(struct search *s)
{
	struct part p = {0};

	for (uint32_t i = 0; i < s->nr; i++)
		s->price[i] = s->scale * (int64_t)s->vcpus[i] - s->rate * s->free_kib[i];
	for (; p.nr < s->k; p.nr++) {
		uint32_t best = UINT32_MAX;

		for (uint32_t i = 0; i < s->nr; i++) {
			if (!nodeset_has(p.items, i) &&
			    (best == UINT32_MAX || s->price[i] < s->price[best]))
				best = i;
		}
		p.items |= nodeset_of(best);
		p.kib += s->free_kib[best];
		p.vcpus += s->vcpus[best];
		p.cpus += s->cpus[best];
	}
	return p;
}

/*
 * The least rate, roughly, whose cheapest set has the memory: that bounds best, and
 * where the set is a candidate, sets worse than it need not be found at all.
 */
static void find_rate(struct search *s)
{
	uint64_t most_vcpus = 1;
	int64_t most_kib = 1, low = 0, high;
	struct part p;

	for (uint32_t i = 0; i < s->nr; i++) {
		most_vcpus = s->vcpus[i] > most_vcpus ? s->vcpus[i] : most_vcpus;
		most_kib = s->free_kib[i] > most_kib ? s->free_kib[i] : most_kib;
	}
	s->scale = ((int64_t)1 << SCALE_BITS) / (int64_t)most_vcpus;
	high = ((int64_t)1 << SCALE_BITS) / most_kib;
	for (int bits = 0; bits < 24 && low < high; bits++) {
		s->rate = low + (high - low) / 2;
		if (cheapest(s).kib >= s->need_kib)
			high = s->rate;
		else
			low = s->rate + 1;
	}
	s->rate = high;
	p = cheapest(s);
	s->best_vcpus = UINT64_MAX;
	s->cheap = 0;
	if (p.kib >= s->need_kib && p.cpus >= s->need_cpus) {
		s->best_vcpus = p.vcpus;
		s->best_kib = p.kib - 1; /* so that this set, too, improves on it */
		s->cheap = p.items;
	}
}

/* False: no set of k has the memory, or none the CPUs. */
static bool find_bounds(struct search *s)
{
	int64_t v[NODES_MAX];

	for (uint32_t i = 0; i < s->nr; i++)
		v[i] = s->cpus[i];
	find_sums(&s->most_cpus, v, s->nr, s->k, 1);
	find_sums(&s->most_kib, s->free_kib, s->nr, s->k, 1);
	if (s->most_kib.of[0][s->k] < s->need_kib || s->most_cpus.of[0][s->k] < s->need_cpus)
		return false;
	for (uint32_t i = 0; i < s->nr; i++)
		v[i] = (int64_t)s->vcpus[i];
	find_sums(&s->least_vcpus, v, s->nr, s->k, -1);
	find_rate(s);
	find_sums(&s->least_price, s->price, s->nr, s->k, -1);
	return true;
}

/* Whether `part` and `more` items from `from` on can be a candidate that improves. */
static bool hopeful(const struct search *s, const struct part *part, uint32_t from, uint32_t more)
{
	int64_t kib = part->kib + s->most_kib.of[from][more];
	uint64_t vcpus = part->vcpus + (uint64_t)s->least_vcpus.of[from][more];
	int64_t price = part->price + s->least_price.of[from][more];
	int128 left;

	if (kib < s->need_kib || part->cpus + s->most_cpus.of[from][more] < s->need_cpus)
		return false;
	if (s->best_vcpus == UINT64_MAX)
		return true;
	if (vcpus > s->best_vcpus || (vcpus == s->best_vcpus && kib <= s->best_kib))
		return false;
	/* rate * memory of a set with as many vCPUs as the best is at most this */
	left = (int128)s->scale * (int128)s->best_vcpus - price;
	if (left < (int128)s->rate * s->need_kib)
		return false;
	return left - s->scale >= (int128)s->rate * s->need_kib || /* with fewer vCPUs */
	       left >= (int128)s->rate * (s->best_kib + 1);
}

/* Depth first in lexicographic order, so that the first of equals stays. */
static void bounded(struct search *s, const struct part *part, uint32_t from)
{
	uint32_t more = s->k - part->nr;

	if (!more) {
		if (part->kib >= s->need_kib && part->cpus >= s->need_cpus &&
		    improves(s, part->vcpus, part->kib))
			keep(s, part->items, part->vcpus, part->kib);
		return;
	}
	for (uint32_t i = from; i + more <= s->nr; i++) {
		struct part next;

		/* what items from i on cannot bring, those from i + 1 on cannot either */
		if ((s->nr > LIBXL_NODES_MAX && (!s->steps || !s->steps--)) ||
		    !hopeful(s, part, i, more))
			return;
		next = (struct part){
			.items = part->items | nodeset_of(i),
			.nr = part->nr + 1,
			.vcpus = part->vcpus + s->vcpus[i],
			.kib = part->kib + s->free_kib[i],
			.price = part->price + s->price[i],
			.cpus = part->cpus + s->cpus[i],
		};
		bounded(s, &next, i + 1);
	}
}

/* As libxl computes it, wraps and all. */
static void consider_wrapped(struct search *s, nodeset items, uint64_t vcpus, uint32_t kib,
			     uint32_t cpus)
{
	if (kib < s->need_kib || cpus < s->need_cpus)
		return;
	if (s->found &&
	    (vcpus > s->best_vcpus || (vcpus == s->best_vcpus &&
				       /* an int of the difference; negative: better */
				       !(((uint32_t)((uint64_t)s->best_kib - kib) >> 31) & 1))))
		return;
	keep(s, items, vcpus, kib);
}

static void every_set(struct search *s, uint32_t from, uint32_t more, nodeset items, uint64_t vcpus,
		      uint32_t kib, uint32_t cpus)
{
	if (!more) {
		consider_wrapped(s, items, vcpus, kib, cpus);
		return;
	}
	for (uint32_t i = from; i + more <= s->nr; i++)
		every_set(s, i + 1, more - 1, items | nodeset_of(i), vcpus + s->vcpus[i],
			  kib + (uint32_t)(uint64_t)s->free_kib[i], cpus + s->cpus[i]);
}

static nodeset choose(struct search *s, uint32_t least, bool wraps)
{
	static const struct part none;
	nodeset nodes = 0;
	unsigned i;

	for (s->k = least; s->k <= s->nr && !s->found; s->k++) {
		if (wraps) {
			every_set(s, 0, s->k, 0, 0, 0, 0);
		} else if (!sorted_choice(s) && find_bounds(s)) {
			bounded(s, &none, 0);
			if (!s->found && s->cheap) /* the steps ended first */
				keep(s, s->cheap, s->best_vcpus, s->best_kib + 1);
		}
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
