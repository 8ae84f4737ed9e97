/*
 * This machine as a backend: a zone is a process with one thread a vCPU, bound to
 * the CPUs of its vnode's node, and memory bound to nodes as the plan says. The
 * threads sleep, except in PROBE. It needs no privilege, only CPUs and memory that
 * this process may use: cpusets, cgroup limits and what is free right now are looked
 * at by check.
 *
 * Time is the wall clock. Free memory is what the kernel could give now (free pages
 * and clean file pages, less a reserve that keeps the machine out of reclaim); what
 * others take is looked at again by every wait, between waits only what zones do
 * counts. Devices are booked, not touched. Affinity that a plan calls soft is hard
 * here: Linux has no other. What a workload sets aside for dom0 is not taken: whatever
 * runs here has taken it already.
 *
 * PROBE runs STREAM's loops on all vCPUs of the zone at once and the pointer chase on
 * one vCPU of each vnode, over the zone's own memory, wherever it is: the median triad
 * and the median hop are what measure then gives. A vCPU uses its vnode's memory; where
 * the guest is told nothing (flat) vCPUs are dealt round over all of it.
 *
 * Zones die with this process, however it ends. Options: none.
 */
#ifndef BACKEND_LINUX_LINUX_H
#define BACKEND_LINUX_LINUX_H

#include "backend/backend_impl.h"

extern const struct backend_ops linux_backend;

#endif
