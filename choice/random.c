/* A yardstick: any host with room, each as likely as any other. */
#include "choice/choices.h"
#include "choice/fleet.h"

const struct choice choice_random = {
	.name = "random",
	.summary = "any host with room",
	.source = "choice/random.c",
	.next = fleet_draw,
};
