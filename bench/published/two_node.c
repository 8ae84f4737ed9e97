#include "bench/published/two_node.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/units.h"
#include "zone/workload.h"

static int add_vm(struct vms *v, const struct zone_event *e, struct error *err)
{
	if (e->kind != ZONE_EVENT_START || e->lifetime_ns == NS_NEVER)
		return error_set(err, ERR_INPUT,
				 "the trace has events without lifetimes; the form wanted here is "
				 "vmid,cpu,mem,at,lt");
	if (e->zone->memory_bytes % GIB)
		return error_set(err, ERR_INPUT, "VM %zu has a size that is no whole GB", v->nr);
	v->vm = grow(v->vm, &v->cap, v->nr, sizeof(*v->vm));
	v->vm[v->nr++] = (struct vm){
		.at_s = e->at_ns / NS_PER_S,
		.life_s = e->lifetime_ns / NS_PER_S,
		.cpus = (int32_t)e->zone->vcpus,
		.memory_gb = (int32_t)(e->zone->memory_bytes / GIB),
	};
	return 0;
}

int vms_load(struct vms *out, const char *path, struct error *err)
{
	struct workload w = {0};
	struct zone_stream *s = NULL;
	const struct zone_event *e;
	int rc = workload_load(&w, path, "huawei-east-1", err);

	*out = (struct vms){0};
	if (rc)
		return rc;
	rc = workload_open(&s, &w, 0, false, err);
	while (!rc && !(rc = zone_stream_next(s, &e, err)) && e)
		rc = add_vm(out, e, err);
	if (!rc && !out->nr)
		rc = error_set(err, ERR_INPUT, "%s: no VM in the trace", path);
	zone_stream_close(s);
	workload_release(&w);
	if (rc)
		vms_release(out);
	return rc;
}

void vms_release(struct vms *v)
{
	free(v->vm);
	*v = (struct vms){0};
}

void servers_init(struct servers *s, uint32_t nr, int32_t split_above_gb)
{
	*s = (struct servers){.nr = nr, .split_above_gb = split_above_gb};
	s->server = xcalloc(nr, sizeof(*s->server));
	servers_empty(s);
}

void servers_release(struct servers *s)
{
	free(s->server);
	*s = (struct servers){0};
}

void servers_empty(struct servers *s)
{
	for (uint32_t i = 0; i < s->nr; i++)
		s->server[i] = (struct two_node){
			.cpu_halves = {2 * NODE_CPUS, 2 * NODE_CPUS},
			.memory_halves = {2 * NODE_MEMORY_GB, 2 * NODE_MEMORY_GB},
		};
}

uint32_t first_fit(const struct servers *s, const struct vm *v)
{
	uint32_t step = vm_splits(s, v) ? 2 : 1;

	for (uint32_t slot = 0; slot < 2 * s->nr; slot += step) {
		if (slot_fits(s, v, slot))
			return slot;
	}
	return NO_SLOT;
}

static void add(struct servers *s, const struct vm *v, uint32_t slot, int32_t sign)
{
	struct two_node *t = &s->server[slot / 2];

	for (unsigned n = 0; n < 2; n++) {
		if (vm_splits(s, v)) {
			t->cpu_halves[n] += sign * v->cpus;
			t->memory_halves[n] += sign * v->memory_gb;
		} else if (n == slot % 2) {
			t->cpu_halves[n] += sign * 2 * v->cpus;
			t->memory_halves[n] += sign * 2 * v->memory_gb;
		}
	}
}

void slot_take(struct servers *s, const struct vm *v, uint32_t slot)
{
	BUG_ON(!slot_fits(s, v, slot));
	add(s, v, slot, -1);
}

void slot_give(struct servers *s, const struct vm *v, uint32_t slot)
{
	add(s, v, slot, 1);
}
