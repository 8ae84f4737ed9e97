/*
 * xapi with numa_affinity_policy=best_effort, the default: a set of nodes must have as
 * many physical cores as the zone has vCPUs.
 *
 * Source: xapi-project/xen-api e2ee48d6883e, ocaml/xenopsd/lib/softaffinity.ml,
 * topology.ml, xc/domain.ml; the cores: pull request 6763.
 */
#include "placement/policies.h"
#include "placement/xapi/xapi.h"

static int place(const struct policy_input *in, struct plan *out, struct error *err)
{
	return xapi_place(in, true, out, err);
}

const struct policy policy_xapi_best_effort = {
	.name = "xapi-best-effort",
	.summary =
		"XCP-ng's default: one node with memory and cores, by launch counter, else striped",
	.source =
		"xapi-project/xen-api e2ee48d6883e: ocaml/xenopsd/lib/softaffinity.ml, topology.ml",
	.place = place,
	.sums_suffice = true,
	.remembers = true,
};
