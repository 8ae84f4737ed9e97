/* A file system like /proc, read in small pieces: shared by guests.c and io_threads.c. */
#ifndef PROBE_PROC_H
#define PROBE_PROC_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cpuset.h"

#define PROC_LINE_BYTES 16384 /* of a line of arguments, or of CPUs */

/* Numbers among the names in a folder, ascending; how many, -1: it cannot be read. The
 * caller frees. */
long proc_numbers(const char *path, long **out);
/* The beginning of a file, NUL-terminated, "" where there is none; returns how much. */
size_t proc_read(char *buf, size_t size, const char *path);
/* Cpus_allowed_list of a thread's file "status". */
bool proc_allowed(struct cpuset *out, const char *path);
/* Is it a QEMU, by its arguments ("qemu-system-x86_64", "kvm")? NULs are between them. */
bool proc_is_qemu(const char *arguments);
/* What follows an argument such as "-name"; NULL: it is not there. */
const char *proc_argument(const char *arguments, size_t size, const char *name);

#endif
