#include "tests/contract/shelf.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/units.h"

struct shelf_zone {
	bool live;
	uint32_t host;
	struct plan plan; /* its zone is not kept */
	int64_t bytes;
};

struct shelf {
	struct backend base;
	int64_t now_ns;
	struct host_state *state; /* by host */
	struct shelf_zone *zone; /* by slot */
	size_t nr_zones;
};

static struct shelf *shelf_of(const struct backend *b)
{
	return (struct shelf *)(uintptr_t)b;
}

static void shelf_close(struct backend *b)
{
	struct shelf *m = shelf_of(b);

	for (uint32_t i = 0; i < m->base.nr_hosts; i++)
		host_state_release(&m->state[i]);
	free(m->state);
	free(m->zone);
	free(m);
}

static int shelf_open(struct backend **out, const struct backend_config *config, struct error *err)
{
	struct shelf *m = xcalloc(1, sizeof(*m));
	int rc = 0;

	m->base = (struct backend){.ops = &shelf_backend, .nr_hosts = config->nr_hosts};
	m->state = xcalloc(config->nr_hosts, sizeof(*m->state));
	for (uint32_t i = 0; i < config->nr_hosts; i++)
		host_state_init(&m->state[i], config->host[i]);
	for (uint32_t i = 0; !rc && i < config->nr_hosts; i++)
		rc = host_state_take_dom0(&m->state[i], config->dom0_memory_bytes,
					  config->dom0_vcpus, err);
	if (rc) {
		shelf_close(&m->base);
		return rc;
	}
	*out = &m->base;
	return 0;
}

static int64_t shelf_now_ns(const struct backend *b)
{
	return shelf_of(b)->now_ns;
}

static struct shelf_zone *zone_at(const struct shelf *m, uint32_t host, uint32_t slot)
{
	bool there = slot < m->nr_zones && m->zone[slot].live && m->zone[slot].host == host;

	return there ? &m->zone[slot] : NULL;
}

static int check_start(const struct shelf *m, const struct step *s, struct error *err)
{
	const struct host_state *state = &m->state[s->host];
	const struct plan *p = s->plan;
	int64_t need[NODES_MAX] = {0};

	if (s->slot < m->nr_zones && m->zone[s->slot].live)
		return error_set(err, ERR_CANNOT, "slot %u is taken", s->slot);
	if (p->host != state->host)
		return error_set(err, ERR_CANNOT, "the plan is for host %s", p->host->name);
	if (plan_memory_bytes(p) > state->total_free_bytes)
		return error_set(err, ERR_NO_ROOM, "the host is full");
	for (uint32_t i = 0; i < p->nr_memory; i++)
		need[p->memory[i].node] += p->memory[i].bytes;
	for (unsigned n = 0; n < state->host->nr_nodes; n++)
		if (need[n] > state->free_bytes[n])
			return error_set(err, ERR_NO_ROOM, "node %u is full", n);
	for (uint32_t i = 0; i < p->nr_devices; i++)
		if (state->device_taken[p->device[i]])
			return error_set(err, ERR_NO_DEVICE, "device %s is taken",
					 plan_device_name(p, i));
	return 0;
}

static int shelf_check(struct backend *b, const struct step *s, struct error *err)
{
	const struct shelf *m = shelf_of(b);

	if (s->kind == STEP_START)
		return check_start(m, s, err);
	if (!zone_at(m, s->host, s->slot))
		return error_set(err, ERR_CANNOT, "slot %u runs nothing", s->slot);
	return 0;
}

static int shelf_apply(struct backend *b, const struct step *s, struct error *err)
{
	struct shelf *m = shelf_of(b);
	struct shelf_zone *z;
	int rc = shelf_check(b, s, err);

	if (rc)
		return rc;
	if (s->slot >= m->nr_zones) {
		m->zone = xreallocarray(m->zone, s->slot + 1, sizeof(*m->zone));
		memset(&m->zone[m->nr_zones], 0, (s->slot + 1 - m->nr_zones) * sizeof(*m->zone));
		m->nr_zones = s->slot + 1;
	}
	z = &m->zone[s->slot];
	if (s->kind == STEP_STOP) {
		host_state_give(&m->state[s->host], &z->plan);
		z->live = false;
		return 0;
	}
	*z = (struct shelf_zone){.live = true,
				 .host = s->host,
				 .plan = *s->plan,
				 .bytes = plan_memory_bytes(s->plan)};
	z->plan.zone = NULL;
	host_state_take(&m->state[s->host], &z->plan);
	return 0;
}

static int shelf_wait(struct backend *b, int64_t until_ns, struct event *out, struct error *err)
{
	(void)err;
	shelf_of(b)->now_ns = until_ns;
	*out = (struct event){.kind = EVENT_TIMEOUT, .at_ns = until_ns};
	return 0;
}

static const struct host_state *shelf_observe(struct backend *b, uint32_t host)
{
	return &shelf_of(b)->state[host];
}

static int shelf_measure(struct backend *b, uint32_t host, uint32_t slot, struct measure *out,
			 struct error *err)
{
	const struct shelf_zone *z = zone_at(shelf_of(b), host, slot);

	if (!z)
		return error_set(err, ERR_CANNOT, "slot %u runs nothing", slot);
	*out = (struct measure){.fields = MEASURE_RESIDENT | MEASURE_PARTS,
				.resident_bytes = z->bytes,
				.nr_parts = z->plan.nr_memory,
				.part = z->plan.memory};
	return 0;
}

const struct backend_ops shelf_backend = {
	.name = "shelf",
	.summary = "books alone",
	.can = STEP_START | STEP_STOP,
	.traits = BACKEND_VIRTUAL_CLOCK | BACKEND_REPEATABLE,
	.open = shelf_open,
	.close = shelf_close,
	.now_ns = shelf_now_ns,
	.check = shelf_check,
	.apply = shelf_apply,
	.wait = shelf_wait,
	.observe = shelf_observe,
	.measure = shelf_measure,
};
