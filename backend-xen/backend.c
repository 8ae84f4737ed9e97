#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backend-xen/libxl_hooks.h"
#include "backend-xen/machine.h"
#include "backend-xen/pause.h"
#include "backend-xen/topology.h"
#include "backend-xen/xen.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/units.h"

#define LOOK_MS 200

static struct machine *machine_of(const struct backend *b)
{
	return (struct machine *)(uintptr_t)b;
}

static bool runs_here(void *context, uint32_t domid)
{
	const struct machine *m = context;

	for (size_t i = 0; i < m->cap_zones; i++)
		if (m->zone[i].live && m->zone[i].domid == domid)
			return true;
	return false;
}

/* The state, from the hypervisor. */
static int refresh(struct machine *m, struct error *err)
{
	struct host_state *s = &m->state;
	int rc = topology_free(&m->xen, s, err);

	if (!rc)
		rc = topology_vcpus(&m->xen, s, runs_here, m, err);
	for (size_t i = 0; !rc && i < m->cap_zones; i++) {
		if (!m->zone[i].live)
			continue;
		for (unsigned n = 0; n < m->host->nr_nodes; n++)
			s->vcpus[n] += m->zone[i].vcpus[n];
		s->total_vcpus += m->zone[i].nr_vcpus;
	}
	return rc;
}

static struct machine_zone *zone_in(const struct machine *m, uint32_t slot)
{
	return slot < m->cap_zones && m->zone[slot].live ? &m->zone[slot] : NULL;
}

static struct machine_zone *slot_of(struct machine *m, uint32_t slot)
{
	size_t old = m->cap_zones;

	if (slot >= old) {
		m->cap_zones = 2 * (size_t)slot + 16;
		m->zone = xreallocarray(m->zone, m->cap_zones, sizeof(*m->zone));
		memset(m->zone + old, 0, (m->cap_zones - old) * sizeof(*m->zone));
	}
	return &m->zone[slot];
}

static void xen_close(struct backend *b)
{
	struct machine *m = machine_of(b);
	struct error err;

	for (size_t i = 0; i < m->cap_zones; i++) {
		if (m->zone[i].live &&
		    domain_destroy(&m->xen, &m->zone[i].id, lease_keeper_id(m->lease), &err))
			machine_say(m, "%s", err.text);
		free(m->zone[i].load_id);
	}
	recover_end(m);
	lease_keeper_end(m->lease);
	free(m->zone);
	host_state_release(&m->state);
	machine_options_release(&m->options);
	xen_disconnect(&m->xen);
	free(m);
}

static int prepare(struct machine *m, const struct backend_config *config, struct error *err)
{
	int rc;

	if (config->nr_hosts != 1)
		return error_set(err, ERR_USAGE, "the xen backend is one host, not %u",
				 config->nr_hosts);
	rc = machine_options_read(&m->options, config->options, err);
	if (!rc)
		rc = xen_connect(&m->xen, err);
	m->xen.stop = config->stop;
	if (!rc)
		rc = topology_same(&m->xen, m->host, err);
	if (!rc)
		rc = lease_keeper_begin(&m->lease, err);
	if (!rc)
		rc = recover_begin(m, err);
	return rc ? rc : refresh(m, err);
}

static int xen_open(struct backend **out, const struct backend_config *config, struct error *err)
{
	struct machine *m = xcalloc(1, sizeof(*m));
	int64_t limit;
	int rc;

	m->base = (struct backend){.ops = &xen_backend, .nr_hosts = 1};
	m->host = config->host[0];
	m->workload = config->workload;
	m->seed = config->seed;
	m->say = config->say;
	m->say_context = config->say_context;
	m->start_ns = monotonic_ns();
	host_state_init(&m->state, m->host);
	limit = (int64_t)m->host->nr_cpus * config->cpu_overcommit_milli / 1000;
	if (config->cpu_overcommit_milli && limit < UINT32_MAX)
		m->state.vcpus_limit = (uint32_t)limit;
	rc = prepare(m, config, err);
	if (rc) {
		xen_close(&m->base);
		return rc;
	}
	*out = &m->base;
	return 0;
}

static int64_t xen_now_ns(const struct backend *b)
{
	return monotonic_ns() - machine_of(b)->start_ns;
}

static int check_files(const struct machine *m, struct error *err)
{
	const struct domain_image *image = &m->options.image;

	if (!image->kernel)
		return error_set(err, ERR_USAGE,
				 "no kernel to launch zones with: --backend "
				 "xen:kernel=PATH[,ramdisk=PATH]");
	if (access(image->kernel, R_OK))
		return error_set(err, ERR_USAGE, "the kernel %s cannot be read", image->kernel);
	if (image->ramdisk && access(image->ramdisk, R_OK))
		return error_set(err, ERR_USAGE, "the ramdisk %s cannot be read", image->ramdisk);
	return 0;
}

/* Affinity that contradicts the plan, which libxl would take with a warning at most. */
static int check_cpus(const struct plan *p, struct error *err)
{
	for (uint32_t v = 0; v < p->nr_vnodes; v++) {
		const struct host_node *n = &p->host->node[p->vnode[v].node];
		struct cpuset cpus;

		plan_cpus(p, v, &cpus);
		if (cpuset_empty(&cpus) && p->vnode[v].vcpus)
			return error_set(err, ERR_CANNOT,
					 "zone %s has vCPUs on node %u, which has no CPUs",
					 p->zone->name, n->os_index);
		if (p->pinned && !cpuset_subset(&cpus, &n->cpus))
			return error_set(err, ERR_CANNOT,
					 "zone %s: vCPUs of vnode %u could run off node %u",
					 p->zone->name, v, n->os_index);
	}
	return 0;
}

static int check_room(const struct machine *m, const struct plan *p, const struct guest_build *b,
		      struct error *err)
{
	int64_t overhead = guest_build_overhead(b, p);
	int64_t each = overhead / nodeset_count(p->nodes);

	if (b->build_bytes + overhead > m->state.total_free_bytes)
		return error_set(err, ERR_NO_ROOM,
				 "zone %s: it takes %lld MiB and Xen %lld MiB more for it, and the "
				 "host has %lld MiB free",
				 p->zone->name, (long long)(b->build_bytes / MIB),
				 (long long)(overhead / MIB),
				 (long long)(m->state.total_free_bytes / MIB));
	for (unsigned n = 0; b->exact && n < m->host->nr_nodes; n++) {
		int64_t here = guest_build_on_node(b, n);
		int64_t more = nodeset_has(p->nodes, n) ? each : 0;

		if (here && here + more > m->state.free_bytes[n])
			return error_set(err, ERR_NO_ROOM,
					 "zone %s: node %u is to give %lld MiB and %lld MiB more "
					 "for Xen's own, and has %lld MiB free",
					 p->zone->name, m->host->node[n].os_index,
					 (long long)(here / MIB), (long long)(more / MIB),
					 (long long)(m->state.free_bytes[n] / MIB));
	}
	return 0;
}

/* The zone's name, or with its slot where one of ours has it already. */
static int choose_name(struct machine *m, const struct step *s, char **out, struct error *err)
{
	char *name = plan_xl_name(s->plan->zone), *other;

	*out = name;
	if (!domain_name_taken(&m->xen, name))
		return 0;
	other = xasprintf("%s-%u", name, s->slot);
	free(name);
	*out = other;
	if (!domain_name_taken(&m->xen, other))
		return 0;
	*out = NULL;
	(void)error_set(err, ERR_CANNOT, "zone %s: the names %s and its own are taken by domains",
			s->plan->zone->name, other);
	free(other);
	return ERR_CANNOT;
}

static int check_start(struct machine *m, const struct step *s, struct guest_build *b,
		       struct error *err)
{
	char *name = NULL;
	int rc;

	if (zone_in(m, s->slot))
		return error_set(err, ERR_CANNOT, "slot %u runs a zone already", s->slot);
	if (s->plan->host != m->host)
		return error_set(err, ERR_CANNOT, "the plan was made for another host");
	rc = guest_build_make(b, s->plan, err);
	if (!rc && (b->exact || b->told))
		rc = hooks_usable(err);
	if (!rc)
		rc = check_files(m, err);
	if (!rc)
		rc = check_cpus(s->plan, err);
	if (!rc)
		rc = refresh(m, err);
	if (!rc)
		rc = check_room(m, s->plan, b, err);
	if (!rc)
		rc = choose_name(m, s, &name, err);
	free(name);
	return rc;
}

static int xen_check(struct backend *b, const struct step *s, struct error *err)
{
	struct machine *m = machine_of(b);
	struct machine_zone *z = zone_in(m, s->slot);
	struct guest_build *build;
	int rc = owner_alive(m, err);

	if (rc)
		return rc;
	if (s->kind != STEP_START) {
		if (!z)
			return error_set(err, ERR_CANNOT, "slot %u runs no zone", s->slot);
		rc = owner_still(m, &z->id, err);
		if (rc)
			return rc;
		if (s->kind == STEP_LOAD && (s->work == WORK_CHASE || s->bytes < 0))
			return error_set(err, ERR_CANNOT, "a zone cannot make such a load");
		if (s->kind != STEP_RESIZE)
			return 0;
		rc = refresh(m, err);
		return rc ? rc : balloon_check(m, z, s->bytes, err);
	}
	if (s->left)
		return z ? error_set(err, ERR_CANNOT, "slot %u runs a zone already", s->slot)
			 : recover_check(m, s, err);
	build = xcalloc(1, sizeof(*build));
	rc = check_start(m, s, build, err);
	guest_build_release(build);
	free(build);
	return rc;
}

/* The domain is there, paused; a failure from here on takes it away again. */
static int finish_start(struct machine *m, struct machine_zone *z, const struct guest_build *b,
			const struct step *s, struct error *err)
{
	int rc = residency_begin(m, z, b, s->plan, err);

	if (!rc)
		rc = recover_note(m, z, s, err);
	if (!rc)
		rc = owner_still(m, &z->id, err);
	if (!rc)
		rc = domain_unpause(&m->xen, z->domid, err);
	if (rc)
		domain_discard(&m->xen, &z->id, lease_keeper_id(m->lease));
	z->live = !rc;
	return rc;
}

/* With the lock held: what another homenode took meanwhile is seen. */
static int start_locked(struct machine *m, const struct step *s, struct guest_build *b,
			struct error *err)
{
	struct machine_zone *z = slot_of(m, s->slot);
	struct domain_request request = {.plan = s->plan, .build = b, .image = &m->options.image};
	char *name = NULL;
	int rc = check_start(m, s, b, err);

	if (!rc)
		rc = choose_name(m, s, &name, err);
	if (rc)
		return rc;
	request.name = name;
	request.owner = lease_keeper_id(m->lease);
	memset(z, 0, sizeof(*z));
	machine_zone_plan(z, s->plan);
	z->most_bytes = s->plan->zone->memory_bytes;
	z->least_bytes = s->plan->zone->memory_min_bytes;
	rc = domain_create(&m->xen, &request, &z->id, err);
	free(name);
	return rc ? rc : finish_start(m, z, b, s, err);
}

static int start(struct machine *m, const struct step *s, struct error *err)
{
	struct guest_build *build = xcalloc(1, sizeof(*build));
	const struct zone *zone = s->plan->zone;
	int rc = owner_lock(m, err);

	if (!rc)
		rc = start_locked(m, s, build, err);
	owner_unlock(m);
	/* a boot later, and in nobody's way */
	if (!rc && build->told && zone_boot_bytes(zone) < zone->memory_bytes) {
		rc = balloon_move(m, &m->zone[s->slot], zone_boot_bytes(zone), err);
		if (rc) {
			domain_discard(&m->xen, &m->zone[s->slot].id, lease_keeper_id(m->lease));
			m->zone[s->slot].live = false;
		}
	}
	guest_build_release(build);
	free(build);
	return rc;
}

static int stop(struct machine *m, uint32_t slot, struct error *err)
{
	int rc = domain_destroy(&m->xen, &m->zone[slot].id, lease_keeper_id(m->lease), err);

	/* what is dying needs nobody */
	if (!rc || rc == ERR_INTERRUPTED) {
		m->zone[slot].live = false;
		free(m->zone[slot].load_id);
		m->zone[slot].load_id = NULL;
	}
	return rc;
}

static int xen_apply(struct backend *b, const struct step *s, struct error *err)
{
	struct machine *m = machine_of(b);
	bool launches = s->kind == STEP_START && !s->left;
	int rc = launches ? owner_alive(m, err) : xen_check(b, s, err), late;

	if (rc)
		return rc;
	if (launches)
		rc = start(m, s, err);
	else if (s->kind == STEP_START)
		rc = recover_go_on(m, s, slot_of(m, s->slot), err);
	else if (s->kind == STEP_RESIZE)
		rc = balloon_move(m, &m->zone[s->slot], s->bytes, err);
	else if (s->kind == STEP_PROBE)
		rc = probe_zone(m, &m->zone[s->slot], s->work, err);
	else if (s->kind == STEP_LOAD)
		rc = probe_load(m, &m->zone[s->slot], s, err);
	else
		rc = stop(m, s->slot, err);
	late = refresh(m, rc ? NULL : err);
	return rc ? rc : late;
}

/* The slot of a zone that ended by itself; cap_zones: none did. */
static size_t find_ended(struct machine *m)
{
	size_t i = 0;

	for (; i < m->cap_zones; i++) {
		enum domain_life life;

		if (!m->zone[i].live)
			continue;
		life = domain_look_at(&m->xen, &m->zone[i].id, NULL);
		if (life == DOMAIN_GONE || life == DOMAIN_DOWN)
			break;
	}
	return i;
}

static int xen_wait(struct backend *b, int64_t until_ns, struct event *out, struct error *err)
{
	struct machine *m = machine_of(b);
	int64_t left;
	size_t ended;
	int rc = 0;

	for (;;) {
		rc = owner_alive(m, err);
		if (rc)
			return rc;
		ended = find_ended(m);
		if (ended < m->cap_zones)
			break;
		left = until_ns - xen_now_ns(b);
		if (left <= 0)
			break;
		left = left / NS_PER_MS + 1;
		if (!pause_ms(m->xen.stop, left < LOOK_MS ? left : LOOK_MS))
			return error_set(err, ERR_INTERRUPTED, "stopped by a signal");
	}
	*out = (struct event){.kind = EVENT_TIMEOUT, .at_ns = xen_now_ns(b)};
	if (ended < m->cap_zones) {
		out->kind = EVENT_ZONE_EXITED;
		out->slot = (uint32_t)ended;
		rc = stop(m, (uint32_t)ended, err);
	}
	return rc ? rc : refresh(m, err);
}

static const struct host_state *xen_observe(struct backend *b, uint32_t host)
{
	(void)host;
	return &machine_of(b)->state;
}

static int xen_measure(struct backend *b, uint32_t host, uint32_t slot, struct measure *out,
		       struct error *err)
{
	struct machine *m = machine_of(b);
	struct machine_zone *z = zone_in(m, slot);

	(void)host;
	if (!z)
		return error_set(err, ERR_CANNOT, "slot %u runs no zone on this host", slot);
	return residency_measure(m, z, out, err);
}

const struct backend_ops xen_backend = {
	.name = "xen",
	.summary = "this Xen host, from its dom0: PVH domains through libxl " XEN_LIBRARY_VERSION,
	.can = STEP_START | STEP_RESIZE | STEP_PROBE | STEP_STOP | STEP_LOAD,
	.traits = BACKEND_FIXED_HOST | BACKEND_OWN_ALLOCATOR,
	.default_host = "xen",
	.allocator = "xen",
	.option = machine_option,
	.tells = xen_tells,
	.open = xen_open,
	.close = xen_close,
	.now_ns = xen_now_ns,
	.check = xen_check,
	.apply = xen_apply,
	.wait = xen_wait,
	.observe = xen_observe,
	.measure = xen_measure,
	.left = xen_left,
};
