/* Who looks at hosts, by the name that a command takes. */
#ifndef CLI_SOURCES_H
#define CLI_SOURCES_H

#include "live/source.h"

/* HOST as watch takes it: "this", "xen", either with ":FILE" of what was measured of it, or the
 * path of a recording; `where` gets the paths. ERR_USAGE: neither, with the nearest known name. */
int find_source(const char *name, struct live_where *where, const struct live_source_ops **out,
		struct error *err) MUST_USE;

#endif
