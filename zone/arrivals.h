/*
 * More or fewer arrivals of the same kind: a stream in which each zone of another comes once
 * more, or does not come, with a given probability. Private to zone/.
 *
 * The rule. Zones are counted from 1 in order of their start; zone i has a random generator
 * of its own, seeded by the row's seed and i, so that a zone's fate depends on no other. With
 * p above 0 it comes floor(p) times more, and once more with what is left of p as its
 * probability; each copy has its vCPUs, memory, devices, lifetime and use, and starts later
 * than it, by a time drawn uniformly from 1 ns to one hour; stops and changes of memory by
 * name reach the copy by that much later too. With p below 0 it comes with probability 1 + p.
 *
 * Why so. Independent thinning and independent displacement both leave a Poisson process a
 * Poisson process, also where its rate changes with time (Lewis and Shedler, "Simulation of
 * nonhomogeneous Poisson processes by thinning", 1979; Kingman, "Poisson Processes", 1993,
 * sections 2.3 and 5.2). More arrivals drawn so look like more of the same users, with the same
 * days and nights; a copy at the very same moment would instead make batches of two, and ask
 * for more hosts than such growth does. What is bursty in a trace stays bursty, smeared by up
 * to an hour in its copies. Speeding up the clock, the other usual way, would move days and
 * shorten lifetimes against them.
 */
#ifndef ZONE_ARRIVALS_H
#define ZONE_ARRIVALS_H

#include "zone/workload.h"

/* Of w->extra_arrivals_ppm. Stops of zones that do not come are handed out; whoever reads ignores
 * them as those of any zone that it does not know. The stream takes over `inner` and closes it. */
struct zone_stream *arrivals_open(struct zone_stream *inner, const struct workload *w,
				  uint64_t seed);

#endif
