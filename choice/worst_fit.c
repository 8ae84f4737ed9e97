/*
 * The host with most memory free, then most vCPUs free.
 *
 * Source: Johnson, "Near-optimal bin packing algorithms" (MIT, 1973), worst fit.
 */
#include "choice/choices.h"
#include "choice/scan.h"

static uint32_t next(const struct fleet *f, const struct choice_request *r)
{
	return scan_by(f, r, host_is_emptier);
}

const struct choice choice_worst_fit = {
	.name = "worst-fit",
	.summary = "the host with most free memory, then most free vCPUs",
	.source = "Johnson, Near-optimal bin packing algorithms, 1973",
	.next = next,
};
