#include "placement/xapi/xapi.h"

#include "base/units.h"
#include "placement/explain.h"
#include "placement/fill.h"

#define UNREACHABLE 255 /* and above: no distance */
#define SETS_NODES_MAX 16

/* A set's place in the order: greatest distance, then the mean as a fraction. */
struct key {
	uint32_t most;
	uint32_t pairs;
	uint64_t sum;
};

/* What is looked for among the feasible sets, in this order. */
enum pass {
	FIND_FIRST, /* the nearest */
	FIND_STOP, /* the nearest with another mean */
	FIND_PICK, /* fewest launches among those before it with the first one's mean */
};

/* The valid nodes, ascending; what is there from one on to the last. */
struct item {
	uint8_t node;
	int64_t bytes;
	uint32_t cpus, cores;
	uint64_t launches;
	int64_t bytes_from;
	uint64_t cpus_from, cores_from;
};

struct search {
	const struct policy_input *in;
	nodeset valid;
	bool count_cores;
	int64_t bytes;
	uint32_t vcpus;
	uint32_t nr;
	struct item item[NODES_MAX];
	/* between two items: both directions together, and the greater */
	uint64_t way[SETS_NODES_MAX][SETS_NODES_MAX];
	uint32_t farther[SETS_NODES_MAX][SETS_NODES_MAX];
	/* at least: one way between two items, all ways of a set of so many */
	uint32_t nearest;
	uint64_t least_sum[SETS_NODES_MAX + 1];
	enum pass pass;
	struct key first, stop; /* pairs 0: none */
	nodeset pick;
	uint64_t pick_launches;
};

/* A set being grown, and the way from it to each item: sum (both directions, the
 * item's own once) and greatest. */
struct grown {
	nodeset set;
	uint32_t nr, most;
	uint64_t sum;
	int64_t bytes;
	uint64_t cpus, cores, launches;
	uint64_t way[SETS_NODES_MAX];
	uint32_t farthest[SETS_NODES_MAX];
};

static uint32_t distance(const struct search *s, uint32_t i, uint32_t j)
{
	uint32_t d = host_distance(s->in->host, s->item[i].node, s->item[j].node);

	return d < UNREACHABLE ? d : UINT32_MAX - 1;
}

static bool key_less(const struct key *a, const struct key *b)
{
	if (a->most != b->most)
		return a->most < b->most;
	return a->sum * b->pairs < b->sum * a->pairs;
}

/* Means are taken for equal within 1e-3. */
static bool same_mean(const struct key *a, const struct key *b)
{
	uint64_t x = a->sum * b->pairs, y = b->sum * a->pairs;

	return (x > y ? x - y : y - x) * 1000 < (uint64_t)a->pairs * b->pairs;
}

static bool feasible(const struct search *s, int64_t bytes, uint64_t cpus, uint64_t cores)
{
	return bytes >= s->bytes && cpus >= s->vcpus && (!s->count_cores || cores >= s->vcpus);
}

/* Fewest launches, then the lowest nodes: their lists, highest node first, compared as
 * lists, which is the order of the sets as numbers. */
static void consider(struct search *s, nodeset set, uint64_t launches)
{
	if (s->pick &&
	    (launches > s->pick_launches || (launches == s->pick_launches && set > s->pick)))
		return;
	s->pick = set;
	s->pick_launches = launches;
}

/* Single nodes come before every other set: the usual case. */
static bool singles_first(const struct search *s)
{
	for (uint32_t i = 0; i < s->nr; i++) {
		for (uint32_t j = 0; j < s->nr; j++) {
			if (i != j && distance(s, i, j) <= 10)
				return false;
		}
	}
	return true;
}

static void pick_single(struct search *s)
{
	for (uint32_t i = 0; i < s->nr; i++) {
		const struct item *n = &s->item[i];

		if (feasible(s, n->bytes, n->cpus, n->cores))
			consider(s, nodeset_of(n->node), n->launches);
	}
}

static void look_at(struct search *s, const struct grown *g)
{
	struct key k = {g->most, g->nr * g->nr, g->sum};

	if (s->pass == FIND_FIRST) {
		if (!s->first.pairs || key_less(&k, &s->first))
			s->first = k;
	} else if (s->pass == FIND_STOP) {
		if (!same_mean(&k, &s->first) && (!s->stop.pairs || key_less(&k, &s->stop)))
			s->stop = k;
	} else if (same_mean(&k, &s->first) && (!s->stop.pairs || key_less(&k, &s->stop))) {
		consider(s, g->set, g->launches);
	}
}

/* Greatest distance that still matters to this pass: it only grows with the set. */
static uint32_t most_allowed(const struct search *s)
{
	const struct key *bound = s->pass == FIND_FIRST ? &s->first : &s->stop;

	return bound->pairs ? bound->most : UINT32_MAX;
}

/* Whether a set of `nr` with at least this sum of distances can matter to this pass
 * when its greatest distance is the greatest allowed. */
static bool matters(const struct search *s, uint32_t nr, uint64_t sum)
{
	const struct key *bound = s->pass == FIND_STOP ? &s->stop : &s->first;
	uint64_t pairs = (uint64_t)nr * nr;

	if (!bound->pairs)
		return true;
	if (s->pass == FIND_PICK)
		return 1000 * sum * bound->pairs < (1000 * bound->sum + bound->pairs) * pairs;
	return sum * bound->pairs < bound->sum * pairs;
}

/* Whether a larger set with items after `i` can matter. */
static bool worth_growing(const struct search *s, const struct grown *g, uint32_t i)
{
	uint64_t least_way = UINT64_MAX;

	if (s->pass != FIND_PICK && g->most < most_allowed(s))
		return true;
	for (uint32_t j = i + 1; j < s->nr; j++)
		least_way = g->way[j] < least_way ? g->way[j] : least_way;
	for (uint32_t more = 1; more < s->nr - i; more++) {
		uint64_t sum = g->sum + more * least_way + (uint64_t)more * (more - 1) * s->nearest;
		uint64_t least = s->least_sum[g->nr + more];

		if (matters(s, g->nr + more, sum > least ? sum : least))
			return true;
	}
	return false;
}

static void add(const struct search *s, const struct grown *g, uint32_t i, struct grown *out)
{
	const struct item *n = &s->item[i];

	out->set = g->set | nodeset_of(n->node);
	out->nr = g->nr + 1;
	out->most = g->farthest[i] > g->most ? g->farthest[i] : g->most;
	out->sum = g->sum + g->way[i];
	out->bytes = g->bytes + n->bytes;
	out->cpus = g->cpus + n->cpus;
	out->cores = g->cores + n->cores;
	out->launches = g->launches + n->launches;
}

static void add_way(const struct search *s, const struct grown *g, uint32_t i, struct grown *out)
{
	const uint32_t *farther = s->farther[i];
	const uint64_t *way = s->way[i];

	for (uint32_t j = i + 1; j < s->nr; j++) {
		out->way[j] = g->way[j] + way[j];
		out->farthest[j] = farther[j] > g->farthest[j] ? farther[j] : g->farthest[j];
	}
}

/* Every set that `g` and items from `from` on make, but no branch without a feasible
 * set that matters. The way is kept up for later items alone: O(1) a set, amortised. */
static void grow_sets(struct search *s, const struct grown *g, uint32_t from)
{
	struct grown next;

	for (uint32_t i = from; i < s->nr; i++) {
		const struct item *n = &s->item[i];

		if (!feasible(s, g->bytes + n->bytes_from, g->cpus + n->cpus_from,
			      g->cores + n->cores_from))
			return;
		add(s, g, i, &next);
		if (next.most > most_allowed(s))
			continue;
		if (feasible(s, next.bytes, next.cpus, next.cores))
			look_at(s, &next);
		if (i + 1 == s->nr)
			return;
		add_way(s, g, i, &next);
		if (worth_growing(s, &next, i))
			grow_sets(s, &next, i + 1);
	}
}

/* The sum of the `k` least of v[0..nr); sorts. */
static uint64_t least_of(uint64_t *v, uint32_t nr, uint32_t k)
{
	uint64_t sum = 0;

	for (uint32_t i = 1; i < nr; i++) {
		uint64_t x = v[i];
		uint32_t at = i;

		for (; at && v[at - 1] > x; at--)
			v[at] = v[at - 1];
		v[at] = x;
	}
	for (uint32_t i = 0; i < k; i++)
		sum += v[i];
	return sum;
}

/* A node's own way in a set of k is at least that to itself and its k - 1 nearest. */
static void find_least_sums(struct search *s)
{
	uint64_t row[SETS_NODES_MAX][SETS_NODES_MAX], own[SETS_NODES_MAX];

	s->nearest = UINT32_MAX;
	for (uint32_t i = 0; i < s->nr; i++) {
		for (uint32_t j = 0; j < s->nr; j++) {
			row[i][j] = i == j ? 0 : distance(s, i, j);
			if (i != j && row[i][j] < s->nearest)
				s->nearest = (uint32_t)row[i][j];
		}
		(void)least_of(row[i], s->nr, 0);
	}
	for (uint32_t k = 1; k <= s->nr; k++) {
		for (uint32_t i = 0; i < s->nr; i++) {
			own[i] = distance(s, i, i);
			for (uint32_t j = 1; j < k; j++)
				own[i] += row[i][j];
		}
		s->least_sum[k] = least_of(own, s->nr, k);
	}
}

static void find_ways(struct search *s)
{
	for (uint32_t i = 0; i < s->nr; i++) {
		for (uint32_t j = 0; j < s->nr; j++) {
			uint32_t to = distance(s, i, j), from = distance(s, j, i);

			s->way[i][j] = (uint64_t)to + from;
			s->farther[i][j] = to > from ? to : from;
		}
	}
	find_least_sums(s);
}

/* Every nonempty subset of the valid nodes, or every single one of too many. */
static void pick_set(struct search *s)
{
	struct grown none = {0};

	if (s->nr > SETS_NODES_MAX) {
		pick_single(s);
		return;
	}
	find_ways(s);
	for (uint32_t i = 0; i < s->nr; i++)
		none.way[i] = none.farthest[i] = distance(s, i, i);
	for (int pass = FIND_FIRST; pass <= FIND_PICK; pass++) {
		s->pass = (enum pass)pass;
		grow_sets(s, &none, 0);
		if (!s->first.pairs)
			return;
	}
}

static void find_items(struct search *s)
{
	unsigned node;

	nodeset_for_each (node, s->valid) {
		const struct host_node *n = &s->in->host->node[node];

		s->item[s->nr++] = (struct item){
			.node = (uint8_t)node,
			.bytes = s->in->state->free_bytes[node],
			.cpus = n->nr_cpus,
			.cores = n->nr_cores,
			.launches = policy_book(s->in, node).launches,
		};
	}
	for (uint32_t i = s->nr; i-- > 0;) {
		struct item *n = &s->item[i];
		const struct item *next = i + 1 < s->nr ? n + 1 : NULL;

		n->bytes_from = n->bytes + (next ? next->bytes_from : 0);
		n->cpus_from = n->cpus + (next ? next->cpus_from : 0);
		n->cores_from = n->cores + (next ? next->cores_from : 0);
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
	struct search s;

	/* field by field: the tables need no clearing */
	s.in = in;
	s.count_cores = count_cores;
	s.bytes = zone_boot_bytes(in->zone);
	s.vcpus = in->zone->vcpus;
	s.valid = s.pick = 0;
	s.nr = 0;
	s.pick_launches = 0;
	s.first.pairs = s.stop.pairs = 0;

	if (!find_valid(&s)) {
		explain_add(in->why, "xapi does not trust this distance matrix: NUMA is off");
		return fill_everywhere(in, out, err);
	}
	find_items(&s);
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
