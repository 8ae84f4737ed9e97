#include "placement/edera/edera.h"
#include "placement/policies.h"

static int place(const struct policy_input *in, struct plan *out, struct error *err)
{
	return edera_place(in, false, out, err);
}

const struct policy policy_edera_compact = {
	.name = "edera-compact",
	.summary =
		"Edera's rule, its default: device's or freest node first, then the nearest to it",
	.source = "NUMA Part 2: NUMA-Aware Zone Placement (edera.dev); placement/edera/edera.h",
	.place = place,
	.heeds_count = true,
	.heeds_spread = true,
	.sums_suffice = true,
};
