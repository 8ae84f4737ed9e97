/*
 * The lowest host with room. The index finds it without looking at every host.
 *
 * Source: Johnson, "Near-optimal bin packing algorithms" (MIT, 1973), first fit.
 */
#include "choice/choices.h"
#include "choice/fleet.h"

const struct choice choice_first_fit = {
	.name = "first-fit",
	.summary = "the lowest host with room",
	.source = "Johnson, Near-optimal bin packing algorithms, 1973",
	.next = fleet_lowest,
};
