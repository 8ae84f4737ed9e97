/*
 * The state of a host from options, for commands that decide without a machine:
 *
 *	--cpu-overcommit R	most vCPUs, as a multiple of the host's CPUs
 *	--dom0-memory SIZE	taken first, over the nodes by their size
 *	--free NODE=SIZE,...	what is free on nodes now, by os_index
 */
#ifndef CLI_STATE_FLAGS_H
#define CLI_STATE_FLAGS_H

#include "cli/command.h"
#include "plan/host_state.h"

/* Entries of a struct option table, to be spliced into a command's own. */
#define STATE_FLAG_OPTIONS                                                                         \
	{"cpu-overcommit", 0, "RATIO", "most vCPUs, as a multiple of CPUs (no limit)",             \
	 OPTION_RARE},                                                                             \
		{"dom0-memory", 0, "SIZE", "taken before any zone, by node size", OPTION_RARE},    \
	{                                                                                          \
		"free", 0, "NODE=SIZE,...", "what is free on nodes now (default all)", true        \
	}

/* `out` is initialised in any case, for host_state_release(). ERR_USAGE names the
 * option that is wrong; ERR_NO_ROOM: dom0 does not fit. */
int state_from_flags(const struct args *args, const struct host *host, struct host_state *out,
		     struct error *err) MUST_USE;

#endif
