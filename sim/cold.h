/*
 * The pages that came to a zone through its balloon, in the order in which they came: runs,
 * the last on top. A guest's Linux hands out first what was freed last, so they go back from
 * the top. What a hypervisor dealt out page by page to several nodes is one layer, whose runs go
 * back side by side.
 *
 * Kept only where a run asks for the order (option exchange below 1).
 */
#ifndef SIM_COLD_H
#define SIM_COLD_H

#include "sim/pieces.h"

void cold_clear(struct sim_more *m);

/* What one growth brought to a vnode: bytes[] by node. `got` is what it brought to all, which
 * says in what order: round the nodes of `affinity` while they have any, then the others,
 * ascending, and the bytes below the DMA width, `low`, at the end. */
struct cold_growth {
	const int64_t *got;
	nodeset affinity;
	uint32_t nr_nodes, low_node;
	int64_t low;
};
void cold_push(struct sim_more *m, uint32_t vnode, const int64_t *bytes,
	       const struct cold_growth *growth);
/* A growth is over: what comes next lies above it. */
void cold_end_growth(struct sim_more *m);

int64_t cold_bytes(const struct sim_more *m, uint32_t group);
int64_t cold_bytes_on(const struct sim_more *m, uint32_t vnode, uint32_t node);
/* The topmost `bytes` of a group, added by node to on[]; less where there is less. */
void cold_top(const struct sim_more *m, uint32_t group, int64_t bytes, int64_t *on);
/* Takes them off; `gone` is told of each piece. Returns what it took. */
int64_t cold_pop(struct sim_more *m, uint32_t group, int64_t bytes,
		 void (*gone)(void *context, uint32_t vnode, uint32_t node, int64_t bytes),
		 void *context);
/* So many of a piece are cold no more. */
void cold_forget(struct sim_more *m, uint32_t vnode, uint32_t node, int64_t bytes);

#endif
