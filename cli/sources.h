/* Who looks at hosts, by the name that a command takes. */
#ifndef CLI_SOURCES_H
#define CLI_SOURCES_H

#include "cli/command.h"
#include "live/source.h"

#define OPTION_CGROUP                                                                              \
	{                                                                                          \
		"cgroup", 0, "PATTERN", "HOST this: which containers (docs/watch.md)", true        \
	}

/* The first operand as watch takes it: "this", "xen", either with ":FILE" of what was measured of
 * it, or the path of a recording; `where` gets the paths, and the containers of OPTION_CGROUP.
 * ERR_USAGE: none of these, with the nearest known name; containers of another host. */
int find_source(const struct args *args, struct live_where *where,
		const struct live_source_ops **out, struct error *err) MUST_USE;

#endif
