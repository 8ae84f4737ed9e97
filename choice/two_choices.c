/*
 * Two hosts with room are drawn, the emptier one is asked: most of what worst-fit spreads,
 * for a look at two hosts. The draws are independent, so both may be the same host.
 *
 * Source: Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing" (IEEE
 * Transactions on Parallel and Distributed Systems 12(10), 2001). Load is memory here, then
 * vCPUs, as in worst-fit; equals: the one drawn first.
 */
#include "choice/choices.h"
#include "choice/scan.h"

static uint32_t next(const struct fleet *f, const struct choice_request *r)
{
	uint32_t a = fleet_draw(f, r), b = a == HOST_NONE ? a : fleet_draw(f, r);

	return b != HOST_NONE && host_is_emptier(f, b, a) ? b : a;
}

const struct choice choice_two_choices = {
	.name = "two-choices",
	.summary = "the emptier of two hosts drawn from those with room",
	.source = "Mitzenmacher, The Power of Two Choices in Randomized Load Balancing, 2001",
	.next = next,
};
