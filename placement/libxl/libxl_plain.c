#include "placement/libxl/libxl.h"
#include "placement/policies.h"

static int place(const struct policy_input *in, struct plan *out, struct error *err)
{
	static const struct libxl_rules rules = {.defects = false, .most_nodes = LIBXL_NODES_MAX};

	return libxl_place(in, &rules, out, err);
}

const struct policy policy_libxl_plain = {
	.name = "libxl",
	.summary =
		"xl's automatic placement: fewest nodes, then fewest vCPUs, then most free memory",
	.source = "xen-project/xen c447b7308b13: tools/libs/light/libxl_numa.c, libxl_dom.c",
	.place = place,
	.sums_suffice = true,
	.remembers = true,
};
