#include "plan/plan.h"

#include <string.h>

#include "base/alloc.h"
#include "base/output.h"

uint32_t plan_first_vcpu(const struct plan *p, uint32_t vnode)
{
	uint32_t first = 0;

	for (uint32_t i = 0; i < vnode; i++)
		first += p->vnode[i].vcpus;
	return first;
}

/* The vnode with the fewest vCPUs, the earliest of equals; among those whose
 * node has a CPU to spare, or among all with CPUs when none has. */
static uint32_t next_vnode(const struct plan *p, const uint32_t *vcpus, bool spare)
{
	uint32_t best = UINT32_MAX;

	for (uint32_t i = 0; i < p->nr_vnodes; i++) {
		uint32_t cpus = p->host->node[p->vnode[i].node].nr_cpus;

		if (cpus == 0 || (spare && vcpus[i] >= cpus))
			continue;
		if (best == UINT32_MAX || vcpus[i] < vcpus[best])
			best = i;
	}
	return best;
}

uint32_t plan_offline_vcpus(const struct plan *p, uint32_t vnode)
{
	uint32_t vcpus[NODES_MAX];

	for (uint32_t i = 0; i < p->nr_vnodes; i++)
		vcpus[i] = p->vnode[i].vcpus;
	for (uint32_t v = p->zone->vcpus; v < p->zone->vcpus_max; v++) {
		uint32_t i = next_vnode(p, vcpus, true);

		if (i == UINT32_MAX)
			i = next_vnode(p, vcpus, false);
		BUG_ON(i == UINT32_MAX);
		vcpus[i]++;
	}
	return vcpus[vnode] - p->vnode[vnode].vcpus;
}

uint32_t plan_first_offline_vcpu(const struct plan *p, uint32_t vnode)
{
	uint32_t first = p->zone->vcpus;

	for (uint32_t i = 0; i < vnode; i++)
		first += plan_offline_vcpus(p, i);
	return first;
}

void plan_cpus(const struct plan *p, uint32_t vnode, struct cpuset *out)
{
	unsigned node;

	if (p->pinned) {
		*out = p->host->node[p->vnode[vnode].node].cpus;
		return;
	}
	memset(out, 0, sizeof(*out));
	nodeset_for_each (node, p->nodes) {
		cpuset_or(out, &p->host->node[node].cpus);
	}
}

int64_t plan_memory_bytes(const struct plan *p)
{
	int64_t sum = 0;

	for (uint32_t i = 0; i < p->nr_vnodes; i++)
		sum += p->vnode[i].memory_bytes;
	return sum;
}

/* The same as below for one vnode with all of its memory at home, which most zones are. */
static void assert_whole(const struct plan *p)
{
	const struct plan_vnode *v = &p->vnode[0];
	const struct host *h = p->host;

	BUG_ON(v->node >= h->nr_nodes || p->nodes != nodeset_of(v->node));
	BUG_ON(p->nodes & ~(h->memory_nodes & h->cpu_nodes));
	BUG_ON(p->told == PLAN_TOLD_VNUMA && p->nodes & ~h->usable_nodes);
	BUG_ON(v->vcpus != p->zone->vcpus || p->spilled_bytes);
	BUG_ON(v->memory_bytes <= 0 || v->memory_bytes != zone_boot_bytes(p->zone));
}

static void assert_memory(const struct plan *p)
{
	int64_t missing[NODES_MAX];
	int64_t spilled = 0;

	BUG_ON(p->nr_memory > PLAN_MEMORY_MAX);
	for (uint32_t i = 0; i < p->nr_vnodes; i++)
		missing[i] = p->vnode[i].memory_bytes;
	for (uint32_t i = 0; i < p->nr_memory; i++) {
		const struct plan_memory *m = &p->memory[i];

		BUG_ON(m->bytes <= 0 || m->vnode >= p->nr_vnodes);
		BUG_ON(m->node >= p->host->nr_nodes ||
		       !nodeset_has(p->host->memory_nodes, m->node));
		missing[m->vnode] -= m->bytes;
		if (m->node != p->vnode[m->vnode].node)
			spilled += m->bytes;
	}
	for (uint32_t i = 0; i < p->nr_vnodes; i++)
		BUG_ON(missing[i] != 0);
	BUG_ON(spilled != p->spilled_bytes);
}

static void assert_any(const struct plan *p)
{
	nodeset nodes = 0;
	uint32_t vcpus = 0;

	BUG_ON(p->nr_vnodes == 0 || p->nr_vnodes > NODES_MAX);
	for (uint32_t i = 0; i < p->nr_vnodes; i++) {
		const struct plan_vnode *v = &p->vnode[i];

		BUG_ON(v->node >= p->host->nr_nodes || nodeset_has(nodes, v->node));
		BUG_ON(v->memory_bytes < 0);
		BUG_ON(v->vcpus && p->pinned && !nodeset_has(p->host->cpu_nodes, v->node));
		nodes |= nodeset_of(v->node);
		vcpus += v->vcpus;
	}
	BUG_ON(nodes != p->nodes);
	BUG_ON(p->told == PLAN_TOLD_VNUMA && nodes & ~p->host->usable_nodes);
	BUG_ON(p->memory_rule == PLAN_MEMORY_STRICT && p->spilled_bytes);
	BUG_ON(!(nodes & p->host->cpu_nodes));
	BUG_ON(vcpus != p->zone->vcpus);
	BUG_ON(plan_memory_bytes(p) != zone_boot_bytes(p->zone));
	assert_memory(p);
}

void plan_assert(const struct plan *p)
{
	if (plan_is_whole(p))
		assert_whole(p);
	else
		assert_any(p);
}

static bool same_placement(const struct plan *a, const struct plan *b)
{
	if (a->nr_vnodes != b->nr_vnodes)
		return false;
	for (uint32_t i = 0; i < a->nr_vnodes; i++) {
		if (a->vnode[i].node != b->vnode[i].node)
			return false;
	}
	return true;
}

unsigned plan_diff(const struct plan *have, const struct plan *want, uint32_t host, uint32_t slot,
		   struct step out[PLAN_STEPS_MAX])
{
	struct step s = {.host = host, .slot = slot};

	if (!have && !want)
		return 0;
	if (!have) {
		s.kind = STEP_START;
		s.plan = want;
	} else if (!want) {
		s.kind = STEP_STOP;
	} else {
		BUG_ON(!same_placement(have, want));
		if (plan_memory_bytes(have) == plan_memory_bytes(want))
			return 0;
		s.kind = STEP_RESIZE;
		s.bytes = plan_memory_bytes(want);
	}
	out[0] = s;
	return 1;
}

const char *step_name(enum step_kind kind)
{
	switch (kind) {
	case STEP_START:
		return "start";
	case STEP_RESIZE:
		return "resize";
	case STEP_PROBE:
		return "probe";
	case STEP_STOP:
		return "stop";
	case STEP_LOAD:
		return "load";
	}
	return "unknown";
}

const char *work_name(enum step_work work)
{
	static const char *const name[NR_WORKS] = {"none", "latency", "read", "write", "mix"};

	return name[work];
}

const char *plan_told_name(enum plan_told told)
{
	return told == PLAN_TOLD_VNUMA ? "vnuma" : "flat";
}

const char *plan_memory_rule_name(enum plan_memory_rule rule)
{
	switch (rule) {
	case PLAN_MEMORY_OWN_NODE:
		return "own-node";
	case PLAN_MEMORY_NEAREST:
		return "nearest";
	case PLAN_MEMORY_STRICT:
		return "strict";
	case PLAN_MEMORY_STRIPED:
		return "striped";
	}
	return "unknown";
}

char *plan_xl_name(const struct zone *z)
{
	return file_name_of(z->name);
}
