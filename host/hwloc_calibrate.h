/* A topology with what was measured on it (private to host/). */
#ifndef HOST_HWLOC_CALIBRATE_H
#define HOST_HWLOC_CALIBRATE_H

#include "host/hwloc_tree.h"

/*
 * All that the file has, and latencies and bandwidths as memory attributes, which can
 * leave pairs out (a node without CPUs starts no access). The note at the root is what
 * makes a reader take them for measured (hwloc_memattrs.c). `t` must be version 2 and
 * is changed; *out is NUL-terminated, the caller frees.
 */
int hwloc_calibrate(char **out, struct hwloc_tree *t, const struct host *measured, const char *note,
		    struct error *err) MUST_USE;

#endif
