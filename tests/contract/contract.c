#include "tests/contract/contract.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "base/units.h"
#include "placement/policy.h"

#define HOSTS_MAX 2
#define SLOTS 64
#define RANDOM_STEPS 4000

/* The machine at hand; each test is a process of its own. */
static struct contract_machine at;

/* A host's state as a value, to compare before and after. */
struct snapshot {
	int64_t total, free_bytes[NODES_MAX];
	uint32_t vcpus[NODES_MAX], total_vcpus, nr_zones;
	uint8_t taken[64];
};

static struct snapshot look(struct backend *b, uint32_t host)
{
	const struct host_state *s = backend_observe(b, host);
	struct snapshot out;

	memset(&out, 0, sizeof(out));
	out.total = s->total_free_bytes;
	out.total_vcpus = s->total_vcpus;
	out.nr_zones = s->nr_zones;
	memcpy(out.free_bytes, s->free_bytes, s->host->nr_nodes * sizeof(int64_t));
	memcpy(out.vcpus, s->vcpus, s->host->nr_nodes * sizeof(uint32_t));
	memcpy(out.taken, s->device_taken, s->host->nr_devices);
	return out;
}

static bool same(const struct snapshot *a, const struct snapshot *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

/* Not more vCPUs than there are CPUs. */
static struct zone zone_of(const char *name, uint32_t vcpus, int64_t bytes)
{
	struct zone z;

	zone_init(&z);
	z.name = name;
	vcpus = vcpus < at.host->nr_cpus ? vcpus : at.host->nr_cpus;
	z.vcpus = z.vcpus_max = vcpus;
	z.memory_bytes = z.memory_initial_bytes = bytes;
	z.memory_min_bytes = PAGE_BYTES;
	z.memory_policy = ZONE_STATIC;
	return z;
}

static int place(struct backend *b, uint32_t host, const struct zone *z, struct plan *out)
{
	const struct host_state *s = backend_observe(b, host);
	struct policy_input in = {.host = s->host, .state = s, .zone = z};

	return policy_place(policy_find("edera-compact"), &in, out, NULL);
}

static void time_moves_forward(struct backend *b)
{
	struct event ev;
	struct error err;
	int64_t before = backend_now_ns(b);

	cr_assert_geq(before, 0);
	cr_assert_eq(backend_wait(b, before + 1000, &ev, &err), 0, "%s", err.text);
	cr_assert_eq(ev.kind, EVENT_TIMEOUT);
	cr_assert_geq(ev.at_ns, before + 1000);
	cr_assert_geq(backend_now_ns(b), ev.at_ns);
}

static void start_and_stop(struct backend *b)
{
	struct snapshot before = look(b, 0), after;
	struct zone z = zone_of("one", 4, 3 * at.unit_bytes + 5 * PAGE_BYTES);
	static struct plan p;
	struct step s = {.kind = STEP_START, .host = 0, .slot = 3, .plan = &p};
	struct measure m;
	struct error err;
	int64_t sum = 0;

	cr_assert_eq(place(b, 0, &z, &p), 0);
	cr_assert_eq(backend_check(b, &s, &err), 0, "%s", err.text);
	after = look(b, 0);
	cr_assert(same(&before, &after), "check must change nothing");
	cr_assert_eq(backend_apply(b, &s, &err), 0, "%s", err.text);
	after = look(b, 0);
	cr_assert_eq(after.nr_zones, before.nr_zones + 1);
	cr_assert_eq(after.total_vcpus, before.total_vcpus + z.vcpus);
	cr_assert_eq(before.total - after.total, z.memory_bytes);

	cr_assert_eq(backend_measure(b, 0, 3, &m, &err), 0, "%s", err.text);
	cr_assert(m.fields & MEASURE_RESIDENT, "every machine knows how much a zone has");
	cr_assert_eq(m.resident_bytes, z.memory_bytes);
	if (m.fields & (MEASURE_PARTS | MEASURE_NODE_PARTS)) {
		for (uint32_t i = 0; i < m.nr_parts; i++)
			sum += m.part[i].bytes;
		cr_assert_eq(sum + m.unknown_bytes, m.resident_bytes);
	}
	cr_assert_neq(backend_check(b, &s, NULL), 0, "a slot runs one zone at a time");

	s = (struct step){.kind = STEP_STOP, .host = 0, .slot = 3};
	cr_assert_eq(backend_check(b, &s, &err), 0, "%s", err.text);
	cr_assert_eq(backend_apply(b, &s, &err), 0, "%s", err.text);
	after = look(b, 0);
	cr_assert(same(&before, &after), "STOP must give everything back");
	cr_assert_neq(backend_check(b, &s, NULL), 0, "nothing runs in that slot any more");
	cr_assert_neq(backend_measure(b, 0, 3, &m, NULL), 0);
}

static void refusals_leave_no_trace(struct backend *b)
{
	static const enum step_kind kinds[] = {STEP_START,	 STEP_RESIZE, STEP_REPIN,
					       STEP_MOVE_MEMORY, STEP_PROBE,  STEP_STOP};
	uint32_t host = at.nr_hosts - 1;
	struct snapshot before = look(b, host), after;
	struct zone z = zone_of("big", 4, at.unit_bytes);
	static struct plan p;
	struct step s = {.kind = STEP_START, .host = host, .slot = 0, .plan = &p};
	struct error err = {0};

	cr_assert_eq(place(b, host, &z, &p), 0);
	/* more than the host has, however it is spread */
	z.memory_bytes = z.memory_initial_bytes = before.total + GIB;
	p.vnode[0].memory_bytes = z.memory_bytes;
	cr_assert_eq(backend_check(b, &s, &err), ERR_NO_ROOM);
	cr_assert_neq(err.text[0], '\0', "a refusal says why");
	cr_assert_neq(backend_apply(b, &s, NULL), 0);

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct step odd = {.kind = kinds[i], .host = host, .slot = 9, .plan = &p};

		if (backend_can(b) & kinds[i])
			continue;
		cr_assert_eq(backend_check(b, &odd, &err), ERR_CANNOT);
		cr_assert_eq(backend_apply(b, &odd, NULL), ERR_CANNOT);
	}
	after = look(b, host);
	cr_assert(same(&before, &after));
}

static void devices_belong_to_one_zone(struct backend *b)
{
	const char *device[1] = {NULL};
	struct snapshot before = look(b, 0), after;
	struct zone z = zone_of("with-device", 1, at.unit_bytes);
	static struct plan p;
	struct step s = {.kind = STEP_START, .host = 0, .slot = 1, .plan = &p};
	struct error err;

	for (unsigned d = 0; d < at.host->nr_devices && !device[0]; d++)
		if (at.host->device[d].nr_names)
			device[0] = at.host->device[d].name[0];
	if (!device[0])
		return;
	z.device = device;
	z.nr_devices = 1;
	cr_assert_eq(place(b, 0, &z, &p), 0);
	cr_assert_eq(backend_apply(b, &s, &err), 0, "%s", err.text);
	s.slot = 2;
	cr_assert_eq(backend_check(b, &s, &err), ERR_NO_DEVICE);
	cr_assert_eq(place(b, 0, &z, &p), ERR_NO_DEVICE);
	s = (struct step){.kind = STEP_STOP, .host = 0, .slot = 1};
	cr_assert_eq(backend_apply(b, &s, &err), 0, "%s", err.text);
	after = look(b, 0);
	cr_assert(same(&before, &after));
}

/* A balloon moves memory between the zone and its host, and nothing else. */
static void balloon(struct backend *b)
{
	struct snapshot before = look(b, 0), after;
	const int64_t unit = at.unit_bytes;
	const int64_t targets[] = {2 * unit, 6 * unit, 6 * unit, unit + PAGE_BYTES, 8 * unit};
	struct zone z = zone_of("balloon", 32, 8 * unit);
	static struct plan p;
	struct step s = {.kind = STEP_START, .host = 0, .slot = 5, .plan = &p};
	struct error err;
	struct measure m;

	if (!(backend_can(b) & STEP_RESIZE))
		return;
	cr_assert_eq(place(b, 0, &z, &p), 0);
	cr_assert_eq(backend_apply(b, &s, &err), 0, "%s", err.text);
	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
		s = (struct step){.kind = STEP_RESIZE, .slot = 5, .bytes = targets[i]};
		cr_assert_eq(backend_check(b, &s, &err), 0, "%s", err.text);
		cr_assert_eq(backend_apply(b, &s, &err), 0, "%s", err.text);
		cr_assert_eq(backend_measure(b, 0, 5, &m, &err), 0, "%s", err.text);
		cr_assert_eq(m.resident_bytes, targets[i]);
		after = look(b, 0);
		cr_assert_eq(before.total - after.total, targets[i]);
		cr_assert_eq(after.total_vcpus, before.total_vcpus + z.vcpus);
	}
	s.bytes = 100;
	cr_assert_neq(backend_check(b, &s, NULL), 0, "a target is whole pages");
	s = (struct step){.kind = STEP_STOP, .slot = 5};
	cr_assert_eq(backend_apply(b, &s, &err), 0, "%s", err.text);
	after = look(b, 0);
	cr_assert(same(&before, &after));
}

/* Bytes per node that zones were measured to hold, plus what is free, never change. */
static void conserve(struct backend *b, int64_t held[HOSTS_MAX][NODES_MAX],
		     const struct snapshot *initial)
{
	for (uint32_t h = 0; h < at.nr_hosts; h++) {
		const struct host_state *s = backend_observe(b, h);
		int64_t sum = 0;

		for (unsigned n = 0; n < s->host->nr_nodes; n++) {
			cr_assert_eq(s->free_bytes[n] + held[h][n], initial[h].free_bytes[n],
				     "host %u node %u", h, n);
			sum += s->free_bytes[n];
		}
		cr_assert_eq(sum, s->total_free_bytes);
	}
}

struct random_zone {
	bool live;
	uint32_t host;
	nodeset nodes;
	uint32_t nr_parts;
	struct plan_memory part[PLAN_MEMORY_MAX];
};

static void random_start(struct backend *b, struct rng *rng, uint32_t slot, struct random_zone *r,
			 int64_t held[HOSTS_MAX][NODES_MAX])
{
	static struct plan p;
	uint32_t host = (uint32_t)rng_below(rng, at.nr_hosts);
	struct zone z = zone_of("random", 1 + (uint32_t)rng_below(rng, 48),
				(1 + (int64_t)rng_below(rng, 40 * 256)) * (at.unit_bytes / 4096));
	struct step s = {.kind = STEP_START, .host = host, .slot = slot, .plan = &p};
	struct measure m;
	struct error err;

	if (place(b, host, &z, &p))
		return;
	if (backend_check(b, &s, NULL))
		return;
	cr_assert_eq(backend_apply(b, &s, &err), 0, "check passed, apply said: %s", err.text);
	cr_assert_eq(backend_measure(b, host, slot, &m, &err), 0, "%s", err.text);
	if (!(m.fields & MEASURE_PARTS))
		return;
	r->live = true;
	r->host = host;
	r->nr_parts = m.nr_parts;
	memcpy(r->part, m.part, m.nr_parts * sizeof(*m.part));
	/* where nothing has to spill, the machine does exactly what the plan expects */
	cr_assert(p.spilled_bytes || m.nr_parts == p.nr_memory);
	for (uint32_t i = 0; i < m.nr_parts; i++) {
		if (!p.spilled_bytes) {
			cr_assert_eq(m.part[i].node, p.memory[i].node);
			cr_assert_eq(m.part[i].bytes, p.memory[i].bytes);
		}
		held[host][m.part[i].node] += m.part[i].bytes;
	}
}

static void random_stop(struct backend *b, uint32_t slot, struct random_zone *r,
			int64_t held[HOSTS_MAX][NODES_MAX])
{
	struct step s = {.kind = STEP_STOP, .host = r->host, .slot = slot};
	struct measure m;
	struct error err;

	/* what was placed at launch is where it was placed, at the end of its life */
	cr_assert_eq(backend_measure(b, r->host, slot, &m, &err), 0, "%s", err.text);
	cr_assert_eq(m.nr_parts, r->nr_parts);
	cr_assert_eq(memcmp(m.part, r->part, m.nr_parts * sizeof(*m.part)), 0);
	cr_assert_eq(backend_apply(b, &s, &err), 0, "%s", err.text);
	for (uint32_t i = 0; i < r->nr_parts; i++)
		held[r->host][r->part[i].node] -= r->part[i].bytes;
	r->live = false;
}

static void random_lives(struct backend *b)
{
	struct random_zone *zone = calloc(SLOTS, sizeof(*zone));
	static int64_t held[HOSTS_MAX][NODES_MAX];
	struct snapshot initial[HOSTS_MAX], after;
	struct rng rng;

	memset(held, 0, sizeof(held));
	for (uint32_t h = 0; h < at.nr_hosts; h++)
		initial[h] = look(b, h);
	rng_seed(&rng, 7, "contract");
	for (int i = 0; i < at.random_steps; i++) {
		uint32_t slot = (uint32_t)rng_below(&rng, SLOTS);

		if (zone[slot].live)
			random_stop(b, slot, &zone[slot], held);
		else
			random_start(b, &rng, slot, &zone[slot], held);
		conserve(b, held, initial);
	}
	for (uint32_t slot = 0; slot < SLOTS; slot++)
		if (zone[slot].live)
			random_stop(b, slot, &zone[slot], held);
	for (uint32_t h = 0; h < at.nr_hosts; h++) {
		after = look(b, h);
		cr_assert(same(&initial[h], &after));
	}
	free(zone);
}

void contract_check(const struct contract_machine *m)
{
	const struct host *hosts[HOSTS_MAX];
	struct host *host = NULL;
	struct error err;
	struct backend *b;

	at = *m;
	if (!at.host) {
		cr_assert_eq(host_load(&host, "topologies/epyc-nps4-8n.xml", &err), 0, "%s",
			     err.text);
		at.host = host;
	}
	at.nr_hosts = at.nr_hosts ? at.nr_hosts : HOSTS_MAX;
	at.unit_bytes = at.unit_bytes ? at.unit_bytes : GIB;
	at.random_steps = at.random_steps ? at.random_steps : RANDOM_STEPS;
	for (uint32_t i = 0; i < at.nr_hosts; i++)
		hosts[i] = at.host;
	b = m->open(hosts, at.nr_hosts);
	cr_assert_not_null(b, "the %s backend does not open", m->name);
	cr_assert(backend_can(b) & STEP_START);
	cr_assert(backend_can(b) & STEP_STOP);
	time_moves_forward(b);
	start_and_stop(b);
	refusals_leave_no_trace(b);
	devices_belong_to_one_zone(b);
	balloon(b);
	random_lives(b);
	time_moves_forward(b);
	backend_close(b);
	host_free(host);
}
