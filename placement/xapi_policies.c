/* xapi's three settings of Host.numa_affinity_policy and xenopsd.conf. */
#include "placement/fill.h"
#include "placement/policies.h"
#include "placement/xapi.h"

#define SOURCE "xapi-project/xen-api e2ee48d6883e: ocaml/xenopsd/lib/softaffinity.ml, topology.ml"

static int any(const struct policy_input *in, struct plan *out, struct error *err)
{
	explain_add(in->why, "any: no affinity; memory is striped over all nodes, vCPUs float");
	return fill_everywhere(in, out, err);
}

static int best_effort(const struct policy_input *in, struct plan *out, struct error *err)
{
	return xapi_place(in, true, out, err);
}

static int memory_only(const struct policy_input *in, struct plan *out, struct error *err)
{
	return xapi_place(in, false, out, err);
}

const struct policy policy_xapi_any = {
	.name = "xapi-any",
	.summary = "XCP-ng without NUMA placement: memory striped, vCPUs float",
	.source = SOURCE,
	.place = any,
	.sums_suffice = true,
};

const struct policy policy_xapi_best_effort = {
	.name = "xapi-best-effort",
	.summary =
		"XCP-ng's default: one node with memory and cores, by launch counter, else striped",
	.source = SOURCE,
	.place = best_effort,
	.sums_suffice = true,
	.remembers = true,
};

const struct policy policy_xapi_prio_mem_only = {
	.name = "xapi-prio-mem-only",
	.summary = "xapi-best-effort that does not ask for physical cores",
	.source = SOURCE,
	.place = memory_only,
	.sums_suffice = true,
	.remembers = true,
};
