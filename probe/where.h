/*
 * What a machine says of itself: a line each for the machine, every node and
 * every CPU, so that the view of a guest can be held against the plan.
 *
 *	where=machine nodes cpus release
 *	where=node node cpus distances memory_bytes
 *	where=cpu cpu node package die core llc_level llc_cpus llc_bytes
 *
 * `distances` is the node's row, in ascending order of the nodes that are
 * online. What the kernel does not say is -1, or "-" ("" in JSON).
 */
#ifndef PROBE_WHERE_H
#define PROBE_WHERE_H

#include <stdbool.h>
#include <stdio.h>

/* `sysfs` as in machine.h. */
void where_print(const char *sysfs, bool json, FILE *out);

#endif
