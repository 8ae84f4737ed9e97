#include "sim/sim.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/units.h"
#include "sim/found.h"
#include "sim/memory.h"
#include "sim/options.h"
#include "sim/overhead.h"
#include "sim/sim_impl.h"

static struct sim *sim_of(const struct backend *b)
{
	return (struct sim *)(uintptr_t)b;
}

static void sim_close(struct backend *b)
{
	struct sim *sim = sim_of(b);

	for (uint32_t i = 0; i < sim->base.nr_hosts; i++) {
		free(sim->state[i].vcpus);
		free(sim->state[i].device_taken);
	}
	for (size_t i = 0; i < sim->cap_zones; i++) {
		struct sim_zone *z = &sim->zone[i];

		free(z->part);
		free(z->cold);
		free(z->vnode);
		free(z->device);
	}
	free(sim->zone);
	free(sim->overhead);
	free(sim->found);
	free(sim->state);
	free(sim->free_bytes);
	free(sim->dom0_bytes);
	free(sim->initial_vcpus);
	free(sim->heap);
	free(sim->low_start);
	free(sim->first_zone);
	free(sim->node_base);
	free(sim);
}

/* dom0 is built first, but like any domain from above the DMA width. */
static int take_dom0(struct sim *sim, uint32_t host, int64_t bytes, struct error *err)
{
	struct host_state *s = &sim->state[host];
	int64_t *booked = &sim->dom0_bytes[sim->node_base[host]];
	int64_t taken[NODES_MAX];
	int rc = host_state_split_dom0(s, bytes, taken, err);

	if (rc) { /* no zone is refused, the fleet is described wrongly */
		if (err)
			err->code = ERR_USAGE;
		return ERR_USAGE;
	}
	for (unsigned n = 0; n < s->host->nr_nodes; n++) {
		int64_t low = 0;

		(void)heap_take(&sim->heap[host], n, taken[n], PAGE_BYTES, HEAP_ANY, &low);
		booked[n] += taken[n];
		s->total_free_bytes -= taken[n];
	}
	return 0;
}

/* What option "free" does not call free is taken, by dom0 as it were. */
static int take_used(struct sim *sim, uint32_t host, struct error *err)
{
	struct host_state *s = &sim->state[host];
	struct heap *h = &sim->heap[host];

	if (!sim->nr_free)
		return 0;
	if (sim->nr_free != s->host->nr_nodes)
		return error_set(err, ERR_USAGE,
				 "simulator option free names %u nodes, but host %s has %u",
				 sim->nr_free, s->host->name, s->host->nr_nodes);
	for (uint32_t n = 0; n < sim->nr_free; n++) {
		int64_t bytes = sim->free_pages[n] * PAGE_BYTES;

		if (bytes > s->free_bytes[n])
			return error_set(err, ERR_USAGE,
					 "simulator option free: node %u of host %s has only %lld "
					 "pages",
					 s->host->node[n].os_index, s->host->name,
					 (long long)(s->free_bytes[n] / PAGE_BYTES));
		sim->dom0_bytes[sim->node_base[host] + n] = s->free_bytes[n] - bytes;
		s->total_free_bytes -= s->free_bytes[n] - bytes;
		s->free_bytes[n] = bytes;
		if (n == h->low_node && h->low_free > bytes)
			h->low_free = bytes;
	}
	h->blocks = h->blocks_start = sim->blocks;
	return 0;
}

static uint32_t vcpus_limit(const struct host *h, uint32_t overcommit_milli)
{
	uint64_t limit = (uint64_t)h->nr_cpus * overcommit_milli / 1000;

	return !overcommit_milli || limit > UINT32_MAX ? UINT32_MAX : (uint32_t)limit;
}

static int open_host(struct sim *sim, uint32_t i, const struct backend_config *config,
		     struct error *err)
{
	const struct host *h = config->host[i];
	struct host_state *s = &sim->state[i];
	int rc;

	*s = (struct host_state){
		.host = h,
		.free_bytes = &sim->free_bytes[sim->node_base[i]],
		.vcpus = xcalloc(h->nr_nodes, sizeof(*s->vcpus)),
		.device_taken = xcalloc(h->nr_devices, sizeof(*s->device_taken)),
		.vcpus_limit = vcpus_limit(h, config->cpu_overcommit_milli),
	};
	sim->first_zone[i] = SIM_NOBODY;
	heap_init(&sim->heap[i], h, s->free_bytes, sim->low_bytes);
	for (unsigned n = 0; n < h->nr_nodes; n++)
		s->total_free_bytes += s->free_bytes[n];
	if (config->dom0_vcpus > h->nr_cpus)
		return error_set(err, ERR_USAGE,
				 "dom0 is to have %u vCPUs, but host %s has only %u CPUs",
				 config->dom0_vcpus, h->name, h->nr_cpus);
	host_state_take_dom0_vcpus(s, config->dom0_vcpus);
	rc = take_used(sim, i, err);
	if (!rc)
		rc = take_dom0(sim, i, config->dom0_memory_bytes, err);
	if (!rc && config->initial)
		rc = sim_take_initial(sim, i, config->initial, err);
	sim->low_start[i] = sim->heap[i].low_free;
	return rc;
}

static int sim_open(struct backend **out, const struct backend_config *config, struct error *err)
{
	struct sim *sim = xcalloc(1, sizeof(*sim));
	uint32_t nr = config->nr_hosts;
	size_t nodes = 0;
	int rc = 0;

	sim->base = (struct backend){.ops = &sim_backend, .nr_hosts = nr};
	sim->check = config->check;
	sim->dom0_vcpus = config->dom0_vcpus;
	sim->state = xcalloc(nr, sizeof(*sim->state));
	sim->heap = xcalloc(nr, sizeof(*sim->heap));
	sim->low_start = xcalloc(nr, sizeof(*sim->low_start));
	sim->first_zone = xcalloc(nr, sizeof(*sim->first_zone));
	sim->node_base = xcalloc(nr, sizeof(*sim->node_base));
	for (uint32_t i = 0; i < nr; i++) {
		sim->node_base[i] = nodes;
		nodes += config->host[i]->nr_nodes;
	}
	sim->free_bytes = xcalloc(nodes, sizeof(*sim->free_bytes));
	sim->dom0_bytes = xcalloc(nodes, sizeof(*sim->dom0_bytes));
	sim->initial_vcpus = xcalloc(nr, sizeof(*sim->initial_vcpus));
	rc = sim_read_options(sim, config->options, err);
	for (uint32_t i = 0; !rc && i < nr; i++)
		rc = open_host(sim, i, config, err);
	if (!rc && config->initial)
		rc = sim_check_initial(nr, config->initial, err);
	if (rc) {
		sim_close(&sim->base);
		return rc;
	}
	*out = &sim->base;
	return 0;
}

static int64_t sim_now_ns(const struct backend *b)
{
	return sim_of(b)->now_ns;
}

static bool slot_live(const struct sim *sim, uint32_t host, uint32_t slot)
{
	return slot < sim->cap_zones && sim->zone[slot].host == host;
}

static int check_devices(const struct host_state *s, const struct plan *p, struct error *err)
{
	for (uint32_t i = 0; i < p->nr_devices; i++) {
		if (s->device_taken[p->device[i]])
			return error_set(err, ERR_NO_DEVICE, "device %s of host %s is taken",
					 plan_device_name(p, i), s->host->name);
	}
	return 0;
}

static int check_start(const struct sim *sim, const struct step *s, struct error *err)
{
	const struct host_state *state = &sim->state[s->host];
	int rc;

	if (s->slot < sim->cap_zones && sim->zone[s->slot].host != SIM_NOBODY)
		return error_set(err, ERR_CANNOT, "slot %u already runs a zone", s->slot);
	if (s->plan->host != state->host)
		return error_set(err, ERR_CANNOT, "the plan was made for host %s, not for %s",
				 s->plan->host->name, state->host->name);
	rc = memory_check_launch(sim, s->host, s->plan, err);
	if (rc)
		return rc;
	return check_devices(state, s->plan, err);
}

static int sim_check(struct backend *b, const struct step *s, struct error *err)
{
	struct sim *sim = sim_of(b);

	if (s->kind == STEP_START)
		return check_start(sim, s, err);
	if (!slot_live(sim, s->host, s->slot))
		return error_set(err, ERR_CANNOT, "slot %u runs no zone on this host", s->slot);
	if (s->kind == STEP_RESIZE && (s->bytes < PAGE_BYTES || s->bytes % PAGE_BYTES))
		return error_set(err, ERR_CANNOT, "a memory target is a whole number of pages");
	return 0;
}

static void grow_slots(struct sim *sim, uint32_t slot)
{
	size_t old = sim->cap_zones, cap = old ? old : 64;
	struct sim_zone *zone;

	while (slot >= cap)
		cap *= 2;
	zone = xaligned(64, cap * sizeof(*zone));
	if (old)
		memcpy(zone, sim->zone, old * sizeof(*zone));
	memset(&zone[old], 0, (cap - old) * sizeof(*zone));
	for (size_t i = old; i < cap; i++)
		zone[i].host = SIM_NOBODY;
	free(sim->zone);
	if (sim->keeps_overhead) {
		sim->overhead = xreallocarray(sim->overhead, cap, sizeof(*sim->overhead));
		memset(&sim->overhead[old], 0, (cap - old) * sizeof(*sim->overhead));
	}
	sim->zone = zone;
	sim->cap_zones = cap;
}

static void take_vnodes(struct host_state *state, struct sim_zone *z, const struct plan *p)
{
	struct sim_vnode *vnode = &z->one_vnode;

	if (p->nr_vnodes != 1) {
		if (z->cap_vnodes < p->nr_vnodes) {
			z->vnode = xreallocarray(z->vnode, p->nr_vnodes, sizeof(*z->vnode));
			z->cap_vnodes = p->nr_vnodes;
		}
		vnode = z->vnode;
	}
	z->vcpus = 0;
	z->nr_vnodes = (uint16_t)p->nr_vnodes;
	for (uint32_t v = 0; v < p->nr_vnodes; v++) {
		vnode[v].node = p->vnode[v].node;
		vnode[v].vcpus = p->vnode[v].vcpus;
		state->vcpus[p->vnode[v].node] += p->vnode[v].vcpus;
		z->vcpus += p->vnode[v].vcpus;
	}
	state->total_vcpus += z->vcpus;
}

static void take_devices(struct host_state *state, struct sim_zone *z, const struct plan *p)
{
	z->nr_devices = (uint16_t)p->nr_devices;
	if (z->cap_devices < p->nr_devices) {
		z->device = xreallocarray(z->device, p->nr_devices, sizeof(*z->device));
		z->cap_devices = p->nr_devices;
	}
	for (uint32_t i = 0; i < p->nr_devices; i++) {
		z->device[i] = p->device[i];
		state->device_taken[p->device[i]] = 1;
	}
}

/* The zones of each host, for verification: two more cache misses a step. */
static void link_zone(struct sim *sim, uint32_t slot)
{
	struct sim_zone *z = &sim->zone[slot];

	z->prev = SIM_NOBODY;
	z->next = sim->first_zone[z->host];
	if (z->next != SIM_NOBODY)
		sim->zone[z->next].prev = slot;
	sim->first_zone[z->host] = slot;
}

static void unlink_zone(struct sim *sim, const struct sim_zone *z)
{
	if (z->prev != SIM_NOBODY)
		sim->zone[z->prev].next = z->next;
	else
		sim->first_zone[z->host] = z->next;
	if (z->next != SIM_NOBODY)
		sim->zone[z->next].prev = z->prev;
}

static void start(struct sim *sim, const struct step *s)
{
	struct host_state *state = &sim->state[s->host];
	struct sim_zone *z;

	if (s->slot >= sim->cap_zones)
		grow_slots(sim, s->slot);
	z = &sim->zone[s->slot];
	z->host = s->host;
	z->pinned = s->plan->pinned;
	z->nodes = s->plan->nodes;
	take_vnodes(state, z, s->plan);
	memory_launch(sim, z, s->plan);
	take_devices(state, z, s->plan);
	state->nr_zones++;

	if (sim->check)
		link_zone(sim, s->slot);
}

static void stop(struct sim *sim, uint32_t slot)
{
	struct sim_zone *z = &sim->zone[slot];
	struct host_state *state = &sim->state[z->host];
	const struct sim_vnode *vnode = sim_vnodes(z);

	memory_stop(sim, z);
	for (uint32_t v = 0; v < z->nr_vnodes; v++)
		state->vcpus[vnode[v].node] -= vnode[v].vcpus;
	state->total_vcpus -= z->vcpus;
	state->nr_zones--;
	for (uint32_t i = 0; i < z->nr_devices; i++)
		state->device_taken[z->device[i]] = 0;
	if (sim->check)
		unlink_zone(sim, z);
	z->host = SIM_NOBODY;
}

static int sim_apply(struct backend *b, const struct step *s, struct error *err)
{
	struct sim *sim = sim_of(b);
	int rc = sim_check(b, s, err);

	if (rc)
		return rc;
	if (s->slot < sim->nr_found)
		found_note(sim, s);
	if (s->kind == STEP_START)
		start(sim, s);
	else if (s->kind == STEP_RESIZE)
		memory_resize(sim, &sim->zone[s->slot], s->bytes);
	else
		stop(sim, s->slot);
	return sim->check ? sim_verify_host(sim, s->host, err) : 0;
}

static int sim_wait(struct backend *b, int64_t until_ns, struct event *out, struct error *err)
{
	struct sim *sim = sim_of(b);

	(void)err;
	/* nothing happens here that was not asked for */
	if (until_ns > sim->now_ns)
		sim->now_ns = until_ns;
	*out = (struct event){.kind = EVENT_TIMEOUT, .at_ns = sim->now_ns};
	return 0;
}

static const struct host_state *sim_observe(struct backend *b, uint32_t host)
{
	return &sim_of(b)->state[host];
}

static int sim_measure(struct backend *b, uint32_t host, uint32_t slot, struct measure *out,
		       struct error *err)
{
	const struct sim *sim = sim_of(b);
	const struct sim_zone *z;

	if (!slot_live(sim, host, slot))
		return error_set(err, ERR_CANNOT, "slot %u runs no zone on this host", slot);
	z = &sim->zone[slot];
	*out = (struct measure){
		.fields = MEASURE_RESIDENT | MEASURE_PARTS,
		.resident_bytes = z->resident_bytes,
		.nr_parts = z->nr_parts,
		.part = sim_parts(z),
	};
	return 0;
}

static int sim_correct(struct backend *b, const struct step *s, const int64_t *bytes,
		       struct error *err)
{
	struct sim *sim = sim_of(b);
	int rc;

	if (!slot_live(sim, s->host, s->slot))
		return error_set(err, ERR_CANNOT, "slot %u runs no zone on this host", s->slot);
	rc = found_take(sim, s, bytes, err);
	return !rc && sim->check ? sim_verify_host(sim, s->host, err) : rc;
}

const struct backend_ops sim_backend = {
	.name = "sim",
	.summary = "simulated fleet: time, memory and CPUs booked as a Xen host books them",
	.can = STEP_START | STEP_RESIZE | STEP_STOP,
	.traits = BACKEND_VIRTUAL_CLOCK | BACKEND_REPEATABLE,
	.option = sim_options,
	.open = sim_open,
	.close = sim_close,
	.now_ns = sim_now_ns,
	.check = sim_check,
	.apply = sim_apply,
	.wait = sim_wait,
	.observe = sim_observe,
	.measure = sim_measure,
	.correct = sim_correct,
};
