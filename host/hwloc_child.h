/*
 * What libhwloc makes of this machine, or of an XML file that only it can read
 * (private to host/). It runs in a process of its own, with limits on time, memory
 * and size, because it can crash or hang on a broken file and loads plugins; for a file it may
 * do nothing but read (host/confine.h). What
 * comes back is hwloc's own XML, version 2, which is read like any other file.
 */
#ifndef HOST_HWLOC_CHILD_H
#define HOST_HWLOC_CHILD_H

#include "base/error.h"

enum hwloc_source {
	HWLOC_MACHINE, /* this one */
	HWLOC_XML, /* text of a file, not checked by us */
	HWLOC_SYNTHETIC, /* "node:2 core:8 pu:2" */
};

/* *out is NUL-terminated, the caller frees. ERR_INPUT when
 * hwloc refuses, crashes, or runs out of time or memory; ERR_MACHINE when there can
 * be no child. */
int hwloc_in_child(char **out, enum hwloc_source from, const char *text,
		   struct error *err) MUST_USE;
/* libhwloc's own major version. */
unsigned hwloc_library_major(void);

#endif
