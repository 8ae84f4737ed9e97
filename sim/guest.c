#include "sim/guest.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/units.h"
#include "sim/cold.h"
#include "sim/pieces.h"

#define NR_FIELDS 5
/* More than any machine has, and few enough to be added up. */
#define FACT_PAGES_MAX ((int64_t)1 << 40)
/* The largest block of the kernel's allocator, order 10. */
#define LARGEST_BLOCK_BYTES (4 * MIB)

struct sim_guest {
	/* by vnode; of a guest with one node alone in the first */
	int64_t keeps_least[NODES_MAX], keeps_most[NODES_MAX], broken[NODES_MAX];
};

/* At least and at most, bytes. */
struct range {
	int64_t least, most;
};

/* --- what it said ----------------------------------------------------------------- */

static int read_fact(struct sim *sim, char *text, struct error *err)
{
	int64_t number[NR_FIELDS];
	char *rest = text, *word;
	unsigned nr = 0;

	while (nr < NR_FIELDS && (word = strtok_r(rest, "/", &rest))) {
		char *end;

		number[nr] = strtoll(word, &end, 10);
		if (*end || number[nr] < 0 || number[nr] > FACT_PAGES_MAX)
			break;
		nr++;
	}
	if (nr < NR_FIELDS || *rest || number[0] > INT32_MAX || number[1] >= NODES_MAX ||
	    number[2] > number[3])
		return error_set(err, ERR_USAGE,
				 "option guests takes SLOT/NODE/LEAST/MOST/BROKEN, whole numbers, "
				 "the least not above the most, colons between entries");
	sim->fact = grow(sim->fact, &sim->cap_facts, sim->nr_facts, sizeof(*sim->fact));
	sim->fact[sim->nr_facts++] = (struct sim_guest_fact){
		(uint32_t)number[0],	(uint32_t)number[1],	number[2] * PAGE_BYTES,
		number[3] * PAGE_BYTES, number[4] * PAGE_BYTES,
	};
	return 0;
}

int guest_read_facts(struct sim *sim, const char *value, struct error *err)
{
	char *copy = xstrdup(value), *rest = copy, *word;
	int rc = 0;

	while (!rc && (word = strtok_r(rest, ":", &rest)))
		rc = read_fact(sim, word, err);
	free(copy);
	return rc;
}

static int64_t at_least_0(int64_t bytes)
{
	return bytes > 0 ? bytes : 0;
}

static bool learn(const struct sim *sim, struct sim_guest *g, struct sim_more *m, uint32_t v,
		  uint32_t slot)
{
	int64_t bytes = pieces_bytes(m, guest_is_one(m) ? GROUP_ALL : v), least = 0, most = 0;
	bool known = false;

	g->broken[v] = 0;
	for (uint32_t i = 0; i < sim->nr_facts; i++) {
		const struct sim_guest_fact *f = &sim->fact[i];

		if (f->slot != slot || (!guest_is_one(m) && f->node != sim_vnodes(m)[v].node))
			continue;
		least += f->least;
		most += f->most;
		g->broken[v] += f->broken;
		known = true;
	}
	g->keeps_most[v] = at_least_0(bytes - least);
	g->keeps_least[v] = at_least_0(bytes - most);
	return known;
}

void guest_note_start(struct sim *sim, struct sim_zone *z, uint32_t slot)
{
	struct sim_more *m = z->more;
	struct sim_guest *g;
	bool known = sim->nr_facts > 0;

	free(m->guest);
	m->guest = NULL;
	if (!known)
		return;
	g = xmalloc(sizeof(*g));
	for (uint32_t v = 0; known && v < (guest_is_one(m) ? 1 : m->nr_vnodes); v++)
		known = learn(sim, g, m, v, slot);
	if (known)
		m->guest = g;
	else
		free(g);
}

/* --- which vnode ------------------------------------------------------------------- */

/* What the vnode gives before another is asked. */
static struct range room_of(struct sim_more *m, uint32_t v)
{
	int64_t bytes = pieces_bytes(m, v);

	if (!m->guest)
		return (struct range){0, bytes};
	return (struct range){at_least_0(bytes - m->guest->keeps_most[v]),
			      at_least_0(bytes - m->guest->keeps_least[v])};
}

/* The one vnode on whose CPUs the guest's threads run; UINT32_MAX: there are several. */
static uint32_t only_vnode_with_cpus(struct sim_more *m)
{
	uint32_t only = UINT32_MAX;

	for (uint32_t v = 0; v < m->nr_vnodes; v++) {
		if (!sim_vnodes(m)[v].vcpus)
			continue;
		if (only != UINT32_MAX)
			return UINT32_MAX;
		only = v;
	}
	return only;
}

/* Are there that many before any node of the guest is at its low watermark? */
static bool has_room(struct sim_more *m, int64_t bytes)
{
	for (uint32_t v = 0; v < m->nr_vnodes; v++)
		bytes -= room_of(m, v).least;
	return bytes <= 0;
}

/* By vnode, of `bytes` that go back. */
static void vnode_ranges(struct sim_more *m, int64_t bytes, struct range range[NODES_MAX])
{
	bool roomy = m->guest && has_room(m, bytes);
	uint32_t first = roomy ? only_vnode_with_cpus(m) : UINT32_MAX;
	int64_t sum = 0;

	for (uint32_t v = 0; v < m->nr_vnodes; v++) {
		int64_t most = roomy ? room_of(m, v).most : pieces_bytes(m, v);

		range[v].most = most < bytes ? most : bytes;
		sum += range[v].most;
	}
	for (uint32_t v = 0; v < m->nr_vnodes; v++) {
		range[v].least = at_least_0(bytes - (sum - range[v].most));
		if (v == first) {
			int64_t least = room_of(m, v).least;

			range[v].least = least < bytes ? least : bytes;
		}
	}
	if (first == UINT32_MAX)
		return;
	for (uint32_t v = 0; v < m->nr_vnodes; v++)
		if (v != first && range[v].most > bytes - range[first].least)
			range[v].most = bytes - range[first].least;
}

bool guest_order(const struct sim_zone *z, int64_t bytes, int64_t of_vnode[NODES_MAX])
{
	struct sim_more *m = z->more;
	struct range range[NODES_MAX];
	int64_t left = bytes, open = 0, before = 0, given = 0;

	if (!m->guest || m->mixed || guest_is_one(m))
		return false;
	vnode_ranges(m, bytes, range);
	for (uint32_t v = 0; v < m->nr_vnodes; v++) {
		left -= range[v].least;
		open += range[v].most - range[v].least;
	}
	/* what is open is in the middle */
	for (uint32_t v = 0; v < m->nr_vnodes; v++) {
		int64_t upto = 0;

		before += range[v].most - range[v].least;
		if (open)
			upto = pieces_share(left / PAGE_BYTES, before, open) * PAGE_BYTES;
		of_vnode[v] = range[v].least + upto - given;
		given = upto;
	}
	return true;
}

/* --- which pages of it ------------------------------------------------------------- */

/* Of the pages that a guest has had since it booted `bytes` go back: what each node gives of
 * them at least. */
static void sure_of_hot(const struct sim_more *m, uint32_t group, int64_t bytes, const int64_t *on,
			int64_t *sure)
{
	int64_t hot[NODES_MAX], half = at_least_0(bytes - LARGEST_BLOCK_BYTES) / 2;
	uint32_t nr = 0;

	memcpy(hot, on, sizeof(hot));
	for (uint32_t i = 0; i < m->nr_runs; i++)
		if (in_group(m->run[i].vnode, group))
			hot[m->run[i].node] -= m->run[i].bytes;
	for (uint32_t n = 0; n < NODES_MAX; n++)
		nr += hot[n] > 0;
	for (uint32_t n = 0; n < NODES_MAX; n++)
		if (hot[n] > 0 && (nr == 1 || (nr == 2 && m->paired)))
			sure[n] += nr == 1 ? bytes : half / PAGE_BYTES * PAGE_BYTES;
}

/* What each node gives at least and at most where a group of vnodes gives `r`: added. */
static void group_ranges(const struct sim_more *m, uint32_t group, struct range r,
			 struct range *node)
{
	int64_t on[NODES_MAX] = {0}, sure[NODES_MAX] = {0}, loose = r.most;
	uint32_t nr = 0;

	for (uint32_t i = 0; i < m->nr_parts; i++)
		if (in_group(m->part[i].vnode, group))
			on[m->part[i].node] += m->part[i].bytes;
	for (uint32_t n = 0; n < NODES_MAX; n++)
		nr += on[n] > 0;
	if (m->guest && nr > 1) {
		int64_t slack =
			m->guest->broken[group == GROUP_ALL ? 0 : group] + 2 * LARGEST_BLOCK_BYTES;
		int64_t deep = at_least_0(r.least - slack), cold = cold_bytes(m, group);

		cold_top(m, group, deep < cold ? deep : cold, sure);
		if (deep > cold)
			sure_of_hot(m, group, deep - cold, on, sure);
	}
	for (uint32_t n = 0; n < NODES_MAX; n++) {
		sure[n] = nr == 1 && on[n] ? r.least : sure[n];
		loose -= sure[n];
	}
	for (uint32_t n = 0; n < NODES_MAX; n++) {
		node[n].least += sure[n];
		node[n].most += on[n] < sure[n] + loose ? on[n] : sure[n] + loose;
	}
}

/* All of it together is `bytes`: what others cannot give, a node must. */
static void narrow(struct range node[NODES_MAX], int64_t bytes)
{
	int64_t least = 0, most = 0;

	for (uint32_t n = 0; n < NODES_MAX; n++) {
		least += node[n].least;
		most += node[n].most;
	}
	for (uint32_t n = 0; n < NODES_MAX; n++) {
		int64_t must = bytes - (most - node[n].most);
		int64_t may = bytes - (least - node[n].least);

		node[n].least = node[n].least > must ? node[n].least : must;
		node[n].most = node[n].most < may ? node[n].most : may;
	}
}

static void give_ranges(struct sim_more *m, int64_t bytes, struct range node[NODES_MAX])
{
	struct range vnode[NODES_MAX];

	if (guest_is_one(m)) {
		group_ranges(m, GROUP_ALL, (struct range){bytes, bytes}, node);
	} else if (m->mixed) {
		for (uint32_t i = 0; i < m->nr_parts; i++)
			node[m->part[i].node].most += m->part[i].bytes;
	} else {
		vnode_ranges(m, bytes, vnode);
		for (uint32_t v = 0; v < m->nr_vnodes; v++)
			group_ranges(m, v, vnode[v], node);
	}
	narrow(node, bytes);
}

/* --- the bound on what a zone has ---------------------------------------------------- */

struct sim_bound {
	bool known;
	uint32_t nr_nodes;
	int64_t least[NODES_MAX], most[NODES_MAX];
};

void bound_forget(struct sim_zone *z)
{
	if (z->more && z->more->bound)
		z->more->bound->known = false;
}

void bound_resize(struct sim *sim, struct sim_zone *z, int64_t target)
{
	int64_t bytes = sim_resident(z) - target;
	struct range node[NODES_MAX] = {{0}};
	struct sim_bound *b;

	bound_forget(z);
	/* only a model of a real host has guests that are like Linux and idle */
	if (bytes <= 0 || !z->more || !sim->keeps_overhead || sim->exchange_ppm)
		return;
	give_ranges(z->more, bytes, node);
	if (!z->more->bound)
		z->more->bound = xmalloc(sizeof(*z->more->bound));
	b = z->more->bound;
	*b = (struct sim_bound){.known = true,
				.nr_nodes = sim_host(sim, z->host)->state.host->nr_nodes};
	for (uint32_t n = 0; n < b->nr_nodes; n++) {
		b->least[n] = -node[n].most;
		b->most[n] = -node[n].least;
	}
	for (uint32_t i = 0; i < z->more->nr_parts; i++) {
		b->least[z->more->part[i].node] += z->more->part[i].bytes;
		b->most[z->more->part[i].node] += z->more->part[i].bytes;
	}
}

bool bound_of(const struct sim *sim, uint32_t slot, int64_t *least, int64_t *most)
{
	const struct sim_more *m = sim_zone(sim, slot)->more;

	if (!m || !m->bound || !m->bound->known)
		return false;
	memcpy(least, m->bound->least, m->bound->nr_nodes * sizeof(*least));
	memcpy(most, m->bound->most, m->bound->nr_nodes * sizeof(*most));
	return true;
}
