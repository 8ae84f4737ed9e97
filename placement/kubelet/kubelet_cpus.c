#include "placement/kubelet/kubelet_cpus.h"

#include <math.h>
#include <string.h>

#include "placement/cores.h"

void kubelet_cpus_init(struct kubelet_cpus *c, const struct policy_input *in)
{
	uint32_t next = 0;

	c->host = in->host;
	for (unsigned n = 0; n < in->host->nr_nodes; n++) {
		const struct host_node *node = &in->host->node[n];
		struct policy_node_book b = policy_book(in, n);
		uint16_t *core = c->core_free + next;

		c->first[n] = next;
		next += node->nr_cores;
		if (b.core_free) {
			memcpy(core, b.core_free, node->nr_cores * sizeof(*core));
		} else {
			cores_fill(node, core);
			b.vcpus -= cores_take_whole(node, core, b.vcpus, NULL);
			cores_take_single(node, core, b.vcpus, NULL);
		}
		c->free_cpus[n] = cores_free(node, core);
		c->vcpus[n] = c->whole[n] = 0;
	}
}

/* A node of no package, or of several, is a socket of its own. */
static unsigned socket_of(const struct host *h, unsigned node)
{
	unsigned package = h->node[node].package;

	return package == HOST_NO_PACKAGE ? h->nr_packages + node : package;
}

static nodeset socket_nodes(const struct host *h, unsigned socket)
{
	nodeset nodes = 0;
	unsigned node;

	nodeset_for_each (node, h->cpu_nodes) {
		if (socket_of(h, node) == socket)
			nodes |= nodeset_of(node);
	}
	return nodes;
}

nodeset kubelet_sockets(const struct host *h, nodeset nodes)
{
	nodeset all = 0;
	unsigned node;

	nodeset_for_each (node, nodes) {
		all |= socket_nodes(h, socket_of(h, node));
	}
	return all;
}

unsigned kubelet_count_sockets(const struct host *h, nodeset nodes)
{
	unsigned nr = 0;

	for (nodeset left = nodes & h->cpu_nodes; left; nr++)
		left &= ~kubelet_sockets(h, nodeset_of(nodeset_lowest(left)));
	return nr;
}

static uint32_t free_in(const struct kubelet_cpus *c, nodeset nodes)
{
	uint32_t sum = 0;
	unsigned node;

	nodeset_for_each (node, nodes) {
		sum += c->free_cpus[node];
	}
	return sum;
}

static uint32_t cpus_in(const struct host *h, nodeset nodes)
{
	uint32_t sum = 0;
	unsigned node;

	nodeset_for_each (node, nodes) {
		sum += h->node[node].nr_cpus;
	}
	return sum;
}

/* numaFirst: as many packages as nodes. Their order then is the nodes'. */
static bool nodes_first(const struct host *h)
{
	return kubelet_count_sockets(h, h->cpu_nodes) >= nodeset_count(h->cpu_nodes);
}

struct place_in_order {
	uint32_t socket_free, node_free;
	unsigned socket, node;
};

static bool before(const struct place_in_order *a, const struct place_in_order *b)
{
	if (a->socket_free != b->socket_free)
		return a->socket_free < b->socket_free;
	if (a->socket != b->socket)
		return a->socket < b->socket;
	return a->node_free != b->node_free ? a->node_free < b->node_free : a->node < b->node;
}

/* sortAvailableNUMANodes: by free CPUs of the package, then of the node, fewest first;
 * those without any are no longer there. */
static unsigned sort_nodes(const struct kubelet_cpus *c, nodeset nodes, uint8_t order[NODES_MAX])
{
	struct place_in_order place[NODES_MAX];
	bool flat = nodes_first(c->host);
	unsigned nr = 0, node;

	nodeset_for_each (node, nodes) {
		nodeset all = kubelet_sockets(c->host, nodeset_of(node)) & nodes;
		struct place_in_order p = {flat ? 0 : free_in(c, all), c->free_cpus[node],
					   flat ? 0 : socket_of(c->host, node), node};
		unsigned i = nr;

		if (!p.node_free)
			continue;
		for (; i && before(&p, &place[i - 1]); i--)
			place[i] = place[i - 1];
		place[i] = p;
		nr++;
	}
	for (unsigned i = 0; i < nr; i++)
		order[i] = (uint8_t)place[i].node;
	return nr;
}

static void take_whole(struct kubelet_cpus *c, unsigned node, uint32_t *want)
{
	uint32_t got =
		cores_take_whole(&c->host->node[node], c->core_free + c->first[node], *want, NULL);

	c->free_cpus[node] -= got;
	c->vcpus[node] += got;
	c->whole[node] += got;
	*want -= got;
}

static void take_single(struct kubelet_cpus *c, unsigned node, uint32_t *want)
{
	uint32_t got =
		cores_take_single(&c->host->node[node], c->core_free + c->first[node], *want, NULL);

	c->free_cpus[node] -= got;
	c->vcpus[node] += got;
	*want -= got;
}

/* Whole packages or whole nodes that are free and wanted in full. */
static void take_full(struct kubelet_cpus *c, nodeset nodes, bool sockets, uint32_t *want)
{
	uint8_t order[NODES_MAX];
	unsigned nr = sort_nodes(c, nodes, order), node;

	for (unsigned i = 0; i < nr; i++) {
		nodeset set = nodeset_of(order[i]);
		uint32_t cpus;

		if (sockets)
			set = kubelet_sockets(c->host, set);
		cpus = cpus_in(c->host, set);
		if ((set & ~nodes) || free_in(c, set) != cpus || *want < cpus)
			continue;
		nodeset_for_each (node, set) {
			take_whole(c, node, want);
		}
	}
}

/* takeByTopologyNUMAPacked; false: not that many. */
static bool take_packed(struct kubelet_cpus *c, nodeset nodes, uint32_t want)
{
	uint8_t order[NODES_MAX];
	unsigned nr;

	if (want > free_in(c, nodes))
		return false;
	if (!nodes_first(c->host))
		take_full(c, nodes, true, &want);
	take_full(c, nodes, false, &want);
	nr = sort_nodes(c, nodes, order);
	for (unsigned i = 0; i < nr && want; i++)
		take_whole(c, order[i], &want);
	nr = sort_nodes(c, nodes, order);
	for (unsigned i = 0; i < nr && want; i++)
		take_single(c, order[i], &want);
	return true;
}

/* --- takeByTopologyNUMADistributed --------------------------------------------------- */

/*
 * A combination of nodes that the kubelet keeps as the best so far is a Go slice whose
 * array later combinations may be written to: append() makes an array at lengths 1, 2,
 * 3, 5, 9 and 17 and writes in place in between. So from four nodes on what is kept
 * ends as the last combination visited with the same beginning, and that is what gets
 * the CPUs.
 */
struct combination {
	unsigned nr;
	uint8_t node[NODES_MAX];
};

/* Length up to which two combinations of k have no array in common. */
static unsigned own_array(unsigned k)
{
	unsigned cap = 0;

	while (cap < k) {
		unsigned more = cap ? 2 * cap : 1;

		if (more >= k)
			break;
		cap = more;
	}
	return cap + 1;
}

static void visit(struct combination *kept, const struct combination *now)
{
	if (kept->nr == now->nr && memcmp(kept->node, now->node, own_array(now->nr)) == 0)
		*kept = *now;
}

/* The combination after `*c` of c->nr out of n places, in lexicographic order. */
static bool next_places(unsigned place[NODES_MAX], unsigned k, unsigned n)
{
	unsigned i = k;

	while (i && place[i - 1] == n - k + i - 1)
		i--;
	if (!i)
		return false;
	place[i - 1]++;
	for (; i < k; i++)
		place[i] = place[i - 1] + 1;
	return true;
}

static void at_places(const uint8_t *of, const unsigned *place, unsigned k, struct combination *out)
{
	out->nr = k;
	for (unsigned i = 0; i < k; i++)
		out->node[i] = of[place[i]];
}

/* In thousandths, as rounded there. */
static double deviation(const uint32_t *left, const uint8_t *order, unsigned nr)
{
	double sum = 0, mean;

	for (unsigned i = 0; i < nr; i++)
		sum += left[order[i]];
	mean = round(sum / nr * 1000) / 1000;
	sum = 0;
	for (unsigned i = 0; i < nr; i++)
		sum += (left[order[i]] - mean) * (left[order[i]] - mean);
	return round(sqrt(sum / nr) * 1000) / 1000;
}

struct distribution {
	const struct kubelet_cpus *c;
	uint8_t order[NODES_MAX]; /* nodes with free CPUs */
	unsigned nr;
	uint32_t want;
	double balance; /* of the best combination so far; INFINITY: none */
	struct combination best, remainder;
};

/* `more` CPUs one at a time round the subset. */
static double with_remainder(const struct distribution *d, const uint32_t *left,
			     const struct combination *subset, uint32_t more)
{
	uint32_t after[NODES_MAX];

	memcpy(after, left, sizeof(after));
	while (more) {
		for (unsigned i = 0; i < subset->nr && more; i++) {
			if (!after[subset->node[i]])
				continue;
			after[subset->node[i]]--;
			more--;
		}
	}
	return deviation(after, d->order, d->nr);
}

/* Who gets the `more` CPUs that even shares leave over: the widest subset first. */
static double spread_remainder(const struct distribution *d, const uint32_t *left,
			       const struct combination *combo, uint32_t more,
			       struct combination *out)
{
	double best = INFINITY;
	uint8_t able[NODES_MAX];
	unsigned nr = 0;

	for (unsigned i = 0; i < combo->nr; i++) {
		if (left[combo->node[i]])
			able[nr++] = combo->node[i];
	}
	for (unsigned k = nr; k >= 1; k--) {
		struct combination subset, kept = {0};
		unsigned place[NODES_MAX];

		for (unsigned i = 0; i < k; i++)
			place[i] = i;
		do {
			uint32_t there = 0;
			double balance;

			at_places(able, place, k, &subset);
			visit(&kept, &subset);
			for (unsigned i = 0; i < k; i++)
				there += left[subset.node[i]];
			if (there < more)
				continue;
			balance = with_remainder(d, left, &subset, more);
			if (balance < best) {
				best = balance;
				kept = subset;
			}
		} while (next_places(place, k, nr));
		if (kept.nr)
			*out = kept;
	}
	return best;
}

static void try_combination(struct distribution *d, const struct combination *combo)
{
	uint32_t share = d->want / combo->nr, more = d->want % combo->nr, there = 0;
	struct combination remainder = {0};
	uint32_t left[NODES_MAX];
	double balance;

	for (unsigned i = 0; i < combo->nr; i++) {
		there += d->c->free_cpus[combo->node[i]];
		if (d->c->free_cpus[combo->node[i]] < share)
			return;
	}
	if (there < d->want)
		return;
	for (unsigned i = 0; i < d->nr; i++)
		left[d->order[i]] = d->c->free_cpus[d->order[i]];
	for (unsigned i = 0; i < combo->nr; i++)
		left[combo->node[i]] -= share;
	balance = more ? spread_remainder(d, left, combo, more, &remainder)
		       : deviation(left, d->order, d->nr);
	if (balance < d->balance) {
		d->balance = balance;
		d->best = *combo;
		d->remainder = remainder;
	}
}

static bool find_combination(struct distribution *d, unsigned k)
{
	struct combination combo;
	unsigned place[NODES_MAX];

	d->balance = INFINITY;
	d->best.nr = 0;
	for (unsigned i = 0; i < k; i++)
		place[i] = i;
	do {
		at_places(d->order, place, k, &combo);
		visit(&d->best, &combo);
		if (d->balance == 0)
			break;
		try_combination(d, &combo);
	} while (next_places(place, k, d->nr));
	return d->best.nr != 0;
}

/* False: the kubelet would go round for ever, as nobody of the remainder's nodes has
 * a CPU left. */
static bool hand_out(struct kubelet_cpus *c, const struct distribution *d)
{
	uint32_t share = d->want / d->best.nr, more;

	for (unsigned i = 0; i < d->best.nr; i++) {
		if (share > c->free_cpus[d->best.node[i]])
			share = c->free_cpus[d->best.node[i]];
	}
	for (unsigned i = 0; i < d->best.nr; i++) {
		bool taken = take_packed(c, nodeset_of(d->best.node[i]), share);

		BUG_ON(!taken);
	}
	more = d->want - share * d->best.nr;
	while (more) {
		uint32_t was = more;

		for (unsigned i = 0; i < d->remainder.nr && more; i++) {
			if (take_packed(c, nodeset_of(d->remainder.node[i]), 1))
				more--;
		}
		if (more == was)
			return false;
	}
	return true;
}

static unsigned divide_up(uint32_t a, uint32_t b)
{
	return (a - 1) / b + 1;
}

static int take_distributed(struct kubelet_cpus *c, nodeset nodes, uint32_t want, struct error *err)
{
	const struct host *h = c->host;
	struct distribution d = {.c = c, .want = want};
	unsigned least, most;

	d.nr = sort_nodes(c, nodes, d.order);
	/* rangeNUMANodesNeededToSatisfy: by the mean of the whole machine */
	least = divide_up(want, divide_up(h->nr_cpus, nodeset_count(h->cpu_nodes)));
	most = want < d.nr ? want : d.nr;
	for (unsigned k = least; k <= most; k++) {
		if (!find_combination(&d, k))
			continue;
		if (!hand_out(c, &d))
			return error_set(
				err, ERR_NO_ROOM,
				"the CPU manager does not come to an end: no node of those "
				"that are to give the remainder has a CPU left");
		return 0;
	}
	return take_packed(c, nodes, want) ? 0 : ERR_NO_ROOM;
}

int kubelet_take_cpus(struct kubelet_cpus *c, const struct kubelet_rules *rules, nodeset nodes,
		      uint32_t want, struct error *err)
{
	uint32_t there = free_in(c, nodes);

	if (!want)
		return 0;
	if (want > there)
		return error_set(err, ERR_NO_ROOM,
				 "not enough cpus available to satisfy request: requested=%u, "
				 "available=%u",
				 want, there);
	if (rules->distribute_cpus)
		return take_distributed(c, nodes, want, err);
	return take_packed(c, nodes, want) ? 0 : ERR_NO_ROOM;
}
