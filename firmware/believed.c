#include "firmware/believed.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/table.h"
#include "base/terminal.h"
#include "base/units.h"
#include "firmware/guest_map.h"

#define SELF 10

struct cell {
	uint32_t believed; /* as SRAT and SLIT say */
	uint32_t real; /* the host's own distance, in the scale of what is told */
	int128 weight; /* accesses, in (vCPU weight x bytes) */
};

struct cells {
	struct cell *cell;
	size_t nr, cap;
	int128 total;
};

static void add(struct cells *c, struct cell one)
{
	c->total += one.weight;
	for (size_t i = 0; i < c->nr; i++) {
		if (c->cell[i].believed == one.believed && c->cell[i].real == one.real) {
			c->cell[i].weight += one.weight;
			return;
		}
	}
	c->cell = grow(c->cell, &c->cap, c->nr, sizeof(*c->cell));
	c->cell[c->nr++] = one;
}

static uint32_t told_distance(const struct plan *p, unsigned from, unsigned to)
{
	return from == to ? SELF
			  : guest_distance(host_distance(p->host, from, to),
					   host_distance(p->host, from, from));
}

/* Accesses of `weight` vCPUs on `from` that belong to vnode `vnode`. */
static void add_from(struct cells *c, const struct plan *p, unsigned from, uint32_t weight)
{
	for (uint32_t i = 0; weight && i < p->nr_memory; i++) {
		const struct plan_memory *m = &p->memory[i];
		unsigned home = p->vnode[m->vnode].node;
		struct cell one = {.believed = SELF, .real = told_distance(p, from, m->node)};

		if (p->told == PLAN_TOLD_VNUMA)
			one.believed = told_distance(p, from, home);
		one.weight = (int128)weight * m->bytes;
		add(c, one);
	}
}

static int by_distance(const void *a, const void *b)
{
	const struct cell *x = a, *y = b;

	if (x->believed != y->believed)
		return x->believed < y->believed ? -1 : 1;
	return (x->real > y->real) - (x->real < y->real);
}

/* Ascending in (believed, real); the caller frees the cells. */
static struct cells count(const struct plan *p)
{
	struct cells c = {0};
	unsigned node;

	if (p->pinned) {
		for (uint32_t v = 0; v < p->nr_vnodes; v++)
			add_from(&c, p, p->vnode[v].node, p->vnode[v].vcpus);
	} else {
		nodeset_for_each (node, p->nodes) {
			add_from(&c, p, node, p->host->node[node].nr_cpus);
		}
	}
	if (c.nr)
		qsort(c.cell, c.nr, sizeof(*c.cell), by_distance);
	return c;
}

static void sentence(const struct plan *p, FILE *out)
{
	const char *why = guest_untold(p->zone);

	if (p->told == PLAN_TOLD_VNUMA)
		fprintf(out, "  what the guest believes%s, and what is:\n",
			p->spilled_bytes ? ", which is not told of what was spilled" : "");
	else
		fprintf(out,
			"  what the guest believes, being told of one flat node%s%s, and what "
			"is:\n",
			why ? ": " : "", why ? why : "");
}

void believed_print(const struct plan *p, FILE *out)
{
	bool vnuma = p->told == PLAN_TOLD_VNUMA;
	struct table *t;
	struct cells c;

	if (p->nr_vnodes == 1 && !p->spilled_bytes)
		return;
	c = count(p);
	t = table_new();
	table_cell(t, "believed distance");
	if (vnuma)
		table_cell(t, "by a flat CPUID");
	table_cell(t, "real distance");
	table_cell(t, "page share");
	table_end_row(t);
	for (size_t i = 0; i < c.nr; i++) {
		char share[40];
		int64_t share_ppm = ppm_wide(c.cell[i].weight, c.total);

		table_cell(t, "%u", c.cell[i].believed);
		if (vnuma)
			table_cell(t, "%d", SELF);
		table_cell(t, "%u", c.cell[i].real);
		table_cell(t, "%s %%", decimal_text(share_ppm, 10000, 2, share, sizeof(share)));
		table_end_row(t);
	}
	sentence(p, out);
	(void)table_print_within(t, out, 4, TABLE_ALL, terminal_columns(out));
	table_free(t);
	free(c.cell);
}
