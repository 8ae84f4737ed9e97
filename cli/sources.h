/* Who looks at hosts, by the name that a command takes. */
#ifndef CLI_SOURCES_H
#define CLI_SOURCES_H

#include "live/source.h"

/* HOST as watch takes it: "this", "xen", or the path of a recording, which is put into `where`.
 * ERR_USAGE: neither, with the nearest known name. */
int find_source(const char *name, struct live_where *where, const struct live_source_ops **out,
		struct error *err) MUST_USE;

#endif
