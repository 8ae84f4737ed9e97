/*
 * xapi with numa_affinity_policy=any: no affinity is set, so Xen stripes memory over
 * all nodes and vCPUs float.
 *
 * Source: xapi-project/xen-api e2ee48d6883e, ocaml/xenopsd/lib/xenops_server.ml (the
 * policies), ocaml/xenopsd/xc/domain.ml (build_pre).
 */
#include "placement/fill.h"
#include "placement/policies.h"

static int place(const struct policy_input *in, struct plan *out, struct error *err)
{
	explain_add(in->why, "any: no affinity; memory is striped over all nodes, vCPUs float");
	return fill_everywhere(in, out, err);
}

const struct policy policy_xapi_any = {
	.name = "xapi-any",
	.summary = "XCP-ng without NUMA placement: memory striped, vCPUs float",
	.source = "xapi-project/xen-api e2ee48d6883e: ocaml/xenopsd/xc/domain.ml",
	.place = place,
	.sums_suffice = true,
};
