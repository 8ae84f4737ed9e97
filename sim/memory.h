/*
 * A zone's memory over its life: launch, balloon, stop.
 *
 * Launch: every vnode asks for its memory on its own node, exactly (Xen:
 * XENMEMF_exact_node), in 1 GiB, 2 MiB and 4 KiB extents. What the node lacks is
 * asked again, largest extents first, and the run's allocator says from where.
 *
 * Balloon up: the guest asks for extents of `balloon_extent` (Linux: 4 KiB; or
 * 2 MiB) and does not say for which vnode, unless the allocator has its balloon
 * name the node. The frames that come back belong to the vnodes that lack most;
 * which node's page lands in which vnode is a matter of chance, so each vnode
 * gets the same mixture.
 *
 * Balloon down: which pages a guest hands back is its own choice. Two pools: cold
 * pages came through the balloon and go back first (Linux hands out the pages it
 * ballooned in last), hot pages have been in use since boot. A share `exchange`
 * of what goes back is drawn from all pages alike, the rest from the cold pool
 * while that lasts. exchange 1 is the uniform upper bound of drift; 0 makes the
 * same pages go back and forth.
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
/* Move the zone towards `bytes`; less is reached when the host has too little. */
void memory_resize(struct sim *sim, struct sim_zone *z, int64_t bytes);
/* Put it there by node; `bytes` has the zone's total. False: a node has too little. */
bool memory_correct(struct sim *sim, struct sim_zone *z, const int64_t *bytes);
/* Give everything back: the memory of a plain zone, or all of one that is described. */
void memory_stop_plain(struct sim_host *host, const struct sim_zone *z);
void memory_stop(struct sim *sim, struct sim_zone *z);

#endif
