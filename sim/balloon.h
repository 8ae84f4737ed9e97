/*
 * What a zone's balloon does to its memory.
 *
 * Up: the guest asks for extents of `balloon_extent` (Linux: 4 KiB; or 2 MiB) and does not
 * say for which vnode, unless the allocator has its balloon name the node. The frames that
 * come back belong to the vnodes that lack most; which node's page lands in which vnode is a
 * matter of chance, so each vnode gets the same mixture.
 *
 * Down: the guest's kernel picks the pages. A share `exchange` of what goes back is drawn from
 * all pages alike: the upper bound of drift, for guests that use what the balloon gives and
 * free something else. The rest is what an idle Linux does (sim/guest.h): the pages that came
 * through the balloon last go back first, and then those that it has had since it booted.
 */
#ifndef SIM_BALLOON_H
#define SIM_BALLOON_H

#include "sim/sim_impl.h"

/* Move the zone towards `bytes`; less is reached when the host has too little. */
void balloon_resize(struct sim *sim, struct sim_zone *z, int64_t bytes);
/* Put it there by node; `bytes` has the zone's total. False: a node has too little. */
bool balloon_correct(struct sim *sim, struct sim_zone *z, const int64_t *bytes);

#endif
