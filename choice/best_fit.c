/*
 * The host with room that has least memory free, then fewest vCPUs free.
 *
 * Source: Johnson, "Near-optimal bin packing algorithms" (MIT, 1973), best fit; memory
 * goes first because a fleet runs out of it, CPUs are shared in time.
 */
#include "choice/choices.h"
#include "choice/scan.h"

static bool is_fuller(const struct fleet *f, uint32_t a, uint32_t b)
{
	return host_is_emptier(f, b, a);
}

static uint32_t next(const struct fleet *f, const struct choice_request *r)
{
	return scan_by(f, r, is_fuller);
}

const struct choice choice_best_fit = {
	.name = "best-fit",
	.summary = "the host with least free memory that has room, then fewest free vCPUs",
	.source = "Johnson, Near-optimal bin packing algorithms, 1973",
	.next = next,
};
