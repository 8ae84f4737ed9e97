#include "placement/xapi/xapi.h"

#include "base/units.h"
#include "placement/explain.h"
#include "placement/fill.h"

#define UNREACHABLE 255 /* and above: no distance */
#define SETS_NODES_MAX 16

/* A set's place in the order: greatest distance, then the mean as a fraction. */
struct key {
	uint32_t most;
	uint64_t sum, pairs;
};

struct search {
	const struct policy_input *in;
	nodeset valid;
	bool count_cores;
	int64_t bytes;
	uint32_t vcpus;
	struct key first, stop; /* stop.most == UINT32_MAX: nothing stops it */
	nodeset pick;
	uint64_t pick_launches;
};

static struct key key_of(const struct host *h, nodeset set)
{
	struct key k = {0, 0, (uint64_t)nodeset_count(set) * nodeset_count(set)};

	for (nodeset a = set; a; a &= a - 1) {
		for (nodeset b = set; b; b &= b - 1) {
			uint32_t d = host_distance(h, nodeset_lowest(a), nodeset_lowest(b));

			if (d >= UNREACHABLE)
				d = UINT32_MAX - 1;
			k.most = d > k.most ? d : k.most;
			k.sum += d;
		}
	}
	return k;
}

static bool key_less(const struct key *a, const struct key *b)
{
	if (a->most != b->most)
		return a->most < b->most;
	return (int128)a->sum * (int128)b->pairs < (int128)b->sum * (int128)a->pairs;
}

/* Means are taken for equal within 1e-3. */
static bool same_mean(const struct key *a, const struct key *b)
{
	int128 x = (int128)a->sum * (int128)b->pairs, y = (int128)b->sum * (int128)a->pairs;
	int128 difference = x > y ? x - y : y - x;

	return difference * 1000 < (int128)a->pairs * (int128)b->pairs;
}

static bool feasible(const struct search *s, nodeset set)
{
	int64_t bytes = 0;
	uint64_t cpus = 0, cores = 0;
	unsigned node;

	nodeset_for_each (node, set) {
		bytes += s->in->state->free_bytes[node];
		cpus += s->in->host->node[node].nr_cpus;
		cores += s->in->host->node[node].nr_cores;
	}
	return bytes >= s->bytes && cpus >= s->vcpus && (!s->count_cores || cores >= s->vcpus);
}

/* Their lists of nodes, highest first, compared as lists: at the highest node
 * that tells them apart the one without it is less; a prefix is less. */
static bool lower_nodes(nodeset a, nodeset b)
{
	while (a && b) {
		unsigned x = NODES_MAX - 1, y = NODES_MAX - 1;

		while (!nodeset_has(a, x))
			x--;
		while (!nodeset_has(b, y))
			y--;
		if (x != y)
			return x < y;
		a &= ~nodeset_of(x);
		b &= ~nodeset_of(y);
	}
	return !a && b;
}

static void consider(struct search *s, nodeset set)
{
	uint64_t launches = 0;
	unsigned node;

	nodeset_for_each (node, set) {
		launches += policy_book(s->in, node).launches;
	}
	if (s->pick && (launches > s->pick_launches ||
			(launches == s->pick_launches && !lower_nodes(set, s->pick))))
		return;
	s->pick = set;
	s->pick_launches = launches;
}

/* Single nodes come before every other set: the usual case. */
static bool singles_first(const struct search *s)
{
	uint32_t own =
		host_distance(s->in->host, nodeset_lowest(s->valid), nodeset_lowest(s->valid));

	for (nodeset a = s->valid; a; a &= a - 1) {
		for (nodeset b = s->valid; b; b &= b - 1) {
			unsigned i = nodeset_lowest(a), j = nodeset_lowest(b);
			uint32_t d = host_distance(s->in->host, i, j);

			if (i == j ? d != own : d <= own)
				return false;
		}
	}
	return true;
}

static void pick_single(struct search *s)
{
	unsigned node;

	nodeset_for_each (node, s->valid) {
		if (feasible(s, nodeset_of(node)))
			consider(s, nodeset_of(node));
	}
}

enum pass { FIND_FIRST, FIND_STOP, FIND_PICK };

static void look_at(struct search *s, enum pass pass, nodeset set)
{
	struct key k;

	if (!feasible(s, set))
		return;
	k = key_of(s->in->host, set);
	if (pass == FIND_FIRST) {
		if (!s->first.pairs || key_less(&k, &s->first))
			s->first = k;
	} else if (pass == FIND_STOP) {
		if (!same_mean(&k, &s->first) && (!s->stop.pairs || key_less(&k, &s->stop)))
			s->stop = k;
	} else if (same_mean(&k, &s->first) && (!s->stop.pairs || key_less(&k, &s->stop))) {
		consider(s, set);
	}
}

/* Every nonempty subset of the valid nodes, or every single one of too many. */
static void pick_set(struct search *s)
{
	for (int pass = FIND_FIRST; pass <= FIND_PICK; pass++) {
		unsigned node;

		if (nodeset_count(s->valid) > SETS_NODES_MAX) {
			nodeset_for_each (node, s->valid) {
				look_at(s, (enum pass)pass, nodeset_of(node));
			}
			continue;
		}
		for (nodeset set = s->valid; set; set = (set - 1) & s->valid)
			look_at(s, (enum pass)pass, set);
	}
}

/* The matrix as xapi accepts it: 10 on the diagonal, nothing nearer. */
static bool find_valid(struct search *s)
{
	const struct host *h = s->in->host;

	for (unsigned i = 0; i < h->nr_nodes; i++) {
		uint32_t own = host_distance(h, i, i);

		if (own >= UNREACHABLE)
			continue;
		if (own != 10)
			return false;
		s->valid |= nodeset_of(i);
		for (unsigned j = 0; j < h->nr_nodes; j++) {
			if (host_distance(h, i, j) < 10)
				return false;
		}
	}
	return s->valid != 0;
}

static void explain_pick(const struct search *s)
{
	struct explain *why = s->in->why;
	struct sentence t;

	if (!s->pick) {
		explain_add(why, "no set of nodes has the memory, CPUs%s together: no affinity",
			    s->count_cores ? " and physical cores" : "");
		return;
	}
	sentence_set(&t, "pick ");
	sentence_add_nodes(&t, s->in->host, s->pick);
	sentence_add(&t, ": fewest launches (%llu) among the nearest sets with room%s",
		     (unsigned long long)s->pick_launches,
		     nodeset_count(s->pick) == 1
			     ? ""
			     : "; a pick of several nodes is dropped: memory is striped over all "
			       "nodes and vCPUs float");
	explain_add(why, "%s", t.text);
}

int xapi_place(const struct policy_input *in, bool count_cores, struct plan *out, struct error *err)
{
	struct search s = {
		.in = in,
		.count_cores = count_cores,
		.bytes = zone_boot_bytes(in->zone),
		.vcpus = in->zone->vcpus,
	};

	if (!find_valid(&s)) {
		explain_add(in->why, "xapi does not trust this distance matrix: NUMA is off");
		return fill_everywhere(in, out, err);
	}
	if (singles_first(&s))
		pick_single(&s);
	if (!s.pick)
		pick_set(&s);
	explain_pick(&s);
	out->booked = s.pick;
	if (nodeset_count(s.pick) != 1)
		return fill_everywhere(in, out, err);
	fill_nodes(in, s.pick, out);
	out->pinned = false;
	out->soft = true;
	fill_vcpus(out);
	fill_memory_evenly(out);
	return plan_fill_memory(out, in->state, err);
}
