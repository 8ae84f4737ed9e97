#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cost/before-placing/predict.h"
#include "firmware/acpi.h"
#include "homenode/objects.h"

/* --- policies --------------------------------------------------------------------------- */

static const struct hn_policy *seen_of(const struct policy *p)
{
	return (const struct hn_policy *)(const void *)p;
}

const struct hn_policy *hn_policy_find(const char *name)
{
	return seen_of(policy_find(name));
}

const struct hn_policy *hn_policy_at(unsigned i)
{
	for (unsigned k = 0; policies[k]; k++)
		if (k == i)
			return seen_of(policies[k]);
	return NULL;
}

const char *hn_policy_name(const struct hn_policy *p)
{
	return policy_of(p)->name;
}

const char *hn_policy_summary(const struct hn_policy *p)
{
	return policy_of(p)->summary;
}

const char *hn_policy_source(const struct hn_policy *p)
{
	return policy_of(p)->source;
}

/* --- decisions -------------------------------------------------------------------------- */

struct hn_plan *hn_plan_new(void)
{
	return xcalloc(1, sizeof(struct hn_plan));
}

void hn_plan_free(struct hn_plan *p)
{
	free(p);
}

static int place(const struct hn_policy *policy, const struct hn_state *state,
		 const struct hn_zone *zone, uint64_t seed, struct explain *why, struct plan *out,
		 struct error *err)
{
	struct rng rng;
	struct policy_input in = {
		.host = state->state.host,
		.state = &state->state,
		.zone = &zone->zone,
		.rng = &rng,
		.why = why,
	};
	int rc;

	rng_seed(&rng, seed, policy_of(policy)->name);
	rc = policy_place(policy_of(policy), &in, out, err);
	if (why && rc)
		policy_advise(policy_of(policy), &in, why);
	else if (why)
		policy_lint(policy_of(policy), out, &state->state, why);
	return rc;
}

int hn_place(const struct hn_policy *policy, const struct hn_state *state,
	     const struct hn_zone *zone, uint64_t seed, struct hn_plan *out, struct hn_error *err)
{
	struct error own = {0};
	int rc = place(policy, state, zone, seed, NULL, &out->plan, err ? &own : NULL);

	out->filled = !rc;
	return rc && err ? lib_pass(err, rc, &own) : rc;
}

char *hn_explain(const struct hn_policy *policy, const struct hn_state *state,
		 const struct hn_zone *zone, uint64_t seed)
{
	struct plan *plan = xcalloc(1, sizeof(*plan));
	struct explain why = {.nr = 0};
	struct error own = {0};
	char *text;
	size_t size;
	FILE *f = xmemstream(&text, &size);

	if (place(policy, state, zone, seed, &why, plan, &own))
		fprintf(f, "%s\n", own.text);
	for (size_t i = 0; i < why.nr; i++)
		fprintf(f, "%s\n", why.line[i]);
	xmemstream_close(f);
	explain_release(&why);
	free(plan);
	return text;
}

/* --- plans ------------------------------------------------------------------------------ */

unsigned hn_plan_vnodes(const struct hn_plan *p)
{
	return p->filled ? p->plan.nr_vnodes : 0;
}

static int check_vnode(const struct hn_plan *p, unsigned vnode, struct hn_error *err)
{
	return vnode < hn_plan_vnodes(p)
		       ? 0
		       : lib_fail(err, HN_USAGE, "the plan has %u vnodes and no vnode %u",
				  hn_plan_vnodes(p), vnode);
}

/* As much of a struct as its user knows of. */
static int hand_out(void *out, size_t user_size, const void *ours, size_t size,
		    struct hn_error *err)
{
	if (user_size < sizeof(size_t) || user_size > size)
		return lib_fail(err, HN_USAGE,
				"size is %zu: it is to be the struct's own, %zu at most", user_size,
				size);
	memcpy(out, ours, user_size);
	memcpy(out, &user_size, sizeof(user_size));
	return 0;
}

int hn_plan_vnode(const struct hn_plan *p, unsigned vnode, struct hn_vnode *out,
		  struct hn_error *err)
{
	int rc = check_vnode(p, vnode, err);
	const struct plan_vnode *v;
	struct hn_vnode mine;

	if (rc)
		return rc;
	v = &p->plan.vnode[vnode];
	memset(&mine, 0, sizeof(mine));
	mine.node = v->node;
	mine.vcpus = v->vcpus;
	mine.first_vcpu = plan_first_vcpu(&p->plan, vnode);
	mine.memory_bytes = v->memory_bytes;
	mine.spilled_bytes = v->memory_bytes - hn_plan_memory(p, vnode, v->node);
	return hand_out(out, out->size, &mine, sizeof(mine), err);
}

/* "0-3,8": the runs of a set, without memory of its own. */
size_t hn_plan_cpus(const struct hn_plan *p, unsigned vnode, char *buf, size_t size)
{
	struct cpuset cpus;
	size_t n = 0;
	unsigned first, last;

	if (size)
		*buf = '\0';
	if (vnode >= hn_plan_vnodes(p))
		return 0;
	plan_cpus(&p->plan, vnode, &cpus);
	for (first = cpuset_next(&cpus, 0); first < CPUS_MAX;
	     first = cpuset_next(&cpus, last + 1)) {
		char run[32];
		int length;

		for (last = first; last + 1 < CPUS_MAX && cpuset_has(&cpus, last + 1);)
			last++;
		length = last > first
				 ? snprintf(run, sizeof(run), "%s%u-%u", n ? "," : "", first, last)
				 : snprintf(run, sizeof(run), "%s%u", n ? "," : "", first);
		if (n < size)
			snprintf(buf + n, size - n, "%s", run);
		n += (size_t)length;
	}
	return n;
}

int64_t hn_plan_memory(const struct hn_plan *p, unsigned vnode, unsigned node)
{
	int64_t bytes = 0;

	for (uint32_t i = 0; p->filled && i < p->plan.nr_memory; i++)
		if (p->plan.memory[i].vnode == vnode && p->plan.memory[i].node == node)
			bytes += p->plan.memory[i].bytes;
	return bytes;
}

bool hn_plan_is_vnuma(const struct hn_plan *p)
{
	return p->filled && p->plan.told == PLAN_TOLD_VNUMA;
}

bool hn_plan_is_pinned(const struct hn_plan *p)
{
	return p->filled && p->plan.pinned;
}

const char *hn_plan_device(const struct hn_plan *p, unsigned i)
{
	const struct host_device *d;

	if (!p->filled || i >= p->plan.nr_devices)
		return NULL;
	d = &p->plan.host->device[p->plan.device[i]];
	return *d->pci ? d->pci : d->name[0];
}

/* --- what the guest is told ---------------------------------------------------------------- */

static int find_table(const char *table, const char *machine, enum acpi_kind *kind,
		      enum guest_layout *layout, struct hn_error *err)
{
	int k = 0;

	while (k < ACPI_KINDS && strcmp(table, acpi_signature((enum acpi_kind)k)) != 0)
		k++;
	if (k == ACPI_KINDS)
		return lib_fail(err, HN_USAGE,
				"there is no table \"%s\": they are SRAT, SLIT, APIC and HMAT",
				table);
	*kind = (enum acpi_kind)k;
	*layout = !strcmp(machine, "q35") ? GUEST_Q35 : GUEST_PVH;
	if (*layout == GUEST_PVH && strcmp(machine, "xen-pvh") != 0)
		return lib_fail(err, HN_USAGE,
				"there is no machine \"%s\": they are xen-pvh and q35", machine);
	return 0;
}

int hn_plan_acpi_table(const struct hn_plan *p, const char *table, const char *machine,
		       uint8_t **out, size_t *length, struct hn_error *err)
{
	struct guest_map map = {0};
	struct bytes bytes = {0};
	enum guest_layout layout = GUEST_PVH;
	enum acpi_kind kind = ACPI_SRAT;
	int rc = find_table(table, machine, &kind, &layout, err);

	*out = NULL;
	*length = 0;
	if (!rc)
		rc = check_vnode(p, 0, err);
	if (!rc && guest_untold(p->plan.zone))
		rc = lib_fail(err, HN_CANNOT, "%s", guest_untold(p->plan.zone));
	if (rc)
		return rc;
	guest_map_make(&map, &p->plan, layout);
	if (kind == ACPI_HMAT && !map.nr_matrices) {
		rc = lib_fail(err, HN_CANNOT,
			      "host %s: no latency or bandwidth is known between these nodes",
			      p->plan.host->name);
	} else {
		acpi_write(kind, &map, &bytes);
		*out = bytes.data;
		*length = bytes.nr;
	}
	guest_map_release(&map);
	return rc;
}

/* --- what it costs ----------------------------------------------------------------------- */

int hn_plan_price(const struct hn_plan *p, const struct hn_state *before, struct hn_price *out,
		  struct hn_error *err)
{
	struct cost_outlook look;
	struct cost_answer answer;
	struct hn_price mine;
	int rc = check_vnode(p, 0, err);

	if (rc)
		return rc;
	if (before && before->state.host != p->plan.host)
		return lib_fail(err, HN_USAGE, "the plan is for host %s, not %s",
				p->plan.host->name, before->state.host->name);
	cost_outlook_init(&look, p->plan.host, before ? &before->state : NULL);
	cost_predict(&look,
		     &(struct cost_ask){.nodes = p->plan.nodes,
					.vcpus = p->plan.zone->vcpus,
					.profile = p->plan.zone->profile},
		     &answer);
	memset(&mine, 0, sizeof(mine));
	mine.bandwidth_bytes_per_s = answer.bandwidth_bytes_per_s;
	mine.latency_ps = answer.latency_ps;
	mine.slowdown_ppm = answer.slowdown_ppm;
	return hand_out(out, out->size, &mine, sizeof(mine), err);
}
