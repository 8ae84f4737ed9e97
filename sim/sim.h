/*
 * The pretend machine: a fleet of hosts that book CPUs and memory as a Xen host
 * does, in simulated time.
 *
 * Modelled: free memory per node and side of the DMA width (heap.h); launch in
 * extents of 1 GiB, 2 MiB and 4 KiB and ballooning, under one of several
 * allocators (memory.h, allocator.h); dom0's share; vCPU bookings; passthrough
 * devices, one zone each; everything given back at stop. Time moves only inside
 * wait. Options: options.h.
 *
 * Not modelled: which pages pin a larger block (an extent fits while that much is
 * free), scrubbing, the time that a launch or a balloon takes.
 */
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include "backend/backend_impl.h"

extern const struct backend_ops sim_backend;

/*
 * Put a zone's memory where a real one's was found, `bytes` by node (as many as the
 * host has), its total unchanged: what is the guest's own choice (which pages it hands
 * back) cannot be predicted, and a prediction that goes on needs to know it. ERR_CANNOT
 * when totals differ, the slot runs nothing or a node has too little. For a backend
 * opened from sim_backend only.
 */
int sim_correct(struct backend *b, uint32_t host, uint32_t slot, const int64_t *bytes,
		struct error *err) MUST_USE;

/* Right after START, with overhead=xen: this many special pages were found (overhead.h). */
void sim_set_special_pages(struct backend *b, uint32_t slot, int64_t pages);

#endif
