/*
 * The pretend machine: a fleet of hosts that book CPUs and memory as a Xen host
 * does, in simulated time.
 *
 * Modelled: free memory per node and side of the DMA width (heap.h); launch in
 * extents of 1 GiB, 2 MiB and 4 KiB and ballooning, under one of several
 * allocators (memory.h, allocator.h); dom0's share; vCPU bookings; passthrough
 * devices, one zone each; everything given back at stop. Time moves only inside
 * wait. Options: options.c. Told what a real host did (backend_correct()), it goes on
 * from there: found.h.
 *
 * Not modelled: which pages pin a larger block (an extent fits while that much is
 * free), scrubbing, the time that a launch or a balloon takes.
 */
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include "backend/backend_impl.h"

extern const struct backend_ops sim_backend;

#endif
