#include "sim/sim.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/compiler.h"
#include "base/units.h"
#include "sim/balloon.h"
#include "sim/found.h"
#include "sim/guest.h"
#include "sim/memory.h"
#include "sim/options.h"
#include "sim/overhead.h"
#include "sim/sim_impl.h"

static struct sim *sim_of(const struct backend *b)
{
	return (struct sim *)(uintptr_t)b;
}

static void more_free(struct sim_more *m)
{
	if (!m)
		return;
	free(m->part);
	free(m->run);
	free(m->guest);
	free(m->bound);
	free(m->vnode);
	free(m->device);
	free(m->overhead);
	free(m);
}

static void sim_close(struct backend *b)
{
	struct sim *sim = sim_of(b);

	for (uint32_t i = 0; i < sim->nr_slots; i++)
		more_free(sim_zone(sim, i)->more);
	while (sim->unused) {
		struct sim_more *next = sim->unused->next;

		more_free(sim->unused);
		sim->unused = next;
	}
	slab_release(&sim->zone);
	free(sim->found);
	free(sim->fact);
	free(sim->link);
	free(sim->host);
	free(sim->dom0_bytes);
	free(sim->initial_vcpus);
	free(sim->low_start);
	free(sim->first_zone);
	free(sim->node_base);
	free(sim);
}

/* dom0 is built first, but like any domain from above the DMA width. */
static int take_dom0(struct sim *sim, uint32_t host, int64_t bytes, struct error *err)
{
	struct host_state *s = &sim_host(sim, host)->state;
	struct heap *h = &sim_host(sim, host)->heap;
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

		(void)heap_take(h, n, taken[n], PAGE_BYTES, HEAP_ANY, &low);
		booked[n] += taken[n];
		s->total_free_bytes -= taken[n];
	}
	return 0;
}

/* What option "free" does not call free is taken, by dom0 as it were. */
static int take_used(struct sim *sim, uint32_t host, struct error *err)
{
	struct host_state *s = &sim_host(sim, host)->state;
	struct heap *h = &sim_host(sim, host)->heap;

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
	h->blocks = h->blocks_start = (int32_t)(sim->blocks < INT32_MAX ? sim->blocks : INT32_MAX);
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
	struct sim_host *here = sim_host(sim, i);
	struct host_state *s = &here->state;
	int64_t *arrays = (int64_t *)(void *)(here + 1);
	int rc;

	*s = (struct host_state){
		.host = h,
		.free_bytes = arrays,
		.vcpus = (uint32_t *)(arrays + h->nr_nodes),
		.device_taken = (uint8_t *)(arrays + h->nr_nodes) + h->nr_nodes * sizeof(uint32_t),
		.vcpus_limit = vcpus_limit(h, config->cpu_overcommit_milli),
	};
	sim->first_zone[i] = SIM_NOBODY;
	heap_init(&here->heap, h, s->free_bytes, sim->low_bytes);
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
	sim->low_start[i] = here->heap.low_free;
	return rc;
}

/* Lines that all of a host fits into, for the largest of the fleet. */
static size_t host_bytes(const struct backend_config *config)
{
	size_t most = 0;

	for (uint32_t i = 0; i < config->nr_hosts; i++) {
		const struct host *h = config->host[i];
		size_t bytes = sizeof(struct sim_host) + h->nr_devices +
			       h->nr_nodes * (sizeof(int64_t) + sizeof(uint32_t));

		most = bytes > most ? bytes : most;
	}
	return (most + 63) / 64 * 64;
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
	sim->host_bytes = host_bytes(config);
	sim->host = slab_lines(nr, sim->host_bytes);
	sim->zone.large = nr >= SLAB_LARGE_HOSTS;
	sim->low_start = xcalloc(nr, sizeof(*sim->low_start));
	sim->first_zone = xcalloc(nr, sizeof(*sim->first_zone));
	sim->node_base = xcalloc(nr, sizeof(*sim->node_base));
	for (uint32_t i = 0; i < nr; i++) {
		sim->node_base[i] = nodes;
		nodes += config->host[i]->nr_nodes;
	}
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
	return slot < sim->nr_slots && sim_zone(sim, slot)->host == host;
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

/* The plan is for this host, and the slot is nobody's. */
static int check_place(const struct sim *sim, const struct step *s, struct error *err)
{
	const struct host *host = sim_host(sim, s->host)->state.host;

	if (s->slot < sim->nr_slots && sim_zone(sim, s->slot)->host != SIM_NOBODY)
		return error_set(err, ERR_CANNOT, "slot %u already runs a zone", s->slot);
	if (s->plan->host != host)
		return error_set(err, ERR_CANNOT, "the plan was made for host %s, not for %s",
				 s->plan->host->name, host->name);
	return 0;
}

static int check_room(const struct sim *sim, const struct step *s, struct error *err)
{
	int rc = s->slot < sim->nr_there ? memory_check_adopt(sim, s->host, s->plan, err)
					 : memory_check_launch(sim, s->host, s->plan, err);

	return rc ? rc : check_devices(&sim_host(sim, s->host)->state, s->plan, err);
}

static int refuse_slot(uint32_t slot, struct error *err)
{
	return error_set(err, ERR_CANNOT, "slot %u runs no zone on this host", slot);
}

static int check_resize(const struct step *s, struct error *err)
{
	if (s->bytes < PAGE_BYTES || s->bytes % PAGE_BYTES)
		return error_set(err, ERR_CANNOT, "a memory target is a whole number of pages");
	return 0;
}

static int sim_check(struct backend *b, const struct step *s, struct error *err)
{
	struct sim *sim = sim_of(b);
	int rc;

	if (s->kind == STEP_START) {
		rc = check_place(sim, s, err);
		return rc ? rc : check_room(sim, s, err);
	}
	if (!slot_live(sim, s->host, s->slot))
		return refuse_slot(s->slot, err);
	return s->kind == STEP_RESIZE ? check_resize(s, err) : 0;
}

static void grow_slots(struct sim *sim, uint32_t slot)
{
	slab_reserve(&sim->zone, (size_t)slot + 1, sizeof(struct sim_zone));
	for (; sim->nr_slots <= slot; sim->nr_slots++) {
		*sim_zone(sim, sim->nr_slots) = (struct sim_zone){.host = SIM_NOBODY};
		if (sim->check)
			sim->link =
				grow(sim->link, &sim->cap_links, sim->nr_slots, sizeof(*sim->link));
	}
}

static void take_vnodes(struct host_state *state, struct sim_zone *z, const struct plan *p)
{
	struct sim_more *m = z->more;
	struct sim_vnode *vnode;

	if (p->nr_vnodes > 1 && m->cap_vnodes < p->nr_vnodes) {
		m->vnode = xreallocarray(m->vnode, p->nr_vnodes, sizeof(*m->vnode));
		m->cap_vnodes = p->nr_vnodes;
	}
	m->nr_vnodes = (uint16_t)p->nr_vnodes;
	vnode = sim_vnodes(m);
	for (uint32_t v = 0; v < p->nr_vnodes; v++) {
		vnode[v].node = p->vnode[v].node;
		vnode[v].vcpus = p->vnode[v].vcpus;
		state->vcpus[p->vnode[v].node] += p->vnode[v].vcpus;
		z->vcpus += p->vnode[v].vcpus;
	}
}

static void take_devices(struct host_state *state, struct sim_more *m, const struct plan *p)
{
	m->nr_devices = (uint16_t)p->nr_devices;
	if (m->cap_devices < p->nr_devices) {
		m->device = xreallocarray(m->device, p->nr_devices, sizeof(*m->device));
		m->cap_devices = p->nr_devices;
	}
	for (uint32_t i = 0; i < p->nr_devices; i++) {
		m->device[i] = p->device[i];
		state->device_taken[p->device[i]] = 1;
	}
}

/* The zones of each host, for verification: two more cache misses a step. */
static void link_zone(struct sim *sim, uint32_t host, uint32_t slot)
{
	struct sim_link *l = &sim->link[slot];

	l->prev = SIM_NOBODY;
	l->next = sim->first_zone[host];
	if (l->next != SIM_NOBODY)
		sim->link[l->next].prev = slot;
	sim->first_zone[host] = slot;
}

static void unlink_zone(struct sim *sim, uint32_t host, uint32_t slot)
{
	const struct sim_link *l = &sim->link[slot];

	if (l->prev != SIM_NOBODY)
		sim->link[l->prev].next = l->next;
	else
		sim->first_zone[host] = l->next;
	if (l->next != SIM_NOBODY)
		sim->link[l->next].prev = l->prev;
}

/* A zone that half a cache line does not describe. */
static void start_described(struct sim *sim, struct sim_zone *z, const struct step *s)
{
	struct host_state *state = &sim_host(sim, s->host)->state;
	const struct plan *p = s->plan;

	*z = (struct sim_zone){.host = s->host, .pinned = p->pinned};
	(void)sim_describe(sim, z);
	z->more->nodes = p->nodes;
	z->more->flat = p->told != PLAN_TOLD_VNUMA;
	take_vnodes(state, z, p);
	if (s->slot < sim->nr_there)
		memory_adopt(sim, z, p);
	else
		memory_launch(sim, z, p);
	guest_note_start(sim, z, s->slot);
	take_devices(state, z->more, p);
}

/* Refuses the same as sim_check(). A plain zone finds all that it asks for, so whether there is
 * room is asked for the others only. */
static int start(struct sim *sim, const struct step *s, struct error *err)
{
	struct host_state *state = &sim_host(sim, s->host)->state;
	struct sim_zone *z;
	int rc = check_place(sim, s, err);

	if (rc)
		return rc;
	if (s->slot >= sim->nr_slots)
		grow_slots(sim, s->slot);
	z = sim_zone(sim, s->slot);
	if (s->slot < sim->nr_there || !memory_launch_plain(sim, z, s)) {
		rc = check_room(sim, s, err);
		if (rc)
			return rc;
		start_described(sim, z, s);
	}
	found_note(sim, s);
	state->total_vcpus += z->vcpus;
	state->nr_zones++;
	if (sim->check)
		link_zone(sim, s->host, s->slot);
	return 0;
}

static void stop_described(struct sim *sim, struct host_state *state, struct sim_zone *z)
{
	struct sim_more *m = z->more;
	const struct sim_vnode *vnode = sim_vnodes(m);

	for (uint32_t v = 0; v < m->nr_vnodes; v++)
		state->vcpus[vnode[v].node] -= vnode[v].vcpus;
	for (uint32_t i = 0; i < m->nr_devices; i++)
		state->device_taken[m->device[i]] = 0;
	m->next = sim->unused;
	sim->unused = m;
	z->more = NULL;
}

static void stop(struct sim *sim, const struct step *s)
{
	struct sim_zone *z = sim_zone(sim, s->slot);
	struct sim_host *host = sim_host(sim, s->host);

	found_note(sim, s);
	if (z->more) {
		memory_stop(sim, z);
		stop_described(sim, &host->state, z);
	} else {
		memory_stop_plain(host, z);
		host->state.vcpus[z->node] -= z->vcpus;
	}
	host->state.total_vcpus -= z->vcpus;
	host->state.nr_zones--;
	if (sim->check)
		unlink_zone(sim, s->host, s->slot);
	z->host = SIM_NOBODY;
}

/* Of a zone that lives. */
static int change(struct sim *sim, const struct step *s, struct error *err)
{
	int rc;

	if (!slot_live(sim, s->host, s->slot))
		return refuse_slot(s->slot, err);
	if (s->kind == STEP_STOP) {
		stop(sim, s);
		return 0;
	}
	rc = check_resize(s, err);
	if (rc)
		return rc;
	found_note(sim, s);
	bound_resize(sim, sim_zone(sim, s->slot), s->bytes);
	balloon_resize(sim, sim_zone(sim, s->slot), s->bytes);
	return 0;
}

static int sim_apply(struct backend *b, const struct step *s, struct error *err)
{
	struct sim *sim = sim_of(b);
	int rc = s->kind == STEP_START ? start(sim, s, err) : change(sim, s, err);

	if (rc)
		return rc;
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
	return &sim_host(sim_of(b), host)->state;
}

static void sim_expect_host(const struct backend *b, uint32_t host)
{
	const unsigned char *at = (const unsigned char *)sim_host(sim_of(b), host);

	/* its first lines; of a host with many nodes the rest is seldom needed */
	fetch_line(at);
	fetch_line(at + 64);
	fetch_line(at + 128);
}

static void sim_expect_zone(const struct backend *b, uint32_t slot)
{
	const struct sim *sim = sim_of(b);

	if (slot < sim->nr_slots)
		fetch_line(sim_zone(sim, slot));
}

static void look_at(struct sim *sim, const struct sim_zone *z, struct measure *out)
{
	*out = (struct measure){
		.fields = MEASURE_RESIDENT | MEASURE_PARTS,
		.resident_bytes = sim_resident(z),
	};
	out->part = sim_parts(sim, z, &out->nr_parts);
}

static int sim_measure(struct backend *b, uint32_t host, uint32_t slot, struct measure *out,
		       struct error *err)
{
	struct sim *sim = sim_of(b);

	if (!slot_live(sim, host, slot))
		return refuse_slot(slot, err);
	look_at(sim, sim_zone(sim, slot), out);
	return 0;
}

static int sim_apply_and_measure(struct backend *b, const struct step *s, struct measure *now,
				 struct error *err)
{
	struct sim *sim = sim_of(b);
	int rc = sim_apply(b, s, err);

	if (!rc && s->kind != STEP_STOP)
		look_at(sim, sim_zone(sim, s->slot), now);
	return rc;
}

static int sim_correct(struct backend *b, const struct step *s, const int64_t *bytes,
		       struct error *err)
{
	struct sim *sim = sim_of(b);
	int rc;

	if (!slot_live(sim, s->host, s->slot))
		return refuse_slot(s->slot, err);
	bound_forget(sim_zone(sim, s->slot));
	rc = found_take(sim, s, bytes, err);
	return !rc && sim->check ? sim_verify_host(sim, s->host, err) : rc;
}

static bool sim_bounds(const struct backend *b, uint32_t host, uint32_t slot, int64_t *least,
		       int64_t *most)
{
	const struct sim *sim = sim_of(b);

	return slot_live(sim, host, slot) && bound_of(sim, slot, least, most);
}

const struct backend_ops sim_backend = {
	.name = "sim",
	.summary = "simulated fleet: time, memory and CPUs booked as a Xen host books them",
	.can = STEP_START | STEP_RESIZE | STEP_STOP,
	.traits = BACKEND_VIRTUAL_CLOCK | BACKEND_REPEATABLE | BACKEND_UNSHARED,
	.option = sim_options,
	.open = sim_open,
	.close = sim_close,
	.now_ns = sim_now_ns,
	.check = sim_check,
	.apply = sim_apply,
	.apply_and_measure = sim_apply_and_measure,
	.wait = sim_wait,
	.observe = sim_observe,
	.expect_host = sim_expect_host,
	.expect_zone = sim_expect_zone,
	.measure = sim_measure,
	.correct = sim_correct,
	.bounds = sim_bounds,
};
