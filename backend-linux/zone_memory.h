/*
 * The memory of a zone's process: one range of addresses a vnode, filled from its
 * start, every page bound to the node that it is meant for.
 */
#ifndef BACKEND_LINUX_ZONE_MEMORY_H
#define BACKEND_LINUX_ZONE_MEMORY_H

#include "backend-linux/layout.h"

struct region {
	char *base; /* aligned to 2 MiB */
	int64_t capacity_bytes, have_bytes;
};

struct zone_memory {
	const struct layout *layout; /* borrowed */
	struct region region[NODES_MAX]; /* by vnode */
};

/* Address ranges only. ERR_MACHINE when the address space does not hold them. */
int zone_memory_open(struct zone_memory *m, const struct layout *l, struct error *err) MUST_USE;

/*
 * Fill as the pieces of the layout say. A piece whose node has too little left goes on
 * along the vnode's order, as the kernel's own best effort would; a strict layout, or
 * a machine with nothing left, is ERR_NO_ROOM.
 */
int zone_memory_boot(struct zone_memory *m, struct error *err) MUST_USE;

/*
 * Hold `bytes` in all, each vnode its share: what is too much is given back from the
 * end, what is missing comes from the vnode's own node first. Growth ends early when
 * the machine has nothing left, which is no error: count tells.
 */
int zone_memory_resize(struct zone_memory *m, int64_t bytes, struct error *err) MUST_USE;

/*
 * Where every page is, by the kernel's word: parts in order of vnode and node, none of
 * them empty; `unknown_bytes` are resident, node unknown. Returns the number of parts,
 * at most `max`.
 */
uint32_t zone_memory_count(const struct zone_memory *m, struct plan_memory *part, uint32_t max,
			   int64_t *unknown_bytes);

#endif
