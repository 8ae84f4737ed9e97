#include "tests/contract/contract.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "base/units.h"
#include "placement/policy.h"

#define HOSTS_MAX 2
#define SLOTS 64
#define SLOTS_FEW 4
#define RANDOM_STEPS 4000

/* The machine at hand; each test is a process of its own. */
static struct contract_machine at;

PRINTF_LIKE(3, 4)
static void must_hold(bool ok, int line, const char *fmt, ...)
{
	char what[ERROR_TEXT_MAX], where[ERROR_TEXT_MAX + 64];
	va_list ap;

	if (ok)
		return;
	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	snprintf(where, sizeof(where), "tests/contract/contract.c:%d: %s", line, what);
	at.broken(where);
	abort(); /* it does not return */
}

#define must(cond) must_hold(cond, __LINE__, "%s", #cond)
#define must_say(cond, ...) must_hold(cond, __LINE__, __VA_ARGS__)
#define must_eq(a, b) must_be_near(a, b, 0)
#define must_be_near(a, b, off)                                                                    \
	must_hold(is_near(a, b, off), __LINE__, "%s is %lld and not %s, %lld", #a, (long long)(a), \
		  #b, (long long)(b))

static bool is_near(int64_t a, int64_t b, int64_t off)
{
	return a - b <= off && b - a <= off;
}

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

/* Nothing has changed, but for what is others'. */
static bool same(const struct snapshot *a, const struct snapshot *b)
{
	struct snapshot c = *b;

	if (!is_near(a->total, b->total, at.slack_bytes))
		return false;
	c.total = a->total;
	for (unsigned n = 0; n < NODES_MAX; n++)
		if (is_near(a->free_bytes[n], b->free_bytes[n], at.slack_bytes))
			c.free_bytes[n] = a->free_bytes[n];
	return memcmp(a, &c, sizeof(*a)) == 0;
}

/* What differs, for whoever has to find out why. */
static void must_be_same(const struct snapshot *a, const struct snapshot *b, int line)
{
	char text[ERROR_TEXT_MAX];
	size_t used = 0;

	if (same(a, b))
		return;
	for (unsigned n = 0; n < NODES_MAX && used < sizeof(text) - 64; n++)
		if (a->free_bytes[n] != b->free_bytes[n] || a->vcpus[n] != b->vcpus[n])
			used += (size_t)snprintf(text + used, sizeof(text) - used,
						 "; node %u: %lld bytes, %u vCPUs", n,
						 (long long)(b->free_bytes[n] - a->free_bytes[n]),
						 b->vcpus[n] - a->vcpus[n]);
	must_hold(false, line, "the host is not as it was: %lld bytes, %u vCPUs, %u zones more%s",
		  (long long)(b->total - a->total), b->total_vcpus - a->total_vcpus,
		  b->nr_zones - a->nr_zones, used ? text : "");
}

/* Zones hold so much of their host: their own, and what the machine needs for them. */
static bool takes(int64_t taken, int64_t own, unsigned zones)
{
	return taken >= own - at.slack_bytes &&
	       taken <= own + zones * at.overhead_bytes + at.slack_bytes;
}

/* Room for a guest, and some more. */
static int64_t zone_bytes(int64_t more)
{
	return at.floor_bytes + (more + at.grain_bytes - 1) / at.grain_bytes * at.grain_bytes;
}

/* Not more vCPUs than the machine is to be given. */
static struct zone zone_of(const char *name, uint32_t vcpus, int64_t bytes)
{
	struct zone z;

	zone_init(&z);
	z.name = name;
	z.vcpus = z.vcpus_max = vcpus < at.most_vcpus ? vcpus : at.most_vcpus;
	z.memory_bytes = z.memory_initial_bytes = bytes;
	z.memory_min_bytes = at.floor_bytes ? at.floor_bytes : PAGE_BYTES;
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

	must(before >= 0);
	must_say(backend_wait(b, before + 1000, &ev, &err) == 0, "%s", err.text);
	must_eq(ev.kind, EVENT_TIMEOUT);
	must(ev.at_ns >= before + 1000);
	must(backend_now_ns(b) >= ev.at_ns);
	must_eq(backend_wait(b, before + 999, &ev, &err), ERR_CANNOT);
	must_say(strstr(err.text, "does not go back"), "%s", err.text);
	must_say(backend_wait(b, before + 1000, &ev, &err) == 0, "the same again: %s", err.text);
}

static void parts_differ(const struct measure *m)
{
	for (uint32_t i = 0; i < m->nr_parts; i++) {
		must(m->part[i].bytes > 0);
		for (uint32_t j = 0; j < i; j++)
			must(m->part[i].vnode != m->part[j].vnode ||
			     m->part[i].node != m->part[j].node);
	}
}

static void start_and_stop(struct backend *b)
{
	const struct host_state *lent = backend_observe(b, 0);
	struct snapshot before = look(b, 0), after;
	struct zone z = zone_of("one", 4, zone_bytes(3 * at.unit_bytes) + 5 * at.grain_bytes);
	static struct plan p;
	struct step s = {.kind = STEP_START, .host = 0, .slot = 3, .plan = &p};
	struct measure m;
	struct error err;
	int64_t sum = 0;

	must_eq(place(b, 0, &z, &p), 0);
	must_say(backend_check(b, &s, &err) == 0, "%s", err.text);
	after = look(b, 0);
	/* check must change nothing */
	must_be_same(&before, &after, __LINE__);
	must_say(backend_apply(b, &s, &err) == 0, "%s", err.text);
	must_say(backend_observe(b, 0) == lent, "a host's state stays where it is");
	after = look(b, 0);
	must_eq(after.nr_zones, before.nr_zones + 1);
	must_eq(after.total_vcpus, before.total_vcpus + z.vcpus);
	must_say(takes(before.total - after.total, z.memory_bytes, 1), "%lld bytes are gone",
		 (long long)(before.total - after.total));

	must_say(backend_measure(b, 0, 3, &m, &err) == 0, "%s", err.text);
	must_say(m.fields & MEASURE_RESIDENT, "every machine knows how much a zone has");
	must_be_near(m.resident_bytes, z.memory_bytes, at.slack_bytes);
	if (m.fields & (MEASURE_PARTS | MEASURE_NODE_PARTS)) {
		for (uint32_t i = 0; i < m.nr_parts; i++)
			sum += m.part[i].bytes;
		must_eq(sum + m.unknown_bytes, m.resident_bytes);
		parts_differ(&m);
	}
	must_say(backend_check(b, &s, NULL) == ERR_CANNOT, "a slot runs one zone at a time");
	/* the plan was lent for the call */
	memset(&p, 0x5a, sizeof(p));
	z = (struct zone){0};

	s = (struct step){.kind = STEP_STOP, .host = 0, .slot = 3};
	must_say(backend_check(b, &s, &err) == 0, "%s", err.text);
	must_say(backend_apply(b, &s, &err) == 0, "%s", err.text);
	after = look(b, 0);
	/* STOP must give everything back */
	must_be_same(&before, &after, __LINE__);
	must_say(backend_check(b, &s, NULL) == ERR_CANNOT, "nothing runs in that slot any more");
	must_eq(backend_measure(b, 0, 3, &m, NULL), ERR_CANNOT);
}

static void refusals_leave_no_trace(struct backend *b)
{
	static const enum step_kind kinds[] = {STEP_START, STEP_RESIZE, STEP_PROBE, STEP_STOP,
					       STEP_LOAD};
	uint32_t host = at.nr_hosts - 1;
	struct snapshot before = look(b, host), after;
	struct zone z = zone_of("big", 4, zone_bytes(at.unit_bytes));
	static struct plan p;
	struct step s = {.kind = STEP_START, .host = host, .slot = 0, .plan = &p};
	struct error err = {0};
	struct measure m;

	must_eq(place(b, host, &z, &p), 0);
	/* more than the host has, however it is spread */
	z.memory_bytes = z.memory_initial_bytes = zone_bytes(before.total + GIB);
	p.vnode[0].memory_bytes = z.memory_bytes;
	must_eq(backend_check(b, &s, &err), ERR_NO_ROOM);
	must_say(err.text[0] != '\0', "a refusal says why");
	must_eq(backend_apply(b, &s, NULL), ERR_NO_ROOM);
	must_eq(backend_apply_and_measure(b, &s, &m, NULL), ERR_NO_ROOM);

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct step odd = {.kind = kinds[i], .host = host, .slot = 9, .plan = &p};

		if (backend_can(b) & kinds[i])
			continue;
		must_eq(backend_check(b, &odd, &err), ERR_CANNOT);
		must_eq(backend_apply(b, &odd, NULL), ERR_CANNOT);
	}
	s.kind = STEP_STOP;
	s.host = at.nr_hosts;
	must_eq(backend_check(b, &s, &err), ERR_CANNOT);
	must_say(strstr(err.text, "no host"), "%s", err.text);
	must_eq(backend_apply(b, &s, NULL), ERR_CANNOT);
	must_eq(backend_measure(b, at.nr_hosts, 0, &m, NULL), ERR_CANNOT);
	after = look(b, host);
	must_be_same(&before, &after, __LINE__);
}

static void devices_belong_to_one_zone(struct backend *b)
{
	const char *device[1] = {NULL};
	struct snapshot before = look(b, 0), after;
	struct zone z = zone_of("with-device", 1, zone_bytes(at.unit_bytes));
	static struct plan p;
	struct step s = {.kind = STEP_START, .host = 0, .slot = 1, .plan = &p};
	struct error err;

	for (unsigned d = 0; d < at.host->nr_devices && !device[0]; d++)
		if (at.host->device[d].nr_names)
			device[0] = at.host->device[d].name[0];
	if (!device[0] || at.no_devices)
		return;
	z.device = device;
	z.nr_devices = 1;
	must_eq(place(b, 0, &z, &p), 0);
	must_say(backend_apply(b, &s, &err) == 0, "%s", err.text);
	s.slot = 2;
	must_eq(backend_check(b, &s, &err), ERR_NO_DEVICE);
	must_eq(place(b, 0, &z, &p), ERR_NO_DEVICE);
	s = (struct step){.kind = STEP_STOP, .host = 0, .slot = 1};
	must_say(backend_apply(b, &s, &err) == 0, "%s", err.text);
	after = look(b, 0);
	must_be_same(&before, &after, __LINE__);
}

/* A balloon moves memory between the zone and its host, and nothing else. */
static void balloon(struct backend *b)
{
	struct snapshot before = look(b, 0), after;
	const int64_t unit = at.unit_bytes, least = at.floor_bytes;
	const int64_t targets[] = {least + 2 * unit, least + 6 * unit, least + 6 * unit,
				   least + unit + PAGE_BYTES, least + 8 * unit};
	struct zone z = zone_of("balloon", 32, zone_bytes(8 * unit));
	static struct plan p;
	struct step s = {.kind = STEP_START, .host = 0, .slot = 5, .plan = &p};
	struct error err;
	struct measure m;

	if (!(backend_can(b) & STEP_RESIZE))
		return;
	must_eq(place(b, 0, &z, &p), 0);
	must_say(backend_apply(b, &s, &err) == 0, "%s", err.text);
	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
		s = (struct step){.kind = STEP_RESIZE, .slot = 5, .bytes = targets[i]};
		must_say(backend_check(b, &s, &err) == 0, "%s", err.text);
		must_say(backend_apply(b, &s, &err) == 0, "%s", err.text);
		must_say(backend_measure(b, 0, 5, &m, &err) == 0, "%s", err.text);
		must_be_near(m.resident_bytes, targets[i], at.slack_bytes);
		after = look(b, 0);
		must_say(takes(before.total - after.total, targets[i], 1), "%lld bytes are gone",
			 (long long)(before.total - after.total));
		must_eq(after.total_vcpus, before.total_vcpus + z.vcpus);
	}
	s.bytes = 100;
	must_say(backend_check(b, &s, NULL) != 0, "a target is whole pages");
	s = (struct step){.kind = STEP_STOP, .slot = 5};
	must_say(backend_apply(b, &s, &err) == 0, "%s", err.text);
	after = look(b, 0);
	must_be_same(&before, &after, __LINE__);
}

/* Bytes per node that zones were measured to hold, plus what is free, never change. */
static void conserve(struct backend *b, int64_t held[HOSTS_MAX][NODES_MAX],
		     const struct snapshot *initial, unsigned zones)
{
	for (uint32_t h = 0; h < at.nr_hosts; h++) {
		const struct host_state *s = backend_observe(b, h);
		int64_t sum = 0;

		for (unsigned n = 0; n < s->host->nr_nodes; n++) {
			must_say(takes(initial[h].free_bytes[n] - s->free_bytes[n], held[h][n],
				       zones),
				 "host %u node %u", h, n);
			sum += s->free_bytes[n];
		}
		must_eq(sum, s->total_free_bytes);
	}
}

struct random_zone {
	bool live;
	uint32_t host;
	nodeset nodes;
	uint32_t nr_parts;
	struct plan_memory part[PLAN_MEMORY_MAX];
};

/* What the machine says as it carries out a step is what it says when it is asked. */
static void tells_the_same(struct backend *b, const struct step *s)
{
	struct plan_memory told[PLAN_MEMORY_MAX];
	struct measure now, m;
	struct error err;

	must_say(backend_apply_and_measure(b, s, &now, &err) == 0, "check passed, apply said: %s",
		 err.text);
	if (!now.fields)
		return;
	must(now.fields & MEASURE_RESIDENT);
	memcpy(told, now.part, now.nr_parts * sizeof(*told));
	must_say(backend_measure(b, s->host, s->slot, &m, &err) == 0, "%s", err.text);
	must_eq(now.fields, m.fields);
	must_eq(now.resident_bytes, m.resident_bytes);
	must_eq(now.unknown_bytes, m.unknown_bytes);
	must_eq(now.nr_parts, m.nr_parts);
	must(memcmp(told, m.part, m.nr_parts * sizeof(*told)) == 0);
}

static void random_start(struct backend *b, struct rng *rng, uint32_t slot, struct random_zone *r,
			 int64_t held[HOSTS_MAX][NODES_MAX])
{
	static struct plan p;
	uint32_t host = (uint32_t)rng_below(rng, at.nr_hosts);
	struct zone z = zone_of(
		"random", 1 + (uint32_t)rng_below(rng, 48),
		zone_bytes((1 + (int64_t)rng_below(rng, 40 * 256)) * (at.unit_bytes / 4096)));
	struct step s = {.kind = STEP_START, .host = host, .slot = slot, .plan = &p};
	struct measure m;
	struct error err;

	if (place(b, host, &z, &p))
		return;
	if (backend_check(b, &s, NULL))
		return;
	tells_the_same(b, &s);
	must_say(backend_measure(b, host, slot, &m, &err) == 0, "%s", err.text);
	if (!(m.fields & MEASURE_PARTS))
		return;
	r->live = true;
	r->host = host;
	r->nr_parts = m.nr_parts;
	memcpy(r->part, m.part, m.nr_parts * sizeof(*m.part));
	/* where nothing has to spill, the machine does exactly what the plan expects */
	must(p.spilled_bytes || m.nr_parts == p.nr_memory);
	for (uint32_t i = 0; i < m.nr_parts; i++) {
		if (!p.spilled_bytes) {
			must_eq(m.part[i].node, p.memory[i].node);
			must_be_near(m.part[i].bytes, p.memory[i].bytes, at.slack_bytes);
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
	must_say(backend_measure(b, r->host, slot, &m, &err) == 0, "%s", err.text);
	must_eq(m.nr_parts, r->nr_parts);
	for (uint32_t i = 0; i < m.nr_parts; i++) {
		must_eq(m.part[i].vnode, r->part[i].vnode);
		must_eq(m.part[i].node, r->part[i].node);
		must_be_near(m.part[i].bytes, r->part[i].bytes, at.slack_bytes);
	}
	must_say(backend_apply(b, &s, &err) == 0, "%s", err.text);
	for (uint32_t i = 0; i < r->nr_parts; i++)
		held[r->host][r->part[i].node] -= r->part[i].bytes;
	r->live = false;
}

static unsigned count_live(const struct random_zone *zone)
{
	unsigned nr = 0;

	for (uint32_t slot = 0; slot < SLOTS; slot++)
		nr += zone[slot].live;
	return nr;
}

static void random_lives(struct backend *b)
{
	struct random_zone *zone = calloc(SLOTS, sizeof(*zone));
	static int64_t held[HOSTS_MAX][NODES_MAX];
	struct snapshot initial[HOSTS_MAX], after;
	/* few steps: slots are to be used again all the same */
	uint32_t slots = at.random_steps < SLOTS ? SLOTS_FEW : SLOTS;
	struct rng rng;

	memset(held, 0, sizeof(held));
	for (uint32_t h = 0; h < at.nr_hosts; h++)
		initial[h] = look(b, h);
	rng_seed(&rng, 7, "contract");
	for (int i = 0; i < at.random_steps; i++) {
		uint32_t slot = (uint32_t)rng_below(&rng, slots);

		if (zone[slot].live)
			random_stop(b, slot, &zone[slot], held);
		else
			random_start(b, &rng, slot, &zone[slot], held);
		conserve(b, held, initial, count_live(zone));
	}
	for (uint32_t slot = 0; slot < SLOTS; slot++)
		if (zone[slot].live)
			random_stop(b, slot, &zone[slot], held);
	for (uint32_t h = 0; h < at.nr_hosts; h++) {
		after = look(b, h);
		must_be_same(&initial[h], &after, __LINE__);
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
		must_say(host_load(&host, "topologies/epyc-nps4-8n.xml", &err) == 0, "%s",
			 err.text);
		at.host = host;
	}
	at.nr_hosts = at.nr_hosts ? at.nr_hosts : HOSTS_MAX;
	at.unit_bytes = at.unit_bytes ? at.unit_bytes : GIB;
	at.grain_bytes = at.grain_bytes ? at.grain_bytes : PAGE_BYTES;
	at.most_vcpus = at.most_vcpus ? at.most_vcpus : at.host->nr_cpus;
	at.random_steps = at.random_steps ? at.random_steps : RANDOM_STEPS;
	for (uint32_t i = 0; i < at.nr_hosts; i++)
		hosts[i] = at.host;
	b = m->open(hosts, at.nr_hosts);
	must_say(b != NULL, "the %s backend does not open", m->name);
	must(backend_can(b) & STEP_START);
	must(backend_can(b) & STEP_STOP);
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
