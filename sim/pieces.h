/*
 * A zone's memory in pieces, one for each pair of vnode and node that it has memory on, and
 * the books that every change of one keeps.
 */
#ifndef SIM_PIECES_H
#define SIM_PIECES_H

#include "sim/sim_impl.h"

static inline struct heap *sim_heap(const struct sim *sim, const struct sim_zone *z)
{
	return &sim_host(sim, z->host)->heap;
}

/* part * whole / of, for shares of page counts; all >= 0. */
static inline int64_t pieces_share(int64_t part, int64_t whole, int64_t of)
{
	return (int64_t)((int128)part * whole / of);
}

/* A group is one vnode, or all of a zone whose guest knows no vnodes. */
#define GROUP_ALL UINT32_MAX

static inline bool in_group(uint32_t vnode, uint32_t group)
{
	return group == GROUP_ALL || vnode == group;
}

int64_t pieces_bytes(const struct sim_more *m, uint32_t group);

/* Bytes more of vnode and node, which the heap has given; of none nothing comes to be. */
void pieces_add(struct sim_more *m, uint32_t vnode, uint32_t node, int64_t bytes);
/* `bytes` of piece i go back to the heap; what is empty then is dropped later. */
void pieces_give(struct sim *sim, struct sim_zone *z, uint32_t i, int64_t bytes);
void pieces_drop_empty(struct sim_more *m);

/* Bytes from below the DMA width. */
void pieces_add_low(struct sim_zone *z, int64_t low);
/* The zone has that much more, its host that much less. */
void pieces_account(struct sim *sim, struct sim_zone *z, int64_t bytes);

#endif
