/*
 * The invariants that every step must leave true, recomputed from the zones
 * alone. O(zones of the host): for tests and `run --check`.
 */
#include <inttypes.h>
#include <string.h>

#include "base/units.h"
#include "sim/sim_impl.h"

struct sums {
	int64_t bytes[NODES_MAX];
	uint32_t vcpus[NODES_MAX];
	int64_t low;
	uint32_t zones, total_vcpus;
};

static int verify_vnodes(const struct sim_zone *z, const struct host *h, uint32_t slot,
			 struct sums *sums, struct error *err)
{
	const struct sim_vnode one = {z->node, z->vcpus};
	const struct sim_vnode *vnode = z->more ? sim_vnodes(z->more) : &one;
	uint32_t nr = z->more ? z->more->nr_vnodes : 1;
	nodeset nodes = 0;

	for (uint32_t v = 0; v < nr; v++) {
		if (z->pinned && vnode[v].vcpus && !h->node[vnode[v].node].nr_cpus)
			return error_set(err, ERR_CHECK,
					 "slot %u has vCPUs on node %u, which has no CPUs", slot,
					 h->node[vnode[v].node].os_index);
		nodes |= nodeset_of(vnode[v].node);
		sums->vcpus[vnode[v].node] += vnode[v].vcpus;
		sums->total_vcpus += vnode[v].vcpus;
	}
	if (z->more && nodes != z->more->nodes)
		return error_set(err, ERR_CHECK, "the placement of slot %u has changed", slot);
	return 0;
}

static int verify_zone(struct sim *sim, const struct host *h, uint32_t slot, struct sums *sums,
		       struct error *err)
{
	const struct sim_zone *z = sim_zone(sim, slot);
	const struct sim_overhead *overhead = z->more ? z->more->overhead : NULL;
	uint32_t nr_parts;
	const struct plan_memory *part = sim_parts(sim, z, &nr_parts);
	int64_t resident = 0;
	int rc = verify_vnodes(z, h, slot, sums, err);

	if (rc)
		return rc;
	for (uint32_t i = 0; i < nr_parts; i++) {
		if (part[i].bytes <= 0 || part[i].bytes % PAGE_BYTES)
			return error_set(err, ERR_CHECK,
					 "slot %u holds %" PRId64 " bytes on a node", slot,
					 part[i].bytes);
		resident += part[i].bytes;
		sums->bytes[part[i].node] += part[i].bytes;
	}
	for (uint32_t n = 0; overhead && n < h->nr_nodes; n++)
		sums->bytes[n] += overhead->bytes[n];
	sums->low += z->low_pages * PAGE_BYTES + (overhead ? overhead->low_bytes : 0);
	if (resident != sim_resident(z))
		return error_set(err, ERR_CHECK,
				 "slot %u was given %" PRId64 " bytes, its nodes hold %" PRId64,
				 slot, sim_resident(z), resident);
	sums->zones++;
	return 0;
}

static int verify_nodes(const struct sim *sim, uint32_t host, const struct sums *sums,
			struct error *err)
{
	const struct host_state *s = &sim_host(sim, host)->state;
	const int64_t *dom0 = &sim->dom0_bytes[sim->node_base[host]];
	int64_t total_free = 0, low_free = sim_host(sim, host)->heap.low_free;

	for (unsigned n = 0; n < s->host->nr_nodes; n++) {
		int64_t memory = s->host->node[n].memory_bytes / PAGE_BYTES * PAGE_BYTES;

		if (s->free_bytes[n] < 0 || s->free_bytes[n] + sums->bytes[n] + dom0[n] != memory)
			return error_set(err, ERR_CHECK,
					 "host %u node %u: %" PRId64 " bytes free + %" PRId64
					 " in zones + %" PRId64 " in dom0 are not its %" PRId64,
					 host, s->host->node[n].os_index, s->free_bytes[n],
					 sums->bytes[n], dom0[n], memory);
		if (s->vcpus[n] < sums->vcpus[n])
			return error_set(err, ERR_CHECK,
					 "host %u node %u: %u vCPUs booked, its zones have %u",
					 host, s->host->node[n].os_index, s->vcpus[n],
					 sums->vcpus[n]);
		total_free += s->free_bytes[n];
	}
	if (low_free < 0 || low_free + sums->low != sim->low_start[host])
		return error_set(err, ERR_CHECK,
				 "host %u: memory below the DMA width is not conserved", host);
	if (total_free != s->total_free_bytes)
		return error_set(err, ERR_CHECK,
				 "host %u: the free bytes of its nodes do not sum up", host);
	return 0;
}

int sim_verify_host(struct sim *sim, uint32_t host, struct error *err)
{
	const struct host_state *s = &sim_host(sim, host)->state;
	struct sums sums;
	uint32_t booked = 0, others = sim->dom0_vcpus + sim->initial_vcpus[host];

	memset(&sums, 0, sizeof(sums));
	for (uint32_t i = sim->first_zone[host]; i != SIM_NOBODY; i = sim->link[i].next) {
		int rc = verify_zone(sim, s->host, i, &sums, err);

		if (rc)
			return rc;
	}
	for (unsigned n = 0; n < s->host->nr_nodes; n++)
		booked += s->vcpus[n];
	if (sums.zones != s->nr_zones || sums.total_vcpus + others != s->total_vcpus ||
	    booked != s->total_vcpus)
		return error_set(
			err, ERR_CHECK, "host %u: %u zones with %u vCPUs booked, found %u with %u",
			host, s->nr_zones, s->total_vcpus, sums.zones, sums.total_vcpus + others);
	return verify_nodes(sim, host, &sums, err);
}
