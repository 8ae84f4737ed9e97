/*
 * From the table to hwloc and to XML text.
 */
#ifndef TOOLS_TOPOLOGIES_BUILD_H
#define TOOLS_TOPOLOGIES_BUILD_H

#include <hwloc.h>
#include <stdio.h>

#include "base/error.h"
#include "tools/topologies/machines.h"

/* Settle what hwloc takes from the environment, so that the text it writes is the
 * same everywhere: its own parser and writer, no version, no process name. Call
 * before the first topology. */
int hwloc_settle(struct error *err) MUST_USE;

/* The machine without its devices, which hwloc 2 cannot add to a topology. The
 * caller destroys *out. ERR_CHECK: the table contradicts itself. */
int machine_build(const struct machine *m, hwloc_topology_t *out, struct error *err) MUST_USE;

/* The whole machine as hwloc writes it, XML 2.0; the caller frees *out. */
int machine_xml(const struct machine *m, char **out, struct error *err) MUST_USE;

/* topologies/README.md. */
void readme_print(FILE *out);

#endif
