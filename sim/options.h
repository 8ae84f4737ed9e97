/*
 * Options of the simulator, as "key=value,key=value":
 *	allocator=NAME	one of allocators[]; default xen
 *	exchange=PPM	share of ballooned pages drawn from all pages alike, in
 *			millionths; default 1000000, the upper bound of drift
 *	extent=BYTES	what a guest's balloon asks for at a time: 4096 (Linux) or
 *			2097152
 *	low=BYTES	memory below the DMA width on the first node; default: what
 *			Xen makes of the host
 *	free=P:P:...	pages free on each node when the run begins; default: all but
 *			dom0's. With low=, the state of a real host
 *	blocks=N	whole blocks of 2 MiB that are free above the DMA width on the
 *			first node; default: as many as its free memory makes
 *	overhead=xen	what Xen takes for each zone beside its memory (overhead.h);
 *			default: nothing
 */
#ifndef SIM_OPTIONS_H
#define SIM_OPTIONS_H

#include "sim/sim_impl.h"

/* Fills the options of `sim`; text may be NULL. ERR_USAGE names what is wrong. */
int sim_read_options(struct sim *sim, const char *text, struct error *err) MUST_USE;

#endif
