#include "cost/over-time/flow_classes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#define FREE UINT32_MAX

/* Are two nodes with memory, ports and cores of their own the same to their own
 * flows? */
static bool nodes_alike(const struct cost_params *p, uint32_t a, uint32_t b)
{
	uint32_t x = p->controller[a], y = p->controller[b];

	if (p->read[x] != p->read[y] || p->write[x] != p->write[y] ||
	    p->node_ports[a] != p->node_ports[b] ||
	    p->latency_ns[a * p->nr_nodes + a] != p->latency_ns[b * p->nr_nodes + b] ||
	    p->host->node[a].nr_cores != p->host->node[b].nr_cores)
		return false;
	for (uint32_t i = 0; i < p->node_ports[a]; i++) {
		uint32_t m = p->first_port[a] + i, n = p->first_port[b] + i;

		if (p->port_read[m] != p->port_read[n] || p->port_write[m] != p->port_write[n])
			return false;
	}
	return true;
}

static bool node_is_apart(const struct cost_params *p, uint32_t node)
{
	if (p->fabric[p->socket[node]] < (double)INFINITY)
		return false;
	for (uint32_t n = 0; n < p->nr_nodes; n++) {
		if (n != node && p->controller[n] == p->controller[node])
			return false;
	}
	return true;
}

static void find_canonical_nodes(struct flow_classes *c)
{
	const struct cost_params *p = c->params;
	uint32_t *node = c->canonical_node = xmalloc(p->nr_nodes * sizeof(*node));

	for (uint32_t n = 0; n < p->nr_nodes; n++) {
		node[n] = NOWHERE;
		if (!node_is_apart(p, n))
			continue;
		node[n] = n;
		for (uint32_t low = n; low-- > 0;) {
			if (node[low] == low && nodes_alike(p, low, n))
				node[n] = low;
		}
	}
}

void flow_classes_init(struct flow_classes *c, const struct cost_params *params)
{
	*c = (struct flow_classes){.params = params, .free = NOWHERE};
	find_canonical_nodes(c);
}

void flow_classes_release(struct flow_classes *c)
{
	free(c->class);
	free(c->pages);
	free(c->share);
	map_release(&c->index);
	free(c->canonical_node);
	free(c->profile);
}

static int order(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static int compare_profiles(const struct zone_profile *a, const struct zone_profile *b)
{
	int c = order(a->demand_bytes_per_s, b->demand_bytes_per_s);

	c = c ? c : order(a->read_share_ppm, b->read_share_ppm);
	c = c ? c : order(a->stall_share_ppm, b->stall_share_ppm);
	c = c ? c : order(a->sharing_share_ppm, b->sharing_share_ppm);
	return c ? c : order(a->parallelism, b->parallelism);
}

uint32_t flow_classes_profile(struct flow_classes *c, const struct zone_profile *profile)
{
	for (size_t i = 0; i < c->nr_profiles; i++) {
		if (compare_profiles(&c->profile[i], profile) == 0)
			return (uint32_t)i;
	}
	c->profile = grow(c->profile, &c->cap_profiles, c->nr_profiles, sizeof(*c->profile));
	c->profile[c->nr_profiles] = *profile;
	return (uint32_t)c->nr_profiles++;
}

static uint64_t socket_bit(uint32_t a, uint32_t b, uint32_t nr_sockets)
{
	return (uint64_t)1 << (a * nr_sockets + b) % 64;
}

static struct footprint find_footprint(const struct cost_params *c, uint32_t node,
				       const uint16_t *pages)
{
	struct footprint r = {.nodes = nodeset_of(node)};
	uint32_t here = c->socket[node];

	for (uint32_t m = 0; m < c->nr_nodes; m++) {
		uint32_t there = c->socket[m];

		if (!pages[m])
			continue;
		r.nodes |= nodeset_of(c->controller[m]);
		if (c->fabric[here] < (double)INFINITY)
			r.sockets |= socket_bit(here, here, c->nr_sockets);
		if (c->fabric[there] < (double)INFINITY)
			r.sockets |= socket_bit(there, there, c->nr_sockets);
		if (here != there)
			r.sockets |= socket_bit(here, there, c->nr_sockets) |
				     socket_bit(there, here, c->nr_sockets);
	}
	return r;
}

static uint64_t hash_content(uint32_t node, uint32_t profile, const uint16_t *pages,
			     uint32_t nr_nodes)
{
	uint64_t hash = map_mix(node, profile);

	for (uint32_t n = 0; n < nr_nodes; n++) {
		if (pages[n])
			hash = map_mix(hash, (uint64_t)n << 32 | pages[n]);
	}
	return hash;
}

/* A free place in the table. */
static uint32_t take_place(struct flow_classes *c)
{
	uint32_t place = c->free;
	size_t cap = c->cap;

	if (place != NOWHERE) {
		c->free = c->class[place].canonical;
		return place;
	}
	c->class = grow(c->class, &c->cap, c->nr, sizeof(*c->class));
	if (c->cap != cap) {
		c->pages = xreallocarray(c->pages, c->cap, c->params->nr_nodes * sizeof(*c->pages));
		c->share = xreallocarray(c->share, c->cap, c->params->nr_nodes * sizeof(*c->share));
	}
	return (uint32_t)c->nr++;
}

/* The class whose content this is; NOWHERE: there is none. */
static uint32_t known(const struct flow_classes *c, uint64_t hash, uint32_t node, uint32_t profile,
		      const uint16_t *pages)
{
	size_t row = c->params->nr_nodes * sizeof(*pages), at;

	for (uint32_t k = map_first(&c->index, hash, &at); k != MAP_NONE;
	     k = map_next(&c->index, hash, &at)) {
		const struct flow_class *old = &c->class[k];

		if (old->node == node && old->profile == profile &&
		    !memcmp(flow_class_pages(c, k), pages, row))
			return k;
	}
	return NOWHERE;
}

static uint32_t add(struct flow_classes *c, uint64_t hash, uint32_t node, uint32_t profile,
		    const uint16_t *pages)
{
	uint32_t nr_nodes = c->params->nr_nodes, place = take_place(c);

	memcpy(c->pages + (size_t)place * nr_nodes, pages, nr_nodes * sizeof(*pages));
	for (uint32_t n = 0; n < nr_nodes; n++)
		c->share[(size_t)place * nr_nodes + n] = pages[n] / (double)PAGES_WHOLE;
	c->class[place] = (struct flow_class){
		.serial = ++c->serials,
		.hash = hash,
		.footprint = find_footprint(c->params, node, pages),
		.node = node,
		.profile = profile,
		.canonical = NOWHERE,
	};
	map_add(&c->index, hash, place);
	return place;
}

/* `pages` may not be in the table. */
static uint32_t find(struct flow_classes *c, uint32_t node, uint32_t profile, const uint16_t *pages)
{
	uint64_t hash = hash_content(node, profile, pages, c->params->nr_nodes);
	uint32_t place = known(c, hash, node, profile, pages), low = c->canonical_node[node];

	if (place != NOWHERE)
		return place;
	place = add(c, hash, node, profile, pages);
	if (pages[node] == PAGES_WHOLE && low != NOWHERE) {
		uint16_t there[NODES_MAX] = {0};
		uint32_t canonical = place;

		there[low] = PAGES_WHOLE;
		if (low != node)
			canonical = find(c, low, profile, there);
		c->class[place].canonical = canonical;
		c->class[canonical].uses += canonical != place;
	}
	return place;
}

/* Parts of PAGES_WHOLE that add up to it: rounded down, then one more for those
 * that lost most, the lowest node first among equals. */
static void round_pages(const double *share, uint32_t nr_nodes, uint16_t *out)
{
	double rest[NODES_MAX];
	uint32_t left = PAGES_WHOLE;

	for (uint32_t n = 0; n < nr_nodes; n++) {
		double exact = share[n] * PAGES_WHOLE;

		out[n] = (uint16_t)exact;
		rest[n] = exact - out[n];
		left -= out[n];
	}
	for (; left; left--) {
		uint32_t most = 0;

		for (uint32_t n = 1; n < nr_nodes; n++)
			most = rest[n] > rest[most] ? n : most;
		out[most]++;
		rest[most] = -1;
	}
}

uint32_t flow_class_of(struct flow_classes *c, const struct flow *flow, uint32_t profile)
{
	uint16_t pages[NODES_MAX];

	round_pages(flow->share, c->params->nr_nodes, pages);
	return find(c, flow->node, profile, pages);
}

uint32_t flow_class_at_home(struct flow_classes *c, uint32_t class)
{
	uint32_t node = c->class[class].node;
	uint16_t pages[NODES_MAX] = {0};

	pages[node] = PAGES_WHOLE;
	return find(c, node, c->class[class].profile, pages);
}

int flow_class_compare(const struct flow_classes *c, uint32_t a, uint32_t b)
{
	const struct flow_class *x = &c->class[a], *y = &c->class[b];
	const uint16_t *s = flow_class_pages(c, a), *t = flow_class_pages(c, b);

	if (x->node != y->node)
		return x->node < y->node ? -1 : 1;
	if (x->profile != y->profile)
		return compare_profiles(&c->profile[x->profile], &c->profile[y->profile]);
	for (uint32_t n = 0; n < c->params->nr_nodes; n++) {
		if (s[n] != t[n])
			return s[n] < t[n] ? -1 : 1;
	}
	return 0;
}

struct flow flow_class_flow(const struct flow_classes *c, uint32_t class, int64_t vcpus_micro)
{
	const struct flow_class *k = &c->class[class];
	struct flow f =
		flow_of_profile(&c->profile[k->profile], k->node, (double)vcpus_micro / VCPU_MICRO,
				c->share + (size_t) class * c->params->nr_nodes);

	f.kind = k->serial;
	return f;
}

void flow_classes_sweep(struct flow_classes *c)
{
	/* a canonical class is below no other: once more for those that were that alone */
	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < c->nr; i++) {
			struct flow_class *k = &c->class[i];

			if (k->uses)
				continue;
			if (k->canonical != NOWHERE && k->canonical != i)
				c->class[k->canonical].uses--;
			map_remove(&c->index, k->hash, (uint32_t)i);
			k->uses = FREE;
			k->canonical = c->free;
			c->free = (uint32_t)i;
		}
	}
}
