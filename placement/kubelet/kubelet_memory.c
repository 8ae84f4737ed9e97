#include "placement/kubelet/kubelet_memory.h"

/* The memory manager's own best hint that holds `within`: preferred before not, then the
 * fewest nodes, then the lowest. nodes 0: none. */
static struct kubelet_hint extend(const struct policy_input *in, nodeset within)
{
	struct kubelet_hint best = {0};
	struct kubelet_hints hints;

	kubelet_memory_hints(in, &hints);
	for (unsigned m = 1; m < 1u << in->host->nr_nodes; m++) {
		bool preferred = kubelet_has(&hints.preferred, m);

		if (!kubelet_has(&hints.has, m) || (within & ~(nodeset)m))
			continue;
		if (!best.nodes || (preferred && !best.preferred) ||
		    (preferred == best.preferred && nodeset_count(m) < nodeset_count(best.nodes)))
			best = (struct kubelet_hint){m, preferred};
	}
	return best;
}

/* Bytes of the `k` freest of `nodes`. */
static int64_t freest(const struct policy_input *in, nodeset nodes, unsigned k)
{
	int64_t sum = 0;

	for (; k && nodes; k--) {
		unsigned best = nodeset_lowest(nodes), node;

		nodeset_for_each (node, nodes) {
			if (kubelet_free_bytes(in, node) > kubelet_free_bytes(in, best))
				best = node;
		}
		sum += kubelet_free_bytes(in, best);
		nodes &= ~nodeset_of(best);
	}
	return sum;
}

/* Of the sets of k of these nodes with `want` bytes the lowest as a number; 0: none. */
static nodeset lowest_set(const struct policy_input *in, nodeset nodes, unsigned k, int64_t want)
{
	nodeset set = 0;

	if (k > nodeset_count(nodes) || freest(in, nodes, k) < want)
		return 0;
	while (k) {
		/* the highest node stays out where those below can do without it */
		unsigned high = NODES_MAX - 1;

		while (!nodeset_has(nodes, high))
			high--;
		nodes &= ~nodeset_of(high);
		if (nodeset_count(nodes) >= k && freest(in, nodes, k) >= want)
			continue;
		set |= nodeset_of(high);
		want -= kubelet_free_bytes(in, high);
		k--;
	}
	return set;
}

static int64_t free_in(const struct policy_input *in, nodeset nodes)
{
	int64_t sum = 0;
	unsigned node;

	nodeset_for_each (node, nodes) {
		sum += kubelet_free_bytes(in, node);
	}
	return sum;
}

/* Whole groups: every node of it is booked with it. */
static bool group_stands(const struct policy_input *in, nodeset group)
{
	unsigned node;

	nodeset_for_each (node, group) {
		struct policy_node_book b = policy_book(in, node);

		if (b.assigned && b.group != group)
			return false;
	}
	return true;
}

/*
 * extend() of nothing, without looking at every set: a hint is a node that is in no
 * group, a group, or several nodes that serve nobody. No hint has fewer nodes than the
 * preferred ones, so the best has the fewest, and of those is the lowest.
 */
static nodeset best_of_any(const struct policy_input *in)
{
	int64_t want = zone_boot_bytes(in->zone);
	nodeset idle = 0, best = 0;
	unsigned n;

	for (n = 0; n < in->host->nr_nodes; n++) {
		struct policy_node_book b = policy_book(in, n);
		bool grouped = nodeset_count(b.group) > 1;
		nodeset set = grouped ? b.group : nodeset_of(n);

		if (!b.assigned)
			idle |= nodeset_of(n);
		if (free_in(in, set) < want || (grouped && !group_stands(in, set)))
			continue;
		if (!best || nodeset_count(set) < nodeset_count(best) ||
		    (nodeset_count(set) == nodeset_count(best) && set < best))
			best = set;
	}
	for (unsigned k = 2; k <= nodeset_count(idle); k++) {
		nodeset set;

		if (best && k > nodeset_count(best))
			break;
		set = lowest_set(in, idle, k, want);
		if (set)
			return best && nodeset_count(best) == k && best < set ? best : set;
	}
	return best;
}

/* A node cannot serve pods alone and pods with other nodes; a hint of one node is let
 * through. */
static bool violates_groups(const struct policy_input *in, nodeset nodes)
{
	unsigned node;

	if (nodeset_count(nodes) == 1)
		return false;
	nodeset_for_each (node, nodes) {
		struct policy_node_book b = policy_book(in, node);

		if (b.assigned && b.group != nodes)
			return true;
	}
	return false;
}

int kubelet_allocate_memory(const struct policy_input *in, struct kubelet_hint hint, nodeset *out,
			    struct error *err)
{
	*out = hint.nodes ? hint.nodes : best_of_any(in);
	if (!*out)
		return error_set(err, ERR_NO_ROOM,
				 "[memorymanager] failed to get the default NUMA affinity, no NUMA "
				 "nodes with enough memory is available");
	if (free_in(in, *out) < zone_boot_bytes(in->zone)) {
		struct kubelet_hint own = extend(in, hint.nodes);

		if (!own.nodes)
			return error_set(err, ERR_NO_ROOM,
					 "[memorymanager] failed to find NUMA nodes to extend the "
					 "current topology hint");
		if (hint.preferred && !own.preferred)
			return error_set(err, ERR_NO_ROOM,
					 "[memorymanager] failed to find the "
					 "extended preferred hint");
		*out = own.nodes;
	}
	if (violates_groups(in, *out))
		return error_set(err, ERR_NO_ROOM,
				 "[memorymanager] preferred hint violates NUMA node allocation");
	return 0;
}
