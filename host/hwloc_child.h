/*
 * What libhwloc makes of this machine, or of an XML file that only it can read
 * (private to host/). It runs in a process of its own, with limits on time, memory
 * and size, because it can crash or hang on a broken file and loads plugins; what
 * comes back is hwloc's own XML, version 2, which is read like any other file.
 */
#ifndef HOST_HWLOC_CHILD_H
#define HOST_HWLOC_CHILD_H

#include "base/error.h"

/* `xml` NULL: this machine. *out is NUL-terminated, the caller frees. ERR_INPUT when
 * hwloc refuses, crashes, or runs out of time or memory; ERR_MACHINE when there can
 * be no child. */
int hwloc_in_child(char **out, const char *xml, struct error *err) MUST_USE;

#endif
