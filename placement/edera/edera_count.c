/* An explicit node count: every node has its share, or the launch fails. */
#include "base/units.h"
#include "placement/device.h"
#include "placement/edera/search.h"
#include "placement/explain.h"

/* Of the maximum, for an explicit count: the larger share. */
static int64_t most_bytes(const struct edera_search *s)
{
	return (s->most_pages + s->count - 1) / s->count * PAGE_BYTES;
}

/* Candidates for the next vnode: with an explicit count, those with its share free. */
static nodeset eligible(const struct edera_search *s)
{
	if (!s->count || s->nr >= s->pages % s->count)
		return s->left;
	return s->left & s->ample;
}

/*
 * Most CPUs that vnodes from number `nr` on can have on `nodes`: the largest
 * first, but no more nodes without room for a larger share than there are vnodes
 * with a smaller one.
 */
static uint32_t most_cpus(const struct edera_search *s, nodeset nodes, uint32_t nr)
{
	uint32_t left = s->count - nr, sum = 0;
	uint32_t larger = (uint32_t)(s->pages % s->count);
	uint32_t small_left = s->count - (nr > larger ? nr : larger);

	while (left && nodes) {
		unsigned best = nodeset_lowest(nodes), node;

		nodeset_for_each (node, nodes) {
			if (edera_cpus(s, node) > edera_cpus(s, best))
				best = node;
		}
		nodes &= ~nodeset_of(best);
		if (!nodeset_has(s->ample, best)) {
			if (!small_left)
				continue;
			small_left--;
		}
		sum += edera_cpus(s, best);
		left--;
	}
	return sum;
}

/* Those of `nodes` after which the remaining vnodes can still bring the CPUs. */
static nodeset completable(const struct edera_search *s, nodeset nodes)
{
	nodeset good = 0;

	for (nodeset rest = nodes; rest; rest &= rest - 1) {
		unsigned node = nodeset_lowest(rest);
		uint32_t more = most_cpus(s, s->left & ~nodeset_of(node), s->nr + 1);

		if (s->cpus + edera_cpus(s, node) + more >= s->vcpus)
			good |= nodeset_of(node);
	}
	return good;
}

static int infeasible_memory(const struct edera_search *s, unsigned nr, struct error *err)
{
	char share[32];

	if (!err)
		return ERR_INFEASIBLE;
	return error_set(
		err, ERR_INFEASIBLE,
		"numa_nodes %u asks for %s on each node, and %u of the %u nodes of host %s "
		"have that much free (an explicit count never spills)",
		s->count, bytes_text(edera_share(s, s->count, 0), share, sizeof(share)), nr,
		nodeset_count(s->in->host->usable_nodes), s->in->host->name);
}

static int infeasible_device(const struct edera_search *s, unsigned home, struct error *err)
{
	char share[32], there[32];

	if (!err)
		return ERR_INFEASIBLE;
	return error_set(
		err, ERR_INFEASIBLE,
		"numa_nodes %u asks for %s on each node, and node %u, nearest to the zone's "
		"devices, has %s free (an explicit count never spills)",
		s->count, bytes_text(edera_share(s, s->count, 0), share, sizeof(share)),
		node_name(s->in->host, home),
		bytes_text(s->in->state->free_bytes[home], there, sizeof(there)));
}

static int infeasible_cpus(const struct edera_search *s, uint32_t most, struct error *err)
{
	if (!err)
		return ERR_INFEASIBLE;
	return error_set(
		err, ERR_INFEASIBLE,
		"%u vCPUs do not fit on numa_nodes %u: the nodes with room for their share "
		"of the memory have at most %u CPUs together",
		s->vcpus, s->count, most);
}

static int infeasible_maximum(const struct edera_search *s, uint32_t nr, struct error *err)
{
	char most[32], share[32];

	if (!err)
		return ERR_INFEASIBLE;
	return error_set(
		err, ERR_INFEASIBLE,
		"numa_nodes %u and a maximum of %s are %s on each node, and %u of the %u nodes of "
		"host %s are that large: the zone could not grow to it there",
		s->count, bytes_text(s->most_pages * PAGE_BYTES, most, sizeof(most)),
		bytes_text(most_bytes(s), share, sizeof(share)), nr,
		nodeset_count(s->in->host->usable_nodes), s->in->host->name);
}

/* Nodes that could hold a share of the zone's maximum, were they empty. */
static nodeset large_enough(const struct edera_search *s)
{
	nodeset large = 0;
	unsigned node;

	nodeset_for_each (node, s->left) {
		if (s->in->host->node[node].memory_bytes >= most_bytes(s))
			large |= nodeset_of(node);
	}
	return large;
}

/* Candidates are the nodes where a share is free, and one of the maximum could be. */
static int find_room(struct edera_search *s, struct error *err)
{
	const struct host *h = s->in->host;
	int64_t larger = edera_share(s, s->count, 0);
	int64_t smaller = edera_share(s, s->count, s->count - 1);
	nodeset room = 0;
	unsigned node;

	if (s->count > nodeset_count(s->left))
		return error_set(err, ERR_INFEASIBLE,
				 "numa_nodes %u asked, host %s has %u nodes with CPUs and memory",
				 s->count, h->name, nodeset_count(s->left));
	if (s->most_pages > s->pages) {
		s->left = large_enough(s);
		if (nodeset_count(s->left) < s->count)
			return infeasible_maximum(s, nodeset_count(s->left), err);
	}
	nodeset_for_each (node, s->left) {
		if (s->in->state->free_bytes[node] >= smaller)
			room |= nodeset_of(node);
		if (s->in->state->free_bytes[node] >= larger)
			s->ample |= nodeset_of(node);
	}
	s->left = room;
	if (nodeset_count(room) < s->count ||
	    nodeset_count(s->ample) < (uint32_t)(s->pages % s->count))
		return infeasible_memory(s, nodeset_count(s->ample), err);
	return 0;
}

/* All `count` nodes; with `careful`, only choices that can still be completed. */
static int choose_count(struct edera_search *s, bool careful, struct error *err)
{
	while (s->nr < s->count) {
		nodeset nodes = eligible(s);

		if (careful)
			nodes = completable(s, nodes);
		if (!nodes)
			return infeasible_cpus(s, s->cpus + most_cpus(s, s->left, s->nr), err);
		edera_choose_from(s, nodes);
	}
	return 0;
}

int edera_choose_count(struct edera_search *s, struct error *err)
{
	struct policy_input quiet = *s->in;
	struct edera_search plain;
	unsigned home;
	int rc = find_room(s, err);

	if (rc)
		return rc;
	if (s->in->zone->nr_devices && device_home(s->in, &home)) {
		if (!nodeset_has(eligible(s), home))
			return infeasible_device(s, home, err);
		edera_choose(s, home);
	}
	/* The plain order nearly always has the CPUs; only where nodes differ must
	 * it be chosen with care. */
	plain = *s;
	quiet.why = NULL;
	plain.in = &quiet;
	rc = choose_count(&plain, false, NULL);
	if (!rc && plain.cpus >= s->vcpus) {
		if (s->in->why)
			return choose_count(s, false, err);
		plain.in = s->in;
		*s = plain;
		return 0;
	}
	if (s->nr == s->count && s->cpus < s->vcpus)
		return infeasible_cpus(s, s->cpus, err);
	if (s->in->why && most_cpus(s, s->left, s->nr) + s->cpus >= s->vcpus)
		explain_add(s->in->why,
			    "nodes differ in CPUs: candidates are those with which %u nodes can "
			    "still have %u CPUs together",
			    s->count, s->vcpus);
	return choose_count(s, true, err);
}
