/*
 * Passthrough devices in placement: DMA should not cross the interconnect, so a
 * zone's first node is the one that owns its devices (seed, "How Edera chooses a
 * zone's first NUMA node"). The seed speaks of one device on one node; the rest
 * is ours and is written down at device_home().
 */
#ifndef PLACEMENT_DEVICE_H
#define PLACEMENT_DEVICE_H

#include <stdbool.h>

#include "placement/policy.h"

/* Known to the host, free, none named twice, and as many free of each class as are
 * asked for beside those named: 0 or ERR_NO_DEVICE. */
int device_check(const struct policy_input *in, struct error *err) MUST_USE;

/* Can device `d` of the host go to whoever asks for any of the class? */
bool device_free(const struct policy_input *in, enum zone_device_class class, unsigned d);

/*
 * The node that owns the zone's devices; false when none of them has a known
 * place. Each device counts for each node that owns it, because a device whose
 * firmware names several nodes is equally near to all of them. The node with
 * most devices wins, since every device left elsewhere costs a crossing; ties go
 * to the nodes of the device listed first, then to more free memory, then to the
 * lower id. So many of a class ("2xgpu") count for each node as often as it has a
 * free one, up to that many.
 *
 * A device on a node where no vnode can live (no CPUs, or no memory) counts for
 * the usable node nearest to it by the device node's SLIT row; ties: more free
 * memory, then the lower id. Unknown locality is ignored. Reasons say so.
 */
bool device_home(const struct policy_input *in, unsigned *node);

#endif
