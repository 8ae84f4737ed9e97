/* What zones and flows have in common: kinds and shapes, each content once. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "cost/over-time/price_impl.h"

#define FREE UINT32_MAX
#define IDLE_SHAPES 4096

uint64_t price_mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
	return hash ^ hash >> 32;
}

static void index_put(const struct index *x, uint64_t hash, uint32_t place)
{
	size_t at = hash & (x->size - 1);

	while (x->place[at] != NOWHERE)
		at = (at + 1) & (x->size - 1);
	x->place[at] = place;
}

static void index_empty(struct index *x, size_t size)
{
	if (size != x->size) {
		free(x->place);
		x->place = xmalloc(size * sizeof(*x->place));
		x->size = size;
	}
	memset(x->place, 0xff, size * sizeof(*x->place));
}

static void index_kinds(struct price_model *m, size_t size)
{
	index_empty(&m->kinds, size);
	for (size_t i = 0; i < m->nr_kinds; i++) {
		if (m->kind[i].uses != FREE)
			index_put(&m->kinds, m->kind[i].hash, (uint32_t)i);
	}
}

static void index_shapes(struct price_model *m, size_t size)
{
	index_empty(&m->shapes, size);
	for (size_t i = 0; i < m->nr_shapes; i++) {
		if (m->shape[i].classes != FREE)
			index_put(&m->shapes, m->shape[i].hash, (uint32_t)i);
	}
}

/* Are two nodes with memory, ports and cores of their own the same to their own
 * flows? */
static bool nodes_alike(const struct cost_params *c, uint32_t a, uint32_t b)
{
	uint32_t x = c->controller[a], y = c->controller[b];

	if (c->read[x] != c->read[y] || c->write[x] != c->write[y] ||
	    c->node_ports[a] != c->node_ports[b] ||
	    c->latency_ns[a * c->nr_nodes + a] != c->latency_ns[b * c->nr_nodes + b] ||
	    c->host->node[a].nr_cores != c->host->node[b].nr_cores)
		return false;
	for (uint32_t i = 0; i < c->node_ports[a]; i++) {
		uint32_t p = c->first_port[a] + i, q = c->first_port[b] + i;

		if (c->port_read[p] != c->port_read[q] || c->port_write[p] != c->port_write[q])
			return false;
	}
	return true;
}

static bool node_is_apart(const struct cost_params *c, uint32_t node)
{
	if (c->fabric[c->socket[node]] < (double)INFINITY)
		return false;
	for (uint32_t n = 0; n < c->nr_nodes; n++) {
		if (n != node && c->controller[n] == c->controller[node])
			return false;
	}
	return true;
}

static void find_alike(struct price_model *m)
{
	const struct cost_params *c = &m->params;

	m->like = xmalloc(c->nr_nodes * sizeof(*m->like));
	for (uint32_t n = 0; n < c->nr_nodes; n++) {
		m->like[n] = NOWHERE;
		if (!node_is_apart(c, n))
			continue;
		m->like[n] = n;
		for (uint32_t low = n; low-- > 0;) {
			if (m->like[low] == low && nodes_alike(c, low, n))
				m->like[n] = low;
		}
	}
}

void model_tables_init(struct price_model *m)
{
	m->found = xcalloc((size_t)FOUND_SETS * FOUND_WAYS, sizeof(*m->found));
	m->free_kind = m->free_shape = NOWHERE;
	index_empty(&m->kinds, 64);
	index_empty(&m->shapes, 64);
	find_alike(m);
}

void model_tables_release(struct price_model *m)
{
	for (size_t i = 0; i < m->nr_shapes; i++)
		free(m->shape[i].flow);
	free(m->shape);
	free(m->kind);
	free(m->share);
	free(m->like);
	free(m->found);
	free(m->kinds.place);
	free(m->shapes.place);
}

static uint64_t socket_bit(uint32_t a, uint32_t b, uint32_t nr_sockets)
{
	return (uint64_t)1 << (a * nr_sockets + b) % 64;
}

static struct reach find_reach(const struct cost_params *c, uint32_t node, const uint16_t *share)
{
	struct reach r = {.nodes = nodeset_of(node)};
	uint32_t here = c->socket[node];

	for (uint32_t m = 0; m < c->nr_nodes; m++) {
		uint32_t there = c->socket[m];

		if (!share[m])
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

static uint64_t hash_kind(uint32_t node, uint32_t profile, const uint16_t *share, uint32_t nr_nodes)
{
	uint64_t hash = price_mix(node, profile);

	for (uint32_t n = 0; n < nr_nodes; n++) {
		if (share[n])
			hash = price_mix(hash, (uint64_t)n << 32 | share[n]);
	}
	return hash;
}

/* A free place in the table of kinds. */
static uint32_t kind_place(struct price_model *m)
{
	uint32_t place = m->free_kind;

	if (place != NOWHERE) {
		m->free_kind = m->kind[place].twin;
		return place;
	}
	m->kind = grow(m->kind, &m->cap_kinds, m->nr_kinds, sizeof(*m->kind));
	m->share = price_room(m->share, &m->cap_shares, (m->nr_kinds + 1) * m->params.nr_nodes,
			      sizeof(*m->share));
	return (uint32_t)m->nr_kinds++;
}

/* The kind whose content this is; NOWHERE: there is none. */
static uint32_t kind_known(const struct price_model *m, uint64_t hash, uint32_t node,
			   uint32_t profile, const uint16_t *share)
{
	size_t row = m->params.nr_nodes * sizeof(*share), mask = m->kinds.size - 1;
	uint32_t k;

	for (size_t at = hash & mask; (k = m->kinds.place[at]) != NOWHERE; at = (at + 1) & mask) {
		const struct kind *old = &m->kind[k];

		if (old->hash == hash && old->node == node && old->profile == profile &&
		    !memcmp(kind_share(m, k), share, row))
			return k;
	}
	return NOWHERE;
}

static uint32_t kind_new(struct price_model *m, uint64_t hash, uint32_t node, uint32_t profile,
			 const uint16_t *share)
{
	uint32_t nr_nodes = m->params.nr_nodes, place = kind_place(m);

	memcpy(m->share + (size_t)place * nr_nodes, share, nr_nodes * sizeof(*share));
	m->kind[place] = (struct kind){
		.serial = ++m->serials,
		.hash = hash,
		.reach = find_reach(&m->params, node, share),
		.node = node,
		.profile = profile,
		.twin = NOWHERE,
	};
	if (2 * m->nr_kinds > m->kinds.size)
		index_kinds(m, 4 * m->kinds.size);
	else
		index_put(&m->kinds, hash, place);
	return place;
}

uint32_t kind_find(struct price_model *m, uint32_t node, uint32_t profile, const uint16_t *share)
{
	uint64_t hash = hash_kind(node, profile, share, m->params.nr_nodes);
	uint32_t place = kind_known(m, hash, node, profile, share), like = m->like[node];

	if (place != NOWHERE)
		return place;
	place = kind_new(m, hash, node, profile, share);
	if (share[node] == SHARE_WHOLE && like != NOWHERE) {
		uint16_t there[NODES_MAX] = {0};
		uint32_t twin = place;

		there[like] = SHARE_WHOLE;
		if (like != node)
			twin = kind_find(m, like, profile, there);
		m->kind[place].twin = twin;
		m->kind[twin].uses += twin != place;
	}
	return place;
}

static int compare_profiles(const struct zone_profile *a, const struct zone_profile *b)
{
	const int64_t x[] = {a->demand_bytes_per_s, a->read_share_ppm, a->stall_share_ppm,
			     a->sharing_share_ppm, a->parallelism};
	const int64_t y[] = {b->demand_bytes_per_s, b->read_share_ppm, b->stall_share_ppm,
			     b->sharing_share_ppm, b->parallelism};

	for (size_t i = 0; i < sizeof(x) / sizeof(x[0]); i++) {
		if (x[i] != y[i])
			return x[i] < y[i] ? -1 : 1;
	}
	return 0;
}

int kind_compare(const struct ledger *p, const struct price_model *m, uint32_t a, uint32_t b)
{
	const struct kind *x = &m->kind[a], *y = &m->kind[b];
	const uint16_t *s = kind_share(m, a), *t = kind_share(m, b);

	if (x->node != y->node)
		return x->node < y->node ? -1 : 1;
	if (x->profile != y->profile)
		return compare_profiles(&p->profile[x->profile], &p->profile[y->profile]);
	for (uint32_t n = 0; n < m->params.nr_nodes; n++) {
		if (s[n] != t[n])
			return s[n] < t[n] ? -1 : 1;
	}
	return 0;
}

void model_sweep(struct price_model *m)
{
	if (m->idle_shapes < IDLE_SHAPES || 2 * m->idle_shapes < m->nr_shapes)
		return;
	for (size_t i = 0; i < m->nr_shapes; i++) {
		struct shape *s = &m->shape[i];

		if (s->classes)
			continue;
		for (uint32_t k = 0; k < s->nr_flows; k++)
			m->kind[s->flow[k].kind].uses--;
		s->classes = FREE;
		s->nr_flows = m->free_shape;
		m->free_shape = (uint32_t)i;
	}
	m->idle_shapes = 0;
	/* a twin is below no other twin: once more for those that were twins alone */
	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < m->nr_kinds; i++) {
			struct kind *k = &m->kind[i];

			if (k->uses)
				continue;
			if (k->twin != NOWHERE && k->twin != i)
				m->kind[k->twin].uses--;
			k->uses = FREE;
			k->twin = m->free_kind;
			m->free_kind = (uint32_t)i;
		}
	}
	index_kinds(m, m->kinds.size);
	index_shapes(m, m->shapes.size);
}

static bool shape_is(const struct shape *s, uint64_t hash, const struct shape_flow *flow,
		     uint32_t nr)
{
	if (s->hash != hash || s->nr_flows != nr)
		return false;
	for (uint32_t i = 0; i < nr; i++) {
		if (s->flow[i].kind != flow[i].kind ||
		    s->flow[i].vcpus_micro != flow[i].vcpus_micro)
			return false;
	}
	return true;
}

static uint32_t shape_place(struct price_model *m)
{
	uint32_t place = m->free_shape;

	if (place != NOWHERE) {
		m->free_shape = m->shape[place].nr_flows;
		return place;
	}
	m->shape = grow(m->shape, &m->cap_shapes, m->nr_shapes, sizeof(*m->shape));
	m->shape[m->nr_shapes] = (struct shape){0};
	return (uint32_t)m->nr_shapes++;
}

/* A flow's kind if its pages were at home, among the members, which are sorted. */
static void add_home(struct ledger *p, struct price_model *m, uint32_t *nr, struct shape_flow *f)
{
	uint32_t node = m->kind[f->kind].node, at = 0;
	uint16_t home[NODES_MAX] = {0};
	struct member new = {.vcpus_micro = f->vcpus_micro};
	int c = 1;

	home[node] = SHARE_WHOLE;
	new.kind = kind_find(m, node, m->kind[f->kind].profile, home);
	new.reach = m->kind[new.kind].reach;
	while (at < *nr && (c = kind_compare(p, m, p->member[at].kind, new.kind)) < 0)
		at++;
	if (at < *nr && c == 0) {
		p->member[at].vcpus_micro += f->vcpus_micro;
		return;
	}
	memmove(&p->member[at + 1], &p->member[at], (*nr - at) * sizeof(*p->member));
	p->member[at] = new;
	(*nr)++;
}

/* The zone by itself with every page at home. */
static void price_alone(struct ledger *p, struct price_model *m, const struct shape *s)
{
	uint32_t nr = 0;

	members_begin(p, s->nr_flows);
	for (uint32_t i = 0; i < s->nr_flows; i++)
		add_home(p, m, &nr, &s->flow[i]);
	members_solve(p, m, nr);
	for (uint32_t i = 0; i < s->nr_flows; i++) {
		uint32_t node = m->kind[s->flow[i].kind].node, at = 0;

		while (m->kind[p->member[at].kind].node != node)
			at++;
		s->flow[i].alone = p->member[at].now;
		s->flow[i].alone.rate *=
			(double)s->flow[i].vcpus_micro / (double)p->member[at].vcpus_micro;
	}
}

static uint32_t shape_new(struct ledger *p, struct price_model *m, uint64_t hash,
			  const struct shape_flow *flow, uint32_t nr)
{
	uint32_t place = shape_place(m);
	struct shape *s = &m->shape[place];

	while (s->cap_flows < nr)
		s->flow = grow(s->flow, &s->cap_flows, s->cap_flows, sizeof(*s->flow));
	s->hash = hash;
	s->reach = (struct reach){0};
	s->nr_flows = nr;
	s->classes = 0;
	for (uint32_t i = 0; i < nr; i++) {
		s->flow[i] = flow[i];
		m->kind[flow[i].kind].uses++;
		reach_add(&s->reach, &m->kind[flow[i].kind].reach);
	}
	m->idle_shapes++;
	if (2 * m->nr_shapes > m->shapes.size)
		index_shapes(m, 4 * m->shapes.size);
	else
		index_put(&m->shapes, hash, place);
	price_alone(p, m, s);
	return place;
}

uint32_t shape_find(struct ledger *p, struct price_model *m, const struct shape_flow *flow,
		    uint32_t nr)
{
	size_t mask = m->shapes.size - 1;
	uint64_t hash = nr;
	uint32_t place;

	for (uint32_t i = 0; i < nr; i++)
		hash = price_mix(price_mix(hash, flow[i].kind), (uint64_t)flow[i].vcpus_micro);
	for (size_t at = hash & mask; (place = m->shapes.place[at]) != NOWHERE;
	     at = (at + 1) & mask) {
		if (shape_is(&m->shape[place], hash, flow, nr))
			return place;
	}
	return shape_new(p, m, hash, flow, nr);
}
