/*
 * Options of the simulator. What of them a real host has (free, low, blocks, overhead)
 * makes the simulator begin as that host is.
 */
#ifndef SIM_OPTIONS_H
#define SIM_OPTIONS_H

#include "backend/options.h"
#include "sim/sim_impl.h"

extern const struct backend_option sim_options[];

/* Fills the options of `sim`; text may be NULL. ERR_USAGE names what is wrong. */
int sim_read_options(struct sim *sim, const char *text, struct error *err) MUST_USE;

#endif
