#include <string.h>

#include "placement/device.h"
#include "placement/fill.h"
#include "placement/kubelet/kubelet.h"

int64_t kubelet_free_cpus(const struct policy_input *in, unsigned node)
{
	int64_t cpus = (int64_t)in->host->node[node].nr_cpus - policy_book(in, node).vcpus;

	return cpus > 0 ? cpus : 0;
}

int64_t kubelet_free_bytes(const struct policy_input *in, unsigned node)
{
	int64_t bytes = in->host->node[node].memory_bytes - policy_book(in, node).bytes;

	return bytes > 0 ? bytes : 0;
}

/* Hints whose mask is of the smallest size are preferred. */
static void prefer(struct kubelet_hints *out, unsigned least)
{
	for (unsigned m = 1; m < KUBELET_MASKS; m++)
		out->preferred[m] = out->has[m] && nodeset_count(m) == least;
}

static bool any_hint(const struct kubelet_hints *hints)
{
	return memchr(hints->has, true, sizeof(hints->has)) != NULL;
}

void kubelet_cpu_hints(const struct policy_input *in, struct kubelet_hints *out)
{
	unsigned all = 1u << in->host->nr_nodes, least = NODES_MAX + 1, node;
	uint32_t want = in->zone->vcpus;

	*out = (struct kubelet_hints){.resource = "cpu"};
	for (unsigned m = 1; m < all; m++) {
		int64_t free_cpus = 0;
		uint32_t cpus = 0;

		nodeset_for_each (node, m) {
			free_cpus += kubelet_free_cpus(in, node);
			cpus += in->host->node[node].nr_cpus;
		}
		if (cpus >= want && nodeset_count(m) < least)
			least = nodeset_count(m);
		out->has[m] = free_cpus >= want;
	}
	prefer(out, least);
	if (!any_hint(out))
		out->has[0] = true; /* impossible: any node, not preferred */
}

/* Single nodes that are grouped, and sets over other groups, are no hints. */
static bool group_allows(const struct policy_input *in, nodeset mask)
{
	bool several = nodeset_count(mask) > 1;
	unsigned node;

	nodeset_for_each (node, mask) {
		struct policy_node_book b = policy_book(in, node);

		if (!several && nodeset_count(b.group) > 1)
			return false;
		if (several && b.assigned && b.group != mask)
			return false;
	}
	return true;
}

void kubelet_memory_hints(const struct policy_input *in, struct kubelet_hints *out)
{
	unsigned all = 1u << in->host->nr_nodes, least = NODES_MAX + 1, node;
	int64_t want = zone_boot_bytes(in->zone);

	*out = (struct kubelet_hints){.resource = "memory"};
	for (unsigned m = 1; m < all; m++) {
		int64_t free_bytes = 0, bytes = 0;

		nodeset_for_each (node, m) {
			free_bytes += kubelet_free_bytes(in, node);
			bytes += in->host->node[node].memory_bytes -
				 policy_book(in, node).reserved_bytes;
		}
		if (bytes >= want && nodeset_count(m) < least)
			least = nodeset_count(m);
		out->has[m] = free_bytes >= want && group_allows(in, m);
	}
	prefer(out, least);
	if (!any_hint(out))
		out->has[0] = out->preferred[0] = true; /* impossible: no preference */
}

/* Devices of the class with a node in the mask, or of unknown place: free ones, or all. */
static uint32_t class_in(const struct policy_input *in, enum zone_device_class class, nodeset mask,
			 bool all)
{
	uint32_t nr = 0;

	for (unsigned d = 0; d < in->host->nr_devices; d++) {
		nodeset owners = in->host->device[d].nodes;

		nr += (all ? plan_device_is(&in->host->device[d], class)
			   : device_free(in, class, d)) &&
		      (!owners || owners & mask);
	}
	return nr;
}

/* Could the mask give all that is asked for, of what is free or of all there is? */
static bool holds_devices(const struct policy_input *in, nodeset mask, bool all)
{
	for (uint32_t i = 0; i < in->zone->nr_devices; i++) {
		enum zone_device_class class;
		uint32_t count;
		nodeset owners;

		if (zone_device_any(in->zone->device[i], &class, &count)) {
			if (class_in(in, class, mask, all) < count)
				return false;
			continue;
		}
		owners = fill_device_nodes(in, i);
		if (owners && !(owners & mask))
			return false;
	}
	return true;
}

/* Each device that the zone names is one of its own kind, a class is one resource;
 * together they are one request whose masks must hold a node of each named device and
 * enough free ones of a class. Preferred is the least width at which all devices there
 * are, free or not, would do. Devices of unknown place fit anywhere. */
void kubelet_device_hints(const struct policy_input *in, struct kubelet_hints *out)
{
	unsigned all = 1u << in->host->nr_nodes, least = NODES_MAX + 1;

	*out = (struct kubelet_hints){.resource = "devices"};
	for (unsigned m = 1; m < all; m++) {
		out->has[m] = holds_devices(in, m, false);
		if (nodeset_count(m) < least && holds_devices(in, m, true))
			least = nodeset_count(m);
	}
	prefer(out, least);
}

/* Only hints of one node that are preferred, or "any, preferred", remain. */
static void keep_single(struct kubelet_hints *hints)
{
	for (unsigned m = 0; m < KUBELET_MASKS; m++)
		hints->has[m] = hints->has[m] && hints->preferred[m] && nodeset_count(m) <= 1;
}

static unsigned narrowest(const struct kubelet_hints *hints)
{
	unsigned least = 0;

	for (unsigned m = 1; m < KUBELET_MASKS; m++) {
		if (hints->has[m] && (!least || nodeset_count(m) < least))
			least = nodeset_count(m);
	}
	return least;
}

/* Intersections of one hint of each provider so far, and those that are
 * preferred: the same mask, or any, from each, all preferred. */
struct merged {
	bool has[KUBELET_MASKS], preferred[KUBELET_MASKS];
};

static void merge_one(struct merged *m, const struct kubelet_hints *p, unsigned all)
{
	struct merged was = *m;

	memset(m, 0, sizeof(*m));
	for (unsigned a = 0; a <= all; a++) {
		if (!was.has[a])
			continue;
		for (unsigned b = 0; b <= all; b++) {
			if (p->has[b])
				m->has[a & (b ? b : all)] = true;
		}
	}
	/* masks in was.preferred: `all` when every provider so far said "any" */
	for (unsigned b = 0; b <= all; b++) {
		if (!p->has[b] || !p->preferred[b])
			continue;
		if (b && (was.preferred[b] || was.preferred[0]))
			m->preferred[b] = true;
		for (unsigned a = 0; !b && a <= all; a++)
			m->preferred[a] = m->preferred[a] || was.preferred[a];
	}
}

static bool nearer(const struct host *h, const struct kubelet_rules *rules, nodeset a, nodeset b)
{
	if (nodeset_count(a) != nodeset_count(b))
		return nodeset_count(a) < nodeset_count(b);
	if (rules->prefer_closest) {
		uint64_t x = fill_distance_sum(h, a), y = fill_distance_sum(h, b);

		if (x != y)
			return x < y;
	}
	return a < b;
}

/* Not preferred: as many nodes as `want`, else fewer but as many as possible,
 * else as few as possible. */
static bool better_unpreferred(const struct host *h, const struct kubelet_rules *rules, nodeset a,
			       nodeset b, unsigned want)
{
	unsigned na = nodeset_count(a), nb = nodeset_count(b);

	if (na == nb || (na > want && nb > want))
		return nearer(h, rules, a, b);
	if (na > want || nb > want)
		return nb > want;
	return na > nb;
}

static void merge_all(struct merged *m, struct kubelet_hints *provider, unsigned nr, unsigned all)
{
	memset(m, 0, sizeof(*m));
	m->has[all] = true;
	m->preferred[0] = true;
	for (unsigned i = 0; i < nr; i++)
		merge_one(m, &provider[i], all);
	/* all said "any": the mask is all nodes */
	if (m->preferred[0])
		m->preferred[all] = true;
}

struct kubelet_hint kubelet_merge(const struct host *h, const struct kubelet_rules *rules,
				  struct kubelet_hints *provider, unsigned nr)
{
	unsigned all = (1u << h->nr_nodes) - 1, want = 0;
	struct kubelet_hint best = {0};
	struct merged m;

	for (unsigned i = 0; i < nr; i++) {
		unsigned least;

		if (rules->policy == KUBELET_SINGLE_NUMA_NODE)
			keep_single(&provider[i]);
		least = narrowest(&provider[i]);
		want = least > want ? least : want;
	}
	merge_all(&m, provider, nr, all);
	for (unsigned a = 1; a <= all; a++) {
		if (!m.has[a] && !m.preferred[a])
			continue;
		if (best.nodes && best.preferred != m.preferred[a]) {
			if (best.preferred)
				continue;
		} else if (best.nodes &&
			   !(best.preferred ? nearer(h, rules, a, best.nodes)
					    : better_unpreferred(h, rules, a, best.nodes, want))) {
			continue;
		}
		best = (struct kubelet_hint){a, m.preferred[a]};
	}
	if (!best.nodes)
		best.nodes = all;
	return best;
}
