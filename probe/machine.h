/*
 * What Linux says of the machine that it runs on, read from sysfs without any
 * library, so that it works in an initramfs. `sysfs` is where that file system
 * is mounted; NULL: "/sys". Nodes and CPUs are os_indexes.
 */
#ifndef PROBE_MACHINE_H
#define PROBE_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cpuset.h"
#include "base/error.h"

/* First line of a file below `sysfs`, without its newline; false when it cannot
 * be read. Longer lines are cut. */
bool machine_read(const char *sysfs, char *buf, size_t size, const char *fmt, ...)
	PRINTF_LIKE(4, 5);

/* Nodes that are online, as a set of ids; {0} where the kernel knows no NUMA. */
void machine_nodes(const char *sysfs, struct cpuset *out);
/* CPUs of one node; every CPU that is online where the kernel knows no NUMA and
 * `node` is 0. Empty for a node without CPUs, false when there is no such node. */
bool machine_node_cpus(const char *sysfs, unsigned node, struct cpuset *out);
/* A field of the node's meminfo in bytes ("MemTotal", "MemFree"); -1 when unknown. */
int64_t machine_node_memory(const char *sysfs, unsigned node, const char *field);
/* What a program bound to the node can still get: free pages and clean file
 * pages, which the kernel gives up for it; -1 when unknown. */
int64_t machine_node_available(const char *sysfs, unsigned node);

/*
 * Bytes of the last-level caches that serve these CPUs, each counted once:
 * STREAM's "sum of all the last-level caches used in the run". *from says where
 * the figure is from: "sysfs", "cpuid" (one cache is then counted), or "assumed"
 * (32 MiB).
 */
int64_t machine_last_cache_bytes(const char *sysfs, const struct cpuset *cpus, const char **from);

/* CPUs that share a core with this one, itself among them. */
void machine_siblings(const char *sysfs, unsigned cpu, struct cpuset *out);
/* What all memory modules together could move by their clocks, as the firmware lists them
 * (SMBIOS, readable by root); -1 where it does not. More than the memory can do: modules
 * may share a channel. */
int64_t machine_modules_bytes_per_s(const char *sysfs);

/* CPUs that the calling thread may run on. */
int machine_cpus_allowed(struct cpuset *out, struct error *err) MUST_USE;
/* Let the calling thread run on these only. ERR_CANNOT when none is allowed. */
int machine_pin(const struct cpuset *cpus, struct error *err) MUST_USE;

/* How often this process lost a CPU to somebody else so far. */
int64_t machine_preempted(void);

#endif
