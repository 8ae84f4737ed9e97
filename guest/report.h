/*
 * What a zone's Linux believes of its machine, as lines of text that a program
 * reads back. All of it is from /sys and /proc; a line is left out where the kernel
 * does not say. The last line is "end".
 *
 *   kernel RELEASE
 *   cmdline TEXT
 *   node N cpus LIST memory_kib M distances A B ...
 *   zone N NAME free P min P low P reserve P aside P file P broken P
 *                                               pages of a zone of the kernel's on node N: free;
 *                                               its watermarks; kept from requests that any zone
 *                                               may serve; what CPUs may hold for themselves;
 *                                               files' pages, free on demand; free in blocks
 *                                               smaller than the largest
 *   access N read_latency L write_latency L read_bandwidth B write_bandwidth B
 *                       of node N's memory from its own CPUs, as Linux has it of the HMAT: ns and
 *                       MB/s (its access0), 0 where the HMAT has none
 *   cpu N node N package N core N
 *   cache CPU LEVEL TYPE SIZE shared LIST
 *   pci ADDRESS class C id VENDOR DEVICE node N  -1: the kernel was not told
 *   table NAME                                  an ACPI table that the guest was given
 *   kernel-says TEXT                            its messages on SRAT, SLIT, HMAT, topology
 */
#ifndef GUEST_REPORT_H
#define GUEST_REPORT_H

#include <stddef.h>

/* Writes at most `size` bytes, the terminator included; whole lines only. */
void report_write(char *out, size_t size);

#endif
