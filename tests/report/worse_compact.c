/*
 * edera-compact as somebody might break it: the next node is the farthest, not the
 * nearest. Linked in the place of placement/edera/edera_compact.c into a homenode that
 * only a test runs, which homenode check must turn red.
 */
#include "placement/edera/edera.h"
#include "placement/policies.h"

static int place(const struct policy_input *in, struct plan *out, struct error *err)
{
	return edera_place(in, true, out, err);
}

const struct policy policy_edera_compact = {
	.name = "edera-compact",
	.summary = "the next node is the farthest",
	.source = "nowhere",
	.place = place,
	.sums_suffice = true,
};
