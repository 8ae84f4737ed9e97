#include "sim/cold.h"

#include "base/alloc.h"
#include "base/units.h"
#include "sim/pieces.h"

static void add_run(struct sim_more *m, uint32_t layer, uint32_t vnode, uint32_t node,
		    int64_t bytes)
{
	uint32_t at = m->nr_runs;

	if (!bytes)
		return;
	/* the vnodes of a guest that knows none share layers */
	while (at && m->run[at - 1].layer > layer)
		at--;
	m->run = grow(m->run, &m->cap_runs, m->nr_runs, sizeof(*m->run));
	for (uint32_t i = m->nr_runs; i > at; i--)
		m->run[i] = m->run[i - 1];
	m->run[at] = (struct sim_run){vnode, node, layer, bytes};
	m->nr_runs++;
}

void cold_clear(struct sim_more *m)
{
	m->nr_runs = m->next_layer = m->last_layer = 0;
}

/* The least that a node of the affinity got and that is more than `above`; 0: none did. */
static int64_t next_round(const struct cold_growth *g, int64_t above)
{
	int64_t least = 0;
	uint32_t node;

	nodeset_for_each (node, g->affinity) {
		int64_t got = g->got[node];

		if (node == g->low_node)
			got -= g->low;
		if (got > above && (!least || got < least))
			least = got;
	}
	return least;
}

/* Of a vnode's bytes from a node, those that came while each node gave its bytes `from` to `to`. */
static int64_t in_round(const struct cold_growth *g, uint32_t node, int64_t bytes, int64_t from,
			int64_t to)
{
	return pieces_share(bytes / PAGE_BYTES, to - from, g->got[node]) * PAGE_BYTES;
}

static uint32_t push_rounds(struct sim_more *m, uint32_t vnode, int64_t *left, const int64_t *bytes,
			    const struct cold_growth *g)
{
	uint32_t layer = m->next_layer, node;

	for (int64_t from = 0, to; (to = next_round(g, from)); from = to, layer++) {
		nodeset_for_each (node, g->affinity) {
			int64_t high = g->got[node] - (node == g->low_node ? g->low : 0);
			int64_t here = left[node];

			if (high < to)
				continue;
			if (high > to)
				here = in_round(g, node, bytes[node], from, to);
			here = here < left[node] ? here : left[node];
			add_run(m, layer, vnode, node, here);
			left[node] -= here;
		}
	}
	return layer;
}

void cold_push(struct sim_more *m, uint32_t vnode, const int64_t *bytes,
	       const struct cold_growth *g)
{
	int64_t left[NODES_MAX], low = 0;
	uint32_t layer;

	for (uint32_t n = 0; n < g->nr_nodes; n++)
		left[n] = bytes[n];
	if (g->low && bytes[g->low_node]) {
		low = in_round(g, g->low_node, bytes[g->low_node], 0, g->low);
		left[g->low_node] -= low;
	}
	layer = push_rounds(m, vnode, left, bytes, g);
	for (uint32_t n = 0; n < g->nr_nodes; n++)
		if (!(g->affinity & nodeset_of(n)))
			add_run(m, layer++, vnode, n, left[n]);
	if (g->low)
		add_run(m, layer++, vnode, g->low_node, low);
	m->last_layer = layer > m->last_layer ? layer : m->last_layer;
}

void cold_end_growth(struct sim_more *m)
{
	m->next_layer = m->last_layer;
}

int64_t cold_bytes(const struct sim_more *m, uint32_t group)
{
	int64_t sum = 0;

	for (uint32_t i = 0; i < m->nr_runs; i++)
		if (in_group(m->run[i].vnode, group))
			sum += m->run[i].bytes;
	return sum;
}

int64_t cold_bytes_on(const struct sim_more *m, uint32_t vnode, uint32_t node)
{
	int64_t sum = 0;

	for (uint32_t i = 0; i < m->nr_runs; i++)
		if (m->run[i].vnode == vnode && m->run[i].node == node)
			sum += m->run[i].bytes;
	return sum;
}

/* The runs below `end` that lie in the topmost layer of a group: from the returned one on;
 * *bytes is what they have. */
static uint32_t top_layer(const struct sim_more *m, uint32_t group, uint32_t end, int64_t *bytes)
{
	uint32_t begin = end, layer = 0;
	bool found = false;

	*bytes = 0;
	for (uint32_t i = end; i-- > 0 && (!found || m->run[i].layer == layer);) {
		if (!in_group(m->run[i].vnode, group))
			continue;
		layer = m->run[i].layer;
		found = true;
		begin = i;
		*bytes += m->run[i].bytes;
	}
	return begin;
}

/* From the top, layer by layer, the runs of one in proportion. */
typedef void run_visit(void *context, uint32_t index, int64_t bytes);

static int64_t from_top(const struct sim_more *m, uint32_t group, int64_t bytes, run_visit *visit,
			void *context)
{
	uint32_t end = m->nr_runs;
	int64_t left = bytes;

	while (left) {
		int64_t here, before = 0, given = 0, want;
		uint32_t begin = top_layer(m, group, end, &here);

		if (!here)
			break;
		want = here < left ? here : left;
		for (uint32_t i = begin; i < end; i++) {
			int64_t upto;

			if (!in_group(m->run[i].vnode, group))
				continue;
			before += m->run[i].bytes;
			upto = pieces_share(want / PAGE_BYTES, before, here) * PAGE_BYTES;
			visit(context, i, upto - given);
			given = upto;
			if (before == here)
				break;
		}
		left -= want;
		end = begin;
	}
	return bytes - left;
}

struct counting {
	const struct sim_more *m;
	int64_t *on;
};

static void count_run(void *context, uint32_t index, int64_t bytes)
{
	const struct counting *c = context;

	c->on[c->m->run[index].node] += bytes;
}

void cold_top(const struct sim_more *m, uint32_t group, int64_t bytes, int64_t *on)
{
	struct counting c = {m, on};

	(void)from_top(m, group, bytes, count_run, &c);
}

struct popping {
	struct sim_more *m;
	void (*gone)(void *context, uint32_t vnode, uint32_t node, int64_t bytes);
	void *context;
};

static void pop_run(void *context, uint32_t index, int64_t bytes)
{
	const struct popping *p = context;
	struct sim_run *run = &p->m->run[index];

	run->bytes -= bytes;
	p->gone(p->context, run->vnode, run->node, bytes);
}

static void drop_empty_runs(struct sim_more *m)
{
	uint32_t nr = 0;

	for (uint32_t i = 0; i < m->nr_runs; i++)
		if (m->run[i].bytes)
			m->run[nr++] = m->run[i];
	m->nr_runs = nr;
}

int64_t cold_pop(struct sim_more *m, uint32_t group, int64_t bytes,
		 void (*gone)(void *context, uint32_t vnode, uint32_t node, int64_t bytes),
		 void *context)
{
	struct popping p = {m, gone, context};
	int64_t taken = from_top(m, group, bytes, pop_run, &p);

	drop_empty_runs(m);
	return taken;
}

void cold_forget(struct sim_more *m, uint32_t vnode, uint32_t node, int64_t bytes)
{
	for (uint32_t i = m->nr_runs; i-- > 0 && bytes;) {
		struct sim_run *run = &m->run[i];
		int64_t here = run->bytes < bytes ? run->bytes : bytes;

		if (run->vnode != vnode || run->node != node)
			continue;
		run->bytes -= here;
		bytes -= here;
	}
	drop_empty_runs(m);
}
