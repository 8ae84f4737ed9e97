/*
 * A zone's memory at launch and at stop; between them its balloon moves it (sim/balloon.h).
 *
 * Launch: every vnode asks for its memory on its own node, exactly (Xen:
 * XENMEMF_exact_node), in 1 GiB, 2 MiB and 4 KiB extents. What the node lacks is
 * asked again, largest extents first, and the run's allocator says from where.
 *
 * What a zone costs here does not depend on its size: one piece for each pair of
 * vnode and node that it has memory on.
 */
#ifndef SIM_MEMORY_H
#define SIM_MEMORY_H

#include "sim/sim_impl.h"

/* Could the plan be launched now? ERR_NO_ROOM if not. */
int memory_check_launch(const struct sim *sim, uint32_t host, const struct plan *p,
			struct error *err) MUST_USE;
/* A zone of one vnode that finds all of its memory at home: described and booked, vCPUs of its
 * node too. False, and nothing happened: the step starts another. */
bool memory_launch_plain(struct sim *sim, struct sim_zone *z, const struct step *s);
/* Book the plan's memory for any other, described in `more`; memory_check_launch() has passed. */
void memory_launch(struct sim *sim, struct sim_zone *z, const struct plan *p);
/* The same for a zone that was there before: its memory is where the plan's memory[] has it, and
 * what the machine holds for it beside is taken already. */
int memory_check_adopt(const struct sim *sim, uint32_t host, const struct plan *p,
		       struct error *err) MUST_USE;
void memory_adopt(struct sim *sim, struct sim_zone *z, const struct plan *p);
/* Give everything back: the memory of a plain zone, or all of one that is described. */
void memory_stop_plain(struct sim_host *host, const struct sim_zone *z);
void memory_stop(struct sim *sim, struct sim_zone *z);

#endif
