/* What more ranks would make of a sweep, from what its rows took and what messages cost here. */
#ifndef BENCH_RANKS_CURVE_H
#define BENCH_RANKS_CURVE_H

#include "cli/command.h"

extern const struct command cmd_curve;

#endif
