#include "host/figures_known.h"

#include <stdlib.h>

#include "host/figures.h"

/* --- ports, links, lines --------------------------------------------------------------- */

static unsigned own_l3s(const struct host *h, unsigned n)
{
	unsigned nr = 0;

	for (unsigned i = 0; i < h->nr_l3s; i++)
		nr += h->l3[i].nodes == nodeset_of(n);
	return nr;
}

/* Where half of what passes or more is written, the ports' writes are what holds it up:
 * each port takes its part of the most that was seen. */
static double writes_of_mixes(const struct host *h, unsigned n)
{
	unsigned ports = own_l3s(h, n), nodes = nodeset_count(h->usable_nodes);
	double best = 0;

	for (size_t i = 0; i < h->figures->nr && ports > 1; i++) {
		const struct figure *f = &h->figures->figure[i];
		bool all = f->from == FIGURE_ALL && f->to == FIGURE_ALL;
		double writes = f->value * (1 - f->read_share) / ports / (all ? nodes : 1);

		if (f->kind == FIGURE_MIX && f->read_share <= 0.5 && writes > best &&
		    (all || (f->from == f->to && f->from == h->node[n].os_index)))
			best = writes;
	}
	return best;
}

static void take(struct host *h, struct host_known *k, const struct figure *f)
{
	int n = host_find_node(h, f->from);

	if (f->kind == FIGURE_LINES)
		k->lines = f->value;
	else if (f->kind == FIGURE_LINK)
		k->link[f->from * h->nr_packages + f->to] = f->value;
	else if (f->kind == FIGURE_PORT_READ && n >= 0)
		k->port_read[n] = f->value;
	else if (f->kind == FIGURE_PORT_WRITE && n >= 0)
		k->port_write[n] = f->value;
}

/* --- what is not used ------------------------------------------------------------------- */

static void warn_unused(struct host *h)
{
	unsigned totals = 0, mixes = 0;

	for (size_t i = 0; i < h->figures->nr; i++) {
		const struct figure *f = &h->figures->figure[i];

		totals += (f->kind == FIGURE_READ || f->kind == FIGURE_WRITE ||
			   f->kind == FIGURE_LATENCY || f->kind == FIGURE_PORT_READ ||
			   f->kind == FIGURE_PORT_WRITE) &&
			  f->from == FIGURE_ALL;
		mixes += f->kind == FIGURE_MIX && f->from != f->to;
	}
	if (totals)
		host_warn(h,
			  "figures: those of all nodes at once that are not used: %u; mixes are "
			  "(reads "
			  "alone: a mix of read_share 1)",
			  totals);
	if (mixes)
		host_warn(h, "figures: mixes of another node's memory, which are not used: %u",
			  mixes);
}

/* --- all of it -------------------------------------------------------------------------- */

void figures_free_known(struct host *h)
{
	struct host_known *k = h->known;

	if (k) {
		figures_free_curves(h, k);
		free(k->port_read);
		free(k->port_write);
		free(k->link);
	}
	free(k);
	h->known = NULL;
}

void figures_make_known(struct host *h)
{
	size_t nr = h->nr_nodes + 1, packages = h->nr_packages;
	struct host_known *k = xcalloc(1, sizeof(*k));

	figures_free_known(h);
	k->port_read = xcalloc(nr, sizeof(double));
	k->port_write = xcalloc(nr, sizeof(double));
	k->link = xcalloc(packages * packages + 1, sizeof(double));
	for (size_t i = 0; i < h->figures->nr; i++)
		take(h, k, &h->figures->figure[i]);
	for (unsigned n = 0; n < h->nr_nodes; n++)
		if (!(k->port_write[n] > 0))
			k->port_write[n] = writes_of_mixes(h, n);
	figures_make_curves(h, k);
	warn_unused(h);
	h->known = k;
}
