#include "placement/edera/edera.h"

#include "base/units.h"
#include "placement/device.h"
#include "placement/edera/search.h"
#include "placement/explain.h"
#include "placement/fill.h"

static unsigned freest(const struct edera_search *s, nodeset nodes)
{
	const int64_t *free_bytes = s->in->state->free_bytes;
	unsigned best = nodeset_lowest(nodes), node;
	int64_t most = free_bytes[best];

	/* which of them it is cannot be foreseen: without a branch for each */
	nodeset_for_each (node, nodes) {
		bool more = free_bytes[node] > most;

		best = more ? node : best;
		most = more ? free_bytes[node] : most;
	}
	return best;
}

/* Slower memory comes after all other. */
static nodeset fastest(const struct edera_search *s, nodeset nodes)
{
	nodeset fast = nodes & ~s->in->host->slow_nodes;

	return fast ? fast : nodes;
}

/* Nearest to (or farthest from) the first node; more free memory, lower id. */
static unsigned next_node(const struct edera_search *s, nodeset nodes)
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

/* "node 4 (distance 12, 2 GiB free), ..." */
static void add_others(const struct edera_search *s, struct sentence *t, nodeset others)
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
static nodeset level_with(const struct edera_search *s, unsigned node, nodeset nodes)
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

static void explain_choice(const struct edera_search *s, unsigned node, nodeset nodes)
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

void edera_choose_from(struct edera_search *s, nodeset nodes)
{
	nodeset fast = fastest(s, nodes);
	unsigned node = s->nr ? next_node(s, fast) : freest(s, fast);

	if (s->in->why)
		explain_choice(s, node, nodes);
	edera_choose(s, node);
}

static int short_of_cpus(const struct edera_search *s, struct error *err)
{
	if (!err)
		return ERR_NO_ROOM;
	return error_set(err, ERR_NO_ROOM,
			 "%u vCPUs asked, the %u nodes of host %s that have CPUs and memory have "
			 "%u CPUs together",
			 s->vcpus, nodeset_count(s->in->host->usable_nodes), s->in->host->name,
			 s->cpus);
}

static unsigned nearest_home(const struct edera_search *s, unsigned node)
{
	unsigned best = s->order[0];

	for (uint32_t i = 1; i < s->homes; i++) {
		if (host_distance(s->in->host, node, s->order[i]) <
		    host_distance(s->in->host, node, best))
			best = s->order[i];
	}
	return best;
}

static void explain_memoryless(const struct edera_search *s, unsigned node)
{
	const struct host *h = s->in->host;
	unsigned home = nearest_home(s, node);

	explain_add(s->in->why,
		    "next node %u: it has no memory, but those chosen have only %u CPUs and no "
		    "other node with memory is left; its nearest memory is node %u's, distance %u",
		    node_name(h, node), s->cpus, node_name(h, home), host_distance(h, node, home));
}

/* CPUs of nodes without memory, before the zone is refused for want of CPUs. */
static void add_memoryless(struct edera_search *s)
{
	s->left = s->in->host->cpu_nodes & ~s->in->host->memory_nodes;
	while (s->homes && s->left && s->cpus < s->vcpus) {
		unsigned node = next_node(s, s->left);

		if (s->in->why)
			explain_memoryless(s, node);
		edera_choose(s, node);
	}
}

/* The engine decides: nodes in order until their CPUs suffice. */
static int choose_automatic(struct edera_search *s, struct error *err)
{
	unsigned home;

	if (s->in->zone->nr_devices && device_home(s->in, &home))
		edera_choose(s, home);
	while (s->nr == 0 || s->cpus < s->vcpus) {
		if (!s->left)
			break;
		edera_choose_from(s, s->left);
	}
	s->homes = s->nr;
	add_memoryless(s);
	return s->nr == 0 || s->cpus < s->vcpus ? short_of_cpus(s, err) : 0;
}

/* `left` of them to vnodes `from` up to `to`, evenly, the remainder to the earlier
 * ones; no node above its CPUs, which suffice. */
static void split_vcpus(const struct edera_search *s, uint32_t from, uint32_t to, uint32_t left,
			struct plan *out)
{
	while (left) {
		uint32_t open = 0, each;

		for (uint32_t i = from; i < to; i++)
			open += out->vnode[i].vcpus < edera_cpus(s, s->order[i]);
		each = left / open;
		for (uint32_t i = from; i < to; i++) {
			uint32_t room = edera_cpus(s, s->order[i]) - out->vnode[i].vcpus;
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
static void fill_nodes_chosen(const struct edera_search *s, struct plan *out)
{
	uint32_t at_home = 0;

	for (uint32_t i = 0; i < s->nr; i++) {
		out->nodes |= nodeset_of(s->order[i]);
		out->vnode[i] = (struct plan_vnode){.node = s->order[i]};
		if (i >= s->homes)
			continue;
		out->vnode[i].memory_bytes = edera_share(s, s->homes, i);
		at_home += edera_cpus(s, s->order[i]);
	}
	at_home = at_home < s->vcpus ? at_home : s->vcpus;
	split_vcpus(s, 0, s->homes, at_home, out);
	split_vcpus(s, s->homes, s->nr, s->vcpus - at_home, out);
}

static void fill(const struct edera_search *s, struct plan *out)
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

static void explain_request(const struct edera_search *s)
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

static void explain_result(const struct edera_search *s, const struct plan *p)
{
	struct sentence t;
	char bytes[32];

	if (!s->count) {
		sentence_set(&t, "node count %u: %u vCPUs, and %s ", s->nr, s->vcpus,
			     s->nr == 1 ? "the node has" : "the nodes have");
		for (uint32_t i = 0; i < s->nr; i++)
			sentence_add(&t, "%s%u", i ? " + " : "", edera_cpus(s, s->order[i]));
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

/*
 * What nearly every zone of a fleet comes to: the first node has the CPUs and all of the memory.
 * The search and plan_fill_memory() would say the same of it, by loops over one.
 */
static bool place_on_first(const struct edera_search *s, struct plan *out)
{
	const struct policy_input *in = s->in;
	int64_t bytes = s->pages * PAGE_BYTES;
	unsigned node;

	if (s->count || in->why || in->zone->nr_devices || !s->left || !bytes)
		return false;
	node = freest(s, fastest(s, s->left));
	if (edera_cpus(s, node) < s->vcpus || in->state->free_bytes[node] < bytes)
		return false;
	out->zone = in->zone;
	out->host = in->host;
	out->told = fill_told(in->zone, 1);
	out->pinned = true;
	out->nodes = nodeset_of(node);
	out->nr_vnodes = out->nr_memory = 1;
	out->spilled_bytes = 0;
	out->vnode[0] = (struct plan_vnode){node, s->vcpus, bytes};
	out->memory[0] = (struct plan_memory){0, node, bytes};
	return true;
}

int edera_place(const struct policy_input *in, bool scatter, struct plan *out, struct error *err)
{
	const struct zone *z = in->zone;
	struct edera_search s;
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
	if (place_on_first(&s, out))
		return 0;
	if (in->why)
		explain_request(&s);
	rc = s.count ? edera_choose_count(&s, err) : choose_automatic(&s, err);
	if (rc)
		return rc;
	s.homes = s.count ? s.nr : s.homes;
	fill(&s, out);
	if (in->why)
		explain_result(&s, out);
	return plan_fill_memory(out, in->state, err);
}
