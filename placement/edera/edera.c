#include "placement/edera/edera.h"

#include "base/units.h"
#include "placement/device.h"
#include "placement/explain.h"
#include "placement/fill.h"

/* A zone being placed. Nodes move from `left` to order[] as they are chosen. */
struct search {
	const struct policy_input *in;
	bool scatter;
	uint32_t count; /* asked for; 0: until the CPUs suffice */
	int64_t pages; /* the zone's, at boot */
	int64_t most_pages; /* and at its maximum */
	nodeset left; /* candidates not chosen yet */
	nodeset ample; /* explicit count: candidates with room for a larger share too */
	uint32_t vcpus, cpus; /* wanted; CPUs of the nodes chosen so far */
	uint32_t nr, homes; /* nodes chosen, and those of them with memory: the first ones */
	uint8_t order[NODES_MAX];
};

static int64_t share_bytes(const struct search *s, uint32_t of, uint32_t i)
{
	return (s->pages / of + (i < s->pages % of)) * PAGE_BYTES;
}

/* Of the maximum, for an explicit count: the larger share. */
static int64_t most_bytes(const struct search *s)
{
	return (s->most_pages + s->count - 1) / s->count * PAGE_BYTES;
}

static unsigned node_cpus(const struct search *s, unsigned node)
{
	return s->in->host->node[node].nr_cpus;
}

static unsigned freest(const struct search *s, nodeset nodes)
{
	const int64_t *free_bytes = s->in->state->free_bytes;
	unsigned best = nodeset_lowest(nodes), node;

	nodeset_for_each (node, nodes) {
		if (free_bytes[node] > free_bytes[best])
			best = node;
	}
	return best;
}

/* Slower memory comes after all other. */
static nodeset fastest(const struct search *s, nodeset nodes)
{
	nodeset fast = nodes & ~s->in->host->slow_nodes;

	return fast ? fast : nodes;
}

/* Nearest to (or farthest from) the first node; more free memory, lower id. */
static unsigned next_node(const struct search *s, nodeset nodes)
{
	const struct host *h = s->in->host;
	const uint32_t *row = &h->matrix[MATRIX_DISTANCE].value[s->order[0] * h->nr_nodes];
	const int64_t *free_bytes = s->in->state->free_bytes;
	uint32_t flip = s->scatter ? UINT32_MAX : 0;
	unsigned best = nodeset_lowest(nodes), node;
	uint32_t best_key = row[best] ^ flip;

	nodeset_for_each (node, nodes) {
		uint32_t key = row[node] ^ flip;

		if (key < best_key || (key == best_key && free_bytes[node] > free_bytes[best])) {
			best = node;
			best_key = key;
		}
	}
	return best;
}

static void choose(struct search *s, unsigned node)
{
	s->order[s->nr++] = (uint8_t)node;
	s->left &= ~nodeset_of(node);
	s->cpus += node_cpus(s, node);
}

/* Candidates for the next vnode: with an explicit count, those with its share free. */
static nodeset eligible(const struct search *s)
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
static uint32_t most_cpus(const struct search *s, nodeset nodes, uint32_t nr)
{
	uint32_t left = s->count - nr, sum = 0;
	uint32_t larger = (uint32_t)(s->pages % s->count);
	uint32_t small_left = s->count - (nr > larger ? nr : larger);

	while (left && nodes) {
		unsigned best = nodeset_lowest(nodes), node;

		nodeset_for_each (node, nodes) {
			if (node_cpus(s, node) > node_cpus(s, best))
				best = node;
		}
		nodes &= ~nodeset_of(best);
		if (!nodeset_has(s->ample, best)) {
			if (!small_left)
				continue;
			small_left--;
		}
		sum += node_cpus(s, best);
		left--;
	}
	return sum;
}

/* Those of `nodes` after which the remaining vnodes can still bring the CPUs. */
static nodeset completable(const struct search *s, nodeset nodes)
{
	nodeset good = 0;

	for (nodeset rest = nodes; rest; rest &= rest - 1) {
		unsigned node = nodeset_lowest(rest);
		uint32_t more = most_cpus(s, s->left & ~nodeset_of(node), s->nr + 1);

		if (s->cpus + node_cpus(s, node) + more >= s->vcpus)
			good |= nodeset_of(node);
	}
	return good;
}

/* "node 4 (distance 12, 2 GiB free), ..." */
static void add_others(const struct search *s, struct sentence *t, nodeset others)
{
	const struct host *h = s->in->host;
	unsigned node, nr = 0;
	char buf[32];

	sentence_add(t, "%s", others ? "; passed over: " : "");
	nodeset_for_each (node, others) {
		if (++nr > 16)
			continue;
		sentence_add(t, "%snode %u (", nr > 1 ? ", " : "", node_name(h, node));
		if (s->nr)
			sentence_add(t, "distance %u, ", host_distance(h, s->order[0], node));
		sentence_add(t, "%s free)",
			     bytes_text(s->in->state->free_bytes[node], buf, sizeof(buf)));
	}
	if (nr > 16)
		sentence_add(t, " and %u more", nr - 16);
}

/* Candidates that only the id told apart from `node`. */
static nodeset level_with(const struct search *s, unsigned node, nodeset nodes)
{
	const struct host *h = s->in->host;
	nodeset level = 0;
	unsigned other;

	nodeset_for_each (other, nodes & ~nodeset_of(node)) {
		bool near = s->nr == 0 || host_distance(h, s->order[0], other) ==
						  host_distance(h, s->order[0], node);

		if (near && s->in->state->free_bytes[other] == s->in->state->free_bytes[node])
			level |= nodeset_of(other);
	}
	return level;
}

static void explain_choice(const struct search *s, unsigned node, nodeset nodes)
{
	const struct host *h = s->in->host;
	nodeset level = level_with(s, node, fastest(s, nodes));
	struct sentence t;
	char buf[32];

	bytes_text(s->in->state->free_bytes[node], buf, sizeof(buf));
	if (s->nr == 0)
		sentence_set(&t, "first node %u: most free memory, %s", node_name(h, node), buf);
	else
		sentence_set(&t, "next node %u: %s node %u, distance %u, %s free",
			     node_name(h, node), s->scatter ? "farthest from" : "nearest to",
			     node_name(h, s->order[0]), host_distance(h, s->order[0], node), buf);
	if (level) {
		sentence_add(&t, "; level with ");
		sentence_add_nodes(&t, h, level);
		sentence_add(&t, ", so the lowest id");
	}
	if (nodeset_has(h->slow_nodes, node))
		sentence_add(&t, "; its memory is slower (%s), no other node is left",
			     h->node[node].kind);
	add_others(s, &t, nodes & ~level & ~nodeset_of(node));
	explain_add(s->in->why, "%s", t.text);
}

static void choose_from(struct search *s, nodeset nodes)
{
	nodeset fast = fastest(s, nodes);
	unsigned node = s->nr ? next_node(s, fast) : freest(s, fast);

	if (s->in->why)
		explain_choice(s, node, nodes);
	choose(s, node);
}

static int short_of_cpus(const struct search *s, struct error *err)
{
	if (!err)
		return ERR_NO_ROOM;
	return error_set(err, ERR_NO_ROOM,
			 "%u vCPUs asked, the %u nodes of host %s that have CPUs and memory have "
			 "%u CPUs together",
			 s->vcpus, nodeset_count(s->in->host->usable_nodes), s->in->host->name,
			 s->cpus);
}

static unsigned nearest_home(const struct search *s, unsigned node)
{
	unsigned best = s->order[0];

	for (uint32_t i = 1; i < s->homes; i++) {
		if (host_distance(s->in->host, node, s->order[i]) <
		    host_distance(s->in->host, node, best))
			best = s->order[i];
	}
	return best;
}

static void explain_memoryless(const struct search *s, unsigned node)
{
	const struct host *h = s->in->host;
	unsigned home = nearest_home(s, node);

	explain_add(s->in->why,
		    "next node %u: it has no memory, but those chosen have only %u CPUs and no "
		    "other node with memory is left; its nearest memory is node %u's, distance %u",
		    node_name(h, node), s->cpus, node_name(h, home), host_distance(h, node, home));
}

/* CPUs of nodes without memory, before the zone is refused for want of CPUs. */
static void add_memoryless(struct search *s)
{
	s->left = s->in->host->cpu_nodes & ~s->in->host->memory_nodes;
	while (s->homes && s->left && s->cpus < s->vcpus) {
		unsigned node = next_node(s, s->left);

		if (s->in->why)
			explain_memoryless(s, node);
		choose(s, node);
	}
}

/* The engine decides: nodes in order until their CPUs suffice. */
static int choose_automatic(struct search *s, struct error *err)
{
	unsigned home;

	if (s->in->zone->nr_devices && device_home(s->in, &home))
		choose(s, home);
	while (s->nr == 0 || s->cpus < s->vcpus) {
		if (!s->left)
			break;
		choose_from(s, s->left);
	}
	s->homes = s->nr;
	add_memoryless(s);
	return s->nr == 0 || s->cpus < s->vcpus ? short_of_cpus(s, err) : 0;
}

static int infeasible_memory(const struct search *s, unsigned nr, struct error *err)
{
	char share[32];

	if (!err)
		return ERR_INFEASIBLE;
	return error_set(
		err, ERR_INFEASIBLE,
		"numa_nodes %u asks for %s on each node, and %u of the %u nodes of host %s "
		"have that much free (an explicit count never spills)",
		s->count, bytes_text(share_bytes(s, s->count, 0), share, sizeof(share)), nr,
		nodeset_count(s->in->host->usable_nodes), s->in->host->name);
}

static int infeasible_device(const struct search *s, unsigned home, struct error *err)
{
	char share[32], there[32];

	if (!err)
		return ERR_INFEASIBLE;
	return error_set(
		err, ERR_INFEASIBLE,
		"numa_nodes %u asks for %s on each node, and node %u, nearest to the zone's "
		"devices, has %s free (an explicit count never spills)",
		s->count, bytes_text(share_bytes(s, s->count, 0), share, sizeof(share)),
		node_name(s->in->host, home),
		bytes_text(s->in->state->free_bytes[home], there, sizeof(there)));
}

static int infeasible_cpus(const struct search *s, uint32_t most, struct error *err)
{
	if (!err)
		return ERR_INFEASIBLE;
	return error_set(
		err, ERR_INFEASIBLE,
		"%u vCPUs do not fit on numa_nodes %u: the nodes with room for their share "
		"of the memory have at most %u CPUs together",
		s->vcpus, s->count, most);
}

static int infeasible_maximum(const struct search *s, uint32_t nr, struct error *err)
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
static nodeset large_enough(const struct search *s)
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
static int find_room(struct search *s, struct error *err)
{
	const struct host *h = s->in->host;
	int64_t larger = share_bytes(s, s->count, 0);
	int64_t smaller = share_bytes(s, s->count, s->count - 1);
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
static int choose_count(struct search *s, bool careful, struct error *err)
{
	while (s->nr < s->count) {
		nodeset nodes = eligible(s);

		if (careful)
			nodes = completable(s, nodes);
		if (!nodes)
			return infeasible_cpus(s, s->cpus + most_cpus(s, s->left, s->nr), err);
		choose_from(s, nodes);
	}
	return 0;
}

static int choose_explicit(struct search *s, struct error *err)
{
	struct policy_input quiet = *s->in;
	struct search plain;
	unsigned home;
	int rc = find_room(s, err);

	if (rc)
		return rc;
	if (s->in->zone->nr_devices && device_home(s->in, &home)) {
		if (!nodeset_has(eligible(s), home))
			return infeasible_device(s, home, err);
		choose(s, home);
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

/* `left` of them to vnodes `from` up to `to`, evenly, the remainder to the earlier
 * ones; no node above its CPUs, which suffice. */
static void split_vcpus(const struct search *s, uint32_t from, uint32_t to, uint32_t left,
			struct plan *out)
{
	while (left) {
		uint32_t open = 0, each;

		for (uint32_t i = from; i < to; i++)
			open += out->vnode[i].vcpus < node_cpus(s, s->order[i]);
		each = left / open;
		for (uint32_t i = from; i < to; i++) {
			uint32_t room = node_cpus(s, s->order[i]) - out->vnode[i].vcpus;
			uint32_t more = each;

			if (!each && left && room)
				more = 1; /* the last round hands out singles */
			if (more > room)
				more = room;
			out->vnode[i].vcpus += more;
			left -= more;
		}
	}
}

/* Nodes without memory get what the CPUs beside memory cannot take. */
static void fill_nodes_chosen(const struct search *s, struct plan *out)
{
	uint32_t at_home = 0;

	for (uint32_t i = 0; i < s->nr; i++) {
		out->nodes |= nodeset_of(s->order[i]);
		out->vnode[i] = (struct plan_vnode){.node = s->order[i]};
		if (i >= s->homes)
			continue;
		out->vnode[i].memory_bytes = share_bytes(s, s->homes, i);
		at_home += node_cpus(s, s->order[i]);
	}
	at_home = at_home < s->vcpus ? at_home : s->vcpus;
	split_vcpus(s, 0, s->homes, at_home, out);
	split_vcpus(s, s->homes, s->nr, s->vcpus - at_home, out);
}

static void fill(const struct search *s, struct plan *out)
{
	const struct zone *z = s->in->zone;

	out->zone = z;
	out->host = s->in->host;
	out->told = s->nr > s->homes ? PLAN_TOLD_FLAT : fill_told(z, s->nr);
	out->pinned = true;
	out->nodes = 0;
	out->nr_vnodes = s->nr;
	fill_nodes_chosen(s, out);
}

static void explain_request(const struct search *s)
{
	const struct zone *z = s->in->zone;

	if (z->spread != ZONE_SPREAD_DEFAULT)
		explain_add(s->in->why, "the zone asks for %s, which goes before the policy's own",
			    zone_spread_name(z->spread));
	if (z->virt == ZONE_PV)
		explain_add(s->in->why,
			    "PV: placed like any other, but the guest sees one flat node");
	if (s->count)
		explain_add(s->in->why,
			    "node count %u: the zone asks for it; each node must have "
			    "its share of the memory free",
			    s->count);
}

static void explain_result(const struct search *s, const struct plan *p)
{
	struct sentence t;
	char bytes[32];

	if (!s->count) {
		sentence_set(&t, "node count %u: %u vCPUs, and %s ", s->nr, s->vcpus,
			     s->nr == 1 ? "the node has" : "the nodes have");
		for (uint32_t i = 0; i < s->nr; i++)
			sentence_add(&t, "%s%u", i ? " + " : "", node_cpus(s, s->order[i]));
		sentence_add(&t, " CPUs; memory does not drive the count");
		explain_add(s->in->why, "%s", t.text);
	}
	if (s->nr == 1)
		return;
	sentence_set(&t, "split: ");
	for (uint32_t i = 0; i < p->nr_vnodes; i++)
		sentence_add(&t, "%s%u vCPUs and %s on node %u", i ? ", " : "", p->vnode[i].vcpus,
			     bytes_text(p->vnode[i].memory_bytes, bytes, sizeof(bytes)),
			     node_name(p->host, p->vnode[i].node));
	explain_add(s->in->why, "%s", t.text);
}

int edera_place(const struct policy_input *in, bool scatter, struct plan *out, struct error *err)
{
	const struct zone *z = in->zone;
	struct search s;
	int rc;

	/* field by field: order[] needs no clearing */
	s.in = in;
	s.scatter = z->spread == ZONE_SPREAD_DEFAULT ? scatter : z->spread == ZONE_SCATTER;
	s.count = z->numa_nodes;
	s.pages = zone_boot_bytes(z) / PAGE_BYTES;
	s.most_pages = z->memory_bytes / PAGE_BYTES;
	s.left = in->host->usable_nodes;
	s.ample = 0;
	s.vcpus = z->vcpus;
	s.cpus = 0;
	s.nr = s.homes = 0;
	if (in->why)
		explain_request(&s);
	rc = s.count ? choose_explicit(&s, err) : choose_automatic(&s, err);
	if (rc)
		return rc;
	s.homes = s.count ? s.nr : s.homes;
	fill(&s, out);
	if (in->why)
		explain_result(&s, out);
	return plan_fill_memory(out, in->state, err);
}
