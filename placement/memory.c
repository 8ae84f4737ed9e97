#include "placement/memory.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "placement/cores.h"
#include "placement/policy.h"

/* What one zone was booked with; undone at its stop. */
struct policy_record {
	uint64_t id;
	nodeset nodes, booked;
	uint32_t vcpus, nr_vnodes, again, again_vnode;
	int64_t bytes;
	struct plan_vnode *vnode;
	uint16_t *core; /* CPUs of each core of each vnode's node; NULL: no books of cores */
};

static struct policy_node_book first_book(const struct host_state *s, unsigned node)
{
	int64_t taken_bytes = s->host->node[node].memory_bytes - s->free_bytes[node];

	return (struct policy_node_book){
		.vcpus = s->vcpus[node],
		.spread_vcpus = s->vcpus[node],
		.bytes = taken_bytes,
		.reserved_bytes = taken_bytes,
		.group = nodeset_of(node),
	};
}

struct policy_node_book policy_book(const struct policy_input *in, unsigned node)
{
	return in->memory ? in->memory->node[node] : first_book(in->state, node);
}

/* What is taken at opening are whole cores, the lowest, and CPUs of one more. */
static void open_cores(struct policy_memory *m)
{
	const struct host *h = m->host;
	uint16_t *next;
	size_t nr = 0;

	for (unsigned n = 0; n < h->nr_nodes; n++)
		nr += h->node[n].nr_cores;
	next = m->core_free = xcalloc(nr ? nr : 1, sizeof(*next));
	for (unsigned n = 0; n < h->nr_nodes; n++) {
		uint32_t taken = m->node[n].vcpus;

		m->node[n].core_free = next;
		cores_fill(&h->node[n], next);
		taken -= cores_take_whole(&h->node[n], next, taken, NULL);
		cores_take_single(&h->node[n], next, taken, NULL);
		next += h->node[n].nr_cores;
	}
}

struct policy_memory *policy_memory_new(const struct policy *policy, const struct host_state *state)
{
	struct policy_memory *m;

	if (!policy->remembers)
		return NULL;
	m = xcalloc(1, sizeof(*m));
	m->host = state->host;
	m->by_vnode = policy->books_by_vnode;
	for (unsigned n = 0; n < m->host->nr_nodes; n++) {
		m->node[n] = first_book(state, n);
		/* a dom0 floats: it counts on every node alike, so on none */
		m->node[n].spread_vcpus = 0;
	}
	if (policy->books_cores)
		open_cores(m);
	return m;
}

void policy_memory_free(struct policy_memory *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->nr_records; i++) {
		free(m->record[i].vnode);
		free(m->record[i].core);
	}
	free(m->record);
	free(m->core_free);
	free(m);
}

/* Lowest node first, each as full as it gets: books, not where pages are. */
static void book_bytes(struct policy_memory *m, struct policy_record *r)
{
	int64_t todo = r->bytes;
	unsigned node;

	nodeset_for_each (node, r->booked) {
		struct policy_node_book *b = &m->node[node];
		int64_t room = m->host->node[node].memory_bytes - b->bytes;
		int64_t here = room < todo ? room : todo;

		if (here <= 0)
			continue;
		b->bytes += here;
		todo -= here;
	}
	r->bytes -= todo;
}

static void unbook_bytes(struct policy_memory *m, const struct policy_record *r)
{
	int64_t todo = r->bytes;
	unsigned node;

	nodeset_for_each (node, r->booked) {
		struct policy_node_book *b = &m->node[node];
		int64_t there = b->bytes - b->reserved_bytes;
		int64_t here = there < todo ? there : todo;

		b->bytes -= here;
		todo -= here;
	}
}

static void book_cores(struct policy_memory *m, struct policy_record *r, const struct plan *p)
{
	size_t nr = 0;
	uint16_t *core;

	for (uint32_t i = 0; i < r->nr_vnodes; i++)
		nr += m->host->node[r->vnode[i].node].nr_cores;
	core = r->core = xcalloc(nr ? nr : 1, sizeof(*core));
	for (uint32_t i = 0; i < r->nr_vnodes; i++) {
		const struct plan_vnode *v = &r->vnode[i];
		const struct host_node *n = &m->host->node[v->node];
		uint16_t *free_cpus = m->node[v->node].core_free;
		uint32_t whole = cores_take_whole(n, free_cpus, p->whole_vcpus[i], core);

		cores_take_single(n, free_cpus, v->vcpus - whole, core);
		core += n->nr_cores;
	}
}

static void unbook_cores(struct policy_memory *m, const struct policy_record *r)
{
	const uint16_t *core = r->core;

	for (uint32_t i = 0; i < r->nr_vnodes; i++) {
		unsigned node = r->vnode[i].node;
		uint16_t *free_cpus = m->node[node].core_free;

		for (unsigned c = 0; c < m->host->node[node].nr_cores; c++)
			free_cpus[c] = (uint16_t)(free_cpus[c] + *core++);
	}
}

static void book_vnodes(struct policy_memory *m, const struct policy_record *r, bool start)
{
	for (uint32_t i = 0; i < r->nr_vnodes; i++) {
		struct policy_node_book *b = &m->node[r->vnode[i].node];
		uint32_t zones = 1 + (i == r->again_vnode ? r->again : 0);

		b->zones = start ? b->zones + zones : b->zones - zones;
		b->vcpus = start ? b->vcpus + r->vnode[i].vcpus : b->vcpus - r->vnode[i].vcpus;
		if (m->by_vnode)
			b->bytes += start ? r->vnode[i].memory_bytes : -r->vnode[i].memory_bytes;
	}
}

void policy_note_start(struct policy_memory *m, uint64_t id, const struct plan *p)
{
	struct policy_record *r;
	unsigned node;

	if (!m)
		return;
	m->record = grow(m->record, &m->cap_records, m->nr_records, sizeof(*m->record));
	r = &m->record[m->nr_records++];
	*r = (struct policy_record){
		.id = id,
		.nodes = p->nodes,
		.booked = p->booked ? p->booked : p->nodes,
		.vcpus = p->zone->vcpus,
		.nr_vnodes = p->nr_vnodes,
		.again = p->again,
		.again_vnode = p->again_vnode,
		.bytes = zone_boot_bytes(p->zone),
		.vnode = xcalloc(p->nr_vnodes, sizeof(*r->vnode)),
	};
	for (uint32_t i = 0; i < p->nr_vnodes; i++)
		r->vnode[i] = p->vnode[i];
	m->started++;
	nodeset_for_each (node, r->nodes) {
		m->node[node].spread_vcpus += r->vcpus;
	}
	nodeset_for_each (node, r->booked) {
		m->node[node].launches++;
		m->node[node].assigned++;
		m->node[node].group = r->booked;
	}
	book_vnodes(m, r, true);
	if (m->core_free)
		book_cores(m, r, p);
	if (!m->by_vnode)
		book_bytes(m, r);
}

void policy_note_stop(struct policy_memory *m, uint64_t id)
{
	struct policy_record *r;
	size_t i = 0;
	unsigned node;

	if (!m)
		return;
	while (i < m->nr_records && m->record[i].id != id)
		i++;
	BUG_ON(i == m->nr_records);
	r = &m->record[i];
	nodeset_for_each (node, r->nodes) {
		m->node[node].spread_vcpus -= r->vcpus;
	}
	nodeset_for_each (node, r->booked) {
		if (--m->node[node].assigned == 0)
			m->node[node].group = nodeset_of(node);
	}
	book_vnodes(m, r, false);
	if (m->core_free)
		unbook_cores(m, r);
	if (!m->by_vnode)
		unbook_bytes(m, r);
	free(r->vnode);
	free(r->core);
	*r = m->record[--m->nr_records];
}
