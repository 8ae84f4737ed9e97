/* Which changes are worth a look: each zone on sets of nodes, and what makes room for that. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/units.h"
#include "live/advise/scene.h"

#define SETS_MAX 64
/* On large hosts: zones that lose most, and what is tried to make room for one. */
#define ACTORS_AT_ONCE 6
#define BLOCKERS 3
#define PLACES 3

struct moves {
	struct scene *s;
	const struct position *p;
	bool thorough;
	void (*tell)(void *self, const struct compound *c);
	void *self;
};

/* `together` where they may be made so; one after the other where that does. */
static void tell(const struct moves *m, const struct change *change, uint32_t nr, bool together)
{
	struct compound c = {.nr = nr, .together = together};

	memcpy(c.change, change, nr * sizeof(*change));
	m->tell(m->self, &c);
}

/* --- sets of nodes -------------------------------------------------------------------- */

struct sets {
	nodeset set[SETS_MAX];
	uint32_t nr;
};

static bool may_be_on(const struct scene *s, const struct actor *a, nodeset nodes)
{
	uint64_t cpus = 0;
	unsigned node;

	if (!nodes || (nodes & ~s->host->usable_nodes))
		return false;
	if (a->zone->device_nodes && !(nodes & a->zone->device_nodes))
		return false;
	nodeset_for_each (node, nodes)
		cpus += s->host->node[node].nr_cpus;
	/* each of its nodes has a vCPU */
	return cpus >= a->asked.vcpus && nodeset_count(nodes) <= a->asked.vcpus;
}

static void add_set(const struct scene *s, const struct actor *a, struct sets *sets, nodeset nodes)
{
	if (sets->nr == SETS_MAX || !may_be_on(s, a, nodes))
		return;
	for (uint32_t i = 0; i < sets->nr; i++)
		if (sets->set[i] == nodes)
			return;
	sets->set[sets->nr++] = nodes;
}

/* Where the policy puts it as things are, without it. */
static nodeset policy_set(const struct moves *m, uint32_t i)
{
	const struct actor *a = &m->s->actor[i];
	struct host_state books = m->p->books;
	int64_t free_bytes[NODES_MAX];
	uint32_t vcpus[NODES_MAX];
	struct rng rng;
	struct plan plan;
	struct policy_input in = {
		.host = m->s->host, .state = &books, .zone = &a->asked, .rng = &rng};
	size_t nodes = m->s->host->nr_nodes;

	memcpy(free_bytes, books.free_bytes, nodes * sizeof(*free_bytes));
	memcpy(vcpus, books.vcpus, nodes * sizeof(*vcpus));
	books.free_bytes = free_bytes;
	books.vcpus = vcpus;
	host_state_give(&books, m->p->at[i]);
	rng_seed(&rng, 1, "advise");
	if (policy_place(m->s->ask->policy, &in, &plan, NULL))
		return 0;
	return plan.nodes;
}

/* Is one node too small for it, or has it several already? */
static bool wants_several(const struct scene *s, const struct actor *a)
{
	unsigned node;

	if (a->can_tell || nodeset_count(a->now->nodes) > 1)
		return true;
	nodeset_for_each (node, s->host->usable_nodes)
		if (s->host->node[node].nr_cpus >= a->asked.vcpus &&
		    s->host->node[node].memory_bytes >= zone_boot_bytes(&a->asked))
			return false;
	return true;
}

static void add_pairs(const struct scene *s, const struct actor *a, struct sets *sets, bool all)
{
	const struct host *h = s->host;
	unsigned node, other;

	nodeset_for_each (node, h->usable_nodes) {
		uint32_t nearest = UINT32_MAX;

		for (other = 0; other < h->nr_nodes; other++)
			if (other != node && nodeset_has(h->usable_nodes, other) &&
			    host_distance(h, node, other) < nearest)
				nearest = host_distance(h, node, other);
		for (other = node + 1; other < h->nr_nodes; other++)
			if (all || host_distance(h, node, other) == nearest)
				add_set(s, a, sets, nodeset_of(node) | nodeset_of(other));
	}
}

static void find_sets(const struct moves *m, uint32_t i, struct sets *sets)
{
	const struct scene *s = m->s;
	const struct actor *a = &s->actor[i];
	unsigned node;

	sets->nr = 0;
	add_set(s, a, sets, live_zone_home(s->ask->sample, a->zone));
	add_set(s, a, sets, policy_set(m, i));
	nodeset_for_each (node, s->host->usable_nodes)
		add_set(s, a, sets, nodeset_of(node));
	if (wants_several(s, a))
		add_pairs(s, a, sets, m->thorough);
	add_set(s, a, sets, a->now->nodes);
}

/* --- room for a change ---------------------------------------------------------------- */

/* What a node lacks for the zone's share of it, with all of its own given back. */
struct lack {
	int64_t bytes;
	uint32_t vcpus;
};

static struct lack lack_of(const struct moves *m, const struct change *c, unsigned node)
{
	const struct plan *from = m->p->at[c->actor];
	const struct actor *a = &m->s->actor[c->actor];
	uint32_t nr = nodeset_count(c->nodes), has = 0;
	int64_t own[NODES_MAX], whole;
	int64_t vcpus = (a->asked.vcpus + nr - 1) / nr;
	struct lack lack;

	plan_node_bytes(from, own);
	for (uint32_t v = 0; v < from->nr_vnodes; v++)
		has += from->vnode[v].node == node ? from->vnode[v].vcpus : 0;
	whole = c->kind == ADVICE_PIN	 ? 0
		: c->kind == ADVICE_MOVE ? plan_memory_bytes(from)
					 : zone_boot_bytes(&a->asked);
	lack.bytes = (whole / nr + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES + PAGE_BYTES -
		     own[node] - m->p->books.free_bytes[node];
	vcpus += (int64_t)m->p->books.vcpus[node] - has - m->s->vcpus_limit[node];
	lack.vcpus = vcpus > 0 ? (uint32_t)vcpus : 0;
	if (c->kind == ADVICE_PIN || lack.bytes <= PAGE_BYTES)
		lack.bytes = 0;
	return lack;
}

/* It gives way by losing memory, more than is needed by a tenth. */
static void tell_shrink(const struct moves *m, const struct change *c, uint32_t blocker,
			int64_t there, int64_t lack)
{
	const struct actor *b = &m->s->actor[blocker];
	int64_t has = plan_memory_bytes(m->p->at[blocker]);
	int64_t give = mul_div(lack + lack / 10, has, there) / MIB * MIB + MIB;
	int64_t most = mul_div(b->asked.memory_initial_bytes, m->s->ask->shrink_ppm, 1000000);
	struct change change[2] = {{.kind = ADVICE_SHRINK, .actor = blocker, .bytes = give}, *c};

	if (!b->can_shrink || m->p->shrunk[blocker] || give > most ||
	    has - give < b->asked.memory_min_bytes)
		return;
	tell(m, change, 2, false);
}

/* Places for who gives way, those with most room first; and those that c's zone leaves. */
static uint32_t find_places(const struct moves *m, const struct change *c, uint32_t blocker,
			    unsigned node, nodeset place[NODES_MAX + 2])
{
	const struct actor *b = &m->s->actor[blocker];
	nodeset left = m->s->host->usable_nodes & ~nodeset_of(node);
	uint32_t nr = 0, most = m->thorough ? NODES_MAX : PLACES;
	nodeset home = live_zone_home(m->s->ask->sample, b->zone);

	if (may_be_on(m->s, b, home) && !nodeset_has(home, node))
		place[nr++] = home;
	if (may_be_on(m->s, b, m->p->at[c->actor]->nodes & ~nodeset_of(node)))
		place[nr++] = m->p->at[c->actor]->nodes & ~nodeset_of(node);
	for (uint32_t i = 0; left && i < most; i++) {
		unsigned best = nodeset_lowest(left), n;

		nodeset_for_each (n, left)
			if (m->p->books.free_bytes[n] > m->p->books.free_bytes[best])
				best = n;
		left &= ~nodeset_of(best);
		if (may_be_on(m->s, b, nodeset_of(best)))
			place[nr++] = nodeset_of(best);
	}
	return nr;
}

/* `blocker` goes elsewhere first, or with it. */
static void tell_way_made(const struct moves *m, const struct change *c, uint32_t blocker,
			  unsigned node, const struct lack *lack)
{
	const struct actor *b = &m->s->actor[blocker];
	nodeset place[NODES_MAX + 2];
	uint32_t nr = find_places(m, c, blocker, node, place);

	for (uint32_t i = 0; i < nr; i++) {
		struct change change[2] = {{.kind = b->how, .actor = blocker, .nodes = place[i]},
					   *c};

		tell(m, change, 2, b->how == ADVICE_RESTART && c->kind == ADVICE_RESTART);
		if (!lack->bytes && b->can_pin) {
			change[0].kind = ADVICE_PIN;
			tell(m, change, 2, c->kind == ADVICE_PIN);
		}
	}
}

struct blocker {
	uint32_t actor;
	int64_t there;
};

/* Those whose going is enough, the smallest first. */
static int by_size(const void *a, const void *b)
{
	const struct blocker *x = a, *y = b;

	if (x->there != y->there)
		return x->there < y->there ? -1 : 1;
	return x->actor < y->actor ? -1 : x->actor > y->actor;
}

static uint32_t find_blockers(const struct moves *m, const struct change *c, unsigned node,
			      const struct lack *lack, struct blocker *out)
{
	uint32_t nr = 0;

	for (uint32_t i = 0; i < m->s->nr; i++) {
		const struct plan *p = m->p->at[i];
		int64_t bytes[NODES_MAX];
		uint32_t vcpus = 0;

		if (i == c->actor || m->s->actor[i].fixed)
			continue;
		plan_node_bytes(p, bytes);
		for (uint32_t v = 0; v < p->nr_vnodes; v++)
			vcpus += p->vnode[v].node == node ? p->vnode[v].vcpus : 0;
		if (lack->bytes ? bytes[node] > 0 : vcpus >= lack->vcpus)
			out[nr++] = (struct blocker){i, bytes[node]};
	}
	qsort(out, nr, sizeof(*out), by_size);
	return nr;
}

/* Only where one node is short: more at once are found step by step. */
static bool short_node(const struct moves *m, const struct change *c, unsigned *out,
		       struct lack *lack)
{
	unsigned node, nr = 0;

	nodeset_for_each (node, c->nodes) {
		struct lack here = lack_of(m, c, node);

		if (!here.bytes && !here.vcpus)
			continue;
		*out = node;
		*lack = here;
		nr++;
	}
	return nr == 1;
}

static void tell_with_room(const struct moves *m, const struct change *c)
{
	struct blocker *blocker;
	uint32_t nr, told = 0;
	struct lack lack;
	unsigned node;

	tell(m, c, 1, false);
	if (!short_node(m, c, &node, &lack))
		return;
	blocker = xcalloc(m->s->nr + 1, sizeof(*blocker));
	nr = find_blockers(m, c, node, &lack, blocker);
	for (uint32_t i = 0; i < nr && (m->thorough || told < BLOCKERS); i++) {
		uint32_t b = blocker[i].actor;

		if (lack.bytes && !lack.vcpus && m->s->ask->shrink_ppm)
			tell_shrink(m, c, b, blocker[i].there, lack.bytes);
		if (blocker[i].there < lack.bytes)
			continue;
		tell_way_made(m, c, b, node, &lack);
		told++;
	}
	free(blocker);
}

/* --- which zones ---------------------------------------------------------------------- */

struct loser {
	uint32_t actor;
	double lost;
};

static int by_loss(const void *a, const void *b)
{
	const struct loser *x = a, *y = b;

	if (x->lost > y->lost || x->lost < y->lost)
		return x->lost > y->lost ? -1 : 1;
	return x->actor < y->actor ? -1 : x->actor > y->actor;
}

/* What a zone alone may do: changes[] has room for twice SETS_MAX. */
static uint32_t find_changes(const struct moves *m, uint32_t i, struct change *changes)
{
	const struct actor *a = &m->s->actor[i];
	struct sets sets;
	uint32_t nr = 0;

	find_sets(m, i, &sets);
	for (uint32_t k = 0; k < sets.nr; k++) {
		changes[nr++] = (struct change){.kind = a->how, .actor = i, .nodes = sets.set[k]};
		if (a->can_pin)
			changes[nr++] = (struct change){
				.kind = ADVICE_PIN, .actor = i, .nodes = sets.set[k]};
	}
	return nr;
}

/* The node that has most of its pages. */
static nodeset pages_are_on(const struct plan *p)
{
	int64_t bytes[NODES_MAX];
	unsigned best = 0;

	plan_node_bytes(p, bytes);
	for (unsigned n = 1; n < p->host->nr_nodes; n++)
		if (bytes[n] > bytes[best])
			best = n;
	return nodeset_of(best);
}

/*
 * Two that win something only together, as when vCPUs change places: all of two zones on a host
 * that is searched thoroughly, else those that bring each to its pages or to its home.
 */
static void tell_pairs(const struct moves *m, const struct change *a, uint32_t nr_a,
		       const struct change *b, uint32_t nr_b)
{
	for (uint32_t i = 0; i < nr_a; i++)
		for (uint32_t j = 0; j < nr_b; j++) {
			const struct change pair[2] = {a[i], b[j]};

			bool alike = a[i].kind == b[j].kind && a[i].kind != ADVICE_MOVE;

			tell(m, pair, 2, alike);
			/* the first may need what the second leaves */
			if (!alike)
				tell(m, (const struct change[]){b[j], a[i]}, 2, false);
		}
}

/* Those worth a look in pairs, in front. */
static uint32_t keep_likely(const struct moves *m, uint32_t actor, struct change *c, uint32_t nr)
{
	nodeset pages = pages_are_on(m->p->at[actor]);
	nodeset home = live_zone_home(m->s->ask->sample, m->s->actor[actor].zone);
	uint32_t kept = 0;

	for (uint32_t i = 0; i < nr; i++)
		if (m->thorough || c[i].nodes == pages || c[i].nodes == home)
			c[kept++] = c[i];
	return kept;
}

static void tell_of_all(const struct moves *m, const struct loser *loser, uint32_t nr, bool pairs)
{
	struct change(*change)[2 * SETS_MAX] = xcalloc(nr + 1, sizeof(*change));
	uint32_t *count = xcalloc(nr + 1, sizeof(*count));

	for (uint32_t i = 0; i < nr; i++) {
		count[i] = find_changes(m, loser[i].actor, change[i]);
		for (uint32_t k = 0; k < count[i]; k++)
			tell_with_room(m, &change[i][k]);
		count[i] = keep_likely(m, loser[i].actor, change[i], count[i]);
	}
	for (uint32_t i = 0; pairs && i < nr; i++)
		for (uint32_t j = i + 1; j < nr; j++)
			tell_pairs(m, change[i], count[i], change[j], count[j]);
	free(count);
	free(change);
}

void moves_from(struct scene *s, const struct position *p, bool thorough, bool pairs,
		void (*told)(void *self, const struct compound *c), void *self)
{
	struct moves m = {s, p, thorough, told, self};
	struct cost_result *price = xcalloc(s->nr + 1, sizeof(*price));
	struct loser *loser = xcalloc(s->nr + 1, sizeof(*loser));
	uint32_t nr = 0;

	scene_price(s, p, price);
	for (uint32_t i = 0; i < s->nr; i++)
		if (!s->actor[i].fixed)
			loser[nr++] = (struct loser){
				i, s->actor[i].asked.vcpus *
					   (1 - 1e6 / (double)price[i].slowdown_ppm)};
	qsort(loser, nr, sizeof(*loser), by_loss);
	if (!thorough && nr > ACTORS_AT_ONCE)
		nr = ACTORS_AT_ONCE;
	tell_of_all(&m, loser, nr, pairs);
	free(loser);
	free(price);
}
