#include "backend-linux/linux.h"

#include <errno.h>
#include <numa.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "backend-linux/limits.h"
#include "backend-linux/zone_process.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/units.h"
#include "probe/machine.h"

/* Left to the kernel on every node: 1/64 of it, within these. */
#define RESERVE_MIN_BYTES (32 * MIB)
#define RESERVE_MAX_BYTES (1 * GIB)

struct linux_zone {
	struct zone_process process; /* .pid 0: the slot is free */
	int64_t boot_bytes, max_bytes;
	uint32_t nr_vnodes;
	uint32_t vcpus[NODES_MAX], node[NODES_MAX]; /* by vnode */
	uint32_t nr_vcpus;
	uint32_t nr_devices, *device;
	/* last answer */
	uint32_t nr_parts;
	struct plan_memory part[ZONE_PARTS_MAX];
	int64_t unknown_bytes;
	int64_t bandwidth_bytes_per_s, latency_ps;
};

struct machine {
	struct backend base;
	const struct host *host;
	struct host_state state;
	struct cpuset allowed;
	int64_t begin_ns;
	int64_t own_bytes[NODES_MAX]; /* of all zones */
	struct linux_zone **zone; /* by slot; NULL until used */
	uint32_t nr_slots;
	size_t cap_slots;
	/* scratch */
	struct layout layout;
	struct zone_answer answer;
};

static struct machine *machine_of(const struct backend *b)
{
	return (struct machine *)(uintptr_t)b;
}

static struct linux_zone *zone_at(const struct machine *m, uint32_t slot)
{
	struct linux_zone *z = slot < m->nr_slots ? m->zone[slot] : NULL;

	return z && z->process.pid > 0 ? z : NULL;
}

/* --- what is free ------------------------------------------------------------------ */

static bool node_allowed(unsigned os_node)
{
	struct bitmask *mask;
	bool ok;

	if (numa_available() < 0)
		return os_node == 0;
	mask = numa_get_mems_allowed();
	ok = numa_bitmask_isbitset(mask, os_node);
	numa_bitmask_free(mask);
	return ok;
}

static int64_t reserve_bytes(int64_t node_bytes)
{
	int64_t bytes = node_bytes / 64;

	bytes = bytes < RESERVE_MIN_BYTES ? RESERVE_MIN_BYTES : bytes;
	return bytes > RESERVE_MAX_BYTES ? RESERVE_MAX_BYTES : bytes;
}

/* What the kernel could give on this node right now. */
static int64_t live_free_bytes(const struct machine *m, unsigned n)
{
	unsigned os_node = m->host->node[n].os_index;
	int64_t bytes = machine_node_available(NULL, os_node);

	if (!node_allowed(os_node))
		return 0;
	/* a kernel without NUMA says nothing of nodes; then nothing is known to be taken */
	if (bytes < 0)
		bytes = m->host->node[n].memory_bytes - m->own_bytes[n];
	bytes -= reserve_bytes(m->host->node[n].memory_bytes);
	/* memory can be added to a machine that runs; a host does not grow */
	if (bytes > m->host->node[n].memory_bytes - m->own_bytes[n])
		bytes = m->host->node[n].memory_bytes - m->own_bytes[n];
	return bytes > 0 ? bytes / PAGE_BYTES * PAGE_BYTES : 0;
}

static void look_at_memory(struct machine *m)
{
	for (unsigned n = 0; n < m->host->nr_nodes; n++)
		host_state_set_free(&m->state, n, live_free_bytes(m, n));
}

/* The zone's memory as the last answer has it, into or out of the books. */
static void book_memory(struct machine *m, const struct linux_zone *z, int sign)
{
	for (uint32_t i = 0; i < z->nr_parts; i++) {
		unsigned n = z->part[i].node;
		int64_t left = m->state.free_bytes[n] - sign * z->part[i].bytes;

		m->own_bytes[n] += sign * z->part[i].bytes;
		host_state_set_free(&m->state, n, left);
	}
}

static void note_answer(struct machine *m, struct linux_zone *z)
{
	book_memory(m, z, -1);
	z->nr_parts = m->answer.nr_parts;
	z->unknown_bytes = m->answer.unknown_bytes;
	memcpy(z->part, m->answer.part, z->nr_parts * sizeof(z->part[0]));
	book_memory(m, z, 1);
}

static void book_vcpus(struct machine *m, const struct linux_zone *z, int sign)
{
	for (uint32_t v = 0; v < z->nr_vnodes; v++)
		m->state.vcpus[z->node[v]] += (uint32_t)sign * z->vcpus[v];
	m->state.total_vcpus += (uint32_t)sign * z->nr_vcpus;
}

/* The zone's process is gone: so is what it had. */
static void forget(struct machine *m, struct linux_zone *z)
{
	book_memory(m, z, -1);
	book_vcpus(m, z, -1);
	for (uint32_t i = 0; i < z->nr_devices; i++)
		m->state.device_taken[z->device[i]] = 0;
	m->state.nr_zones--;
	free(z->device);
	z->device = NULL;
	z->nr_parts = z->nr_devices = 0;
	z->bandwidth_bytes_per_s = z->latency_ps = 0;
}

/* --- open and close ---------------------------------------------------------------- */

static int check_host(const struct host *h, struct error *err)
{
	struct cpuset nodes;

	machine_nodes(NULL, &nodes);
	for (unsigned n = 0; n < h->nr_nodes; n++) {
		const struct host_node *node = &h->node[n];
		struct cpuset cpus;

		if (node->os_index >= CPUS_MAX || !cpuset_has(&nodes, node->os_index) ||
		    !machine_node_cpus(NULL, node->os_index, &cpus) ||
		    !cpuset_subset(&node->cpus, &cpus))
			return error_set(err, ERR_USAGE,
					 "the linux backend is this machine, but host %s has a "
					 "node %u with other CPUs than here; use the host \"this\"",
					 h->name, node->os_index);
	}
	return 0;
}

static void linux_close(struct backend *b)
{
	struct machine *m = machine_of(b);

	for (uint32_t i = 0; i < m->nr_slots; i++) {
		if (!m->zone[i])
			continue;
		zone_process_stop(&m->zone[i]->process);
		free(m->zone[i]->device);
		free(m->zone[i]);
	}
	free(m->zone);
	host_state_release(&m->state);
	free(m);
}

static int linux_open(struct backend **out, const struct backend_config *config, struct error *err)
{
	struct machine *m;
	int rc;

	if (config->nr_hosts != 1)
		return error_set(err, ERR_USAGE,
				 "the linux backend is one machine, not %u; use --host this",
				 config->nr_hosts);
	rc = check_host(config->host[0], err);
	if (rc)
		return rc;
	m = xcalloc(1, sizeof(*m));
	m->base = (struct backend){.ops = &linux_backend, .nr_hosts = 1};
	m->host = config->host[0];
	m->begin_ns = monotonic_ns();
	host_state_init(&m->state, m->host);
	if (config->cpu_overcommit_milli)
		m->state.vcpus_limit = (uint32_t)((uint64_t)m->host->nr_cpus *
						  config->cpu_overcommit_milli / 1000);
	rc = machine_cpus_allowed(&m->allowed, err);
	if (rc) {
		linux_close(&m->base);
		return rc;
	}
	look_at_memory(m);
	*out = &m->base;
	return 0;
}

static int64_t linux_now_ns(const struct backend *b)
{
	return monotonic_ns() - machine_of(b)->begin_ns;
}

/* --- check --------------------------------------------------------------------------- */

static int check_cpus(const struct machine *m, const struct plan *p, struct error *err)
{
	uint32_t vcpus = 0;
	struct limits limits;

	for (uint32_t v = 0; v < p->nr_vnodes; v++) {
		struct cpuset cpus;
		unsigned nr;

		plan_cpus(p, v, &cpus);
		cpuset_and(&cpus, &m->allowed);
		nr = cpuset_count(&cpus);
		vcpus += p->vnode[v].vcpus;
		if (p->vnode[v].vcpus > nr && p->pinned)
			return error_set(err, ERR_NO_ROOM,
					 "vnode %u has %u vCPUs, of node %u's CPUs this process "
					 "may use %u",
					 v, p->vnode[v].vcpus,
					 p->host->node[p->vnode[v].node].os_index, nr);
		if (vcpus > nr && !p->pinned)
			return error_set(err, ERR_NO_ROOM,
					 "zone %s has %u vCPUs, of its nodes' CPUs this process "
					 "may use %u",
					 p->zone->name, p->zone->vcpus, nr);
	}
	limits_read(&limits, NULL, NULL);
	if (limits.cpu_milli != LIMIT_NONE &&
	    (int64_t)(m->state.total_vcpus + vcpus) * 1000 > limits.cpu_milli)
		return error_set(err, ERR_NO_ROOM,
				 "the cgroup has a quota of %lld.%03lld CPUs, zones would have %u "
				 "vCPUs",
				 (long long)(limits.cpu_milli / 1000),
				 (long long)(limits.cpu_milli % 1000),
				 m->state.total_vcpus + vcpus);
	return 0;
}

static int check_nodes_memory(const struct machine *m, const struct plan *p, struct error *err)
{
	int64_t need[NODES_MAX] = {0};
	char a[32], b[32];

	for (uint32_t i = 0; i < p->nr_memory; i++)
		need[p->memory[i].node] += p->memory[i].bytes;
	for (unsigned n = 0; n < m->host->nr_nodes; n++) {
		if (!need[n])
			continue;
		if (!node_allowed(m->host->node[n].os_index))
			return error_set(err, ERR_NO_ROOM,
					 "this process may not use node %u's memory (cpuset)",
					 m->host->node[n].os_index);
		if (p->memory_rule == PLAN_MEMORY_STRICT && need[n] > m->state.free_bytes[n])
			return error_set(err, ERR_NO_ROOM, "node %u has %s free, %s are needed",
					 m->host->node[n].os_index,
					 bytes_text(m->state.free_bytes[n], a, sizeof(a)),
					 bytes_text(need[n], b, sizeof(b)));
	}
	return 0;
}

static int check_room(int64_t have, int64_t need, const char *who, struct error *err)
{
	char a[32], b[32];

	if (need <= have)
		return 0;
	return error_set(err, ERR_NO_ROOM, "%s has %s left, %s are needed", who,
			 bytes_text(have, a, sizeof(a)), bytes_text(need, b, sizeof(b)));
}

/* Against the books, and against what the machine says this moment. */
static int check_memory(const struct machine *m, int64_t need, struct error *err)
{
	struct limits limits;
	int64_t live = 0;
	int rc = check_room(m->state.total_free_bytes, need, "this machine", err);

	if (rc)
		return rc;
	for (unsigned n = 0; n < m->host->nr_nodes; n++)
		live += live_free_bytes(m, n);
	rc = check_room(live, need, "this machine", err);
	if (rc)
		return rc;
	limits_read(&limits, NULL, NULL);
	return check_room(limits.memory_left_bytes, need, "the cgroup", err);
}

static int check_devices(const struct machine *m, const struct plan *p, struct error *err)
{
	for (uint32_t i = 0; i < p->nr_devices; i++) {
		if (m->state.device_taken[p->device[i]])
			return error_set(err, ERR_NO_DEVICE, "device %s is taken",
					 plan_device_name(p, i));
	}
	return 0;
}

static int check_start(const struct machine *m, const struct step *s, struct error *err)
{
	const struct plan *p = s->plan;
	int rc;

	if (zone_at(m, s->slot))
		return error_set(err, ERR_CANNOT, "slot %u already runs a zone", s->slot);
	if (p->host != m->host)
		return error_set(err, ERR_CANNOT, "the plan was made for host %s, not for %s",
				 p->host->name, m->host->name);
	rc = check_memory(m, plan_memory_bytes(p), err);
	if (!rc)
		rc = check_nodes_memory(m, p, err);
	if (!rc)
		rc = check_cpus(m, p, err);
	return rc ? rc : check_devices(m, p, err);
}

static int64_t resident_bytes(const struct linux_zone *z)
{
	int64_t bytes = z->unknown_bytes;

	for (uint32_t i = 0; i < z->nr_parts; i++)
		bytes += z->part[i].bytes;
	return bytes;
}

static int linux_check(struct backend *b, const struct step *s, struct error *err)
{
	const struct machine *m = machine_of(b);
	const struct linux_zone *z = zone_at(m, s->slot);
	char size[32];

	if (s->kind == STEP_START)
		return check_start(m, s, err);
	if (!z)
		return error_set(err, ERR_CANNOT, "slot %u runs no zone", s->slot);
	if (s->kind == STEP_LOAD && (s->work == WORK_CHASE || s->bytes < 0))
		return error_set(err, ERR_CANNOT, "a zone cannot make such a load");
	if (s->kind != STEP_RESIZE)
		return 0;
	if (s->bytes < PAGE_BYTES || s->bytes % PAGE_BYTES)
		return error_set(err, ERR_CANNOT, "a memory target is a whole number of pages");
	if (s->bytes > z->max_bytes)
		return error_set(err, ERR_CANNOT, "the zone's maximum is %s",
				 bytes_text(z->max_bytes, size, sizeof(size)));
	return 0;
}

/* --- apply --------------------------------------------------------------------------- */

static struct linux_zone *take_slot(struct machine *m, uint32_t slot)
{
	while (slot >= m->nr_slots) {
		m->zone = grow(m->zone, &m->cap_slots, m->nr_slots, sizeof(*m->zone));
		m->zone[m->nr_slots++] = NULL;
	}
	if (!m->zone[slot])
		m->zone[slot] = xcalloc(1, sizeof(*m->zone[slot]));
	return m->zone[slot];
}

static void book_start(struct machine *m, struct linux_zone *z, const struct plan *p)
{
	const struct zone *asked = p->zone;

	z->boot_bytes = plan_memory_bytes(p);
	z->max_bytes = asked->memory_bytes;
	z->nr_vnodes = p->nr_vnodes;
	z->nr_vcpus = 0;
	for (uint32_t v = 0; v < p->nr_vnodes; v++) {
		z->vcpus[v] = p->vnode[v].vcpus;
		z->node[v] = p->vnode[v].node;
		z->nr_vcpus += z->vcpus[v];
	}
	book_vcpus(m, z, 1);
	z->nr_devices = p->nr_devices;
	z->device = xcalloc(z->nr_devices + (size_t)1, sizeof(*z->device));
	for (uint32_t i = 0; i < z->nr_devices; i++) {
		z->device[i] = p->device[i];
		m->state.device_taken[z->device[i]] = 1;
	}
	m->state.nr_zones++;
	note_answer(m, z);
}

static int start(struct machine *m, const struct step *s, struct error *err)
{
	struct linux_zone *z = take_slot(m, s->slot);
	int *others = xcalloc(m->nr_slots, sizeof(*others));
	int rc;

	for (uint32_t i = 0; i < m->nr_slots; i++)
		others[i] = zone_at(m, i) ? m->zone[i]->process.fd : -1;
	layout_make(&m->layout, s->plan, &m->allowed);
	rc = zone_process_start(&z->process, &m->layout, others, m->nr_slots, &m->answer, err);
	free(others);
	if (!rc)
		book_start(m, z, s->plan);
	return rc;
}

/* Ask the zone; if it died meanwhile, so says the error, and the books are right. */
static int ask(struct machine *m, struct linux_zone *z, enum zone_ask what, const struct step *s,
	       struct error *err)
{
	struct zone_request request = {
		.ask = what, .work = s ? s->work : WORK_NONE, .bytes = s ? s->bytes : 0};
	int rc = zone_process_ask(&z->process, &request, &m->answer, err);

	if (z->process.pid <= 0)
		forget(m, z);
	else if (!rc)
		note_answer(m, z);
	return rc;
}

/* A probe, or a load that begins or ends. */
static int work(struct machine *m, struct linux_zone *z, enum zone_ask what, const struct step *s,
		struct error *err)
{
	int rc;

	z->bandwidth_bytes_per_s = z->latency_ps = 0;
	rc = ask(m, z, what, s, err);
	if (rc)
		return rc;
	z->bandwidth_bytes_per_s = m->answer.bandwidth_bytes_per_s;
	z->latency_ps = m->answer.latency_ps;
	return 0;
}

static int linux_apply(struct backend *b, const struct step *s, struct error *err)
{
	struct machine *m = machine_of(b);
	int rc = linux_check(b, s, err);

	if (rc)
		return rc;
	switch (s->kind) {
	case STEP_START:
		return start(m, s, err);
	case STEP_RESIZE:
		return ask(m, m->zone[s->slot], ZONE_RESIZE, s, err);
	case STEP_PROBE:
		return work(m, m->zone[s->slot], ZONE_PROBE, s, err);
	case STEP_LOAD:
		return work(m, m->zone[s->slot], ZONE_LOAD, s, err);
	case STEP_STOP:
		zone_process_stop(&m->zone[s->slot]->process);
		forget(m, m->zone[s->slot]);
		break;
	}
	return 0;
}

/* --- wait, observe, measure ------------------------------------------------------------ */

/* The first zone whose socket closed; nobody talks without being asked. */
static int wait_for_end(struct machine *m, int timeout_ms, uint32_t *slot, struct error *err)
{
	struct pollfd *fd = xcalloc(m->nr_slots + (size_t)1, sizeof(*fd));
	int rc;

	for (uint32_t i = 0; i < m->nr_slots; i++)
		fd[i] = (struct pollfd){.fd = zone_at(m, i) ? m->zone[i]->process.fd : -1,
					.events = POLLIN};
	rc = poll(fd, m->nr_slots, timeout_ms);
	*slot = UINT32_MAX;
	for (uint32_t i = 0; rc > 0 && i < m->nr_slots && *slot == UINT32_MAX; i++)
		if (fd[i].fd >= 0 && fd[i].revents)
			*slot = i;
	free(fd);
	if (rc >= 0)
		return 0;
	if (errno == EINTR)
		return error_set(err, ERR_INTERRUPTED, "stopped by a signal");
	return error_set(err, ERR_MACHINE, "waiting failed: %s", strerror(errno));
}

static int linux_wait(struct backend *b, int64_t until_ns, struct event *out, struct error *err)
{
	struct machine *m = machine_of(b);
	uint32_t slot;

	for (;;) {
		int64_t left_ns = until_ns - linux_now_ns(b);
		/* rounded up, so that the end is not waited for in ever shorter turns */
		int64_t ms = left_ns > 0 ? (left_ns - 1) / NS_PER_MS + 1 : 0;
		int rc = wait_for_end(m, (int)(ms > 60000 ? 60000 : ms), &slot, err);

		if (rc)
			return rc;
		if (slot != UINT32_MAX || linux_now_ns(b) >= until_ns)
			break;
	}
	*out = (struct event){.kind = EVENT_TIMEOUT};
	if (slot != UINT32_MAX) {
		zone_process_stop(&m->zone[slot]->process);
		forget(m, m->zone[slot]);
		*out = (struct event){.kind = EVENT_ZONE_EXITED, .slot = slot};
	}
	look_at_memory(m);
	out->at_ns = linux_now_ns(b);
	return 0;
}

static const struct host_state *linux_observe(struct backend *b, uint32_t host)
{
	(void)host;
	return &machine_of(b)->state;
}

static int linux_measure(struct backend *b, uint32_t host, uint32_t slot, struct measure *out,
			 struct error *err)
{
	struct machine *m = machine_of(b);
	struct linux_zone *z = zone_at(m, slot);
	int rc;

	(void)host;
	if (!z)
		return error_set(err, ERR_CANNOT, "slot %u runs no zone", slot);
	rc = ask(m, z, ZONE_COUNT, NULL, err);
	if (rc)
		return rc;
	*out = (struct measure){
		.fields = MEASURE_RESIDENT | MEASURE_PARTS | MEASURE_UNKNOWN,
		.resident_bytes = resident_bytes(z),
		.unknown_bytes = z->unknown_bytes,
		.nr_parts = z->nr_parts,
		.part = z->part,
		.bandwidth_bytes_per_s = z->bandwidth_bytes_per_s,
		.latency_ps = z->latency_ps,
	};
	out->fields |= z->bandwidth_bytes_per_s ? MEASURE_BANDWIDTH : 0;
	out->fields |= z->latency_ps ? MEASURE_LATENCY : 0;
	return 0;
}

const struct backend_ops linux_backend = {
	.name = "linux",
	.summary = "this machine: zones as processes, bound to nodes by libnuma",
	.can = STEP_START | STEP_RESIZE | STEP_PROBE | STEP_STOP | STEP_LOAD,
	.traits = BACKEND_FIXED_HOST,
	.default_host = "this",
	.open = linux_open,
	.close = linux_close,
	.now_ns = linux_now_ns,
	.check = linux_check,
	.apply = linux_apply,
	.wait = linux_wait,
	.observe = linux_observe,
	.measure = linux_measure,
};
