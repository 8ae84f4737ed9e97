/*
 * A fleet that is in use before the first zone comes: what its initial state has taken is
 * taken from above the DMA width first, as domains are built, and never given back.
 */
#include "zone/initial.h"
#include "base/units.h"
#include "sim/sim_impl.h"

int sim_check_initial(uint32_t nr_hosts, const struct fleet_initial *initial, struct error *err)
{
	uint32_t last = initial->nr ? initial->node[initial->nr - 1].host : 0;

	if (last < nr_hosts)
		return 0;
	return error_set(err, ERR_USAGE, "%s: names host %u, but the fleet has %u, counted from 0",
			 initial->path, last, nr_hosts);
}

/* More than the node has. */
static int too_much(const struct fleet_initial *i, const struct initial_node *n,
		    const struct host_state *s, struct error *err)
{
	char said[32], has[32];

	return error_set(err, ERR_USAGE,
			 "%s: node %u of host %u is to have %u vCPUs and %s %s, but on a %s it has "
			 "%u CPUs and %s left",
			 i->path, n->node, i->first_host + n->host, n->vcpus,
			 bytes_text(n->bytes, said, sizeof(said)), i->free ? "free" : "taken",
			 s->host->name, s->host->node[n->node].nr_cpus,
			 bytes_text(s->free_bytes[n->node], has, sizeof(has)));
}

static int take_node(struct sim *sim, const struct fleet_initial *i, const struct initial_node *n,
		     struct error *err)
{
	struct host_state *s = &sim_host(sim, n->host)->state;
	int64_t bytes = (n->bytes + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES, low = 0;
	uint32_t vcpus = n->vcpus, cpus;

	if (n->node >= s->host->nr_nodes)
		return error_set(err, ERR_USAGE, "%s: names node %u of host %u, but a %s has %u",
				 i->path, n->node, i->first_host + n->host, s->host->name,
				 s->host->nr_nodes);
	cpus = s->host->node[n->node].nr_cpus;
	if (bytes > s->free_bytes[n->node] || (i->free && vcpus > cpus))
		return too_much(i, n, s, err);
	if (i->free) {
		bytes = s->free_bytes[n->node] - n->bytes / PAGE_BYTES * PAGE_BYTES;
		vcpus = cpus - vcpus;
	}
	(void)heap_take(&sim_host(sim, n->host)->heap, n->node, bytes, PAGE_BYTES, HEAP_ANY, &low);
	sim->dom0_bytes[sim->node_base[n->host] + n->node] += bytes;
	s->total_free_bytes -= bytes;
	s->vcpus[n->node] += vcpus;
	s->total_vcpus += vcpus;
	sim->initial_vcpus[n->host] += vcpus;
	return 0;
}

int sim_take_initial(struct sim *sim, uint32_t host, const struct fleet_initial *initial,
		     struct error *err)
{
	size_t nr;
	const struct initial_node *node = initial_of_host(initial, host, &nr);
	int rc = 0;

	for (size_t i = 0; i < nr && !rc; i++)
		rc = take_node(sim, initial, &node[i], err);
	return rc;
}
