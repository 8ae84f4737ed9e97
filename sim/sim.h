/*
 * The pretend machine: a fleet of hosts that book CPUs and memory as a Xen host
 * does, in simulated time.
 *
 * Modelled: free memory per node; launch extent by extent (1 GiB, 2 MiB, 4 KiB)
 * with the hypervisor's fallback order (heap.h); dom0's share; vCPU bookings;
 * passthrough devices, one zone each; everything given back at stop. Time moves
 * only inside wait.
 *
 * Not modelled: fragmentation within a node (an extent fits while enough pages
 * are free), the DMA width, scrubbing, the time a launch takes.
 */
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include "backend/backend_impl.h"

extern const struct backend_ops sim_backend;

#endif
