/*
 * xapi with numa-best-effort-prio-mem-only=true in xenopsd.conf: best effort as it was
 * before cores counted.
 *
 * Source: xapi-project/xen-api e2ee48d6883e, ocaml/xenopsd/lib/xenops_server.ml
 * (Prio_mem_only), xc/domain.ml (numa_placement).
 */
#include "placement/policies.h"
#include "placement/xapi/xapi.h"

static int place(const struct policy_input *in, struct plan *out, struct error *err)
{
	return xapi_place(in, false, out, err);
}

const struct policy policy_xapi_prio_mem_only = {
	.name = "xapi-prio-mem-only",
	.summary = "xapi-best-effort that does not ask for physical cores",
	.source =
		"xapi-project/xen-api e2ee48d6883e: ocaml/xenopsd/lib/softaffinity.ml, topology.ml",
	.place = place,
	.sums_suffice = true,
	.remembers = true,
};
